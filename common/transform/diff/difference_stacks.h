/*
 * difference_stacks - the stacks of two sides as one profile
 *
 * Its two value types are named `base` and `new`, which is how writers recognise a difference.
 * Matched functions are merged and take the name and place of the new side; lines within
 * functions and threads are dropped.
 *
 * Values stay exact. Several runs are summed, and sides with different numbers of runs are
 * multiplied so that both weigh the same: with 2 and 3 runs, the base counts three times and
 * the new side twice. If shares are compared, each side has STACKS_WHOLE parts in all.
 */
#ifndef DIFF_DIFFERENCE_STACKS_H
#define DIFF_DIFFERENCE_STACKS_H

#include "common/transform/diff/difference.h"

#define STACKS_WHOLE INT64_C(1000000)

/* A run with stacks that was added to the difference. */
struct stacks_run {
	struct profile *p;
	value_id value;
	int side;
};

/* NULL after a message if a sum overflowed. */
struct profile *difference_stacks(struct difference *d, const struct stacks_run *runs,
				  size_t count);

#endif
