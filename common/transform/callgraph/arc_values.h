/*
 * arc_values - estimates inclusive values for arcs that only have calls
 *
 * Python's profile module, hotshot and sampled pstat files record how often a caller called
 * a function, not what that cost. The callee's inclusive total, less the arcs that do have
 * values, is divided among the other callers in proportion to their calls. A call of a
 * function to itself is part of the outer call's value.
 */
#ifndef CALLGRAPH_ARC_VALUES_H
#define CALLGRAPH_ARC_VALUES_H

#include "common/profile/profile.h"

/* Gives all arcs values. Returns how many functions had several callers to divide between. */
size_t arc_values_estimate(struct profile *p);

#endif
