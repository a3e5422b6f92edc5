#include "common/profile/stack_walk.h"

#include "common/base/alloc.h"

/*
 * Makes room for the longest path, if the order of ids is depth first: if the parent of each is
 * still on the path when it comes.
 */
static bool is_depth_first(struct stack_walk *w)
{
	const struct stacks *s = w->stacks;
	size_t depth = 0;

	for (stack_id node = 1; node < s->count; node++) {
		while (depth && w->path[depth - 1] != s->parent[node])
			depth--;
		if (!depth && s->parent[node] != EMPTY_STACK)
			return false;
		ARRAY_ROOM(w->path, depth, w->path_cap);
		w->path[depth++] = node;
	}
	return true;
}

static void link_children(struct stack_walk *w)
{
	const struct stacks *s = w->stacks;

	w->child = alloc_zero(s->count, sizeof *w->child);
	w->sibling = alloc_zero(s->count, sizeof *w->sibling);
	for (size_t i = s->count; i-- > 1;) {
		w->sibling[i] = w->child[s->parent[i]];
		w->child[s->parent[i]] = (stack_id)i;
	}
}

void stack_walk_open(struct stack_walk *w, const struct stacks *s)
{
	*w = (struct stack_walk){ .stacks = s, .next = 1, .entered = true };
	if (!is_depth_first(w))
		link_children(w);
}

void stack_walk_close(struct stack_walk *w)
{
	alloc_free(w->child);
	alloc_free(w->sibling);
	alloc_free(w->path);
}

/* Down to a child after a node was entered, else to its sibling, else up: parents lead back. */
bool stack_walk_next_listed(struct stack_walk *w)
{
	stack_id below = w->entered ? w->child[w->node] : w->sibling[w->node];

	if (below != EMPTY_STACK) {
		w->node = below;
		w->entered = true;
		return true;
	}
	if (!w->entered)
		w->node = w->stacks->parent[w->node];
	w->entered = false;
	return w->node != EMPTY_STACK;
}
