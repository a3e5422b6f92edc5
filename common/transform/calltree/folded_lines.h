/*
 * folded_lines - samples as folded stacks, sorted
 *
 * Folded stacks are lines such as "main;parse;read". Each distinct line is produced once, in
 * bytewise order, with the sum of its values. Only one line is in memory at a time: memory is
 * proportional to the number of contexts, not to the length of the lines.
 */
#ifndef CALLTREE_FOLDED_LINES_H
#define CALLTREE_FOLDED_LINES_H

#include "common/profile/profile.h"

/*
 * Calls `line` for each line; `values` has a sum for each value type. `texts` is indexed by
 * frame and contains no ';'; frames with equal texts are merged. The empty stack is the empty
 * line.
 */
void folded_lines(const struct profile *p, const struct str *texts,
		  void (*line)(void *context, struct str stack, const int64_t *values),
		  void *context);

#endif
