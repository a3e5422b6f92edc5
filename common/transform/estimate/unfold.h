/*
 * unfold - a call flow as a tree of calling contexts
 *
 * A context is an arc taken from a context of the caller, with two weights: what flows in,
 * and what of it is the function's own. Contexts are made callers first, so that all contexts
 * of a cycle's callers are there before it is unfolded, and only where the weight is worth
 * it: what is below `min_weight` stays out, with all below it.
 *
 * A function that is never inside itself passes on what comes in: an arc's fraction of what
 * all its contexts have for callees is the same in each of them. How a cycle is unfolded is
 * told in unfold_cycle.c.
 */
#ifndef TRANSFORM_ESTIMATE_UNFOLD_H
#define TRANSFORM_ESTIMATE_UNFOLD_H

#include "common/transform/estimate/call_flow.h"

/* Below half a unit nothing is left after rounding. */
#define UNFOLD_MIN_VALUE 0.5

struct context {
	uint32_t parent;     /* or NO_ID; always smaller than its own number */
	uint32_t arc;        /* of the flow */
	uint32_t depth;      /* frames above it */
	uint32_t next;       /* of the same function: context + 1 */
	double weight;       /* inclusive */
	double self;
	double spare;        /* what of it neither is self nor went to callees */
};

struct unfolding {
	struct context *contexts;
	size_t count, cap;
	double *left;        /* by arc of the flow: what found no place, where it is in a cycle */
	uint64_t steps;      /* along paths and rooms: how much work the cycles were */
	bool complete;       /* false: max_contexts were passed, and it is of no use */
	bool cut;            /* paths got too long in sum: what came last has no place */
};

/*
 * When an arc within a cycle gets its weight: as soon as any context of its caller is opened,
 * only from one whose function is not above it already, or by being placed where it fits.
 */
enum unfold_mode { UNFOLD_ALL, UNFOLD_OUTER, UNFOLD_PLACED, UNFOLD_MODES };

struct unfold_bounds {
	double min_weight;
	uint64_t max_contexts;
	uint64_t max_steps;         /* then cycles are no longer searched, only filled */
	const unsigned char *modes; /* by arc of the flow: an unfold_mode */
	const float *urgency;       /* by arc: its weights count so many times as much for the order */
	bool whole_calls;           /* an arc that was called once is never split */
};

void unfold(const struct call_flow *w, const struct unfold_bounds *bounds,
	    struct unfolding *out);
void unfolding_free(struct unfolding *u);

/* The contexts depth first: what lies below one comes right after it. The caller frees it. */
uint32_t *unfolding_order(const struct unfolding *u);

#endif
