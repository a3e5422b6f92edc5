/*
 * span_graft - spans and samples of the same time make one picture
 *
 * Spans say which operation was running, samples which functions. A sample hangs below the span that
 * was the innermost one on its thread when it was taken (span_moments.h), for as long as it lasts
 * and that span is the innermost one, and takes the place of so much of the span's own time. What
 * no such sample covers stays the span's own: nothing is known of the functions of a span that
 * began behind the sample. What is in no span is a root.
 *
 *	GET /cart   0 ------------------------ 10      GET /cart            3   (0 to 1, 7 to 9)
 *	  select          4 ------ 7                   GET /cart;main;f     4   (1 to 4, 9 to 10)
 *	samples       1 f       6 g      9 f   12      GET /cart;select     2   (4 to 6)
 *	                                               GET /cart;select;main;g  1   (6 to 7)
 *	                                               main;f               2   (10 to 12)
 *
 * So each span lasts as long as before, and the sum is that of the spans' own times and of samples
 * outside of them, to the nanosecond. Where a span waits for a child on another thread, its thread
 * may have samples although the time is the child's: they are counted beside it, as those of two
 * threads are. A thread that has several samples at once, since profiles overlap, has the first.
 */
#ifndef TRACES_SPAN_GRAFT_H
#define TRACES_SPAN_GRAFT_H

#include "common/transform/traces/spans.h"

/* Nanoseconds of samples. */
struct span_graft_counts {
	int64_t placed;    /* below spans */
	int64_t waiting;   /* of these, while a child of the span ran elsewhere */
	int64_t between;   /* in other spans than that in which they were taken: theirs */
	int64_t outside;   /* on threads with spans, but in none */
	int64_t elsewhere; /* on threads without spans, or at an unknown time */
	int64_t twice;     /* left out: another sample of the thread had begun */
};

/*
 * The profile of both. Times of p's samples are nanoseconds since 1970, and value type `time` of
 * them is how long each lasted. Changes the threads of the table.
 */
struct profile *span_graft(const struct profile *p, value_id time, struct spans *s,
			   struct span_graft_counts *counts);

#endif
