/*
 * chrometrace/write_spans - call events, or samples, as spans
 *
 * Samples are laid one behind another, or where they were taken if that is later; what two
 * neighbours have in common goes on, all of it where they are equal.
 *
 *	main;f 3    main;g 2        main from 0 to 5, f from 0 to 3, g from 3 to 5
 *
 * Where nothing ran, there is a span without a frame. A sample of nothing is a stack of its own, so that the reader finds it: main and f from 3 to 3.
 */
#include "common/base/alloc.h"
#include "converters/chrometrace/writing.h"

/* --- opening and closing --- */

static void open_span(struct chrometrace_spans *s, frame_id frame, int64_t at)
{
	ARRAY_ROOM(s->open, s->open_count, s->open_cap);
	s->open[s->open_count] = s->count;
	ARRAY_ROOM(s->list, s->count, s->cap);
	s->list[s->count++] = (struct chrometrace_span){ at, at, frame, (uint32_t)s->open_count++ };
}

static void close_spans(struct chrometrace_spans *s, size_t depth, int64_t at)
{
	while (s->open_count > depth) {
		struct chrometrace_span *span = &s->list[s->open[--s->open_count]];

		span->end = at > span->start ? at : span->start;
		s->any_empty |= span->end == span->start;
	}
}

/* --- call events --- */

static void add_call_events(struct chrometrace_spans *s, const struct sample_series_list *all,
			    const struct sample_series *series)
{
	const struct call_event *event;
	int64_t last = 0;

	for (size_t next = 0; (event = sample_series_next_call_event(all, series, &next));) {
		last = event->at;
		if (event->enter)
			open_span(s, event->frame, last);
		else if (s->open_count)
			close_spans(s, s->open_count - 1, last);
	}
	close_spans(s, 0, last);
}

/* --- samples --- */

static size_t common_depth(const struct chrometrace_spans *s, size_t depth)
{
	size_t common = 0;

	while (common < depth && common < s->open_count &&
	       s->list[s->open[common]].frame == s->path[common])
		common++;
	return common;
}

/* When the sample was taken, if that is known and is not before `at`. */
static int64_t start_of(const struct profile *p, const struct sample_series *series,
			const struct sample_series_row *row, int64_t at)
{
	struct sample sample = profile_sample_at(p, row->sample);

	return sample.timed && p->value_types[series->value].unit == UNIT_TIME && sample.time > at
		       ? sample.time
		       : at;
}

/* What is laid one behind another ends at the total, which may be all that fits. */
static int64_t end_of(int64_t start, int64_t length)
{
	int64_t end = start;

	i64_add_to(&end, length);
	return end;
}

static void add_samples(struct chrometrace_spans *s, const struct sample_series_list *all,
			const struct sample_series *series)
{
	const struct profile *p = all->p;
	const struct time_range *range = profile_time_range(p, series->thread, series->value);
	int64_t at = range && p->ordered && range->start >= 0 ? range->start : 0;

	for (struct sample_series_row row = { 0 }; sample_series_next(all, series, &row);) {
		int64_t value = row.value < 0 ? -row.value : row.value;
		int64_t start = start_of(p, series, &row, at);
		size_t depth = stacks_frames(&p->stacks, p->samples[row.sample].stack, &s->path,
					     &s->path_cap);
		size_t common = start > at || !value ? 0 : common_depth(s, depth);

		if (!depth) {
			ARRAY_ROOM(s->path, depth, s->path_cap);
			s->path[depth++] = NO_ID;
		}
		if (common < depth || common < s->open_count) {
			ARRAY_ROOM(s->samples, s->sample_count, s->sample_cap);
			s->samples[s->sample_count++] = (uint32_t)row.sample;
		}
		close_spans(s, common, at);
		while (common < depth)
			open_span(s, s->path[common++], start);
		at = end_of(start, value);
		if (!value)
			close_spans(s, 0, at);
	}
	close_spans(s, 0, at);
}

/* How many of the profile's units are one of the file: a microsecond, or a unit. */
static int64_t find_scale(const struct value_type *type)
{
	const int microseconds = 3;
	int64_t scale = 1;

	i64_shift(1, type->unit == UNIT_TIME ? microseconds : -type->exponent, &scale);
	return scale;
}

static bool any_fraction(const struct chrometrace_spans *s, int64_t scale)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].start % scale || s->list[i].end % scale)
			return true;
	return false;
}

void chrometrace_find_spans(struct chrometrace_spans *spans, const struct sample_series_list *all,
			    const struct sample_series *series)
{
	spans->count = spans->open_count = spans->sample_count = 0;
	spans->any_empty = false;
	if (series->evented)
		add_call_events(spans, all, series);
	else
		add_samples(spans, all, series);
	spans->any_fraction = any_fraction(spans, find_scale(&all->p->value_types[series->value]));
}

void chrometrace_free_spans(struct chrometrace_spans *spans)
{
	alloc_free(spans->list);
	alloc_free(spans->open);
	alloc_free(spans->path);
	alloc_free(spans->samples);
}
