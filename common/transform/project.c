#include "common/transform/project.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"

/* The new ids of old rows. */
struct maps {
	const struct profile *from;
	struct profile *to;
	const struct projection *how;
	string_id *strings;     /* new id + 1; 0: not there yet */
	function_id *functions;
	frame_id *frames;
	stack_id *stacks;       /* by old stack, for all threads alike */
	thread_id *threads;
	int64_t *row;           /* a row of the new width */
};

static string_id map_string(struct maps *m, string_id id)
{
	if (!m->strings[id])
		m->strings[id] = profile_string(m->to, profile_text(m->from, id)) + 1;
	return m->strings[id] - 1;
}

static struct place map_place(struct maps *m, struct place at, function_id f)
{
	at.file = map_string(m, at.file);
	if (m->how->lines_to_places && !at.line)
		at.line = m->from->functions[f].line;
	return at;
}

static const int64_t *map_values(struct maps *m, const struct values *t, size_t row)
{
	if (row >= t->rows)
		return NULL;
	if (m->how->value == NO_ID)
		return values_row(t, row);
	m->row[0] = values_row(t, row)[m->how->value];
	return m->row;
}

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

static void map_tables(struct maps *m)
{
	const struct profile *from = m->from;

	for (size_t i = 0; i < from->value_count; i++) {
		struct value_type type = from->value_types[i];

		if (m->how->value != NO_ID && m->how->value != i)
			continue;
		type.name = map_string(m, type.name);
		type.title = map_string(m, type.title);
		profile_value_type(m->to, type);
	}
	for (size_t i = 0; i < from->function_count; i++) {
		struct function f = from->functions[i];

		f.name = map_string(m, f.name);
		f.file = map_string(m, f.file);
		f.object = map_string(m, f.object);
		/* an object still tells where a function without a file is from */
		if (m->how->fold_objects && f.file)
			f.object = 0;
		if (m->how->lines_to_places)
			f.line = 0;
		m->functions[i] = profile_function(m->to, f);
	}
	for (size_t i = 0; i < from->frame_count; i++) {
		struct frame f = from->frames[i];

		if (m->how->lines_to_places && !f.line)
			f.line = from->functions[f.function].line;
		f.function = m->functions[f.function];
		m->frames[i] = profile_frame(m->to, f);
	}
}

static void map_threads(struct maps *m)
{
	for (size_t i = 0; i < m->from->thread_count; i++) {
		struct thread t = m->from->threads[i];

		m->threads[i] = NO_ID;
		if (m->how->threads && !m->how->threads[i])
			continue;
		t.name = map_string(m, t.name);
		if (m->how->fold_parts)
			t.part = 0;
		if (m->how->fold_threads)
			t = (struct thread){ 0 };
		m->threads[i] = profile_thread(m->to, t);
	}
}

static void map_labels(struct maps *m)
{
	const struct profile *from = m->from;

	for (size_t i = 0; i < from->label_count; i++) {
		const struct label *l = &from->labels[i];
		thread_id t = l->thread == NO_ID ? NO_ID : m->threads[l->thread];
		bool sums = str_eq(profile_text(from, l->key), S("summary"));

		/* a recorded sum is about all value types of all of its part */
		if (sums && (m->how->value != NO_ID || m->how->fold_parts || m->how->fold_threads))
			continue;
		if (l->thread == NO_ID || t != NO_ID)
			profile_label(m->to, t, profile_text(from, l->key),
				      profile_text(from, l->value));
	}
}

/* --- stack half --- */

static void map_stacks(struct maps *m)
{
	const struct stacks *s = &m->from->stacks;

	for (size_t i = 1; i < s->count; i++)
		m->stacks[i] = stacks_push(&m->to->stacks, m->stacks[s->parent[i]],
					   m->frames[s->frame[i]]);
}

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
	return profile_frame(m->to, (struct frame){ thread_function(m->to, m->from, t), 0, 0 });
}

/* The stack once more, below its thread's frame. */
static stack_id under_thread(struct maps *m, stack_id stack, frame_id root,
			     frame_id **path, size_t *cap)
{
	size_t depth = stacks_frames(&m->from->stacks, stack, path, cap);
	stack_id at = stacks_push(&m->to->stacks, EMPTY_STACK, root);

	for (size_t i = 0; i < depth; i++)
		at = stacks_push(&m->to->stacks, at, m->frames[(*path)[i]]);
	return at;
}

static void map_samples(struct maps *m)
{
	const struct profile *from = m->from;
	frame_id *path = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < from->sample_count; i++) {
		struct sample s = from->samples[i];
		thread_id old = s.thread;

		s.thread = m->threads[old];
		if (s.thread == NO_ID)
			continue;
		if (m->how->thread_frames)
			s.stack = under_thread(m, s.stack, thread_frame(m, old), &path, &cap);
		else
			s.stack = m->stacks[s.stack];
		profile_sample_row(m->to, s, map_values(m, &from->sample_values, i));
	}
	free(path);
}

static void map_times(struct maps *m)
{
	const struct profile *from = m->from;

	for (size_t i = 0; i < from->activation_count; i++) {
		struct activation a = from->activations[i];

		if (m->threads[a.thread] == NO_ID ||
		    (m->how->value != NO_ID && m->how->value != a.value))
			continue;
		a.thread = m->threads[a.thread];
		a.value = m->how->value == NO_ID ? a.value : 0;
		a.frame = m->frames[a.frame];
		profile_activation(m->to, a);
	}
	for (size_t i = 0; i < from->span_count; i++) {
		struct span s = from->spans[i];

		if (m->threads[s.thread] == NO_ID ||
		    (m->how->value != NO_ID && m->how->value != s.value))
			continue;
		s.thread = m->threads[s.thread];
		s.value = m->how->value == NO_ID ? s.value : 0;
		profile_add_span(m->to, s);
	}
}

/* --- graph half --- */

static void map_graph(struct maps *m)
{
	const struct profile *from = m->from;

	for (size_t i = 0; i < from->cost_count; i++) {
		struct cost c = from->costs[i];

		c.at = map_place(m, c.at, c.function);
		c.thread = m->threads[c.thread];
		c.function = m->functions[c.function];
		if (c.thread != NO_ID)
			profile_cost(m->to, c, map_values(m, &from->cost_values, i));
	}
	for (size_t i = 0; i < from->arc_count; i++) {
		struct arc a = from->arcs[i];
		int64_t self;
		const int64_t *wide;

		a.site = map_place(m, a.site, a.caller);
		a.target = map_place(m, a.target, a.callee);
		a.thread = m->threads[a.thread];
		a.caller = m->functions[a.caller];
		a.callee = m->functions[a.callee];
		a.running &= !m->how->fold_parts && !m->how->fold_threads;
		if (a.thread == NO_ID)
			continue;
		wide = map_values(m, &from->arc_self, i);
		if (wide && m->how->value != NO_ID) {
			self = *wide; /* m->row is the other's */
			wide = &self;
		}
		profile_arc(m->to, a, map_values(m, &from->arc_values, i), wide);
	}
	for (size_t i = 0; i < from->jump_count; i++) {
		struct jump j = from->jumps[i];

		j.at = map_place(m, j.at, j.from);
		j.target = map_place(m, j.target, j.to);
		j.thread = m->threads[j.thread];
		j.from = m->functions[j.from];
		j.to = m->functions[j.to];
		if (j.thread != NO_ID)
			profile_jump(m->to, j);
	}
	for (size_t i = 0; i < from->total_count; i++)
		if (from->totals[i].known)
			profile_total(m->to, m->functions[i], from->totals[i].calls,
				      from->totals[i].primitive,
				      map_values(m, &from->total_values, i));
}

struct profile *profile_project(const struct profile *p, const struct projection *how)
{
	struct profile *to = profile_new();
	struct maps m = {
		.from = p, .to = to, .how = how,
		.strings = alloc_zero(p->strings.count, sizeof *m.strings),
		.functions = alloc_zero(p->function_count, sizeof *m.functions),
		.frames = alloc_zero(p->frame_count, sizeof *m.frames),
		.stacks = alloc_zero(p->stacks.count, sizeof *m.stacks),
		.threads = alloc_zero(p->thread_count, sizeof *m.threads),
		.row = alloc_zero(p->value_count, sizeof *m.row),
	};

	to->source = p->source;
	to->want_order = p->want_order;
	to->ordered = p->ordered && !how->fold_threads;
	to->estimated = p->estimated;
	to->calls_sampled = p->calls_sampled;
	to->line_functions = p->line_functions && !how->lines_to_places;
	to->rounded = p->rounded;
	to->missing = profile_string(to, profile_text(p, p->missing));
	map_tables(&m);
	map_threads(&m);
	map_labels(&m);
	if (!how->thread_frames)
		map_stacks(&m);
	map_samples(&m);
	map_times(&m);
	map_graph(&m);
	free(m.strings);
	free(m.functions);
	free(m.frames);
	free(m.stacks);
	free(m.threads);
	free(m.row);
	return to;
}
