/*
 * inclusive - what each function's activations held, callees included
 */
#ifndef CALLGRAPH_INCLUSIVE_H
#define CALLGRAPH_INCLUSIVE_H

#include "common/profile/profile.h"
#include "common/transform/callgraph/scc.h"

/* The cycles of all calls of the graph half, by function. */
void scc_of_profile(const struct profile *p, struct scc *c);

/*
 * The inclusive total of value type v for each function of the graph half, summed
 * over threads; recursion counts once, as in pstat. The caller frees it.
 *
 * A recorded total is taken as it is. Without one it follows from the arcs: exactly
 * for a function outside of cycles; in a cycle of several functions it is an
 * estimate, never above what the whole cycle used. *estimated (or NULL) tells for
 * how many functions it is one.
 */
int64_t *inclusive_totals(const struct profile *p, value_id v, size_t *estimated);

#endif
