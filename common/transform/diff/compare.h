/*
 * compare - checks that two profiles agree on every function
 *
 * The profiles may come from different formats, so functions are matched by what every format
 * can hold: the name and the file (or object, if the file is unknown) as one text, in which
 * bytes that some format has to replace are replaced, and without line: "f (a.c:3)" is f in
 * a.c. Lines and threads are summed. Value types are matched by name, otherwise by position;
 * bare counts (collapsed stacks) are compared as plain numbers, a single one with the first
 * value type. Samples without a stack are not compared: the caller gives them the function that a
 * call graph has for them (idle.h).
 */
#ifndef DIFF_COMPARE_H
#define DIFF_COMPARE_H

#include "common/profile/profile.h"

struct compared_function {
	struct str function; /* owned by the comparison */
	value_id value_a, value_b;
	int64_t a, b; /* each in the unit of its own profile */
};

struct comparison {
	size_t functions; /* number of functions compared */
	size_t values;    /* number of value types compared */
	struct compared_function *differences;
	size_t count, cap;
	/* value types of each profile that the other has nothing to compare with */
	value_id *lone_a, *lone_b;
	size_t lone_a_count, lone_b_count;
	struct strings texts;
};

/*
 * Compares self or inclusive totals; samples and call graph both count. For inclusive totals
 * the call graph of the stacks is added to the profiles, which the caller must then not use
 * otherwise.
 */
void comparison_make(struct profile *a, struct profile *b, bool inclusive, struct comparison *out);
void comparison_free(struct comparison *c);

/* The self totals of value type v, by function. The caller frees them. */
int64_t *profile_self_totals(const struct profile *p, value_id v);

#endif
