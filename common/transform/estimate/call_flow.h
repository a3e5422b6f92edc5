/*
 * call_flow - the values of one thread's call graph, prepared for unfolding into stacks
 *
 * Nodes are the functions of the thread, arcs its distinct pairs of caller and callee. For
 * one value type at a time each arc gets what was recorded of it, made consistent where the
 * file leaves something open:
 *
 *   - No arc has more self than inclusive value, and the self values of a function's arcs
 *     add up to the function's own (divided by inclusive value if they were not recorded).
 *   - What no caller explains enters through an arc from FLOW_OUTSIDE.
 *   - Callees never get more than their caller has. What was recorded beyond that (wall time
 *     of overlapping coroutines) enters through an arc of its own, marked `awaited`.
 *
 * So for each function, the inflow through its arcs is what was recorded for it, and a tree
 * in which every context gets a fraction of its arc contradicts nothing, as long as no
 * function is inside itself.
 *
 * Values are doubles: they are fractions of a whole and only steer. The exact self value of a
 * function is in `self`, and the code that places it does the rounding.
 */
#ifndef TRANSFORM_ESTIMATE_CALL_FLOW_H
#define TRANSFORM_ESTIMATE_CALL_FLOW_H

#include "common/profile/profile.h"
#include "common/transform/callgraph/scc.h"

#define FLOW_OUTSIDE UINT32_MAX

struct flow_arc {
	uint32_t caller, callee;       /* nodes; the caller may be FLOW_OUTSIDE */
	uint32_t id;                   /* its position before sorting */
	bool inner;                    /* both ends are in one cycle, or are the same function */
	bool repeats;                  /* may occur more than once on a path */
	bool every;                    /* every occurrence on a path was counted, not only the
				    outermost */
	bool awaited;                  /* beyond what its caller had; the caller is FLOW_OUTSIDE */
	bool values_known, self_known; /* which values were recorded: inclusive, self */
	int64_t calls, primitive;
	double self, inclusive;
};

struct flow_node {
	function_id function;
	bool recursive;   /* may be inside itself */
	bool known;       /* the file has totals of this function */
	bool overflow;    /* its self values do not fit in 64 bits */
	bool shared_self; /* the file does not say which caller had how much of its self
				    value */
	int64_t self;
	int64_t loose;            /* inclusive value that is in no self value */
	int64_t calls, primitive; /* as recorded in totals */
	double inclusive;         /* as recorded: of its outermost activations */
	double for_callees;       /* what all its contexts together have for callees */
	bool all_self;            /* for_callees is 0 although it has callees: then its inflow
				    takes its place */
};

struct call_flow {
	size_t node_count;
	struct flow_node *nodes;
	uint32_t *first;       /* the arcs of node n are arcs[first[n]] .. arcs[first[n + 1] -
				    1] */
	struct flow_arc *arcs; /* of a node: the largest inclusive value first */
	size_t arc_count;      /* including those from outside, which come last */
	size_t called_count;   /* without those from outside */
	size_t arc_cap;
	uint32_t *arc_of_row; /* arc id, by row of flow_rows */
	uint32_t *place_of;   /* position in arcs, by arc id */
	struct scc cycles;
	double total;    /* what enters from outside */
	double awaited;  /* the part of it that is beyond what the callers had */
	bool overlaps;   /* true: because times overlap; false: because something was not
				    recorded */
	size_t doubtful; /* number of functions with a gap that the file does not explain */
	double doubt;    /* the sum of such gaps, and the largest one */
	double max_doubt;
	uint32_t max_doubtful; /* the function with the largest gap */
};

/* The rows of one thread of a profile. */
struct flow_rows {
	const uint32_t *costs, *arcs;
	size_t cost_count, arc_count;
	bool totals;       /* the totals recorded for functions concern only these rows */
	uint32_t *node_of; /* scratch, by function: all zeros before and after a call */
};

/* Builds nodes, arcs and cycles: what does not depend on the value type. */
void call_flow_open(struct call_flow *w, const struct profile *p, const struct flow_rows *rows);
void call_flow_close(struct call_flow *w);

/*
 * Sets the numbers for value type v. `unattributed` asks for `loose`, if the file records it by
 * intent.
 */
void call_flow_set_values(struct call_flow *w, const struct profile *p,
			  const struct flow_rows *rows, value_id v, bool unattributed);

/*
 * The number of functions with a context whose share does not follow from the numbers: those
 * called by a function that has several contexts, or that is inside itself.
 */
size_t call_flow_uncertain(const struct call_flow *w);

static inline bool flow_in_cycle(const struct call_flow *w, uint32_t node)
{
	return w->nodes[node].recursive || scc_size(&w->cycles, w->cycles.component[node]) > 1;
}

#endif
