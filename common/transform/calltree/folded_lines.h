/*
 * folded_lines - samples as lines of text, in the order of their bytes
 *
 * Folded stacks are "main;parse;read". This gives every distinct text of that kind
 * once, sorted, with the sum of its values, and never holds more than one of them:
 * memory follows the contexts and not the length of the lines.
 */
#ifndef CALLTREE_FOLDED_LINES_H
#define CALLTREE_FOLDED_LINES_H

#include "common/profile/profile.h"

/*
 * Calls `line` for each text; `values` has a sum for each value type. `texts` is by
 * frame, without ';' in any; frames of equal text are the same. An empty stack is the
 * empty text.
 */
void folded_lines(const struct profile *p, const struct str *texts,
		  void (*line)(void *context, struct str stack, const int64_t *values),
		  void *context);

#endif
