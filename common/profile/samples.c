/*
 * samples - samples, call events and time ranges
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/profile/features.h"
#include "common/profile/unresolved_stacks.h"

static uint32_t new_sample(struct profile *p, struct sample_row s)
{
	ARRAY_ROOM(p->samples, p->sample_count, p->sample_cap);
	p->samples[p->sample_count++] = s;
	return values_new_row(&p->sample_values);
}

/* --- side tables: nothing of a row without labels and time --- */

static void set_labels(struct profile *p, size_t row, label_set_id labels)
{
	if (row >= p->sample_label_cap)
		p->sample_labels = alloc_grow(p->sample_labels, &p->sample_label_cap, row + 1,
					      sizeof *p->sample_labels);
	for (; p->sample_label_count <= row; p->sample_label_count++)
		p->sample_labels[p->sample_label_count] = NO_LABELS;
	p->sample_labels[row] = labels;
}

static void set_time(struct profile *p, size_t row, int64_t time)
{
	if (row >= p->sample_time_cap)
		p->sample_times = alloc_grow(p->sample_times, &p->sample_time_cap, row + 1,
					     sizeof *p->sample_times);
	for (; p->sample_time_count <= row; p->sample_time_count++)
		p->sample_times[p->sample_time_count] = NO_TIME;
	p->sample_times[row] = time;
}

struct sample profile_sample_at(const struct profile *p, size_t row)
{
	const struct sample_row *s = &p->samples[row];
	int64_t time = row < p->sample_time_count ? p->sample_times[row] : NO_TIME;

	return (struct sample){ s->thread,       s->stack,
				s->count,        profile_sample_labels(p, row),
				time != NO_TIME, time != NO_TIME ? time : 0 };
}

/* --- rows by their keys --- */

/* The slot that holds the first row of the stack + 1. */
static uint32_t *first_of(struct profile *p, stack_id stack)
{
	size_t slot = stack & ~UNRESOLVED_STACK;

	while (p->sample_first_count <= slot) {
		ARRAY_ROOM(p->sample_first, p->sample_first_count, p->sample_first_cap);
		p->sample_first[p->sample_first_count++] = 0;
	}
	return &p->sample_first[slot];
}

static inline bool is_row_of(const struct profile *p, uint32_t row, thread_id t, stack_id stack,
			     label_set_id labels)
{
	return p->samples[row].thread == t && p->samples[row].stack == stack &&
	       profile_sample_labels(p, row) == labels;
}

static inline uint64_t sample_hash(thread_id t, stack_id stack, label_set_id labels)
{
	return hash_mix((uint64_t)t << 32 | stack, labels);
}

/*
 * Most stacks occur in one thread: their row is found without the index, which holds the
 * others.
 */
static inline uint32_t add_sample(struct profile *p, thread_id t, stack_id stack,
				  label_set_id labels)
{
	uint32_t *first = first_of(p, stack);
	uint32_t row = new_sample(p, (struct sample_row){ t, stack, 0 });

	if (labels)
		set_labels(p, row, labels);
	if (*first)
		index_add(&p->sample_index, sample_hash(t, stack, labels), row);
	else
		*first = row + 1;
	return row;
}

/* The row of (thread, stack, labels), unless each sample is a row of its own. */
static inline uint32_t summed_row(struct profile *p, thread_id t, stack_id stack,
				  label_set_id labels)
{
	uint32_t first = *first_of(p, stack);

	if (first && is_row_of(p, first - 1, t, stack, labels))
		return first - 1;
	if (!first)
		return add_sample(p, t, stack, labels);
	for (struct probe at = index_probe(&p->sample_index, sample_hash(t, stack, labels));
	     index_next(&p->sample_index, &at);)
		if (is_row_of(p, at.row, t, stack, labels))
			return at.row;
	return add_sample(p, t, stack, labels);
}

static uint32_t plain_row(struct profile *p, thread_id t, stack_id stack)
{
	if (p->ordered)
		return new_sample(p, (struct sample_row){ t, stack, 0 });
	return summed_row(p, t, stack, NO_LABELS);
}

static uint32_t labelled_row(struct profile *p, const struct sample *s)
{
	uint32_t row;

	if (!p->ordered) {
		if (s->timed)
			p->left_out |= FEATURE_SAMPLE_TIMES;
		return summed_row(p, s->thread, s->stack, s->labels);
	}
	row = new_sample(p, (struct sample_row){ s->thread, s->stack, 0 });
	if (s->labels)
		set_labels(p, row, s->labels);
	if (s->timed)
		set_time(p, row, s->time);
	return row;
}

static uint32_t sample_row(struct profile *p, const struct sample *s)
{
	uint32_t row = s->labels || s->timed ? labelled_row(p, s)
					     : plain_row(p, s->thread, s->stack);

	p->samples[row].count += s->count;
	return row;
}

void profile_new_sample(struct profile *p, thread_id t, stack_id stack, value_id v, int64_t value)
{
	values_add(&p->sample_values, add_sample(p, t, stack, NO_LABELS), v, value);
}

void profile_sample(struct profile *p, thread_id t, stack_id stack, value_id v, int64_t value,
		    uint64_t count)
{
	uint32_t row = plain_row(p, t, stack);

	p->samples[row].count += count;
	values_add(&p->sample_values, row, v, value);
}

void profile_sample_row(struct profile *p, struct sample s, const int64_t *values)
{
	values_add_row(&p->sample_values, sample_row(p, &s), values);
}

void profile_sample_value(struct profile *p, struct sample s, value_id v, int64_t value)
{
	values_add(&p->sample_values, sample_row(p, &s), v, value);
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
	index_add(&p->time_range_index, time_range_hash(s.thread, s.value),
		  (uint32_t)p->time_range_count);
	p->time_ranges[p->time_range_count++] = s;
}
