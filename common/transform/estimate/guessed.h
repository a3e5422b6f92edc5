/*
 * guessed - which contexts of estimated stacks could be elsewhere
 *
 * A context is certain if the context of its caller is, and if the caller's function has no
 * other context that could hold it: one at least as heavy, less what is certainly below it
 * already. This is computed from the tree alone, so a tree that was written and read again
 * gives the same result.
 *
 * 	exec 1000;app 1000;load 800;exec 800;slow 800
 *
 * app fits only into the first exec, and fills it; so slow must be in the second.
 */
#ifndef TRANSFORM_ESTIMATE_GUESSED_H
#define TRANSFORM_ESTIMATE_GUESSED_H

#include "common/transform/calltree/contexts.h"

/*
 * Marks the uncertain contexts, by context, judging by the first value type; all false if c->p
 * is not estimated. The caller frees it.
 */
bool *contexts_guessed(const struct contexts *c);

#endif
