/*
 * stacks_from_graph - estimates calling contexts from a call graph
 *
 * A call graph does not record which callers led to which callees beyond one step, but it
 * rules out most trees: its self and inclusive values and calls must be what the tree adds up
 * to. The tree drawn here contradicts none of these if no function is inside itself, and
 * otherwise as little as was found:
 *
 * 	main calls a (30) and b (70); both call c, whose 20 are 5 via a + 15 via b
 * 	c's self 20 -> main;a;c 5 and main;b;c 15
 *
 * 	exec (1000) runs app (1000), which calls run (200) and, to import slow, load (800);
 * 	load calls exec (800), which runs slow (800), whose build takes 800
 * 	-> exec;app;run 200   exec;app;load;exec;slow;build 800
 *
 * The self total of every function is exact, whatever the limits: what was not expanded is
 * kept, by function, under the root frame [unplaced], and what was merged under frames of this
 * name. What callees recorded beyond the time of
 * their caller is under [awaited elsewhere] if the profiler's times overlap (yappi's, of
 * coroutines), otherwise under [unknown caller]: rows are missing (cProfile keeps one of two
 * lambdas on a line) or mixed (from Python 3.12 on it has all threads on one stack).
 */
#ifndef TRANSFORM_ESTIMATE_STACKS_FROM_GRAPH_H
#define TRANSFORM_ESTIMATE_STACKS_FROM_GRAPH_H

#include "common/profile/profile.h"

/* Unless the caller chooses others. */
#define ESTIMATE_CONTEXTS 200000
#define ESTIMATE_UNPLACED 1e-3

struct estimate {
	/*
	 * Limits. If neither is chosen, stacks that are too light to be told from noise are merged
	 * too (light_stacks.h); otherwise all that is expanded is drawn.
	 */
	uint64_t contexts;   /* at most this many for each thread and value type; 0: not chosen */
	double max_unplaced; /* expand until less than this fraction of the total is unplaced;
			        less than 0: not chosen */
	bool unattributed;   /* show time that is in no self value, see below */

	/* results; all values are of value type 0 */
	size_t uncertain; /* number of functions with a context that the graph does not
			        determine */
	int64_t unattributed_value;
	double unplaced, total;    /* the value under [unplaced], and the total */
	double min_weight;         /* lighter stacks were merged; 0: none */
	double deviated, recorded; /* inclusive values of functions: the sum of deviations, and
				      the sum of recorded values */
	function_id worst;         /* the function that deviates most, or NO_ID */
	double worst_drawn, worst_recorded;
	double awaited; /* the value under [awaited elsewhere]; see entered */
	double unknown; /* the value under [unknown caller]; see entered */
	double entered;
};

/*
 * Adds samples for the call graph of p; every value type and thread is treated separately.
 * Parts of one thread are taken together.
 *
 * If the recorded inclusive value of a function exceeds its self value and what its callees
 * took, and the profile says that this is by intent (inclusive_only: yappi without built-in
 * functions), the difference becomes the self value of a callee [unattributed].
 */
void stacks_from_graph(struct profile *p, struct estimate *estimate);

/* Computes the results only, for value type v; p gets no stacks. */
void estimate_results(const struct profile *p, value_id v, struct estimate *estimate);

/* What the numbers of a call graph show before any stack is made. */
struct graph_facts {
	int64_t unattributed;
	double awaited, unknown, entered;
	size_t doubtful; /* number of functions whose value exceeds self and callees without
			        a reason */
	double doubt;    /* by how much, in sum */
	function_id max_doubtful;
	double max_doubt;
};

void graph_facts_find(const struct profile *p, value_id v, struct graph_facts *out);

#endif
