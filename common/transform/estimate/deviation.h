/*
 * deviation - how far the inclusive values of a tree are from the recorded ones
 *
 * The sum of differences over functions, and over arcs: of what pstat records (outermost
 * activations), or what callgrind records of an arc (every activation). Apart from rounding
 * it is zero if no function is inside itself. It needs no true tree: of two trees, the one
 * that deviates less is the better guess.
 */
#ifndef TRANSFORM_ESTIMATE_DEVIATION_H
#define TRANSFORM_ESTIMATE_DEVIATION_H

#include "common/transform/estimate/unfold.h"

struct deviation {
	double functions, functions_recorded;
	double arcs, arcs_recorded;
	double beyond_calls; /* of arcs that are in more contexts than they have calls */
	uint32_t worst;      /* the node whose value deviates most, or NO_ID */
	double worst_drawn, worst_recorded;
};

void deviation_measure(const struct call_flow *w, const struct unfolding *u, const uint32_t *order,
		       struct deviation *out);

/* The sum of all three as fractions of what was recorded: 0 is perfect. */
double deviation_total(const struct deviation *d);

#endif
