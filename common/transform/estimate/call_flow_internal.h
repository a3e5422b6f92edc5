/*
 * call_flow_internal - what the parts of weighing a call flow share
 */
#ifndef TRANSFORM_ESTIMATE_CALL_FLOW_INTERNAL_H
#define TRANSFORM_ESTIMATE_CALL_FLOW_INTERNAL_H

#include "common/transform/estimate/call_flow.h"

/* The sums of a function's incoming arcs. */
struct incoming {
	double inclusive, self;
	double entering;     /* inclusive, of those from other cycles */
	double per_call;     /* above 0: an arc's inclusive value is so much for each call */
	int64_t calls;
	uint32_t arcs;
	uint32_t entry;      /* its arc from outside + 1, and that of what was awaited */
	uint32_t awaited;
	bool entered;        /* from another cycle */
	bool self_known;     /* of all arcs */
	bool values_unknown; /* an arc's inclusive value was not recorded */
	bool every;          /* an arc counts each occurrence */
};

struct weigher {
	struct call_flow *w;
	const struct profile *p;
	const struct flow_rows *rows;
	value_id value;
	struct incoming *in; /* by node */
	double noise;        /* how far off one number is by rounding: times were fractions */
};

/*
 * More for a function's only arc from outside, or for that of what was awaited, which is made
 * if it is not there. Calls 0 are unknown.
 */
struct flow_arc *call_flow_add_entry(struct weigher *g, uint32_t callee, double inclusive,
				int64_t calls, bool awaited);

/*
 * Makes callees fit into their callers: fills in `spare`, adds the arcs that are awaited and,
 * if asked to, finds what is unattributed.
 */
void call_flow_balance(struct weigher *g, bool unattributed);

#endif
