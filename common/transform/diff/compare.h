/*
 * compare - do two profiles say the same of every function?
 *
 * The profiles may come from any formats, so functions are matched by what all of
 * them can hold: the name and the file (or, where that is unknown, the object), as
 * one text in which bytes that some format has to replace are replaced, and without
 * a line: "f (a.c:3)" is f in a.c. Lines and threads are summed. Value types match by
 * name, or else by their place; values of bare counts (collapsed stacks) are compared
 * as the numbers that they are, a single one with the first value type.
 */
#ifndef DIFF_COMPARE_H
#define DIFF_COMPARE_H

#include "common/profile/profile.h"

struct compared_function {
	struct str function;      /* owned by the comparison */
	value_id value_a, value_b;
	int64_t a, b;             /* as they are in their profiles */
};

struct comparison {
	size_t functions;         /* compared */
	size_t values;            /* value types compared */
	struct compared_function *differences;
	size_t count, cap;
	struct strings texts;
};

/*
 * Compares self totals, or inclusive ones; both halves of the profiles count. For
 * inclusive ones the call graph of the stacks is added to the profiles, which are
 * good for nothing else afterwards.
 */
void comparison_make(struct profile *a, struct profile *b, bool inclusive,
		     struct comparison *out);
void comparison_free(struct comparison *c);

/* The self totals of value type v by function; the caller frees them. */
int64_t *profile_self_totals(const struct profile *p, value_id v);

#endif
