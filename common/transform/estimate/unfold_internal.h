/*
 * unfold_internal - shared by the unfolding of plain functions and of cycles
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
	uint32_t *contexts_of;    /* by node: its first context + 1; linked through next */
	double *left;             /* by arc: inclusive value that has no context yet */
	double *self_left;        /* by arc */
	struct cycle_work *cycle; /* NULL until the first cycle */
	bool full;                /* max_contexts was reached: give up */
};

static inline uint32_t unfold_node(const struct unfolder *u, uint32_t context)
{
	return u->w->arcs[u->u->contexts[context].arc].callee;
}

/* Adds a context; NO_ID if no more are wanted. `left` of the arc is not changed. */
uint32_t unfold_context(struct unfolder *u, uint32_t parent, uint32_t arc, double weight);

/* Unfolds all members of a component; all contexts that enter it must exist. */
void unfold_cycle(struct unfolder *u, uint32_t component);
void unfold_cycle_close(struct unfolder *u);

#endif
