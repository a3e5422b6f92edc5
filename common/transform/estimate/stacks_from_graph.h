/*
 * stacks_from_graph - calling contexts estimated from a call graph
 *
 * A call graph does not say which callers led to which callees beyond one step, but it rules
 * out most trees: what it records of functions and arcs (self and inclusive values, calls)
 * has to be what a tree adds up to. The tree drawn here contradicts none of it where no
 * function is inside itself, and as little as was found elsewhere:
 *
 *	main calls a (30) and b (70); both call c, whose 20 are 5 via a + 15 via b
 *	c's self 20 -> main;a;c 5 and main;b;c 15
 *
 *	exec (1000) runs app (1000), which calls run (200) and, to import slow, load (800);
 *	load calls exec (800), which runs slow (800), whose build takes 800
 *	-> exec;app;run 200   exec;app;load;exec;slow;build 800
 *
 * Self totals of every function come out to the unit, whatever the limits: what was never
 * expanded is kept, by function, under the root frame [unplaced]. What callees recorded
 * beyond their caller's time is under [awaited elsewhere] where the profiler's times overlap
 * (yappi's of coroutines), else under [unknown caller]: rows are missing (cProfile keeps one
 * of two lambdas on a line) or mixed (from Python 3.12 on it has all threads on one stack).
 */
#ifndef TRANSFORM_ESTIMATE_STACKS_FROM_GRAPH_H
#define TRANSFORM_ESTIMATE_STACKS_FROM_GRAPH_H

#include "common/profile/profile.h"

struct estimate {
	/* limits */
	uint64_t contexts;   /* at most so many for each thread and value type */
	double max_unplaced; /* expand until less than this fraction of the total is unplaced */
	bool unattributed;   /* show time that nobody's self time has, see below */

	/* results; all values are of value type 0 */
	size_t uncertain;    /* functions with a context that the graph does not force */
	int64_t unattributed_value;
	double unplaced, total; /* how much is under [unplaced] of how much */
	double deviated, recorded; /* inclusive values of functions: off by how much of how much */
	function_id worst;   /* the one that is farthest off, or NO_ID */
	double worst_drawn, worst_recorded;
	double awaited;      /* under [awaited elsewhere], of all that entered the graph */
	double unknown;      /* under [unknown caller] */
	double entered;
};

/*
 * Adds samples for the graph half of p; every value type and thread on its own.
 * Parts of one thread are taken together.
 *
 * Where a function's recorded inclusive value is more than its self value and what its
 * callees took, and the profile says that this is so by intent (inclusive_only: yappi without
 * built-in functions), the difference becomes the self value of a callee [unattributed].
 */
void stacks_from_graph(struct profile *p, struct estimate *estimate);

/* The results alone, of value type v: p gets no stacks. */
void estimate_results(const struct profile *p, value_id v, struct estimate *estimate);

/* What the figures of a call graph tell before any stack is made. */
struct graph_facts {
	int64_t unattributed;
	double awaited, unknown, entered;
	size_t doubtful;     /* functions that hold more than self value and callees, for no reason */
	double doubt;        /* how much more, in sum */
	function_id max_doubtful;
	double max_doubt;
};

void graph_facts_find(const struct profile *p, value_id v, struct graph_facts *out);

#endif
