/*
 * unfold_internal - what unfolding of plain functions and of cycles share
 */
#ifndef TRANSFORM_ESTIMATE_UNFOLD_INTERNAL_H
#define TRANSFORM_ESTIMATE_UNFOLD_INTERNAL_H

#include "common/base/index.h"
#include "common/transform/estimate/unfold.h"

struct unfolder {
	const struct call_flow *w;
	struct unfolding *u;
	double min_weight;
	uint64_t max_contexts, max_frames, frames, max_steps;
	const unsigned char *modes;
	const float *urgency;
	bool whole_calls;
	uint32_t *contexts_of; /* by node: context + 1, a list */
	double *left;          /* by arc: inclusive value that has no context yet */
	double *self_left;     /* by arc */
	struct cycle_work *cycle; /* NULL until a cycle is met */
	bool full;             /* max_contexts were made: give up */
};

static inline uint32_t unfold_node(const struct unfolder *u, uint32_t context)
{
	return u->w->arcs[u->u->contexts[context].arc].callee;
}

/* A new context, or NO_ID where no more are wanted. What is left of the arc is not touched. */
uint32_t unfold_context(struct unfolder *u, uint32_t parent, uint32_t arc, double weight);

/* All members of a component at once; all contexts that enter it are there. */
void unfold_cycle(struct unfolder *u, uint32_t component);
void unfold_cycle_close(struct unfolder *u);

#endif
