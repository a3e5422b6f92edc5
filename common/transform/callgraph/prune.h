/*
 * prune - which functions are too small to matter
 */
#ifndef CALLGRAPH_PRUNE_H
#define CALLGRAPH_PRUNE_H

#include "common/profile/profile.h"

/*
 * By function: its inclusive value is under `share` (0 to 1) of the total, in every value
 * type. Both halves count. The caller frees it.
 */
bool *prune_small_functions(const struct profile *p, double share);

#endif
