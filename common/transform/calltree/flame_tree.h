/*
 * flame_tree - calling contexts as the boxes of a flame graph
 *
 * Contexts become one tree of functions: the lines of a function under one caller are
 * one node, and so are all threads. Children are in bytewise order of name, then file,
 * then line. Each node spans `total` values from x on: its self value, then its
 * children, then what is hidden (see contexts.h); all of it adds up to the unit.
 *
 *	main;std 300, main;std::x 100, main;std;y 200
 *
 *	all 600 - main 600 -+- std 500 - y 200
 *	                    +- std::x 100
 *
 * Other shapes of the same: callers first (the function that a sample was taken in
 * lies on the root, its callers on it), and in time, where only neighbours are one.
 *
 * Made from the first value type or, for a difference, from the first two (base and
 * new); values must not be negative. Node 0 is the root, which is no function; a
 * parent's number is smaller than its children's. NO_ID in first and next is none.
 */
#ifndef CALLTREE_FLAME_TREE_H
#define CALLTREE_FLAME_TREE_H

#include "common/transform/calltree/contexts.h"

enum flame_shape { FLAME_MERGED, FLAME_CALLERS, FLAME_TIMELINE };
/* What is as wide as a box: the value or, of a difference, one or the larger of both. */
enum flame_width { WIDTH_LARGER, WIDTH_NEW, WIDTH_BASE, WIDTH_FIRST };

struct flame_tree_options {
	enum flame_shape shape;
	enum flame_width width;
	bool unsorted;            /* children in order of first appearance */
	const struct str *base;   /* stacks begin at the last frame with one of these names */
	size_t base_count;
	double min_share;         /* callers: nodes with a smaller share have no children */
	uint64_t max_nodes;       /* callers: with so many nodes no more are made */
	const bool *guessed;      /* by context: see guessed.h; NULL: none is */
};

struct flame_values {
	int64_t *self, *descendants_pruned, *total;
};

struct flame_tree {
	const struct profile *p;
	struct stacks nodes;      /* parents, and as frames: boxes */
	function_id *boxes;       /* the functions in order, one of each box */
	size_t box_count;
	bool *multi_context;      /* by box: has several contexts when merged */
	bool *guessed;            /* by node: a context of it is; callers: which callers it has */
	uint32_t *first, *next;   /* a node's first child and next sibling */
	uint32_t *line;           /* that all contexts of the node agree on, or 0 */
	bool cut;                 /* more than how->most are wanted: their values are hidden */
	uint32_t *depth;
	int64_t *x;
	struct flame_values width, base, new_values; /* the last two for a difference only */
};

struct flame_tree *flame_tree_new(const struct contexts *c, const struct flame_tree_options *options);
void flame_tree_free(struct flame_tree *t);

/* Not for the root. */
static inline function_id flame_tree_function(const struct flame_tree *t, uint32_t node)
{
	return t->boxes[t->nodes.frame[node]];
}

#endif
