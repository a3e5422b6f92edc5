/*
 * difference_stacks - the stacks of two sides as one profile
 *
 * Its two value types are called `base` and `new`, which is how writers know a difference.
 * Functions that were matched are one, under the name and place that they have on the new
 * side; lines within functions and threads are left out.
 *
 * Values stay exact. Several runs are added up, and where the sides have different numbers
 * of runs each is multiplied so that both count as many: 2 and 3 runs: three times the base,
 * twice the new ones. Where shares are compared, each side has STACKS_WHOLE parts in all.
 */
#ifndef DIFF_DIFFERENCE_STACKS_H
#define DIFF_DIFFERENCE_STACKS_H

#include "common/transform/diff/difference.h"

#define STACKS_WHOLE INT64_C(1000000)

/* A run that went into the difference, with stacks. */
struct stacks_run {
	struct profile *p;
	value_id value;
	int side;
};

/* NULL after a message if a sum overflowed. */
struct profile *difference_stacks(struct difference *d, const struct stacks_run *runs,
				  size_t count);

#endif
