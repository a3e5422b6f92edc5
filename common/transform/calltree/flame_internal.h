/*
 * flame_internal - what the shapes of a flame_tree share while it is made
 */
#ifndef CALLTREE_FLAME_INTERNAL_H
#define CALLTREE_FLAME_INTERNAL_H

#include "common/transform/calltree/flame_tree.h"

struct flame_builder {
	const struct contexts *c;
	const struct flame_tree_options *options;
	struct flame_tree *t;
	uint32_t *box;       /* by function */
	bool *is_base;       /* by box */
	size_t cap;          /* of the tree's columns */
	bool widths_known;   /* width is filled, not only base and fresh */
};

bool flame_is_difference(const struct flame_tree_options *options);
/* What a pair of values is as width. */
int64_t flame_width_of(const struct flame_tree_options *options, int64_t first, int64_t second);
/* Room for as many nodes as there are; new ones are zeros. */
void flame_grow(struct flame_builder *m);
/* The line that a frame is at, or 0. */
uint32_t flame_line(const struct profile *p, frame_id frame);
/* Adds self values to a node. */
void flame_add_self(struct flame_builder *m, uint32_t node, const int64_t *values);

/* Turn a merged tree round; fill an empty tree in the order of time. */
struct flame_tree *flame_callers(struct flame_builder *m);
void flame_timeline(struct flame_builder *m);

/* Totals, children, places: when all nodes and their own values are there. */
void flame_finish(struct flame_builder *m, bool sorted);

#endif
