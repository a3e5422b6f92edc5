/*
 * flat_profile - a profile function by function
 *
 * The flat profile as gprof and pprof print it: self and inclusive value and calls of each
 * function, and its values by caller and by callee. A function here is identified by name,
 * file (or object, if the file is unknown) and first line; threads, lines and objects are
 * summed.
 *
 * 	flat_profile_prepare(p);
 * 	flat_profile_make(&f, p, 0);
 * 	for (uint32_t i = 0; i < f.count; i++)
 * 		f.rows[i].name has f.table.rows[i].self of f.total
 * 	flat_profile_free(&f);
 *
 * The inclusive value counts a function once for each stack, whatever the recursion.
 */
#ifndef CALLGRAPH_FLAT_PROFILE_H
#define CALLGRAPH_FLAT_PROFILE_H

#include "common/base/csr.h"
#include "common/transform/callgraph/call_table.h"

struct flat_row {
	struct str name, location; /* texts of the profile */
	uint32_t line;             /* 0: unknown */
};

/* The file or object, empty if there is none: Python's "~" stands for that. */
static inline struct str flat_row_file(const struct flat_row *r)
{
	return str_eq(r->location, S("~")) ? S("") : r->location;
}

struct flat_profile {
	const struct profile *p;
	value_id value;
	uint32_t count;
	struct flat_row *rows;   /* sorted by name, location and line, bytewise */
	struct call_table table; /* row i belongs to rows[i]; arcs are sorted by callee */
	struct csr callees;      /* arcs of the table, by caller */
	uint32_t *callee_of;     /* by arc: its callee */
	uint32_t *row_of;        /* by function: its row, or NO_ID */
	int64_t total;           /* sum of all self values */
	bool calls_known;        /* false: calls are numbers of samples */
};

/*
 * Derives what flat_profile_make() needs: the call graph of stacks, and values of arcs that
 * have only calls. Returns for how many functions these values are estimates.
 */
size_t flat_profile_prepare(struct profile *p);

void flat_profile_make(struct flat_profile *f, const struct profile *p, value_id v);
void flat_profile_free(struct flat_profile *f);

#endif
