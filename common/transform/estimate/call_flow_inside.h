/*
 * call_flow_inside - what the parts of weighing a call flow share
 */
#ifndef TRANSFORM_ESTIMATE_CALL_FLOW_INSIDE_H
#define TRANSFORM_ESTIMATE_CALL_FLOW_INSIDE_H

#include "common/transform/estimate/call_flow.h"

/* The sums of a function's incoming arcs. */
struct incoming {
	double inclusive, self;
	double entering;     /* inclusive, of those from other cycles */
	double per_call;     /* above 0: an arc's inclusive value is so much for each call */
	int64_t calls;
	uint32_t arcs;
	bool entered;        /* from another cycle */
	bool has_entry;      /* from outside */
	bool self_known;     /* of all arcs */
	bool valued_not;     /* an arc's inclusive value was not recorded */
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

/* An arc from outside; calls 0 is unknown. */
void flow_add_entry(struct call_flow *w, uint32_t callee, double inclusive, int64_t calls);

/*
 * Makes callees fit into their callers: fills in `room`, adds the arcs that are awaited and,
 * if asked to, finds what is unattributed.
 */
void flow_balance(struct weigher *g, bool unattributed);

#endif
