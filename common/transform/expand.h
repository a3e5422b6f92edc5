/*
 * expand - contexts of a flow, the most valuable ones first
 *
 * A tree of contexts: each has a node of the flow, a parent and a share of the
 * node. A callee that is on the path already is not repeated: what would re-enter
 * returns to that ancestor. With p for the part that comes back to a context below
 * one unit of it, its share is what flows in times 1 + p + p^2 + ... = 1 / (1 - p).
 */
#ifndef TRANSFORM_EXPAND_H
#define TRANSFORM_EXPAND_H

#include "common/transform/flow.h"

struct context {
	uint32_t parent;     /* or NO_ID; always smaller than its own number */
	uint32_t node;
	uint32_t depth;      /* frames above it */
	uint32_t next;       /* the arc of the flow that is looked at next */
	double part;         /* of the parent's share; for a root: of the node */
	double share;
	double returned;     /* what comes back to it below one unit of share */
};

struct expansion {
	struct context *contexts;
	size_t count, cap;
	double rest;         /* worth that was not expanded */
};

/*
 * Until less than `rest` of the flow's total is not expanded, or there are `most`
 * contexts, or EXPAND_FRAMES frames on all their paths: a chain of 10^5 functions
 * would fill a disk. A flow that needs few contexts is expanded wholly.
 */
enum { EXPAND_FRAMES = 50000000 };

void expand(const struct flow *w, uint64_t most, double rest, struct expansion *out);
void expand_free(struct expansion *e);

/* The contexts depth first: what lies below one comes right after it. The caller frees it. */
uint32_t *expansion_order(const struct expansion *e);

#endif
