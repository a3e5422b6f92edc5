#include "common/transform/calltree/timeline.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/reshape/remap.h"

bool timeline_is_ordered(const struct profile *p)
{
	return p->ordered || p->call_event_count > 0;
}

/* A profile with the same tables, but no rows. */
static void copy_tables(struct remap *w, const struct profile *p)
{
	remap_open(w, p, profile_new());
	remap_facts(w);
	w->to->ordered = true;
	remap_value_types(w);
	for (function_id f = 0; f < p->function_count; f++)
		w->functions[f] = profile_function(w->to, remap_function(w, f));
	for (size_t i = 0; i < p->frame_count; i++)
		w->frames[i] = profile_frame(w->to, remap_frame(w, (frame_id)i));
	remap_threads(w);
	remap_metadata(w, NULL);
	remap_stacks(w);
}

/* An index into tables of thread times value type. */
static size_t line_of(const struct profile *p, thread_id t, value_id v)
{
	return (size_t)t * p->value_count + v;
}

/* --- call events --- */

struct timeline {
	stack_id stack;
	int64_t at;
	bool begun;
};

static void add_call_event(struct remap *w, struct timeline *line, const struct call_event *a)
{
	struct stacks *s = &w->to->stacks;
	int64_t passed = line->begun ? a->at - line->at : 0;

	if (passed)
		profile_sample(w->to, a->thread, line->stack, a->value, passed, 1);
	line->begun = true;
	line->at = a->at;
	line->stack = a->enter ? stacks_push(s, line->stack, w->frames[a->frame])
			       : s->parent[line->stack];
}

/* Values of time lines that were read as call events are also in the samples, without order. */
static void add_samples(struct remap *w)
{
	const struct profile *p = w->from;
	int64_t *row = alloc_zero(p->value_count, sizeof *row);

	for (size_t i = 0; i < p->sample_count; i++) {
		struct sample s = remap_sample_at(w, i);
		bool any = false, zero = true;

		memcpy(row, values_row(&p->sample_values, i), p->value_count * sizeof *row);
		for (value_id v = 0; v < p->value_count; v++) {
			const struct time_range *range = profile_time_range(p, s.thread, v);

			zero &= !row[v];
			if (range && range->call_events)
				row[v] = 0;
			any |= row[v] != 0;
		}
		if (any || zero)
			profile_sample_row(w->to, s, row);
	}
	alloc_free(row);
}

struct profile *timeline_samples(const struct profile *p)
{
	struct timeline *lines;
	struct remap w;

	if (!p->call_event_count)
		return NULL;
	copy_tables(&w, p);
	lines = alloc_zero(p->thread_count * p->value_count, sizeof *lines);
	add_samples(&w);
	for (size_t i = 0; i < p->call_event_count; i++) {
		const struct call_event *a = &p->call_events[i];

		add_call_event(&w, &lines[line_of(p, a->thread, a->value)], a);
	}
	for (size_t i = 0; i < p->time_range_count; i++) {
		struct time_range s = p->time_ranges[i];

		s.call_events = false;
		profile_add_time_range(w.to, s);
	}
	alloc_free(lines);
	remap_close(&w);
	return w.to;
}

/* --- a window --- */

/* The part of a value, from `start` on, that lies in the window. */
static int64_t overlap(int64_t start, int64_t value, int64_t from, int64_t to)
{
	int64_t end;

	if (!i64_add(start, value, &end))
		end = INT64_MAX;
	if (value < 0)
		return start >= from && start < to ? value : 0;
	start = start < from ? from : start;
	end = end > to ? to : end;
	return end > start ? end - start : 0;
}

static void clip_rows(struct remap *w, int64_t *clock, const int64_t *from, const int64_t *to)
{
	const struct profile *p = w->from;
	int64_t *row = alloc_zero(p->value_count, sizeof *row);

	for (size_t i = 0; i < p->sample_count; i++) {
		struct sample s = remap_sample_at(w, i);
		bool any = false;

		for (value_id v = 0; v < p->value_count; v++) {
			int64_t *now = &clock[line_of(p, s.thread, v)];
			int64_t value = values_row(&p->sample_values, i)[v];

			row[v] = overlap(*now, value, from[v], to[v]);
			any |= row[v] != 0;
			if (value > 0)
				i64_add_to(now, value);
		}
		if (any)
			profile_sample_row(w->to, s, row);
	}
	alloc_free(row);
}

static void clip_time_ranges(struct remap *w, const int64_t *from, const int64_t *to)
{
	for (size_t i = 0; i < w->from->time_range_count; i++) {
		struct time_range s = w->from->time_ranges[i];

		if (s.start < from[s.value])
			s.start = from[s.value];
		if (s.end > to[s.value])
			s.end = to[s.value];
		if (s.start <= s.end)
			profile_add_time_range(w->to, s);
	}
}

struct profile *timeline_window(const struct profile *p, const int64_t *from, const int64_t *to)
{
	int64_t *clock = alloc_zero(p->thread_count * p->value_count, sizeof *clock);
	struct remap w;

	copy_tables(&w, p);
	for (size_t i = 0; i < p->time_range_count; i++)
		clock[line_of(p, p->time_ranges[i].thread, p->time_ranges[i].value)] =
			p->time_ranges[i].start;
	clip_rows(&w, clock, from, to);
	clip_time_ranges(&w, from, to);
	alloc_free(clock);
	remap_close(&w);
	return w.to;
}
