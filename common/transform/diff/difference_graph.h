/*
 * difference_graph - the call graphs of two sides as one
 *
 * Functions have the values of their rows: self, inclusive and calls. So do the calls between two
 * functions: the median of the runs, 0 in a run that has none. Nothing goes through stacks.
 *
 * The first two value types are those of difference_profile.h. Where calls were counted, two more
 * have the calls of each side, so that both are in the profile: what function and arc have in
 * `base_calls` and `new_calls` is how often it was called. The calls of an arc are those of the
 * new side, or of the base if it is gone.
 */
#ifndef DIFF_DIFFERENCE_GRAPH_H
#define DIFF_DIFFERENCE_GRAPH_H

#include "common/transform/diff/difference_profile.h"

/* The runs have a call graph. NULL after a message if a sum overflowed. */
struct profile *difference_graph(struct difference *d, const struct difference_run *runs,
				 size_t count);

#endif
