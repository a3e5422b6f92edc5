/*
 * profile_stats - a profile in figures, and what is odd about it
 */
#ifndef SUMMARY_PROFILE_STATS_H
#define SUMMARY_PROFILE_STATS_H

#include "common/transform/estimate/stacks_from_graph.h"

struct profile_stats {
	int64_t *profile_self_totals; /* by value type: all samples and costs */
	size_t functions;      /* that have a value, a caller or a callee */
	size_t frames;         /* in stacks */
	size_t stacks;         /* distinct ones that were sampled */
	size_t arcs;           /* distinct pairs of caller and callee */
	int64_t calls, primitive_calls;
	bool calls_measured;   /* false: nobody counted calls */
	size_t depth;          /* of the deepest stack; of a graph, its longest chain of
				  calls, each cycle counted once */
	size_t roots;          /* root frames; of a graph, functions without callers */
	struct graph_facts facts; /* of value type 0 */
	struct buf *warnings;
	size_t warning_count, warning_cap;
};

void profile_stats_measure(const struct profile *p, struct profile_stats *out);
void profile_stats_free(struct profile_stats *m);

#endif
