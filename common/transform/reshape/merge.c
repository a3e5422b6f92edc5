#include "common/transform/reshape/merge.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/deferred.h"
#include "common/transform/reshape/coarsen.h"
#include "common/transform/reshape/remap.h"

/* --- value types --- */

/* The value type of p with that name and unit, or NO_ID. */
static value_id find_type(const struct profile *p, const struct profile *of, value_id v)
{
	const struct value_type *type = &of->value_types[v];
	struct str name = profile_text(of, type->name);
	struct str unit = profile_text(of, type->unit_name);

	for (value_id i = 0; i < p->value_count; i++)
		if (p->value_types[i].unit == type->unit &&
		    str_eq(profile_text(p, p->value_types[i].name), name) &&
		    str_eq(profile_text(p, p->value_types[i].unit_name), unit))
			return i;
	return NO_ID;
}

bool merge_agrees(const struct merge *m, const struct profile *p)
{
	if (!m->sum)
		return true;
	if (m->sum->value_count != p->value_count)
		return false;
	for (value_id v = 0; v < p->value_count; v++)
		if (find_type(m->sum, p, v) == NO_ID)
			return false;
	return true;
}

/*
 * Spelled alike by all: so is the sum. Else in the coarsest unit, and not as bare counts:
 * joining (us, counts) and (ms, counts) and (us, counts) ends in ms in any order.
 */
static void join_spelling(struct value_type *to, const struct value_type *type)
{
	if (to->source_scale == type->source_scale && to->counts == type->counts)
		return;
	to->counts = false;
	if (type->source_scale > to->source_scale)
		to->source_scale = type->source_scale;
}

static void join_type(struct remap *w, value_id v)
{
	const struct value_type *type = &w->from->value_types[v];
	value_id have = find_type(w->to, w->from, v);
	struct value_type *to;

	if (have == NO_ID) {
		w->values[v] = remap_value_type(w, v);
		return;
	}
	to = &w->to->value_types[have];
	join_spelling(to, type);
	if (!str_eq(profile_text(w->to, to->title), profile_text(w->from, type->title)))
		to->title = 0;
	if (type->exponent < to->exponent)
		profile_rescale(w->to, have, type->exponent);
	w->values[v] = have;
	w->shifts[v] = type->exponent - to->exponent;
}

/* --- which value types go together --- */

/* Groups are joined by their smallest value type. */
static void join_groups(struct merge *m, value_id a, value_id b)
{
	value_id from = m->type_groups[a], to = m->type_groups[b];

	if (from < to) {
		value_id swap = from;

		from = to;
		to = swap;
	}
	for (size_t v = 0; v < m->types; v++)
		if (m->type_groups[v] == from)
			m->type_groups[v] = to;
}

static void count_types(struct merge *m, const struct remap *w)
{
	for (; m->types < m->sum->value_count; m->types++) {
		ARRAY_ROOM(m->type_counts, m->types, m->type_cap);
		ARRAY_ROOM(m->type_groups, m->types, m->type_group_cap);
		m->type_counts[m->types] = 0;
		m->type_groups[m->types] = (value_id)m->types;
	}
	for (value_id v = 0; v < w->from->value_count; v++) {
		m->type_counts[w->values[v]]++;
		if (!merge_goes_together(m, w->values[0], w->values[v]))
			join_groups(m, w->values[0], w->values[v]);
	}
}

bool merge_goes_together(const struct merge *m, value_id a, value_id b)
{
	return m->type_groups[a] == m->type_groups[b];
}

bool merge_is_common(const struct merge *m, value_id v)
{
	return m->type_counts[v] == m->count;
}

bool merge_keep_common(struct merge *m)
{
	struct coarsen_options options = COARSEN_NONE;
	bool *keep = alloc_zero(m->types, sizeof *keep);
	size_t kept = 0;

	for (value_id v = 0; v < m->types; v++)
		kept += keep[v] = merge_is_common(m, v);
	if (kept && kept < m->types) {
		struct profile *common;

		options.values = keep;
		common = profile_coarsen(m->sum, &options);
		m->creator = profile_string(common, profile_text(m->sum, m->creator));
		profile_free(m->sum);
		m->sum = common;
		m->types = kept;
		for (size_t v = 0; v < kept; v++) {
			m->type_counts[v] = m->count;
			m->type_groups[v] = 0;
		}
	}
	alloc_free(keep);
	return kept > 0;
}

/* --- metadata --- */

enum { DROPPED, KEPT, CREATOR };

/* A recorded sum is no longer one, and zeros are written or not as the sums fall. */
static int kind_of(const struct profile *p, const struct metadata *l)
{
	struct str key = profile_text(p, l->key);

	if (str_eq(key, S("summary")) || str_eq(key, S("zeros")))
		return DROPPED;
	return str_eq(key, S("creator")) ? CREATOR : KEPT;
}

/* The number of profiles so far that could have had metadata of the thread. */
static uint64_t chances(const struct merge *m, thread_id t)
{
	return t == NO_ID ? m->count : m->thread_counts[t];
}

/*
 * A row that the first profile of the thread lacks is not in all of them. It is not even
 * stored, so 10,000 different command lines take no memory.
 */
static void add_one_metadata(struct merge *m, const struct remap *w, const struct metadata *l)
{
	struct profile *to = m->sum;
	thread_id t = l->thread == NO_ID ? NO_ID : w->threads[l->thread];
	struct str key = profile_text(w->from, l->key);
	struct str value = profile_text(w->from, l->value);
	size_t before = to->metadata_count;
	uint32_t row;

	if (chances(m, t) > 0) {
		row = profile_find_metadata(to, t, key, value);
		if (row == NO_ID)
			return;
	} else {
		row = profile_metadata(to, t, key, value);
	}
	if (to->metadata_count > before) {
		ARRAY_ROOM(m->metadata_counts, before, m->metadata_cap);
		m->metadata_counts[row] = 0;
	}
	m->metadata_counts[row]++;
}

static void add_metadata(struct merge *m, struct remap *w)
{
	const struct profile *p = w->from;

	for (size_t i = 0; i < p->metadata_count; i++)
		if (kind_of(p, &p->metadata[i]) == KEPT)
			add_one_metadata(m, w, &p->metadata[i]);
}

/*
 * Counts each row once for each profile; a row is kept if every profile that could have it
 * does.
 */
static void drop_metadata(struct merge *m)
{
	struct profile *p = m->sum;
	size_t kept = 0;

	for (size_t i = 0; i < p->metadata_count; i++)
		if (m->metadata_counts[i] == chances(m, p->metadata[i].thread))
			p->metadata[kept++] = p->metadata[i];
	p->metadata_count = kept;
	index_free(&p->metadata_index); /* it has rows that have been removed */
}

/* --- creators --- */

static struct str creator_of(const struct profile *p, size_t *count)
{
	struct str creator = { 0 };

	*count = 0;
	for (size_t i = 0; i < p->metadata_count; i++)
		if (kind_of(p, &p->metadata[i]) == CREATOR) {
			creator = profile_text(p, p->metadata[i].value);
			++*count;
		}
	return creator;
}

/*
 * The creator determines the dialect for readers: whether arcs count every activation of a
 * recursion (callgrind) or the outermost ones (Python, and files without a creator).
 */
static void join_creator(struct merge *m, const struct profile *p)
{
	size_t count;
	struct str creator = creator_of(p, &count);

	for (size_t i = 0; i < p->arc_count; i++)
		m->outermost |= p->arcs[i].rule == RULE_OUTERMOST;
	if (!count || (m->count && m->creators == CREATOR_NONE)) {
		m->creators = CREATOR_NONE;
	} else if (!m->count && count == 1) {
		m->creators = CREATOR_ONE;
		m->creator = profile_string(m->sum, creator);
	} else if (count > 1 || !str_eq(profile_text(m->sum, m->creator), creator)) {
		m->creators = CREATOR_SEVERAL;
	}
}

static void add_creator(struct merge *m)
{
	if (m->creators == CREATOR_ONE)
		profile_metadata(m->sum, NO_ID, S("creator"), profile_text(m->sum, m->creator));
	else if (m->creators == CREATOR_SEVERAL && !m->outermost)
		profile_metadata(m->sum, NO_ID, S("creator"), S("several"));
}

/* --- tables --- */

static void add_functions(struct remap *w)
{
	const struct profile *p = w->from;

	for (function_id f = 0; f < p->function_count; f++) {
		struct function fn = remap_function(w, f);

		/* the first of one profile is not that of all; its figures have it too */
		if (fn.line_inferred)
			fn.line = 0;
		w->functions[f] = profile_function(w->to, fn);
		w->to->functions[w->functions[f]].line_inferred = false;
	}
	remap_frames(w);
}

static void add_threads(struct merge *m, struct remap *w)
{
	for (thread_id t = 0; t < w->from->thread_count; t++)
		for (thread_id new = remap_thread(w, t); m->threads <= new;) {
			ARRAY_ROOM(m->thread_counts, m->threads, m->thread_cap);
			m->thread_counts[m->threads++] = 0;
		}
}

static void count_threads(struct merge *m, const struct remap *w)
{
	for (size_t i = 0; i < w->from->thread_count; i++)
		m->thread_counts[w->threads[i]]++;
}

/* Also for profiles that do not say: then it is not known of all. */
static void join_recording(struct profile *to, const struct profile *p, bool first)
{
	struct recording more = p->recording;

	more.default_value = profile_string(to, profile_text(p, more.default_value));
	more.period_name = profile_string(to, profile_text(p, more.period_name));
	more.period_unit = profile_string(to, profile_text(p, more.period_unit));
	if (first)
		to->recording = more;
	else
		recording_join(&to->recording, &more);
}

static void join_facts(struct merge *m, const struct profile *p)
{
	struct profile *to = m->sum;
	struct str missing = profile_text(p, p->missing), have = profile_text(to, to->missing);

	to->estimated |= p->estimated;
	to->arcs_estimated |= p->arcs_estimated;
	to->calls_sampled |= p->calls_sampled;
	to->counts_calls = p->counts_calls && (to->counts_calls || !m->count);
	to->inclusive_only |= p->inclusive_only;
	to->all_callers = p->all_callers && (to->all_callers || !m->count);
	to->whole_units = p->whole_units && (to->whole_units || !m->count);
	to->rounded += p->rounded;
	to->vanished += p->vanished;
	to->comments += p->comments;
	to->bad_lines += p->bad_lines;
	join_recording(to, p, !m->count);
	if (missing.n && (!have.n || str_compare(missing, have) < 0))
		to->missing = profile_string(to, missing);
}

/* --- profiles of lines --- */

static struct profile *without_lines(struct profile *p)
{
	struct coarsen_options options = COARSEN_NONE;

	options.lines_to_places = true;
	return profile_coarsen(p, &options);
}

/* Removes the lines of the one whose functions are lines; the other has none. */
static struct profile *level_lines(struct merge *m, struct profile *p)
{
	struct profile *leveled;

	if (!m->count || m->sum->line_functions == p->line_functions) {
		m->sum->line_functions = p->line_functions;
		return NULL;
	}
	if (p->line_functions)
		return without_lines(p);
	/* threads and metadata keep their ids, strings do not */
	leveled = without_lines(m->sum);
	m->creator = profile_string(leveled, profile_text(m->sum, m->creator));
	profile_join_deferred(leveled, m->sum);
	profile_free(m->sum);
	m->sum = leveled;
	return NULL;
}

/* --- all of it --- */

void merge_add(struct merge *m, struct profile *p)
{
	struct profile *leveled;
	struct remap w;

	if (!m->sum)
		m->sum = profile_new();
	leveled = level_lines(m, p);
	remap_open(&w, leveled ? leveled : p, m->sum);
	if (!m->count)
		remap_value_types(&w);
	for (value_id v = 0; m->count && v < p->value_count; v++)
		join_type(&w, v);
	count_types(m, &w);
	for (mapping_id i = 1; i < w.from->mapping_count; i++)
		remap_mapping(&w, i);
	add_functions(&w);
	add_threads(m, &w);
	add_metadata(m, &w);
	count_threads(m, &w);
	join_creator(m, p);
	join_facts(m, p);
	remap_stacks(&w);
	remap_samples(&w);
	remap_graph(&w);
	remap_close(&w);
	profile_join_deferred(m->sum, p);
	profile_free(leveled);
	m->count++;
}

struct profile *merge_finish(struct merge *m)
{
	struct profile *sum = m->sum;

	if (sum) {
		drop_metadata(m);
		add_creator(m);
	}
	alloc_free(m->metadata_counts);
	alloc_free(m->thread_counts);
	alloc_free(m->type_counts);
	alloc_free(m->type_groups);
	*m = (struct merge){ 0 };
	return sum;
}
