/*
 * inclusive - the inclusive value of each function
 */
#ifndef CALLGRAPH_INCLUSIVE_H
#define CALLGRAPH_INCLUSIVE_H

#include "common/profile/profile.h"
#include "common/transform/callgraph/scc.h"

/* The strongly connected components of the call graph; nodes are functions. */
void scc_of_profile(const struct profile *p, struct scc *c);

/*
 * The inclusive total of value type v for each function of the call graph, summed over
 * threads; recursion counts once, as in pstat. The caller frees it.
 *
 * Recorded totals are used where they exist. Otherwise the total follows from the arcs:
 * exactly for a function outside of cycles; in a cycle of several functions it is an
 * estimate, never more than what the whole cycle used. *estimated (may be NULL) is the
 * number of such functions.
 */
int64_t *inclusive_totals(const struct profile *p, value_id v, size_t *estimated);

#endif
