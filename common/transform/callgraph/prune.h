/*
 * prune - finds the functions that are too small to matter
 */
#ifndef CALLGRAPH_PRUNE_H
#define CALLGRAPH_PRUNE_H

#include "common/profile/profile.h"

/*
 * Marks each function whose inclusive value is below `share` (0 to 1) of the total, in every
 * value type. Samples and call graph both count. The caller frees it.
 */
bool *prune_small_functions(const struct profile *p, double share);

#endif
