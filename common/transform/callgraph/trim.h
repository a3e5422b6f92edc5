/*
 * trim - which functions are too small to matter
 */
#ifndef CALLGRAPH_TRIM_H
#define CALLGRAPH_TRIM_H

#include "common/profile/profile.h"

/*
 * By function: its inclusive value is under `share` (0 to 1) of the total, in every value
 * type. Both halves count. The caller frees it.
 */
bool *small_functions(const struct profile *p, double share);

#endif
