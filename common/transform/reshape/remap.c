#include "common/transform/reshape/remap.h"

#include <stdlib.h>

#include "common/base/alloc.h"

void remap_open(struct remap *w, const struct profile *from, struct profile *to)
{
	*w = (struct remap){
		.from = from,
		.to = to,
		.values = alloc_zero(from->value_count, sizeof *w->values),
		.shifts = alloc_zero(from->value_count, sizeof *w->shifts),
		.functions = alloc_zero(from->function_count, sizeof *w->functions),
		.frames = alloc_zero(from->frame_count, sizeof *w->frames),
		.stacks = alloc_zero(from->stacks.count, sizeof *w->stacks),
		.threads = alloc_zero(from->thread_count, sizeof *w->threads),
		.mappings = alloc_zero(from->mapping_count, sizeof *w->mappings),
		.label_sets = alloc_zero(from->label_sets.count, sizeof *w->label_sets),
		.strings = alloc_zero(from->strings.count, sizeof *w->strings),
	};
}

/* A sum that did not fit is of no use afterwards either. */
static void keep_overflows(struct remap *w)
{
	for (int i = 0; i < PROFILE_VALUE_TABLES; i++) {
		const struct values *from = profile_values((struct profile *)(uintptr_t)w->from, i);
		struct values *to = profile_values(w->to, i);

		if (!from->overflow || w->values[from->overflowed] == NO_ID)
			continue;
		to->overflow = true;
		to->overflowed = w->values[from->overflowed];
	}
}

void remap_close(struct remap *w)
{
	keep_overflows(w);
	alloc_free(w->values);
	alloc_free(w->shifts);
	alloc_free(w->functions);
	alloc_free(w->frames);
	alloc_free(w->stacks);
	alloc_free(w->threads);
	alloc_free(w->mappings);
	alloc_free(w->label_sets);
	alloc_free(w->set);
	alloc_free(w->labels);
	alloc_free(w->strings);
	alloc_free(w->row);
	alloc_free(w->second);
}

/* --- tables --- */

string_id remap_string(struct remap *w, string_id id)
{
	if (!w->strings[id])
		w->strings[id] = profile_string(w->to, profile_text(w->from, id)) + 1;
	return w->strings[id] - 1;
}

struct function remap_function(struct remap *w, function_id f)
{
	struct function fn = profile_function_at(w->from, f);

	fn.name = remap_string(w, fn.name);
	fn.file = remap_string(w, fn.file);
	fn.object = remap_string(w, fn.object);
	fn.system = w->drop & FEATURE_SYSTEM_NAMES ? 0 : remap_string(w, fn.system);
	return fn;
}

mapping_id remap_mapping(struct remap *w, mapping_id id)
{
	struct mapping m;

	if (id == NO_MAPPING || w->drop & FEATURE_MAPPINGS)
		return NO_MAPPING;
	if (!w->mappings[id]) {
		m = w->from->mappings[id];
		m.object = remap_string(w, m.object);
		if (w->base_names)
			m.object = profile_string(w->to, str_base(profile_text(w->to, m.object)));
		m.build_id = remap_string(w, m.build_id);
		w->mappings[id] = profile_mapping(w->to, m) + 1;
	}
	return w->mappings[id] - 1;
}

struct frame remap_frame(struct remap *w, frame_id id)
{
	struct frame f = profile_frame_at(w->from, id);

	f.mapping = remap_mapping(w, f.mapping);
	if (w->drop & FEATURE_ADDRESSES)
		f.address = 0;
	if (w->drop & FEATURE_FRAME_KINDS)
		f.kind = FRAME_UNKNOWN;
	f.inlined &= !(w->drop & FEATURE_INLINED_FRAMES);
	f.unsymbolised &= !(w->drop & (FEATURE_ADDRESSES | FEATURE_MAPPINGS));
	if (w->lines_to_places && !f.line)
		f.line = w->from->functions[f.function].line;
	f.function = w->functions[f.function];
	return f;
}

/* --- labels --- */

label_id remap_label(struct remap *w, label_id id)
{
	struct label l = w->from->labels[id];

	l.key = remap_string(w, l.key);
	l.text = remap_string(w, l.text);
	l.unit = remap_string(w, l.unit);
	return profile_label(w->to, l);
}

label_set_id remap_label_set(struct remap *w, label_set_id set)
{
	size_t count, kept = 0;

	if (set == NO_LABELS || w->drop & FEATURE_LABELS)
		return NO_LABELS;
	if (w->label_sets[set])
		return w->label_sets[set] - 1;
	count = profile_labels_of(w->from, set, &w->set, &w->set_cap);
	if (count > w->label_cap)
		w->labels = alloc_grow(w->labels, &w->label_cap, count, sizeof *w->labels);
	for (size_t i = 0; i < count; i++)
		if (!w->labels_kept || w->labels_kept[w->set[i]])
			w->labels[kept++] = remap_label(w, w->set[i]);
	w->label_sets[set] = profile_label_set(w->to, w->labels, kept) + 1;
	return w->label_sets[set] - 1;
}

struct value_type remap_type(struct remap *w, value_id v)
{
	struct value_type type = w->from->value_types[v];

	type.name = remap_string(w, type.name);
	type.title = remap_string(w, type.title);
	type.unit_name = remap_string(w, type.unit_name);
	return type;
}

value_id remap_value_type(struct remap *w, value_id v)
{
	return profile_value_type(w->to, remap_type(w, v));
}

void remap_value_types(struct remap *w)
{
	for (value_id v = 0; v < w->from->value_count; v++)
		w->values[v] = remap_value_type(w, v);
}

thread_id remap_thread(struct remap *w, thread_id t)
{
	struct thread thread = w->from->threads[t];

	thread.name = remap_string(w, thread.name);
	w->threads[t] = profile_thread(w->to, thread);
	return w->threads[t];
}

void remap_threads(struct remap *w)
{
	for (thread_id t = 0; t < w->from->thread_count; t++)
		remap_thread(w, t);
}

void remap_metadata_row(struct remap *w, size_t row)
{
	const struct metadata *m = &w->from->metadata[row];

	profile_metadata(w->to, m->thread == NO_ID ? NO_ID : w->threads[m->thread],
			 profile_text(w->from, m->key), profile_text(w->from, m->value));
}

void remap_metadata(struct remap *w, const char *but)
{
	for (size_t i = 0; i < w->from->metadata_count; i++)
		if (!but || !str_eq(profile_text(w->from, w->from->metadata[i].key), str_of(but)))
			remap_metadata_row(w, i);
}

void remap_facts(struct remap *w)
{
	const struct profile *from = w->from;
	struct profile *to = w->to;

	to->source = from->source;
	to->keep_order = from->keep_order;
	to->keep_spans = from->keep_spans;
	to->without_lines = from->without_lines;
	to->left_out = from->left_out;
	to->ordered = from->ordered;
	to->estimated = from->estimated;
	to->arcs_estimated = from->arcs_estimated;
	to->calls_sampled = from->calls_sampled;
	to->counts_calls = from->counts_calls;
	to->inclusive_only = from->inclusive_only;
	to->all_callers = from->all_callers;
	to->whole_units = from->whole_units;
	to->line_functions = from->line_functions;
	to->rounded = from->rounded;
	to->vanished = from->vanished;
	to->comments = from->comments;
	to->bad_lines = from->bad_lines;
	to->missing = remap_string(w, from->missing);
	to->estimate = remap_string(w, from->estimate);
	to->title = remap_string(w, from->title);
	for (mapping_id m = 1; m < from->mapping_count; m++)
		remap_mapping(w, m);
	if (w->drop & FEATURE_RECORDING)
		return;
	to->recording = from->recording;
	to->recording.default_value = remap_string(w, from->recording.default_value);
	to->recording.period_name = remap_string(w, from->recording.period_name);
	to->recording.period_unit = remap_string(w, from->recording.period_unit);
}

void remap_frames(struct remap *w)
{
	for (size_t i = 0; i < w->from->frame_count; i++)
		w->frames[i] = profile_frame(w->to, remap_frame(w, (frame_id)i));
}

void remap_stacks(struct remap *w)
{
	const struct stacks *s = &w->from->stacks;

	for (size_t i = 1; i < s->count; i++)
		w->stacks[i] = stacks_push(&w->to->stacks, w->stacks[s->parent[i]],
					   w->frames[s->frame[i]]);
}

/* --- values --- */

static int64_t shifted(struct remap *w, value_id v, int64_t value)
{
	int64_t result = 0;

	if (decimal_at((struct decimal){ value, w->shifts[v] }, 0, &result) == OUT_OF_RANGE) {
		w->to->sample_values.overflow = true;
		w->to->sample_values.overflowed = w->values[v];
	}
	return result;
}

static const int64_t *move_values(struct remap *w, int64_t **to, const int64_t *old)
{
	if (!*to)
		*to = alloc_zero(w->to->value_count, sizeof **to);
	memset(*to, 0, w->to->value_count * sizeof **to);
	for (value_id v = 0; v < w->from->value_count; v++)
		if (w->values[v] != NO_ID)
			i64_add_to(&(*to)[w->values[v]],
				   w->shifts[v] ? shifted(w, v, old[v]) : old[v]);
	return *to;
}

static inline const int64_t *map_values(struct remap *w, int64_t **to, const struct values *t,
					size_t row)
{
	if (row >= t->rows)
		return NULL;
	return w->same_types ? values_row(t, row) : move_values(w, to, values_row(t, row));
}

const int64_t *remap_values(struct remap *w, const struct values *t, size_t row)
{
	return map_values(w, &w->row, t, row);
}

/* --- stack half --- */

struct sample remap_sample_at(struct remap *w, size_t row)
{
	struct sample s = profile_sample_at(w->from, row);

	s.thread = w->threads[s.thread];
	s.stack = w->stacks[s.stack];
	s.labels = remap_label_set(w, s.labels);
	s.timed &= !(w->drop & FEATURE_SAMPLE_TIMES);
	return s;
}

void remap_sample(struct remap *w, size_t row)
{
	struct sample s = remap_sample_at(w, row);

	if (s.thread != NO_ID && s.stack != NO_ID)
		profile_sample_row(w->to, s, remap_values(w, &w->from->sample_values, row));
}

void remap_samples(struct remap *w)
{
	for (size_t i = 0; i < w->from->sample_count; i++)
		remap_sample(w, i);
}

static void rewrite_time_range(struct remap *w, struct time_range s)
{
	thread_id thread = w->threads[s.thread];
	value_id value = w->values[s.value];

	if (thread == NO_ID || value == NO_ID)
		return;
	s.start = w->shifts[s.value] ? shifted(w, s.value, s.start) : s.start;
	s.end = w->shifts[s.value] ? shifted(w, s.value, s.end) : s.end;
	s.thread = thread;
	s.value = value;
	profile_add_time_range(w->to, s);
}

void remap_times(struct remap *w)
{
	for (size_t i = 0; i < w->from->call_event_count; i++) {
		struct call_event a = w->from->call_events[i];

		if (w->threads[a.thread] == NO_ID || w->values[a.value] == NO_ID ||
		    w->frames[a.frame] == NO_ID)
			continue;
		a.at = w->shifts[a.value] ? shifted(w, a.value, a.at) : a.at;
		a.thread = w->threads[a.thread];
		a.value = w->values[a.value];
		a.frame = w->frames[a.frame];
		profile_call_event(w->to, a);
	}
	for (size_t i = 0; i < w->from->time_range_count; i++)
		rewrite_time_range(w, w->from->time_ranges[i]);
}

/* --- graph half --- */

static inline struct place map_place(struct remap *w, struct place at, function_id f)
{
	if (at.file)
		at.file = w->base_names
				  ? profile_string(w->to, str_base(profile_text(w->from, at.file)))
				  : remap_string(w, at.file);
	if (w->lines_to_places && !at.line)
		at.line = w->from->functions[f].line;
	if (w->drop & FEATURE_ADDRESSES)
		at.address = 0;
	return at;
}

static bool left_out(const struct remap *w, thread_id t, function_id f, function_id g)
{
	return w->threads[t] == NO_ID || w->functions[f] == NO_ID || w->functions[g] == NO_ID;
}

void remap_cost(struct remap *w, size_t row)
{
	struct cost c = profile_cost_row(w->from, row);

	if (left_out(w, c.thread, c.function, c.function))
		return;
	c.at = map_place(w, c.at, c.function);
	c.thread = w->threads[c.thread];
	c.function = w->functions[c.function];
	if (w->no_merge)
		profile_new_cost(w->to, c, remap_values(w, &w->from->cost_values, row));
	else
		profile_cost(w->to, c, remap_values(w, &w->from->cost_values, row));
}

/* The row in the new profile; false if it is left out. */
static bool map_arc(struct remap *w, size_t row, struct arc *a)
{
	*a = w->from->arcs[row];
	if (left_out(w, a->thread, a->caller, a->callee))
		return false;
	a->site = map_place(w, a->site, a->caller);
	a->target = map_place(w, a->target, a->callee);
	a->thread = w->threads[a->thread];
	a->caller = w->functions[a->caller];
	a->callee = w->functions[a->callee];
	a->running &= !w->end_parts;
	if (w->outermost)
		a->rule = RULE_OUTERMOST;
	if (w->fold_arcs)
		a->values_known = true;
	return true;
}

static void put_arc(struct remap *w, size_t row, struct arc *a, uint64_t hash)
{
	const int64_t *values, *self = NULL;

	if (!w->fold_arcs && a->self_known)
		self = map_values(w, &w->second, &w->from->arc_self, row);
	values = map_values(w, &w->row, &w->from->arc_values, row);
	if (w->no_merge)
		profile_new_arc(w->to, a, values, self);
	else
		profile_arc_hashed(w->to, a, hash, values, self);
}

void remap_arc(struct remap *w, size_t row)
{
	struct arc a;

	if (map_arc(w, row, &a))
		put_arc(w, row, &a, profile_arc_hash(&a));
}

/*
 * Rows of the new profile are accessed in no order: batches are prefetched before they are
 * added to.
 */
static void rewrite_arcs(struct remap *w)
{
	enum { SOME = 16 };
	struct arc arcs[SOME];
	uint64_t hashes[SOME];
	size_t rows[SOME], row = 0, n;

	while (row < w->from->arc_count) {
		for (n = 0; n < SOME && row < w->from->arc_count; row++) {
			if (!map_arc(w, row, &arcs[n]))
				continue;
			hashes[n] = profile_arc_hash(&arcs[n]);
			profile_prefetch_arc(w->to, hashes[n], PREFETCH_SLOT);
			rows[n++] = row;
		}
		for (size_t i = 0; i < n; i++)
			profile_prefetch_arc(w->to, hashes[i], PREFETCH_ROW);
		for (size_t i = 0; i < n; i++)
			put_arc(w, rows[i], &arcs[i], hashes[i]);
	}
}

void remap_jump(struct remap *w, size_t row)
{
	struct jump j = w->from->jumps[row];

	if (left_out(w, j.thread, j.from, j.to))
		return;
	j.at = map_place(w, j.at, j.from);
	j.target = map_place(w, j.target, j.to);
	j.thread = w->threads[j.thread];
	j.from = w->functions[j.from];
	j.to = w->functions[j.to];
	profile_jump(w->to, j);
}

void remap_total(struct remap *w, function_id f)
{
	const struct total *t = &w->from->totals[f];

	if (t->known && w->functions[f] != NO_ID)
		profile_total(w->to, w->functions[f], t->calls, t->primitive,
			      remap_values(w, &w->from->total_values, f));
}

/*
 * Where lines become one function, what one has from another is in the totals of both, and
 * counts once. No line has more than the function.
 */
static void join_totals(struct remap *w)
{
	const struct profile *from = w->from;
	int64_t *values = alloc_zero(w->to->value_count, sizeof *values);

	for (size_t i = 0; i < from->arc_count; i++) {
		const struct arc *a = &from->arcs[i];
		function_id f = w->functions[a->callee];
		const int64_t *row;

		if (a->caller == a->callee || f == NO_ID || f != w->functions[a->caller] ||
		    !a->values_known || !profile_has_total(from, a->callee))
			continue;
		row = remap_values(w, &from->arc_values, i);
		for (value_id v = 0; v < w->to->value_count; v++)
			values[v] = -row[v];
		profile_total(w->to, f, 0, 0, values);
	}
	for (function_id f = 0; f < from->total_count; f++) {
		const int64_t *total, *row;

		if (!profile_has_total(from, f) || w->functions[f] == NO_ID)
			continue;
		total = values_row(&w->to->total_values, w->functions[f]);
		row = remap_values(w, &from->total_values, f);
		for (value_id v = 0; v < w->to->value_count; v++)
			values[v] = total[v] < row[v] ? row[v] : total[v];
		values_set_row(&w->to->total_values, w->functions[f], values);
	}
	alloc_free(values);
}

static bool same_value_types(const struct remap *w)
{
	bool same_types = w->from->value_count == w->to->value_count;

	for (value_id v = 0; v < w->from->value_count; v++)
		same_types &= w->values[v] == v && !w->shifts[v];
	return same_types;
}

void remap_graph(struct remap *w)
{
	const struct profile *from = w->from;

	w->same_types = same_value_types(w);
	for (size_t i = 0; i < from->cost_count; i++)
		remap_cost(w, i);
	rewrite_arcs(w);
	for (size_t i = 0; i < from->jump_count; i++)
		remap_jump(w, i);
	for (function_id f = 0; f < from->total_count; f++)
		remap_total(w, f);
	if (w->lines_to_places)
		join_totals(w);
}
