/*
 * difference_profile - what the two forms of a difference as a profile share
 *
 * The first two value types are named `base` and `new`, which is how writers recognise a
 * difference; their titles say what the values are. Matched functions are merged and take the
 * name and place of the new side; lines within functions and threads are dropped.
 *
 * The self value of each function is what its row has: the median, if there are several runs, or
 * the share in percent, if shares are compared. Medians do not add up to the median total: what
 * is missing has a function of its own, DIFFERENCE_REST.
 *
 * 	difference_stacks.c  the values divided among stacks
 * 	difference_graph.c   calls between functions
 */
#ifndef DIFF_DIFFERENCE_PROFILE_H
#define DIFF_DIFFERENCE_PROFILE_H

#include "common/transform/diff/difference.h"

#define DIFFERENCE_REST "[beyond medians]"

/* A run that was added to the difference. */
struct difference_run {
	struct profile *p;
	value_id value;
	int side;
};

struct difference_profile {
	struct difference *d;
	struct profile *p;            /* what is made */
	function_id *function_of_row; /* NO_ID: not made yet */
};

/* Makes the profile with a thread and the two value types. */
void difference_profile_open(struct difference_profile *k, struct difference *d);
/* The profile, which the caller owns; NULL after a message if a sum overflowed. */
struct profile *difference_profile_close(struct difference_profile *k);

/*
 * The functions of a run in the profile, by their rows, which are those of diff_rows_of(). The
 * caller adds runs of the new side first and frees the array.
 */
function_id *difference_profile_functions(struct difference_profile *k,
					  const struct difference_run *run, const uint32_t *rows);
/* The function of a row, whether or not a run has made it. */
function_id difference_profile_function(struct difference_profile *k, uint32_t row);

/* The self value of a row; what all rows together have less than the total. */
int64_t difference_profile_self(const struct difference_profile *k, uint32_t row, int side);
int64_t difference_profile_rest(const struct difference_profile *k, int side);

#endif
