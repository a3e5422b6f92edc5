/*
 * unfold - unfolds a call flow into a tree of calling contexts
 *
 * A context is an arc taken from a context of the caller, with two weights: the inflow, and
 * the part of it that is self value. Contexts are made callers first, so all contexts of a
 * cycle's callers exist before the cycle is unfolded, and only where the weight is at least
 * `min_weight`: what is lighter is left out, with everything below it.
 *
 * A function that is never inside itself passes on its inflow: an arc's fraction of what all
 * contexts of the function have for callees is the same in each of them. How cycles are
 * unfolded is described in unfold_cycle.c.
 */
#ifndef TRANSFORM_ESTIMATE_UNFOLD_H
#define TRANSFORM_ESTIMATE_UNFOLD_H

#include "common/transform/estimate/call_flow.h"

/* Less than half a unit disappears in rounding. */
#define UNFOLD_MIN_VALUE 0.5

struct context {
	uint32_t parent; /* or NO_ID; smaller than its own number */
	uint32_t arc;    /* an arc of the flow */
	uint32_t depth;  /* number of frames above it */
	uint32_t next;   /* next context of the same function + 1 */
	double weight;   /* inclusive value */
	double self;
	double spare; /* the part of weight that is neither self value nor assigned to
			        callees */
};

struct unfolding {
	struct context *contexts;
	size_t count, cap;
	double *left;   /* by arc of the flow: what found no place, for arcs in cycles */
	uint64_t steps; /* steps along paths and queues: the work that cycles took */
	bool complete;  /* false: max_contexts was exceeded, and the result is not usable */
	bool cut;       /* the paths became too long in total: what came last has no place */
};

/*
 * When an arc within a cycle gets its weight: as soon as any context of its caller is opened;
 * only from a context whose function is not above it already; or by being placed where it fits.
 */
enum unfold_mode { UNFOLD_ALL, UNFOLD_OUTER, UNFOLD_PLACED, UNFOLD_MODES };

struct unfold_bounds {
	double min_weight;
	uint64_t max_contexts;
	uint64_t max_steps;         /* beyond it, cycles are no longer searched, only filled */
	const unsigned char *modes; /* by arc of the flow: an enum unfold_mode */
	const float *urgency;       /* by arc: a factor for its weights in the order of work */
	bool whole_calls;           /* an arc with a single call is never split */
};

void unfold(const struct call_flow *w, const struct unfold_bounds *bounds, struct unfolding *out);
void unfolding_free(struct unfolding *u);

/* The contexts in depth-first order. The caller frees it. */
uint32_t *unfolding_order(const struct unfolding *u);

#endif
