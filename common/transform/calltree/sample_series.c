#include "common/transform/calltree/sample_series.h"

#include <stdlib.h>

#include "common/base/alloc.h"

enum { HAS_OTHERS = 1, HAS_NEGATIVE = 2, IS_LISTED = 4 };

static thread_id thread_of_sample(const struct profile *p, size_t i)
{
	return p->samples[i].thread;
}

static thread_id thread_of_call_event(const struct profile *p, size_t i)
{
	return p->call_events[i].thread;
}

static struct csr sort_by_thread(const struct profile *p, size_t count,
				 thread_id (*thread_of)(const struct profile *, size_t))
{
	struct csr rows;

	csr_open(&rows, p->thread_count, count);
	for (size_t i = 0; i < count; i++)
		csr_count(&rows, thread_of(p, i));
	csr_sum(&rows);
	for (size_t i = 0; i < count; i++)
		csr_put(&rows, thread_of(p, i), (uint32_t)i);
	return rows;
}

struct csr sample_series_samples_by_thread(const struct profile *p)
{
	return sort_by_thread(p, p->sample_count, thread_of_sample);
}

struct csr sample_series_call_events_by_thread(const struct profile *p)
{
	return sort_by_thread(p, p->call_event_count, thread_of_call_event);
}

static unsigned char *signs_of(struct sample_series_list *all, thread_id t, value_id v)
{
	return &all->signs[t * all->p->value_count + v];
}

/*
 * A row of zeros does not show its value type: it belongs to the series of the preceding rows
 * of its thread, as do samples of weight 0 between others.
 */
static void find_signs(struct sample_series_list *all)
{
	const struct profile *p = all->p;
	value_id *last = alloc_zero(p->thread_count, sizeof *last);

	for (size_t i = p->time_range_count; i--;)
		last[p->time_ranges[i].thread] = p->time_ranges[i].value;
	for (size_t i = 0; i < p->sample_count; i++) {
		const int64_t *values = values_row(&p->sample_values, i);
		thread_id t = p->samples[i].thread;
		bool zero = true;

		for (value_id v = 0; v < p->value_count; v++) {
			if (!values[v])
				continue;
			*signs_of(all, t, v) |= values[v] > 0 ? HAS_OTHERS : HAS_NEGATIVE;
			if (zero)
				last[t] = v;
			zero = false;
		}
		all->owners[i] = last[t];
		if (zero && p->value_count)
			*signs_of(all, t, last[t]) |= HAS_OTHERS;
	}
	alloc_free(last);
}

static void list_series(struct sample_series_list *all, struct sample_series s)
{
	unsigned char *signs = signs_of(all, s.thread, s.value);

	if (*signs & IS_LISTED)
		return;
	for (int negative = 0; negative < 2; negative++) {
		if (negative ? !(*signs & HAS_NEGATIVE) : *signs == HAS_NEGATIVE)
			continue;
		s.negative = negative;
		ARRAY_ROOM(all->list, all->count, all->cap);
		all->list[all->count++] = s;
	}
	*signs |= IS_LISTED;
}

void sample_series_find(struct sample_series_list *all, const struct profile *p)
{
	*all = (struct sample_series_list){
		.p = p,
		.samples = sample_series_samples_by_thread(p),
		.call_events = sample_series_call_events_by_thread(p),
		.owners = alloc_zero(p->sample_count, sizeof *all->owners),
		.signs = alloc_zero(p->thread_count * p->value_count, sizeof *all->signs),
	};
	find_signs(all);
	for (size_t i = 0; i < p->time_range_count; i++)
		list_series(all, (struct sample_series){ p->time_ranges[i].thread,
							 p->time_ranges[i].value, false,
							 p->time_ranges[i].call_events });
	for (thread_id t = 0; t < p->thread_count; t++)
		for (value_id v = 0; v < p->value_count; v++)
			if (*signs_of(all, t, v))
				list_series(all, (struct sample_series){ t, v, false, false });
	if (!all->count && p->thread_count && p->value_count)
		list_series(all, (struct sample_series){ 0, 0, false, false });
}

void sample_series_free(struct sample_series_list *all)
{
	alloc_free(all->list);
	csr_free(&all->samples);
	csr_free(&all->call_events);
	alloc_free(all->owners);
	alloc_free(all->signs);
}

bool sample_series_next(const struct sample_series_list *all, const struct sample_series *s,
			struct sample_series_row *row)
{
	const uint32_t *first = all->samples.first + s->thread;

	while (row->next < first[1] - first[0]) {
		row->sample = all->samples.item[first[0] + row->next++];
		row->value = values_row(&all->p->sample_values, row->sample)[s->value];
		if (row->value ? (row->value < 0) == s->negative
			       : !s->negative && all->owners[row->sample] == s->value)
			return true;
	}
	return false;
}

const struct call_event *sample_series_next_call_event(const struct sample_series_list *all,
						       const struct sample_series *s, size_t *next)
{
	const uint32_t *first = all->call_events.first + s->thread;

	while (*next < first[1] - first[0]) {
		const struct call_event *a =
			&all->p->call_events[all->call_events.item[first[0] + (*next)++]];

		if (a->value == s->value)
			return a;
	}
	return NULL;
}
