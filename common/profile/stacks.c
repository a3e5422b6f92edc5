#include "common/profile/stacks.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/prefetch.h"
#include "common/base/hash.h"
#include "common/base/str.h"
#include "common/io/limits.h"

stack_id stacks_append(struct stacks *s, stack_id parent, frame_id frame)
{
	size_t cap = s->cap;

	/* the first is the empty one */
	limit_check(LIMIT_STACKS, s->count);
	ARRAY_ROOM(s->frame, s->count, cap);
	ARRAY_ROOM(s->parent, s->count, s->cap);
	s->parent[s->count] = parent;
	s->frame[s->count] = frame;
	return (stack_id)s->count++;
}

void stacks_init(struct stacks *s)
{
	*s = (struct stacks){ 0 };
	stacks_append(s, EMPTY_STACK, 0);
	s->indexed = s->count;
}

void stacks_reserve(struct stacks *s, size_t more)
{
	limit_check(LIMIT_STACKS, s->count + more - 1); /* the first is the empty one */
	if (s->cap - s->count >= more)
		return;
	s->cap = s->count + more;
	s->parent = alloc_resize(s->parent, s->cap, sizeof *s->parent);
	s->frame = alloc_resize(s->frame, s->cap, sizeof *s->frame);
}

void stacks_free(struct stacks *s)
{
	alloc_free(s->parent);
	alloc_free(s->frame);
	index_free(&s->index);
	*s = (struct stacks){ 0 };
}

static uint64_t stack_hash(stack_id parent, frame_id frame)
{
	return hash_mix((uint64_t)parent << 32 | frame, 0);
}

static void catch_up(struct stacks *s)
{
	for (; s->indexed < s->count; s->indexed++)
		if (s->parent[s->indexed] + 1 != s->indexed)
			index_add(&s->index,
				  stack_hash(s->parent[s->indexed], s->frame[s->indexed]),
				  (uint32_t)s->indexed);
}

/*
 * A new stack mostly goes on for several frames, each the first child of the one before
 * it and so the next row: those are looked for there and are not in the index, which is
 * left with the places where stacks part, a tenth of all and less. A row that has no
 * child in the next one got none when it was the last, and has all of them in the index.
 */
stack_id stacks_push(struct stacks *s, stack_id parent, frame_id frame)
{
	stack_id next = parent + 1;

	if (next == s->count)
		return stacks_append(s, parent, frame);
	if (s->parent[next] == parent && s->frame[next] == frame)
		return next;
	catch_up(s);
	for (struct probe at = index_probe(&s->index, stack_hash(parent, frame));
	     index_next(&s->index, &at);)
		if (s->parent[at.row] == parent && s->frame[at.row] == frame)
			return at.row;
	return stacks_append(s, parent, frame);
}

void stacks_prefetch(const struct stacks *s, stack_id parent, frame_id frame)
{
	if (s->index.slots)
		PREFETCH(&s->index.slots[index_probe(&s->index, stack_hash(parent, frame)).slot]);
}

size_t stacks_frames(const struct stacks *s, stack_id stack, frame_id **out, size_t *cap)
{
	size_t depth = 0;

	for (stack_id at = stack; at != EMPTY_STACK; at = s->parent[at])
		depth++;
	if (depth > *cap)
		*out = alloc_grow(*out, cap, depth, sizeof **out);
	for (size_t i = depth; i--; stack = s->parent[stack])
		(*out)[i] = s->frame[stack];
	return depth;
}
