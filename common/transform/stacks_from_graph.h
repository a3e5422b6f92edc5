/*
 * stacks_from_graph - calling contexts estimated from a call graph
 *
 * A call graph does not say which callers led to which callees beyond one step,
 * so its stacks are an estimate: gprof's proportional rule (Graham, Kessler,
 * McKusick 1982). Every context holds a share of its function, the shares of one
 * function add up to 1, and a callee gets of its caller's share what came through
 * the arc:
 *
 *	main calls a (30) and b (70); both call c, whose 20 are 5 via a + 15 via b
 *	c's self 20 -> main;a;c 5 and main;b;c 15
 *
 * Recursion folds into the context that is on the path already. Self totals
 * of every function come out to the unit, whatever the limits: what was never
 * expanded is kept, by function, under the root frame [unplaced].
 */
#ifndef TRANSFORM_STACKS_FROM_GRAPH_H
#define TRANSFORM_STACKS_FROM_GRAPH_H

#include "common/profile/profile.h"

struct estimate {
	/* limits */
	uint64_t contexts;   /* at most so many for each thread and value type */
	double rest;         /* stop when less than this share of the total is unplaced */
	bool unattributed;   /* show time that nobody's self time has, see below */

	/* results */
	size_t several;      /* functions with several callers, or in recursion */
	int64_t unattributed_value; /* of value type 0 */
	double lost, total;  /* of value type 0: how much is under [unplaced] of how much */
};

/*
 * Adds samples for the graph half of p; every value type and thread on its own.
 * Parts of one thread are taken together.
 *
 * Where a function's recorded inclusive value is more than its self value and
 * what its callees took, the difference becomes the self value of a callee frame
 * [unattributed]: yappi books time in C functions so unless told otherwise.
 */
void stacks_from_graph(struct profile *p, struct estimate *how);

/* How much of value type v would be under [unattributed]. */
int64_t unattributed_value(const struct profile *p, value_id v);

#endif
