/*
 * span_moments - which span was running on a thread at a time
 *
 * For samples that were taken beside the spans, which then hang below the innermost one:
 *
 *	span_moments_open(&m, s);
 *	row = span_moments_find(&m, thread, time);
 *	span_moments_close(&m);
 *
 * A lookup is a binary search. The innermost span is the one that started last; of those that
 * started together, the shortest. Spans run from their start up to, but not including, their end.
 */
#ifndef TRACES_SPAN_MOMENTS_H
#define TRACES_SPAN_MOMENTS_H

#include "common/transform/traces/span_trees.h"

/* From `at` on, until the next moment of the thread. */
struct span_moment {
	int64_t at;
	uint32_t row; /* NO_SPAN: nothing runs */
};

struct span_moments {
	struct span_moment *moments; /* by thread, then by time */
	size_t count, cap;
	size_t *first; /* by thread, and one more: where the last one's end */
	size_t threads;
};

/* The table must not change until span_moments_close(). Spans without a thread have no moments. */
void span_moments_open(struct span_moments *m, const struct spans *s);
/* The row of the table, or NO_SPAN. `thread` is one of spans_thread(). */
uint32_t span_moments_find(const struct span_moments *m, uint32_t thread, int64_t time);
void span_moments_close(struct span_moments *m);

#endif
