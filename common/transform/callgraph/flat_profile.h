/*
 * flat_profile - a profile function by function
 *
 * The flat profile that people know: self, inclusive and calls of each function, and
 * what it has from each caller and through each callee. A function here is a name with
 * its file (or, where that is unknown, its object) and the line where it begins;
 * threads, lines and objects are added up.
 *
 *	flat_profile_prepare(p);
 *	flat_profile_make(&f, p, 0);
 *	for (uint32_t i = 0; i < f.count; i++)
 *		f.rows[i].name has f.table.rows[i].self of f.total
 *	flat_profile_free(&f);
 *
 * Inclusive counts a function once a stack, whatever the recursion.
 */
#ifndef CALLGRAPH_FLAT_PROFILE_H
#define CALLGRAPH_FLAT_PROFILE_H

#include "common/base/csr.h"
#include "common/transform/callgraph/call_table.h"

struct flat_row {
	struct str name, location; /* the profile's */
	uint32_t line;            /* 0: unknown */
};

struct flat_profile {
	const struct profile *p;
	value_id value;
	uint32_t count;
	struct flat_row *rows;    /* by name, home and line, bytewise */
	struct call_table table;  /* row i is rows[i]; arcs by callee */
	struct csr callees;       /* arcs of the table, by caller */
	uint32_t *callee_of;      /* by arc: its callee */
	int64_t total;            /* of all self values */
	bool calls_known;         /* else calls are numbers of samples */
};

/*
 * Adds what figures are made from: the call graph of stacks, values of arcs that had
 * calls alone. Returns how many functions' arcs are an estimate.
 */
size_t flat_profile_prepare(struct profile *p);

void flat_profile_make(struct flat_profile *f, const struct profile *p, value_id v);
void flat_profile_free(struct flat_profile *f);

#endif
