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
	size_t count, cap;  /* including the empty stack */
	struct index index; /* maps (parent, frame) to the stack, except for stacks right behind
			       their parent */
	size_t indexed;     /* stacks from here on are added to the index when it is next
			       searched */
};

void stacks_init(struct stacks *s);
void stacks_free(struct stacks *s);

/* The stack that extends `parent` by one frame. Found if it exists, else added. */
stack_id stacks_push(struct stacks *s, stack_id parent, frame_id frame);
/* Prefetches what stacks_push() will read for the same arguments. */
void stacks_prefetch(const struct stacks *s, stack_id parent, frame_id frame);

/*
 * Like stacks_push(), but always adds a row. Either the caller guarantees that no equal stack
 * exists, or duplicates are intended: stacks_push() then returns an arbitrary one of them.
 */
stack_id stacks_append(struct stacks *s, stack_id parent, frame_id frame);

/* Makes room for so many stacks more, which stacks_append_reserved() then appends. */
void stacks_reserve(struct stacks *s, size_t more);
static inline stack_id stacks_append_reserved(struct stacks *s, stack_id parent, frame_id frame)
{
	s->parent[s->count] = parent;
	s->frame[s->count] = frame;
	return (stack_id)s->count++;
}

/*
 * Where one number of a file stands for several frames, a few bytes can make huge stacks. Whether
 * so many stacks may come of a file of so many bytes: real ones are far from it.
 */
enum { MAX_STACKS_PER_BYTE = 4 };
static inline bool stacks_in_proportion(uint64_t stacks, uint64_t bytes)
{
	const uint64_t free_bytes = 1 << 14;

	return stacks / MAX_STACKS_PER_BYTE <= bytes + free_bytes;
}
#define STACKS_OUT_OF_PROPORTION "expected stacks of at most %d frames a byte of the file"

/*
 * Writes the frames of the stack, root first, to *out, which is grown as needed (*cap is its
 * size), and returns how many there are.
 */
size_t stacks_frames(const struct stacks *s, stack_id stack, frame_id **out, size_t *cap);

#endif
