/*
 * stacks - calling contexts as a trie
 *
 * A stack_id names a whole stack: its last frame and, through parent, all the
 * callers. Ids are dense, 0 is the empty stack, and a parent's id is smaller
 * than its children's; a loop from the last id down meets callees first.
 * Ids stay valid for the life of the table.
 */
#ifndef PROFILE_STACKS_H
#define PROFILE_STACKS_H

#include "common/base/index.h"

typedef uint32_t frame_id;
typedef uint32_t stack_id;
enum { EMPTY_STACK = 0 };

struct stacks {
	stack_id *parent;
	frame_id *frame;
	size_t count, cap;  /* with the empty stack */
	struct index index; /* of the stacks that are not their parent's next row */
	size_t indexed;     /* rows from here on will be in it when it is looked at */
};

void stacks_init(struct stacks *s);
void stacks_free(struct stacks *s);

/* The stack `parent` with one more frame. */
stack_id stacks_push(struct stacks *s, stack_id parent, frame_id frame);
/* Says that this will be pushed soon: what it takes to find it is fetched meanwhile. */
void stacks_prefetch(const struct stacks *s, stack_id parent, frame_id frame);

/*
 * The same as a row of its own: for who knows that there is no equal one, and for trees
 * whose siblings may be alike, of which stacks_push() finds any.
 */
stack_id stacks_append(struct stacks *s, stack_id parent, frame_id frame);

/* Frames of the stack, root first, into *out (grown as needed, *cap long); returns how many. */
size_t stacks_frames(const struct stacks *s, stack_id stack, frame_id **out, size_t *cap);

#endif
