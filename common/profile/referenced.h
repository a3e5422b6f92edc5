/*
 * referenced - marks the functions, frames and stacks that some row refers to
 *
 * The tables of a profile may hold more: a reader adds a function when it meets the
 * name, whether or not a value follows.
 */
#ifndef PROFILE_REFERENCED_H
#define PROFILE_REFERENCED_H

#include "common/profile/profile.h"

/* By id. A stack that is referenced has all its callers referenced too. */
struct referenced {
	bool *functions, *frames, *stacks;
};

/* Every row counts: samples, costs, arcs, jumps, totals. */
void referenced_find(struct referenced *r, const struct profile *p);
void referenced_free(struct referenced *r);

/* By function: the call graph has a cost, an arc or a total of it. The caller frees it. */
bool *referenced_by_graph(const struct profile *p);

#endif
