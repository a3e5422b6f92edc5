/*
 * arc_values - inclusive values for arcs that have only calls
 *
 * Python's profile module, hotshot and sampled pstat files say how often a caller
 * called, not what that cost. A callee's inclusive total, less what valued arcs have
 * of it, is shared out by calls; a call to itself is within the others' value.
 */
#ifndef CALLGRAPH_ARC_VALUES_H
#define CALLGRAPH_ARC_VALUES_H

#include "common/profile/profile.h"

/* Values all arcs; returns how many functions had several callers to share between. */
size_t arc_values_estimate(struct profile *p);

#endif
