/*
 * call_flow_internal - shared by the source files that set the values of a call flow
 */
#ifndef TRANSFORM_ESTIMATE_CALL_FLOW_INTERNAL_H
#define TRANSFORM_ESTIMATE_CALL_FLOW_INTERNAL_H

#include "common/transform/estimate/call_flow.h"

/* Sums over the incoming arcs of a function. */
struct incoming {
	double inclusive, self;
	double entering; /* inclusive value of the arcs from other cycles */
	double per_call; /* if above 0: the inclusive value of an arc for each call */
	int64_t calls;
	uint32_t arcs;
	uint32_t entry; /* its arc from outside + 1, and the arc of what was awaited + 1 */
	uint32_t awaited;
	bool entered;        /* it is entered from another cycle */
	bool self_known;     /* known for all arcs */
	bool values_unknown; /* an arc has no recorded inclusive value */
	bool every;          /* an arc counts every occurrence */
};

struct weigher {
	struct call_flow *w;
	const struct profile *p;
	const struct flow_rows *rows;
	value_id value;
	struct incoming *in; /* indexed by node */
	double noise;        /* by how much rounding can change one number: times were fractions */
};

/*
 * Adds to the arc of a function from outside, or to the arc of what was awaited; the arc is
 * created if needed. Calls 0 means unknown.
 */
struct flow_arc *call_flow_add_entry(struct weigher *g, uint32_t callee, double inclusive,
				     int64_t calls, bool awaited);

/*
 * Makes callees fit into their callers: sets `for_callees`, adds the awaited arcs and, if asked
 * to, finds what is unattributed.
 */
void call_flow_balance(struct weigher *g, bool unattributed);

#endif
