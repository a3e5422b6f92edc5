/*
 * best_tree - the tree of contexts that departs least from what was recorded
 *
 * Cycles can be unfolded in many ways. A few are tried as they are, then the mode of single
 * arcs is changed, those first on whose account most found no place; a change stays if the
 * tree departs less with it. The effort is bounded, by counted steps and never by time, so
 * that the same file gives the same tree.
 */
#ifndef TRANSFORM_ESTIMATE_BEST_TREE_H
#define TRANSFORM_ESTIMATE_BEST_TREE_H

#include "common/transform/estimate/deviation.h"

/* A function of which so much is placed is placed wholly: the rest is below what counts. */
#define TREE_NEARLY_ALL 0.99

struct best_tree {
	struct unfolding unfolding;
	uint32_t *order;            /* its contexts, depth first */
	struct deviation deviation;
	double unplaced, total;     /* of self and unattributed values */
};

/* At most so many contexts; expanded until less than `max_unplaced` of the total is unplaced. */
void best_tree_find(const struct call_flow *w, uint64_t max_contexts, double max_unplaced,
		    struct best_tree *out);
void best_tree_free(struct best_tree *t);

#endif
