/*
 * flame_internal - shared by the source files that build a flame_tree
 */
#ifndef CALLTREE_FLAME_INTERNAL_H
#define CALLTREE_FLAME_INTERNAL_H

#include "common/transform/calltree/flame_tree.h"

struct flame_builder {
	const struct contexts *c;
	const struct flame_tree_options *options;
	struct flame_tree *t;
	uint32_t *box;     /* box of each function */
	bool *is_base;     /* by box: stacks begin at it */
	size_t cap;        /* allocated size of the tree's columns */
	bool widths_known; /* `width` is filled, not only base and new_values */
};

bool flame_is_difference(const struct flame_tree_options *options);
/* The width of a box with this pair of values. */
int64_t flame_width_of(const struct flame_tree_options *options, int64_t first, int64_t second);
/* Grows the columns to the number of nodes; new entries are zero. */
void flame_grow(struct flame_builder *m);
/* The line of a frame, or 0. */
uint32_t flame_line(const struct profile *p, frame_id frame);
/* Adds self values to a node. */
void flame_add_self(struct flame_builder *m, uint32_t node, const int64_t *values);

/*
 * flame_callers() turns a merged tree into one with callers above; flame_timeline() fills an
 * empty tree in the order of time.
 */
struct flame_tree *flame_callers(struct flame_builder *m);
void flame_timeline(struct flame_builder *m);

/* Computes totals, children and places, once all nodes have their self values. */
void flame_finish(struct flame_builder *m, bool sorted);

#endif
