/*
 * call_flow - the figures of one thread's call graph, for unfolding it into stacks
 *
 * Nodes are the functions of the thread, arcs its distinct pairs of caller and callee. For
 * one value type at a time each arc has what was recorded of it, made consistent where the
 * file leaves something open:
 *
 *   - no arc has more self than inclusive value, and the self values of a function's arcs
 *     add up to the function's (shared out by inclusive value where nobody recorded them);
 *   - what no caller explains enters through an arc from FLOW_OUTSIDE;
 *   - callees never get more than their caller has. What was recorded beyond that (wall time
 *     of coroutines overlaps) enters through an arc of its own, marked `awaited`.
 *
 * So for each function what flows in through its arcs is what was recorded for it, and a tree
 * in which every context gets a fraction of its arc contradicts nothing where no function is
 * inside itself.
 *
 * Values are doubles: they are fractions of a whole and steer. What a function's self value
 * is, to the unit, is in `self`; whoever places it rounds.
 */
#ifndef TRANSFORM_ESTIMATE_CALL_FLOW_H
#define TRANSFORM_ESTIMATE_CALL_FLOW_H

#include "common/profile/profile.h"
#include "common/transform/callgraph/scc.h"

#define FLOW_OUTSIDE UINT32_MAX

struct flow_arc {
	uint32_t caller, callee; /* nodes; the caller may be FLOW_OUTSIDE */
	uint32_t id;             /* its place before sorting */
	bool inner;              /* both ends are in one cycle, or are one function */
	bool repeats;            /* may occur more than once on a path */
	bool every;              /* each occurrence on a path was counted, not the outermost */
	bool awaited;            /* beyond what its caller had; the caller is FLOW_OUTSIDE */
	bool values_known, self_known; /* recorded: inclusive, self */
	int64_t calls, primitive;
	double self, inclusive;
};

struct flow_node {
	function_id function;
	bool recursive;          /* may be inside itself */
	bool known;              /* the file has totals of this function */
	bool overflow;           /* its self values do not fit in 64 bits */
	bool shared_self;        /* nobody recorded which caller had how much of its self value */
	int64_t self;
	int64_t loose;           /* inclusive value that is nobody's self value */
	int64_t calls, primitive; /* recorded in totals */
	double inclusive;        /* recorded: of its outermost activations */
	double for_callees;      /* what all its contexts have for callees */
	bool all_self;           /* nothing, but it has callees: then it is what flows in */
};

struct call_flow {
	size_t node_count;
	struct flow_node *nodes;
	uint32_t *first;         /* node n calls arcs[first[n]] .. arcs[first[n + 1] - 1] */
	struct flow_arc *arcs;   /* of a node: those with most inclusive value first */
	size_t arc_count;        /* with those from outside, which come last */
	size_t called_count;     /* without them */
	size_t arc_cap;
	uint32_t *arc_of_row;    /* id, by row of flow_rows */
	uint32_t *place_of;      /* in arcs, by id */
	struct scc cycles;
	double total;            /* what enters from outside */
	double awaited;          /* of it: beyond what the callers had */
	bool overlaps;           /* that is overlapping time; else something was not recorded */
	size_t doubtful;         /* functions with a gap that the file does not vouch for */
	double doubt;            /* all such gaps, and the largest */
	double max_doubt;
	uint32_t max_doubtful;   /* whose that is */
};

/* The rows of one thread. */
struct flow_rows {
	const uint32_t *costs, *arcs;
	size_t cost_count, arc_count;
	bool totals;             /* totals recorded for functions are about these rows alone */
	uint32_t *node_of;       /* scratch, by function: zeros, and zeros again afterwards */
};

/* Nodes, arcs and cycles: what does not depend on values. */
void call_flow_open(struct call_flow *w, const struct profile *p, const struct flow_rows *rows);
void call_flow_close(struct call_flow *w);

/* The figures of value type v; `unattributed` asks for `loose`, if the file vouches for it. */
void call_flow_set_values(struct call_flow *w, const struct profile *p, const struct flow_rows *rows,
			  value_id v, bool unattributed);

/*
 * Functions with a context whose share the figures do not force: those called by a function
 * that has several contexts, or is inside itself.
 */
size_t call_flow_uncertain(const struct call_flow *w);

static inline bool flow_in_cycle(const struct call_flow *w, uint32_t node)
{
	return w->nodes[node].recursive || scc_size(&w->cycles, w->cycles.component[node]) > 1;
}

#endif
