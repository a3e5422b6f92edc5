/*
 * samples - samples, call events and time ranges
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/profile/unresolved_stacks.h"

static uint32_t new_sample(struct profile *p, struct sample s)
{
	ARRAY_ROOM(p->samples, p->sample_count, p->sample_cap);
	p->samples[p->sample_count++] = s;
	return values_new_row(&p->sample_values);
}

/* The place that says which row is the stack's first, + 1. */
static uint32_t *first_of(struct profile *p, stack_id stack)
{
	size_t slot = stack & ~UNRESOLVED_STACK;

	while (p->sample_first_count <= slot) {
		ARRAY_ROOM(p->sample_first, p->sample_first_count, p->sample_first_cap);
		p->sample_first[p->sample_first_count++] = 0;
	}
	return &p->sample_first[slot];
}

static bool is_row_of(const struct profile *p, uint32_t row, thread_id t, stack_id stack)
{
	return p->samples[row].thread == t && p->samples[row].stack == stack;
}

static uint64_t sample_hash(thread_id t, stack_id stack)
{
	return hash_mix((uint64_t)t << 32 | stack, 0);
}

/* Most stacks are one thread's: their row is found without the index, which has the others. */
static uint32_t add_sample(struct profile *p, thread_id t, stack_id stack)
{
	uint32_t *first = first_of(p, stack), row = new_sample(p, (struct sample){ t, stack, 0 });

	if (*first)
		index_add(&p->sample_index, sample_hash(t, stack), row);
	else
		*first = row + 1;
	return row;
}

/* The row of (thread, stack): one for all, or in ordered profiles a new one each time. */
static uint32_t sample_row(struct profile *p, thread_id t, stack_id stack)
{
	uint32_t first;

	if (p->ordered)
		return new_sample(p, (struct sample){ t, stack, 0 });
	first = *first_of(p, stack);
	if (first && is_row_of(p, first - 1, t, stack))
		return first - 1;
	if (!first)
		return add_sample(p, t, stack);
	for (struct probe at = index_probe(&p->sample_index, sample_hash(t, stack));
	     index_next(&p->sample_index, &at);)
		if (is_row_of(p, at.row, t, stack))
			return at.row;
	return add_sample(p, t, stack);
}

void profile_new_sample(struct profile *p, thread_id t, stack_id stack, value_id v,
			int64_t value)
{
	values_add(&p->sample_values, add_sample(p, t, stack), v, value);
}

void profile_sample(struct profile *p, thread_id t, stack_id stack, value_id v,
		    int64_t value, uint64_t count)
{
	uint32_t row = sample_row(p, t, stack);

	p->samples[row].count += count;
	values_add(&p->sample_values, row, v, value);
}

void profile_sample_row(struct profile *p, struct sample s, const int64_t *values)
{
	uint32_t row = sample_row(p, s.thread, s.stack);

	p->samples[row].count += s.count;
	values_add_row(&p->sample_values, row, values);
}

void profile_call_event(struct profile *p, struct call_event a)
{
	ARRAY_ROOM(p->call_events, p->call_event_count, p->call_event_cap);
	p->call_events[p->call_event_count++] = a;
}

static uint64_t time_range_hash(thread_id t, value_id v)
{
	return hash_mix((uint64_t)t << 32 | v, 0);
}

struct time_range *profile_time_range(const struct profile *p, thread_id t, value_id v)
{
	for (struct probe at = index_probe(&p->time_range_index, time_range_hash(t, v));
	     index_next(&p->time_range_index, &at);)
		if (p->time_ranges[at.row].thread == t && p->time_ranges[at.row].value == v)
			return &p->time_ranges[at.row];
	return NULL;
}

void profile_add_time_range(struct profile *p, struct time_range s)
{
	struct time_range *have = profile_time_range(p, s.thread, s.value);

	if (have) {
		have->start = s.start < have->start ? s.start : have->start;
		have->end = s.end > have->end ? s.end : have->end;
		have->call_events &= s.call_events;
		return;
	}
	ARRAY_ROOM(p->time_ranges, p->time_range_count, p->time_range_cap);
	index_add(&p->time_range_index, time_range_hash(s.thread, s.value), (uint32_t)p->time_range_count);
	p->time_ranges[p->time_range_count++] = s;
}
