/*
 * best_tree - finds the tree of contexts that deviates least from what was recorded
 *
 * Cycles can be unfolded in many ways. A few modes are tried for all arcs, then the mode of
 * single arcs is changed, starting with the arcs for which most found no place; a change
 * stays if the tree deviates less with it. The effort is bounded by counted steps and never
 * by time, so that the same file gives the same tree.
 */
#ifndef TRANSFORM_ESTIMATE_BEST_TREE_H
#define TRANSFORM_ESTIMATE_BEST_TREE_H

#include "common/transform/estimate/deviation.h"

/*
 * If this fraction of a function is placed, it counts as placed: the remainder is negligible.
 */
#define TREE_NEARLY_ALL 0.99

struct best_tree {
	struct unfolding unfolding;
	uint32_t *order; /* its contexts in depth-first order */
	struct deviation deviation;
};

/*
 * Makes at most max_contexts contexts, and stops when less than `max_unplaced` of the total is
 * unplaced.
 */
void best_tree_find(const struct call_flow *w, uint64_t max_contexts, double max_unplaced,
		    struct best_tree *out);
void best_tree_free(struct best_tree *t);

#endif
