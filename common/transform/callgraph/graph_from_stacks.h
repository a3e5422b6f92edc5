/*
 * graph_from_stacks - the call graph of sampled stacks, exactly
 *
 * Self values go to the last frame's function and line. An inclusive value counts
 * a function, and an arc, once a stack, whatever the recursion: f;g;f;g with
 * weight 10 gives f 10, g 10, f->g 10, g->f 10. Calls are numbers of samples:
 * nobody counted calls, and p->calls_sampled says so.
 */
#ifndef CALLGRAPH_GRAPH_FROM_STACKS_H
#define CALLGRAPH_GRAPH_FROM_STACKS_H

#include "common/profile/profile.h"

/* Adds costs, arcs and totals for the stack half of p, by thread. */
void graph_from_stacks(struct profile *p);

#endif
