/*
 * flame_tree - calling contexts as the boxes of a flame graph
 *
 * Contexts become one tree of functions: all lines of a function under one caller are one
 * node, and threads are merged. Children are sorted by name, then file, then line, bytewise.
 * A node spans `total` values from x on: first its self value, then its children, then its
 * pruned descendants (see contexts.h). These add up exactly.
 *
 * 	main;std 300, main;std::x 100, main;std;y 200
 *
 * 	all 600 - main 600 -+- std 500 - y 200
 * 	                    +- std::x 100
 *
 * Other shapes: callers first (the sampled function lies on the root, its callers on it), and
 * in the order of time, where only neighbouring samples are merged.
 *
 * The tree shows the first value type or, for a difference, the first two (base and new).
 * Values must not be negative. Node 0 is the root, which is not a function; a parent's number
 * is smaller than its children's. In first and next, NO_ID means none.
 */
#ifndef CALLTREE_FLAME_TREE_H
#define CALLTREE_FLAME_TREE_H

#include "common/transform/calltree/contexts.h"

enum flame_shape { FLAME_MERGED, FLAME_CALLERS, FLAME_TIMELINE };
/*
 * What the width of a box stands for: the value or, in a difference, one of the two or the
 * larger.
 */
enum flame_width { WIDTH_LARGER, WIDTH_NEW, WIDTH_BASE, WIDTH_FIRST };

struct flame_tree_options {
	enum flame_shape shape;
	enum flame_width width;
	bool unsorted;          /* keep children in order of first appearance */
	const struct str *base; /* start each stack at its last frame with one of these names */
	size_t base_count;
	double min_share;    /* callers first: nodes with a smaller share get no children */
	uint64_t max_nodes;  /* callers first: stop adding nodes at this number */
	const bool *guessed; /* by context, see guessed.h; NULL: no context is uncertain */
};

struct flame_values {
	int64_t *self, *descendants_pruned, *total;
};

struct flame_tree {
	const struct profile *p;
	struct stacks nodes; /* parents; the "frames" are boxes */
	function_id *boxes;  /* a function for each box, in sorted order */
	size_t box_count;
	bool *multi_context;    /* by box: has several contexts when merged */
	bool *guessed;          /* by node: one of its contexts is uncertain; callers first:
				     which callers it has is */
	uint32_t *first, *next; /* first child and next sibling of each node */
	uint32_t *line;         /* the line that all contexts of the node share, or 0 */
	bool cut;               /* more nodes than options->max_nodes are needed; the values of
				     the others are in descendants_pruned */
	uint32_t *depth;
	int64_t *x;
	struct flame_values width, base, new_values; /* base and new_values exist only for a
						        difference */
};

struct flame_tree *flame_tree_new(const struct contexts *c,
				  const struct flame_tree_options *options);
void flame_tree_free(struct flame_tree *t);

/* The node must not be the root. */
static inline function_id flame_tree_function(const struct flame_tree *t, uint32_t node)
{
	return t->boxes[t->nodes.frame[node]];
}

#endif
