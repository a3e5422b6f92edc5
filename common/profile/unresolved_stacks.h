/*
 * unresolved_stacks - stacks whose frame table comes after the samples
 *
 * Some formats number their frames and write the frame table behind the samples. Until the
 * table has been read, stacks are built from the numbers. Their ids are marked with
 * UNRESOLVED_STACK and may be stored in samples, but no transform may see them before
 * unresolved_stacks_resolve() replaces them. So no input has to be read twice.
 */
#ifndef PROFILE_UNRESOLVED_STACKS_H
#define PROFILE_UNRESOLVED_STACKS_H

#include "common/profile/profile.h"

/* The bit that marks an id. */
#define UNRESOLVED_STACK ((stack_id)1 << 31)

struct unresolved_stacks {
	struct stacks stacks;    /* here a "frame" is a number of the file */
	size_t first_call_event; /* from this on call events have numbers as frames */
};

void unresolved_stacks_init(struct unresolved_stacks *l, const struct profile *p);
void unresolved_stacks_free(struct unresolved_stacks *l);

/*
 * The marked id of the stack that extends `parent` (a marked id, or the empty stack) by one
 * frame.
 */
stack_id unresolved_stacks_push(struct unresolved_stacks *l, stack_id parent, uint32_t number);

static inline bool unresolved_stacks_any(const struct unresolved_stacks *l)
{
	return l->stacks.count > 1;
}

/*
 * Replaces all marked ids in the profile; frames[number] is the frame with that number in the
 * file.
 */
void unresolved_stacks_resolve(struct unresolved_stacks *l, struct profile *p,
			       const frame_id *frames);

#endif
