/*
 * call_table - a call graph with one row for each function and one arc for each pair
 *
 * For formats and views that know no threads, lines or call sites: their values are summed.
 * What the call graph does not record is filled in so that the numbers of a row are
 * consistent (see call_table.c); the table counts how many of them are estimates.
 */
#ifndef CALLGRAPH_CALL_TABLE_H
#define CALLGRAPH_CALL_TABLE_H

#include "common/profile/profile.h"

struct call_row {
	int64_t self, inclusive;
	int64_t calls, primitive; /* 0: not recorded */
};

struct call_arc {
	uint32_t caller; /* a row; the callee is the row that owns the arc */
	int64_t calls, primitive;
	int64_t inclusive, self; /* the callee's values, as far as this caller called it */
};

struct call_table {
	size_t count;
	struct call_row *rows;
	uint32_t *first; /* the arcs to row r are arcs[first[r]] .. arcs[first[r + 1] -
				     1] */
	struct call_arc *arcs;
	size_t in_cycles; /* rows whose inclusive value is an estimate, as they are in
				     cycles */
	size_t by_calls;  /* rows whose value was divided among their callers by calls */
};

/*
 * row_of[f] is the row of function f, less than `rows`; several functions may share one. NO_ID:
 * f has no row, and no costs or arcs either.
 */
void call_table_make(struct call_table *t, const struct profile *p, value_id v,
		     const uint32_t *row_of, size_t rows);
/*
 * Marks the rows that an artificial root would call: those without callers, and in each cycle
 * without outside callers the row with the largest value. Returns the inclusive value of that
 * root.
 */
int64_t call_table_entries(const struct call_table *t, bool *entries);

void call_table_free(struct call_table *t);

#endif
