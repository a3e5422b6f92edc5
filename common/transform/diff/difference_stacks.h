/*
 * difference_stacks - the stacks of two sides as one profile
 *
 * The self value of a function is divided among its stacks as all runs of the side together have
 * it:
 *
 * 	three runs   main;f 100    main;f 90, main;g;f 10    main;f 700
 * 	median 100   main;f 99, main;g;f 1
 *
 * DIFFERENCE_REST stands below the frames that all stacks have in common.
 */
#ifndef DIFF_DIFFERENCE_STACKS_H
#define DIFF_DIFFERENCE_STACKS_H

#include "common/transform/diff/difference_profile.h"

/* The runs have stacks. NULL after a message if a sum overflowed. */
struct profile *difference_stacks(struct difference *d, const struct difference_run *runs,
				  size_t count);

#endif
