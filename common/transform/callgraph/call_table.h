/*
 * call_table - a call graph with one row a function and one arc a pair
 *
 * For targets that know no threads, lines or call sites: their values are added up.
 * What the graph leaves open is filled in so that the figures of a row fit together
 * (see call_table.c); how much of it is an estimate is counted.
 */
#ifndef CALLGRAPH_CALL_TABLE_H
#define CALLGRAPH_CALL_TABLE_H

#include "common/profile/profile.h"

struct call_row {
	int64_t self, inclusive;
	int64_t calls, primitive; /* 0: nobody counted them */
};

struct call_arc {
	uint32_t caller;          /* a row; the callee is the row that has the arc */
	int64_t calls, primitive;
	int64_t inclusive, self;  /* the callee's, as far as this caller called it */
};

struct call_table {
	size_t count;
	struct call_row *rows;
	uint32_t *first;          /* row r is called by arcs[first[r]] .. arcs[first[r + 1] - 1] */
	struct call_arc *arcs;
	size_t in_cycles;         /* rows whose inclusive value is an estimate */
	size_t by_calls;          /* rows whose value was divided among callers by calls */
};

/*
 * row_of[f] is function f's row, below `rows`; functions may share one. NO_ID: it
 * has none, and no costs or arcs either.
 */
void call_table_make(struct call_table *t, const struct profile *p, value_id v,
		     const uint32_t *row_of, size_t rows);
/*
 * Marks the rows that a root over everything would call: those that nobody calls,
 * and of each cycle that nobody else calls the one that holds most. Returns what
 * the root would hold.
 */
int64_t call_table_entries(const struct call_table *t, bool *entries);

void call_table_free(struct call_table *t);

#endif
