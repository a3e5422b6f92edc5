/*
 * span_gaps - when the time of a span is its own
 *
 * The intervals of a span in which none of its direct children runs, on whatever thread: they add
 * up to the own time of span_trees.h without `wall`.
 */
#ifndef TRACES_SPAN_GAPS_H
#define TRACES_SPAN_GAPS_H

#include "common/transform/traces/spans.h"

struct span_gap {
	int64_t from, to;
};

struct span_gaps {
	struct span_gap *gaps; /* by row of the table, then by time */
	size_t count, cap;
	size_t *first; /* by row, and one more */
};

/* `parents` is by row: the row of the parent, or NO_SPAN. */
void span_gaps_open(struct span_gaps *g, const struct spans *s, const uint32_t *parents);
/* How much of the time from `from` to `to` is the span's own. */
int64_t span_gaps_within(const struct span_gaps *g, uint32_t row, int64_t from, int64_t to);
void span_gaps_close(struct span_gaps *g);

#endif
