/*
 * flame_tree - the stacks of a profile as the boxes of a flame graph
 *
 * Stacks become one tree of functions: the lines of a function under one caller are
 * one node, and so are all threads. Each node's total is its self value plus its
 * children's totals, to the unit; children are in bytewise order of name, then file,
 * then line. Made from the first value type; values must not be negative.
 *
 *	main;std 300, main;std::x 100, main;std;y 200
 *
 *	all 600 - main 600 -+- std 500 - y 200
 *	                    +- std::x 100
 *
 * Node 0 is the root, which is no function; a parent's number is smaller than its
 * children's. NO_ID in first and next is none.
 */
#ifndef TRANSFORM_FLAME_TREE_H
#define TRANSFORM_FLAME_TREE_H

#include "common/profile/profile.h"

struct flame_tree {
	struct stacks nodes;      /* parents, and as frames: indices of boxes */
	function_id *boxes;       /* in order */
	uint32_t *first, *next;   /* a node's first child and next sibling */
	uint32_t *line;           /* that all stacks of the node agree on, or 0 */
	int64_t *self, *total;
};

struct flame_tree *flame_tree_new(const struct profile *p);
void flame_tree_free(struct flame_tree *t);

/* Not for the root. */
static inline function_id flame_tree_function(const struct flame_tree *t, uint32_t node)
{
	return t->boxes[t->nodes.frame[node]];
}

/*
 * A walk: caller first, then its children in order. A node spans the values from x
 * to x + total; its children fill the right end of that, self is left of them.
 *
 *	struct flame_walk at = { 0 };
 *	do
 *		look at at.node;
 *	while (flame_tree_walk(t, &at, whether to visit its children));
 */
struct flame_walk {
	uint32_t node;
	uint32_t depth;
	int64_t x;
};
bool flame_tree_walk(const struct flame_tree *t, struct flame_walk *at, bool into);

#endif
