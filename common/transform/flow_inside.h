/*
 * flow_inside - what both parts of a flow know: the graph, and the weights of its links
 */
#ifndef TRANSFORM_FLOW_INSIDE_H
#define TRANSFORM_FLOW_INSIDE_H

#include "common/transform/flow.h"

/* An arc of the graph while its values are added up and shared out. */
struct flow_link {
	uint32_t callee;
	bool valued;       /* weight was recorded */
	int64_t weight;    /* inclusive value that came through */
	int64_t pull;      /* what its part is in proportion to: the weight, or calls */
	int64_t calls;
	double part;
};

#endif
