/*
 * profile_stats - summary statistics of a profile, and consistency warnings
 */
#ifndef SUMMARY_PROFILE_STATS_H
#define SUMMARY_PROFILE_STATS_H

#include "common/transform/estimate/stacks_from_graph.h"

struct profile_stats {
	int64_t *profile_self_totals; /* by value type: sum over samples and costs */
	int64_t *idle;                /* by value type: the part of it without a stack */
	size_t functions;             /* with a value, a caller or a callee */
	size_t frames;                /* distinct frames in stacks */
	size_t stacks;                /* distinct stacks that were sampled */
	size_t arcs;                  /* distinct pairs of caller and callee */
	int64_t calls, primitive_calls;
	bool calls_measured;      /* false: calls were not counted */
	size_t depth;             /* depth of the deepest stack; of a call graph, of its longest
			          chain of calls, with each cycle counted once */
	size_t roots;             /* number of root frames; of a call graph, functions without
			          callers */
	struct graph_facts facts; /* for value type 0 */
	struct buf *warnings;
	size_t warning_count, warning_cap;
};

void profile_stats_measure(const struct profile *p, struct profile_stats *out);
void profile_stats_free(struct profile_stats *m);

#endif
