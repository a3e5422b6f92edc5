/*
 * graph_from_stacks - the exact call graph of sampled stacks
 *
 * Self values belong to the function and line of the last frame. An inclusive value counts a
 * function, and an arc, once for each stack, whatever the recursion: f;g;f;g with weight 10
 * gives f 10, g 10, f->g 10, g->f 10. Where samples count calls (p->counts_calls), the calls of
 * a function, and of an arc, are those of its frames. Else calls are numbers of samples, and
 * p->calls_sampled is set.
 */
#ifndef CALLGRAPH_GRAPH_FROM_STACKS_H
#define CALLGRAPH_GRAPH_FROM_STACKS_H

#include "common/profile/profile.h"

/* Adds costs, arcs and totals for the samples of p, thread by thread. */
void graph_from_stacks(struct profile *p);

/*
 * Adds costs by function and totals only, in one thread: what a list of functions shows, in
 * memory that follows functions and rows.
 */
void totals_from_stacks(struct profile *p);

#endif
