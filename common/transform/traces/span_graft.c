#include "common/transform/traces/span_graft.h"

#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "common/transform/reshape/remap.h"
#include "common/transform/traces/span_gaps.h"
#include "common/transform/traces/span_moments.h"
#include "common/transform/traces/span_profile.h"

struct span_grafting {
	const struct profile *p;
	struct spans *s;
	value_id time;    /* of p */
	value_id time_to; /* of the result */
	struct remap map;
	struct span_graft_counts *counts;

	stack_id *stacks;  /* by row of the table: its path */
	int64_t *self;     /* by row: what is left of its own time */
	uint32_t *parents; /* by row */
	struct span_moments moments;
	struct span_gaps gaps;

	uint32_t *threads; /* by thread of p: that of the table; NO_ID: none */
	bool *spanned;     /* by thread of the table: it has spans */
	string_id *names;  /* by thread of the table */
	frame_id *frames;  /* of the stack that is being pushed */
	size_t frame_cap;
};

/* --- threads --- */

/*
 * Threads are the same if their numbers are, or their names where they have no number; processes
 * count only if both sides know them.
 */
static bool knows_processes(const struct span_grafting *w)
{
	bool spans = false, samples = false;

	for (size_t i = 0; i < w->s->thread_count; i++)
		spans |= w->s->threads[i].pid != 0;
	for (size_t i = 0; i < w->p->thread_count; i++)
		samples |= w->p->threads[i].pid != 0;
	return spans && samples;
}

static uint32_t same_thread(struct span_grafting *w, struct span_thread t, bool processes)
{
	if (!processes)
		t.pid = 0;
	if (t.tid)
		t.name = 0;
	return t.tid || t.name ? spans_thread(w->s, t) : NO_ID;
}

static void match_threads(struct span_grafting *w)
{
	bool processes = knows_processes(w);
	size_t before = w->s->thread_count;
	uint32_t *to = alloc_zero(before, sizeof *to);

	for (size_t i = 0; i < before; i++)
		to[i] = same_thread(w, w->s->threads[i], processes);
	for (size_t i = 0; i < w->p->thread_count; i++) {
		const struct thread *t = &w->p->threads[i];

		w->threads[i] = same_thread(w,
					    (struct span_thread){
						    t->pid, t->tid,
						    strings_add(&w->s->texts,
								profile_text(w->p, t->name)) },
					    processes);
	}
	w->spanned = alloc_zero(w->s->thread_count, sizeof *w->spanned);
	w->names = alloc_zero(w->s->thread_count, sizeof *w->names);
	for (size_t i = 0; i < before; i++)
		if (to[i] != NO_ID && !w->names[to[i]])
			w->names[to[i]] = w->s->threads[i].name;
	for (size_t i = 0; i < w->s->count; i++) {
		struct span_row *row = &w->s->rows[i];

		if (row->thread != NO_ID)
			row->thread = to[row->thread];
		if (row->thread != NO_ID)
			w->spanned[row->thread] = true;
	}
	alloc_free(to);
}

/* Threads of the result. Names that only one side knows are those of both. */
static void make_threads(struct span_grafting *w)
{
	for (thread_id t = 0; t < w->p->thread_count; t++) {
		struct thread thread = w->p->threads[t];
		uint32_t spans = w->threads[t];

		thread.name = remap_string(&w->map, thread.name);
		if (!thread.name && spans != NO_ID && w->names[spans])
			thread.name = profile_string(w->map.to,
						     strings_text(&w->s->texts, w->names[spans]));
		else if (thread.name && spans != NO_ID)
			w->names[spans] = strings_add(&w->s->texts,
						      profile_text(w->map.to, thread.name));
		w->map.threads[t] = profile_thread(w->map.to, thread);
	}
}

static thread_id thread_of_span(struct span_grafting *w, uint32_t spans)
{
	struct thread thread = { 0 };

	if (spans == NO_ID)
		return profile_thread(w->map.to, thread);
	thread.name = profile_string(w->map.to, strings_text(&w->s->texts, w->names[spans]));
	thread.pid = w->s->threads[spans].pid;
	thread.tid = w->s->threads[spans].tid;
	return profile_thread(w->map.to, thread);
}

/* --- spans --- */

/* A span that comes twice is in the trees once; then it is in the table once. */
static void drop_duplicates(struct spans *s, const bool *in_tree)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		if (in_tree[i])
			s->rows[n++] = s->rows[i];
	s->count = n;
}

/* How many rows were dropped. */
static uint64_t find_duplicates(struct spans *s)
{
	bool *in_tree = alloc_zero(s->count, sizeof *in_tree);
	struct span_trees *t = span_trees_open(s, false);
	struct span_trace trace;
	uint64_t dropped;

	while (span_trees_next(t, &trace))
		for (uint32_t i = 0; i < trace.count; i++)
			in_tree[trace.rows[i]] = true;
	dropped = t->counts.duplicates;
	if (dropped)
		drop_duplicates(s, in_tree);
	span_trees_close(t);
	alloc_free(in_tree);
	return dropped;
}

static void place_spans(struct span_grafting *w, uint64_t dropped)
{
	struct span_trees *t = span_trees_open(w->s, false);
	struct span_frames frames;
	struct span_trace trace;

	span_frames_open(&frames, w->map.to, w->s);
	while (span_trees_next(t, &trace))
		for (uint32_t i = 0; i < trace.count; i++) {
			uint32_t row = trace.rows[i];
			stack_id above = EMPTY_STACK;

			w->parents[row] = NO_SPAN;
			if (trace.parents[i] != NO_SPAN) {
				w->parents[row] = trace.rows[trace.parents[i]];
				above = w->stacks[w->parents[row]];
			}
			w->self[row] = trace.self[i];
			w->stacks[row] = stacks_push(&w->map.to->stacks, above,
						     span_frames_at(&frames, w->s->rows[row].name));
		}
	t->counts.duplicates += dropped;
	span_profile_report(w->map.to, &t->counts, &w->s->options);
	span_frames_close(&frames);
	span_trees_close(t);
}

/* --- samples --- */

static stack_id push_sample(struct span_grafting *w, stack_id below, stack_id stack)
{
	size_t depth = stacks_frames(&w->p->stacks, stack, &w->frames, &w->frame_cap);

	for (size_t i = 0; i < depth; i++)
		below = stacks_push(&w->map.to->stacks, below, w->map.frames[w->frames[i]]);
	return below;
}

/* Functions have no counted calls: only spans are. */
static void add_piece(struct span_grafting *w, const struct sample *sample, uint32_t row,
		      int64_t value)
{
	stack_id below = row == NO_SPAN ? EMPTY_STACK : w->stacks[row];

	profile_sample_value(w->map.to,
			     (struct sample){ .thread = w->map.threads[sample->thread],
					      .stack = push_sample(w, below, sample->stack),
					      .labels = remap_label_set(&w->map, sample->labels) },
			     w->time_to, value);
}

/* The part of a sample, taken in span `home`, in which `row` is the innermost. */
static void graft_piece(struct span_grafting *w, const struct sample *sample, uint32_t home,
			uint32_t row, int64_t from, int64_t to)
{
	if (row == NO_SPAN) {
		add_piece(w, sample, row, to - from);
		i64_add_to(&w->counts->outside, to - from);
	} else if (row != home) {
		i64_add_to(&w->counts->between, to - from);
	} else {
		int64_t own = span_gaps_within(&w->gaps, row, from, to);

		add_piece(w, sample, row, to - from);
		w->self[row] -= own;
		i64_add_to(&w->counts->placed, to - from);
		i64_add_to(&w->counts->waiting, to - from - own);
	}
}

/* Samples of a thread, in order: where the next one begins at the earliest, and in which moment. */
struct span_graft_place {
	uint32_t thread;
	int64_t reached;
	size_t at, end; /* moments; `at` is the one behind the current one */
};

static void go_to(struct span_grafting *w, struct span_graft_place *place, int64_t time)
{
	while (place->at < place->end && w->moments.moments[place->at].at <= time)
		place->at++;
}

static uint32_t row_at(const struct span_grafting *w, const struct span_graft_place *place)
{
	return place->at > w->moments.first[place->thread] ? w->moments.moments[place->at - 1].row
							   : NO_SPAN;
}

static void graft_sample(struct span_grafting *w, struct span_graft_place *place,
			 const struct sample *sample, int64_t value)
{
	int64_t from = sample->time, to;
	uint32_t home;

	if (!i64_add(from, value, &to))
		to = INT64_MAX;
	if (from < place->reached) {
		int64_t common = to < place->reached ? to : place->reached;

		i64_add_to(&w->counts->twice, common - from);
		if (to <= place->reached)
			return;
		from = place->reached;
	}
	go_to(w, place, from);
	home = row_at(w, place);
	if (to == from)
		add_piece(w, sample, home, 0);
	while (from < to) {
		int64_t next = place->at < place->end ? w->moments.moments[place->at].at
						      : INT64_MAX;

		next = next < to ? next : to;
		graft_piece(w, sample, home, row_at(w, place), from, next);
		from = next;
		go_to(w, place, from);
	}
	place->reached = to;
}

static int order_samples(uint32_t a, uint32_t b, const void *context)
{
	const struct span_grafting *w = context;
	struct sample x = profile_sample_at(w->p, a), y = profile_sample_at(w->p, b);
	uint32_t s = w->threads[x.thread], t = w->threads[y.thread];

	if (s != t)
		return s < t ? -1 : 1;
	return (x.time > y.time) - (x.time < y.time);
}

static void graft_samples(struct span_grafting *w)
{
	size_t count = w->p->sample_count;
	uint32_t *ids = alloc_zero(count, sizeof *ids);
	struct span_graft_place place = { .thread = NO_ID };

	for (size_t i = 0; i < count; i++)
		ids[i] = (uint32_t)i;
	sort_ids(ids, count, order_samples, w);
	for (size_t i = 0; i < count; i++) {
		struct sample sample = profile_sample_at(w->p, ids[i]);
		int64_t value = values_row(&w->p->sample_values, ids[i])[w->time];
		uint32_t thread = w->threads[sample.thread];

		if (thread == NO_ID || !w->spanned[thread] || !sample.timed || value < 0) {
			i64_add_to(&w->counts->elsewhere, value);
			add_piece(w, &sample, NO_SPAN, value);
			continue;
		}
		if (thread != place.thread)
			place = (struct span_graft_place){ thread, INT64_MIN,
							   w->moments.first[thread],
							   w->moments.first[thread + (size_t)1] };
		graft_sample(w, &place, &sample, value);
	}
	alloc_free(ids);
}

/* --- all of it --- */

static void add_spans(struct span_grafting *w)
{
	for (size_t i = 0; i < w->s->count; i++)
		profile_sample(w->map.to, thread_of_span(w, w->s->rows[i].thread), w->stacks[i],
			       w->time_to, w->self[i], 1);
}

static void open_result(struct span_grafting *w, struct profile *to)
{
	remap_open(&w->map, w->p, to);
	remap_facts(&w->map);
	to->ordered = to->keep_order = to->keep_spans = false;
	w->time_to = span_profile_value_type(to);
	for (function_id f = 0; f < w->p->function_count; f++)
		w->map.functions[f] = profile_function(to, remap_function(&w->map, f));
	remap_frames(&w->map);
}

struct profile *span_graft(const struct profile *p, value_id time, struct spans *s,
			   struct span_graft_counts *counts)
{
	struct profile *to = profile_new();
	struct span_grafting w = { .p = p, .s = s, .time = time, .counts = counts };
	uint64_t dropped;

	*counts = (struct span_graft_counts){ 0 };
	open_result(&w, to);
	w.threads = alloc_zero(p->thread_count, sizeof *w.threads);
	match_threads(&w);
	make_threads(&w);
	dropped = find_duplicates(s);
	w.stacks = alloc_zero(s->count, sizeof *w.stacks);
	w.self = alloc_zero(s->count, sizeof *w.self);
	w.parents = alloc_zero(s->count, sizeof *w.parents);
	place_spans(&w, dropped);
	span_moments_open(&w.moments, s);
	span_gaps_open(&w.gaps, s, w.parents);
	graft_samples(&w);
	add_spans(&w);
	span_gaps_close(&w.gaps);
	span_moments_close(&w.moments);
	remap_close(&w.map);
	alloc_free(w.stacks);
	alloc_free(w.self);
	alloc_free(w.parents);
	alloc_free(w.threads);
	alloc_free(w.spanned);
	alloc_free(w.names);
	alloc_free(w.frames);
	return to;
}
