/*
 * deviation - how far the inclusive values of a tree are from those that were recorded
 *
 * A sum of differences over functions, and one over arcs: what pstat records of them (their
 * outermost activations), or callgrind of an arc (each of them). Zero but for rounding where
 * no function is inside itself. It needs no truth: of two trees the one that departs less is
 * the better guess.
 */
#ifndef TRANSFORM_ESTIMATE_DEVIATION_H
#define TRANSFORM_ESTIMATE_DEVIATION_H

#include "common/transform/estimate/unfold.h"

struct deviation {
	double functions, functions_recorded;
	double arcs, arcs_recorded;
	double beyond_calls; /* of arcs: in more contexts than they have calls */
	uint32_t worst;      /* node whose value is farthest off, or NO_ID */
	double worst_drawn, worst_recorded;
};

void deviation_measure(const struct call_flow *w, const struct unfolding *u,
		       const uint32_t *order, struct deviation *out);

/* All three, as fractions of what was recorded: 0 is perfect. */
double deviation_total(const struct deviation *d);

#endif
