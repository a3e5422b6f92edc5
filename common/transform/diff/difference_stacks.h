/*
 * difference_stacks - the stacks of two sides as one profile
 *
 * Its two value types are named `base` and `new`, which is how writers recognise a difference.
 * Matched functions are merged and take the name and place of the new side; lines within
 * functions and threads are dropped.
 *
 * The self value of each function is what its row has: the median, if there are several runs, or
 * the share in percent, if shares are compared. It is divided among the function's stacks as
 * all runs of the side together have it:
 *
 * 	three runs   main;f 100    main;f 90, main;g;f 10    main;f 700
 * 	median 100   main;f 99, main;g;f 1
 *
 * Medians do not add up to the median total. What is missing stands beside the functions, as
 * DIFFERENCE_REST, below the frames that all stacks have in common.
 */
#ifndef DIFF_DIFFERENCE_STACKS_H
#define DIFF_DIFFERENCE_STACKS_H

#include "common/transform/diff/difference.h"

#define DIFFERENCE_REST "[beyond medians]"

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
