/*
 * stack_walk - goes through a trie of stacks depth first, without recursion
 *
 *	struct stack_walk w;
 *	stack_walk_open(&w, &p->stacks);
 *	while (stack_walk_next(&w))
 *		if (w.entered)
 *			... w.node, below all that was entered and not left
 *		else
 *			... w.node is left, after all below it
 *	stack_walk_close(&w);
 *
 * The empty stack is not among them. Children of one stack come in the order of their ids.
 */
#ifndef PROFILE_STACK_WALK_H
#define PROFILE_STACK_WALK_H

#include "common/profile/stacks.h"

struct stack_walk {
	stack_id node;
	bool entered;

	/* private */
	const struct stacks *stacks;
	stack_id *child, *sibling; /* lists, in order of id */
	stack_id *path;            /* in their place, where the order of ids is depth first */
	size_t depth, path_cap;
	stack_id next; /* the node that is entered next, where there is a path */
};

void stack_walk_open(struct stack_walk *w, const struct stacks *s);
void stack_walk_close(struct stack_walk *w);
bool stack_walk_next_listed(struct stack_walk *w);

/* Takes the next step. False: all have been left. */
static inline bool stack_walk_next(struct stack_walk *w)
{
	if (w->child)
		return stack_walk_next_listed(w);
	if (w->next == w->stacks->count && !w->depth)
		return false;
	w->entered = w->next < w->stacks->count &&
		     (w->depth ? w->path[w->depth - 1] : EMPTY_STACK) == w->stacks->parent[w->next];
	if (w->entered)
		w->path[w->depth++] = w->next++;
	w->node = w->entered ? w->next - 1 : w->path[--w->depth];
	return true;
}

#endif
