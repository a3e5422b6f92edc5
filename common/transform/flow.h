/*
 * flow - how a call graph's values run from callers to callees
 *
 * One thread's call graph with one arc for each pair of functions, its components,
 * and for one value type at a time what stacks_from_graph needs to know:
 *
 *	part(f -> g)  which part of g's contexts lies below f; together with
 *	root(g), the part that no caller explains, they add up to 1
 *	worth(f)      the value that one whole f brings with it: its self value and
 *	              its parts of its callees' worth, recursion included
 */
#ifndef TRANSFORM_FLOW_H
#define TRANSFORM_FLOW_H

#include "common/profile/profile.h"
#include "common/transform/cycles.h"

struct flow_arc {
	uint32_t callee;
	double part;
	double worth;      /* of the part */
};

struct flow {
	size_t nodes;
	function_id *function; /* by node */
	int64_t *self;
	int64_t *unattributed; /* inclusive value that nobody's self value holds */
	double *root;
	double *worth;

	/* arcs of node n: first[n] to first[n + 1]; of no function to itself;
	 * those first that bring most */
	uint32_t *first;
	struct flow_arc *arcs;
	struct flow_link *links; /* the same by callee, while they are weighed */
	uint32_t *link_of;       /* by row of an arc; none for calls of a function to itself */
	struct cycles cycles;
	bool *cyclic;            /* by node: in a cycle with others */
	double total;      /* the sum of root(n) * worth(n) */
	bool overflow;     /* a function's self values did not fit in 64 bits */
};

/* The rows of one thread. */
struct flow_rows {
	const uint32_t *costs, *arcs;
	size_t cost_count, arc_count;
	bool totals;       /* totals recorded for functions are about these rows alone */
	uint32_t *node_of; /* scratch, by function: zeros, and zeros again afterwards */
};

/* The part that does not depend on values. */
void flow_open(struct flow *w, const struct profile *p, const struct flow_rows *rows);
void flow_close(struct flow *w);

/* Weights for value type v; `unattributed` asks to look for such values. */
void flow_weigh(struct flow *w, const struct profile *p, const struct flow_rows *rows,
		value_id v, bool unattributed);

/* Weighed for the last time: what only that takes is freed. */
void flow_weighed(struct flow *w);

/* How many functions have several callers, or are in a cycle with others. */
size_t flow_several(const struct flow *w);

#endif
