/*
 * sample_series - samples split by thread, value type and sign
 *
 * For formats that hold one thread and one value type at a time, and no negative numbers.
 * Together the series hold every value once, and also the rows that are all zeros.
 *
 * 	sample_series_find(&all, p);
 * 	for (size_t i = 0; i < all.count; i++)
 * 		for (struct sample_series_row row = { 0 };
 * 		     sample_series_next(&all, &all.list[i], &row);)
 * 			put(p->samples[row.sample].stack, row.value);
 */
#ifndef CALLTREE_SAMPLE_SERIES_H
#define CALLTREE_SAMPLE_SERIES_H

#include "common/base/csr.h"
#include "common/profile/profile.h"

struct sample_series {
	thread_id thread;
	value_id value;
	bool negative; /* holds the negative values; false: all others */
	bool evented;  /* written as call events, which are there */
};

/* The rows of a table by thread, in their order. The caller frees it with csr_free(). */
struct csr sample_series_samples_by_thread(const struct profile *p);
struct csr sample_series_call_events_by_thread(const struct profile *p);

struct sample_series_list {
	const struct profile *p;
	/* in the order of the profile's time ranges, then thread by thread */
	struct sample_series *list;
	size_t count, cap;
	struct csr samples, call_events;
	value_id *owners;     /* by sample: the value type whose series has it if all values are
			          0 */
	unsigned char *signs; /* flags by thread and value type */
};

struct sample_series_row {
	size_t next; /* 0 at the start */
	size_t sample;
	int64_t value;
};

/* A profile with a thread and a value type has at least one series, which may be empty. */
void sample_series_find(struct sample_series_list *all, const struct profile *p);
void sample_series_free(struct sample_series_list *all);

bool sample_series_next(const struct sample_series_list *all, const struct sample_series *s,
			struct sample_series_row *row);
/* The series' next call event, or NULL; *next is 0 before the first. */
const struct call_event *sample_series_next_call_event(const struct sample_series_list *all,
						       const struct sample_series *s, size_t *next);

#endif
