/*
 * unresolved_stacks - stacks of frames that the file tells of only later
 *
 * A format may number its frames and write the table of them behind the samples.
 * Until the table is there, stacks are made of numbers; their ids are marked, and
 * may go into samples (not into transforms) until unresolved_stacks_resolve() puts right
 * what is in the profile. So nothing needs to be read twice or kept aside.
 */
#ifndef PROFILE_UNRESOLVED_STACKS_H
#define PROFILE_UNRESOLVED_STACKS_H

#include "common/profile/profile.h"

/* What marks an id; the others are below it. */
#define UNRESOLVED_STACK ((stack_id)1 << 31)

struct unresolved_stacks {
	struct stacks stacks;      /* a "frame" of these is a number of the file */
	size_t first_call_event;   /* from this on call events have numbers as frames */
};

void unresolved_stacks_init(struct unresolved_stacks *l, const struct profile *p);
void unresolved_stacks_free(struct unresolved_stacks *l);

/* The marked id of `parent` (marked, or the empty stack) with one more frame. */
stack_id unresolved_stacks_push(struct unresolved_stacks *l, stack_id parent, uint32_t number);

static inline bool unresolved_stacks_any(const struct unresolved_stacks *l)
{
	return l->stacks.count > 1;
}

/* frames[number] is the frame that was meant, for each number that was pushed. */
void unresolved_stacks_resolve(struct unresolved_stacks *l, struct profile *p, const frame_id *frames);

#endif
