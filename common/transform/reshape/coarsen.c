#include "common/transform/reshape/coarsen.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/reshape/idle.h"
#include "common/transform/reshape/remap.h"

/* The new ids are in w; here is what else is known, by old id. */
struct maps {
	struct remap w;
	const struct coarsen_options *options;
};

void thread_title(const struct profile *p, thread_id t, struct buf *out)
{
	const struct thread *th = &p->threads[t];

	if (th->name)
		buf_add(out, profile_text(p, th->name));
	else if (th->tid)
		buf_print(out, "thread %" PRIu64, th->tid);
	else if (!th->part)
		buf_print(out, "thread %u", t + 1);
	if (th->part)
		buf_print(out, "%spart %" PRIu32, out->n ? " " : "", th->part);
}

/* --- tables --- */

static void map_functions(struct maps *m)
{
	const struct profile *from = m->w.from;

	for (function_id i = 0; i < from->function_count; i++) {
		struct function f = remap_function(&m->w, i);

		/* the object is kept if the function has no file */
		if (m->options->fold_objects && (f.file || m->options->fold_files))
			f.object = 0;
		if (m->options->fold_files) {
			f.file = 0;
			f.line = 0;
		}
		if (m->options->lines_to_places)
			f.line = 0;
		m->w.functions[i] = profile_function(m->w.to, f);
	}
	remap_frames(&m->w);
}

static void map_threads(struct maps *m)
{
	const struct profile *from = m->w.from;

	for (size_t i = 0; i < from->thread_count; i++) {
		struct thread t = from->threads[i];

		m->w.threads[i] = NO_ID;
		if (m->options->threads && !m->options->threads[i])
			continue;
		t.name = remap_string(&m->w, t.name);
		if (m->options->fold_parts)
			t.part = 0;
		if (m->options->fold_threads)
			t = (struct thread){ 0 };
		m->w.threads[i] = profile_thread(m->w.to, t);
	}
}

/* Whether all functions and threads have stayed distinct, and so what belongs to them. */
static bool no_merge(const struct maps *m)
{
	size_t threads = 0;

	for (size_t i = 0; i < m->w.from->thread_count; i++)
		threads += m->w.threads[i] != NO_ID;
	return m->w.to->thread_count == threads &&
	       m->w.to->function_count == m->w.from->function_count && !m->w.lines_to_places &&
	       !m->w.end_parts && !m->w.drop;
}

/* A recorded sum concerns all value types of its whole part. */
static bool is_sum(const struct profile *p, const struct metadata *l)
{
	return str_eq(profile_text(p, l->key), S("summary"));
}

static void map_metadata(struct maps *m)
{
	const struct profile *from = m->w.from;

	for (size_t i = 0; i < from->metadata_count; i++) {
		const struct metadata *l = &from->metadata[i];
		thread_id t = l->thread == NO_ID ? NO_ID : m->w.threads[l->thread];

		if (is_sum(from, l) && (m->options->fold_parts || m->options->fold_threads ||
					m->options->idle == COARSEN_IDLE_DROPPED))
			continue;
		if (l->thread == NO_ID || t != NO_ID)
			profile_metadata(m->w.to, t, profile_text(from, l->key),
					 profile_text(from, l->value));
	}
}

/* --- idle time --- */

/* Samples without a stack get one, or go; so does what a conversion has made of them. */
static void map_idle(struct maps *m)
{
	const struct profile *from = m->w.from;
	function_id idle;

	if (m->options->idle == COARSEN_IDLE_NAMED)
		m->w.stacks[EMPTY_STACK] = idle_push(m->w.to, from);
	if (m->options->idle != COARSEN_IDLE_DROPPED)
		return;
	idle = idle_function(from);
	m->w.stacks[EMPTY_STACK] = NO_ID;
	for (stack_id i = 1; i < from->stacks.count; i++)
		if (idle_is_stack(from, idle, i))
			m->w.stacks[i] = NO_ID;
	if (idle != NO_ID)
		m->w.functions[idle] = NO_ID;
}

/* --- threads as frames --- */

function_id thread_function(struct profile *to, const struct profile *from, thread_id t)
{
	struct buf title = { 0 };
	struct function f = { 0 };

	thread_title(from, t, &title);
	f.name = profile_string(to, buf_str(&title));
	buf_free(&title);
	return profile_function(to, f);
}

static frame_id thread_frame(struct maps *m, thread_id t)
{
	return profile_frame(m->w.to,
			     (struct frame){ .function = thread_function(m->w.to, m->w.from, t) });
}

/* The stack again, below the frame of its thread. */
static stack_id under_thread(struct maps *m, stack_id stack, frame_id root, frame_id idle,
			     frame_id **path, size_t *cap)
{
	size_t depth = stacks_frames(&m->w.from->stacks, stack, path, cap);
	stack_id at = stacks_push(&m->w.to->stacks, EMPTY_STACK, root);

	if (!depth && idle != NO_ID)
		at = stacks_push(&m->w.to->stacks, at, idle);

	for (size_t i = 0; i < depth; i++)
		at = stacks_push(&m->w.to->stacks, at, m->w.frames[(*path)[i]]);
	return at;
}

static void map_samples_under_threads(struct maps *m)
{
	const struct profile *from = m->w.from;
	bool named = m->options->idle == COARSEN_IDLE_NAMED && idle_has_samples(from);
	frame_id idle = named ? m->w.to->stacks.frame[idle_push(m->w.to, from)] : NO_ID;
	frame_id *path = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < from->sample_count; i++) {
		struct sample s = remap_sample_at(&m->w, i);
		thread_id old = from->samples[i].thread;

		if (s.thread == NO_ID)
			continue;
		s.stack = under_thread(m, from->samples[i].stack, thread_frame(m, old), idle, &path,
				       &cap);
		profile_sample_row(m->w.to, s, remap_values(&m->w, &from->sample_values, i));
	}
	alloc_free(path);
}

struct profile *profile_coarsen(const struct profile *p, const struct coarsen_options *options)
{
	struct profile *to = profile_new();
	struct maps m = { .options = options };

	remap_open(&m.w, p, to);
	m.w.lines_to_places = options->lines_to_places;
	m.w.drop = options->drop;
	m.w.end_parts = options->fold_parts || options->fold_threads;
	remap_facts(&m.w);
	to->ordered &= !options->fold_threads && !(options->drop & FEATURE_ORDER);
	to->line_functions &= !options->lines_to_places;
	for (value_id v = 0; v < p->value_count; v++)
		m.w.values[v] = !options->values || options->values[v] ? remap_value_type(&m.w, v)
								       : NO_ID;
	map_functions(&m);
	map_threads(&m);
	m.w.no_merge = no_merge(&m);
	map_metadata(&m);
	if (options->thread_frames) {
		map_samples_under_threads(&m);
	} else {
		remap_stacks(&m.w);
		map_idle(&m);
		remap_samples(&m.w);
	}
	/* calls of several threads in one would be inside each other */
	if (!options->fold_threads)
		remap_times(&m.w);
	remap_graph(&m.w);
	remap_close(&m.w);
	return to;
}

/* --- one value type --- */

static void drop_sums(struct profile *p)
{
	size_t count = p->metadata_count;

	index_free(&p->metadata_index);
	p->metadata_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct metadata l = p->metadata[i];

		if (!is_sum(p, &l))
			profile_metadata(p, l.thread, profile_text(p, l.key),
					 profile_text(p, l.value));
	}
}

static void drop_times(struct profile *p, value_id v)
{
	size_t time_ranges = p->time_range_count, kept = 0;

	index_free(&p->time_range_index);
	p->time_range_count = 0;
	for (size_t i = 0; i < time_ranges; i++) {
		struct time_range s = p->time_ranges[i];

		if (s.value != v)
			continue;
		s.value = 0;
		profile_add_time_range(p, s);
	}
	for (size_t i = 0; i < p->call_event_count; i++) {
		if (p->call_events[i].value != v)
			continue;
		p->call_events[kept] = p->call_events[i];
		p->call_events[kept++].value = 0;
	}
	p->call_event_count = kept;
}

void profile_keep_value(struct profile *p, value_id v)
{
	for (int i = 0; i < PROFILE_VALUE_TABLES; i++)
		values_keep(profile_values(p, i), v, 1);
	drop_sums(p);
	drop_times(p, v);
	p->value_types[0] = p->value_types[v];
	p->value_count = 1;
}

void profile_drop_call_values(struct profile *p)
{
	for (int i = 0; i < PROFILE_VALUE_TABLES; i++)
		values_keep(profile_values(p, i), 0, 2);
	drop_sums(p);
	p->value_count = 2;
}
