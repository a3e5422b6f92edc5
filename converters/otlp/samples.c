/*
 * otlp/samples - profiles and their samples
 *
 * What a resource and a scope are described by are labels of each sample, as its own attributes
 * are, but for names and numbers of threads and processes: these are its thread.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/profile/unit_text.h"
#include "converters/otlp/reading.h"
#include "converters/otlp/texts.h"

enum { SAMPLES = 2 }; /* of a profile, in all layouts */

/* --- value types --- */

struct otlp_column {
	value_id v;
	const struct unit_text *unit; /* NULL: plain numbers */
	int exponent;
	bool counts; /* samples */
};

struct otlp_columns {
	struct otlp_column *items;
	size_t count, cap;
};

/* Value types are chosen by name: a second one of that name has its unit behind it. */
static string_id own_name(struct otlp_message *m, struct value_type type, struct str unit)
{
	for (value_id v = 0; v < m->p->value_count; v++) {
		const struct value_type *other = &m->p->value_types[v];
		struct buf name = { 0 };

		if (other->name != type.name ||
		    (other->unit == type.unit && other->unit_name == type.unit_name))
			continue;
		buf_add(&name, profile_text(m->p, type.name));
		buf_print(&name, " (");
		buf_add(&name, unit.n ? unit : S("count"));
		buf_byte(&name, ')');
		type.name = profile_string(m->p, buf_str(&name));
		buf_free(&name);
		break;
	}
	return type.name;
}

static void add_column(struct otlp_message *m, struct otlp_columns *to, struct protobuf row)
{
	string_id name = 0, unit = 0;
	struct otlp_column column = { 0 };
	struct value_type type;
	struct str word;

	otlp_read_type(m, row, &name, &unit);
	word = profile_text(m->p, unit);
	if (!name)
		name = profile_string(m->p, S("samples"));
	type = unit_text_type(m->p, name, word);
	type.name = own_name(m, type, word);
	column.exponent = unit_text_exponent(&word);
	column.unit = unit_text_find(word);
	column.v = profile_value_type(m->p, type);
	column.counts = !column.unit && !column.exponent &&
			profile_counts_samples(profile_text(m->p, type.name));
	ARRAY_ROOM(to->items, to->count, to->cap);
	to->items[to->count++] = column;
}

static void read_columns(struct otlp_message *m, struct protobuf profile, struct otlp_columns *to)
{
	struct protobuf_field f;

	while (protobuf_field(&profile, &f))
		if (f.number == 1) {
			struct protobuf type = protobuf_nested(&profile, &f, "a value type");

			if (m->fields->sample.stack)
				to->count = 0; /* not repeated: the last one counts */
			add_column(m, to, type);
		}
}

/* --- labels --- */

/* Labels and the thread of a sample; what is of its resource and scope comes first. */
struct labels {
	label_id *items;
	size_t count, cap;
	label_id *sorted; /* a copy, for making a set */
	size_t sorted_cap;
	struct thread thread;
};

/* A number, or one that is too large for an integer as digits. */
static bool is_id(const struct otlp_message *m, const struct label *l, uint64_t *id)
{
	if (!l->is_number)
		return str_to_u64(profile_text(m->p, l->text), id) && *id > INT64_MAX;
	*id = (uint64_t)l->number;
	return l->number > 0;
}

static bool takes_thread(const struct otlp_message *m, const struct label *l, struct thread *t)
{
	struct str key = profile_text(m->p, l->key);
	uint64_t id;

	if (str_eq(key, S(OTLP_THREAD_NAME)) && !l->is_number)
		t->name = l->text;
	else if (str_eq(key, S(OTLP_THREAD_ID)) && is_id(m, l, &id))
		t->tid = id;
	else if (str_eq(key, S(OTLP_PROCESS_ID)) && is_id(m, l, &id))
		t->pid = id;
	else if (str_eq(key, S(OTLP_PART)) && is_id(m, l, &id) && id <= UINT32_MAX)
		t->part = (uint32_t)id;
	else
		return false;
	return true;
}

static void add_label(struct otlp_message *m, struct labels *to, struct label l)
{
	struct str key = profile_text(m->p, l.key);

	if (takes_thread(m, &l, &to->thread))
		return;
	if (str_starts(key, S(OTLP_LABEL)))
		l.key = profile_string(m->p, str_from(key, strlen(OTLP_LABEL)));
	ARRAY_ROOM(to->items, to->count, to->cap);
	to->items[to->count++] = profile_label(m->p, l);
}

static void add_attribute(struct otlp_message *m, struct labels *to, const struct otlp_attribute *a)
{
	if (!a->empty && !a->count)
		add_label(m, to, a->label);
	for (size_t i = 0; i < a->count; i++)
		add_label(m, to, m->elements[a->first + i]);
}

/* Which value type is shown first is of the file, not of samples. */
static bool takes_default_type(struct otlp_message *m, const struct otlp_attribute *a)
{
	if (a->empty || a->label.is_number ||
	    !str_eq(profile_text(m->p, a->label.key), S(OTLP_PPROF_DEFAULT_TYPE)))
		return false;
	m->recording.default_value = a->label.text;
	return true;
}

static void add_text(struct otlp_message *m, struct labels *to, struct str key, struct str text)
{
	if (text.n)
		add_label(m, to,
			  (struct label){ .key = profile_string(m->p, key),
					  .text = profile_string(m->p, text) });
}

static void add_origin(struct otlp_message *m, struct labels *to, const struct otlp_origin *origin)
{
	enum { SCOPE_NAME = 1, SCOPE_VERSION, SCOPE_ATTRIBUTE };
	struct protobuf part = origin->resource;
	struct otlp_attribute a;
	struct protobuf_field f;

	while (protobuf_field(&part, &f))
		if (f.number == OTLP_RESOURCE_ATTRIBUTE) {
			a = otlp_attribute(m, protobuf_nested(&part, &f, "an attribute"));
			add_attribute(m, to, &a);
		}
	part = origin->scope;
	while (protobuf_field(&part, &f)) {
		if (f.number == SCOPE_NAME) {
			add_text(m, to, S(OTLP_SCOPE_NAME), protobuf_text(&part, &f, "a name"));
		} else if (f.number == SCOPE_VERSION) {
			add_text(m, to, S(OTLP_SCOPE_VERSION),
				 protobuf_text(&part, &f, "a version"));
		} else if (f.number == SCOPE_ATTRIBUTE) {
			a = otlp_attribute(m, protobuf_nested(&part, &f, "an attribute"));
			if (!takes_default_type(m, &a))
				add_attribute(m, to, &a);
		}
	}
}

/* An id of zeros is none. */
static void add_id(struct otlp_message *m, struct labels *to, struct str key, struct str bytes)
{
	struct buf hex = { 0 };
	bool any = false;

	for (size_t i = 0; i < bytes.n; i++)
		any |= bytes.p[i] != 0;
	otlp_put_hex(&hex, bytes);
	if (any)
		add_text(m, to, key, buf_str(&hex));
	buf_free(&hex);
}

static void add_link(struct otlp_message *m, struct labels *to)
{
	enum { TRACE = 1, SPAN };
	struct protobuf row;
	struct protobuf_field f;

	if (m->sample.link >= m->tables[OTLP_LINKS].count)
		return; /* only 0 of no table: the sample was checked */
	row = m->tables[OTLP_LINKS].rows[m->sample.link];
	while (protobuf_field(&row, &f)) {
		if (f.number == TRACE)
			add_id(m, to, S(OTLP_TRACE_ID), protobuf_text(&row, &f, "a trace's id"));
		else if (f.number == SPAN)
			add_id(m, to, S(OTLP_SPAN_ID), protobuf_text(&row, &f, "a span's id"));
	}
}

/* --- samples --- */

static bool sum_values(const struct otlp_sample *s, int64_t *sum)
{
	*sum = 0;
	if (!s->values.count)
		*sum = (int64_t)s->times;
	for (size_t i = 0; i < s->values.count; i++)
		if (!i64_add(*sum, (int64_t)s->values.items[i], sum))
			return false;
	return true;
}

/* How many of the source's samples it is; 0: another value type tells. */
static uint64_t count_of(const struct otlp_message *m, const struct otlp_column *column,
			 int64_t value)
{
	if (column->counts)
		return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	if (m->sample.times)
		return m->sample.times;
	return !m->counts && column->v == m->first_type;
}

/* Samples that the first value type has too are not counted again for each of the others. */
static void add_value(struct otlp_message *m, const struct protobuf *at,
		      const struct otlp_column *column, struct sample to, int64_t value)
{
	size_t rows = m->p->sample_count;

	to.count = count_of(m, column, value);
	if (!unit_text_value(m->p, column->v, column->unit, column->exponent, value, &value)) {
		protobuf_error(at,
			       "expected values that fit in 64 bits when they are nanoseconds or "
			       "bytes");
		return;
	}
	profile_sample_value(m->p, to, column->v, value);
	if (m->p->sample_count > rows && !m->counts && !to.count)
		m->p->samples[rows].count = 1;
}

static void add_values(struct otlp_message *m, const struct protobuf *at,
		       const struct otlp_columns *columns, struct sample to)
{
	const struct otlp_sample *s = &m->sample;
	int64_t sum;

	if (!columns->count) {
		protobuf_error(at, "expected a value type (field 1) for this sample, got none");
	} else if (m->fields->sample.stack) {
		if (sum_values(s, &sum))
			add_value(m, at, &columns->items[0], to, sum);
		else
			protobuf_error(at, "expected values of a sum below 2^63 in this sample");
	} else if (s->values.count != columns->count) {
		protobuf_error(at, "expected a value of each value type (%zu), got %zu",
			       columns->count, s->values.count);
	} else {
		for (size_t i = 0; i < columns->count && !m->in->failed; i++)
			add_value(m, at, &columns->items[i], to, (int64_t)s->values.items[i]);
	}
}

static label_set_id set_of(struct otlp_message *m, struct labels *labels)
{
	if (!labels->count)
		return NO_LABELS;
	if (labels->count > labels->sorted_cap)
		labels->sorted = alloc_grow(labels->sorted, &labels->sorted_cap, labels->count,
					    sizeof *labels->sorted);
	memcpy(labels->sorted, labels->items, labels->count * sizeof *labels->items);
	return profile_label_set(m->p, labels->sorted, labels->count);
}

static void read_sample(struct otlp_message *m, struct protobuf row,
			const struct otlp_columns *columns, const struct otlp_numbers *locations,
			struct labels *labels)
{
	size_t before = labels->count;
	struct thread thread = labels->thread;
	struct sample to = { 0 };

	if (!otlp_sample(m, row, m->fields, false))
		return;
	for (size_t i = 0; i < m->sample.attributes.count; i++)
		add_attribute(m, labels, &m->attributes[m->sample.attributes.items[i]]);
	add_link(m, labels);
	to.stack = otlp_stack_of(m, &row, locations);
	to.labels = set_of(m, labels);
	to.thread = profile_thread(m->p, labels->thread);
	if (!m->in->failed)
		add_values(m, &row, columns, to);
	labels->count = before;
	labels->thread = thread;
}

/* --- profiles --- */

static void read_locations(struct otlp_message *m, struct protobuf profile, struct otlp_numbers *to)
{
	struct protobuf_field f;
	uint64_t number;

	while (m->fields->profile.locations && protobuf_field(&profile, &f)) {
		struct protobuf rest;

		if (f.number != m->fields->profile.locations)
			continue;
		rest = protobuf_numbers(&profile, &f);
		while (protobuf_each(&rest, &f, &number))
			otlp_add_number(to, number);
	}
}

/*
 * async-profiler 4.2 writes lengths that are one too long: each range ends in the leaf of the next
 * one, the last beyond the end. Where ranges 0 to 8 and 7 to 13 of 12 locations are, 0 to 7 and
 * 7 to 12 are meant.
 */
static bool are_too_long(struct otlp_message *m, struct protobuf profile, size_t count)
{
	struct protobuf_field f;
	uint64_t end = 0;
	bool any = false;

	while (protobuf_field(&profile, &f)) {
		struct protobuf row = { f.bytes.p, f.bytes.p + f.bytes.n, m->in };
		const struct otlp_sample *s = &m->sample;

		if (f.number != SAMPLES || f.type != PROTOBUF_BYTES)
			continue;
		if (!otlp_sample(m, row, m->fields, true) || !s->length || s->start > count ||
		    s->length > count + 1 || (any && s->start != end - 1))
			return false;
		end = s->start + s->length;
		any = true;
	}
	return any && end == count + 1;
}

static void find_range_error(struct otlp_message *m, struct protobuf profile, size_t locations)
{
	m->too_long = m->fields->profile.locations && are_too_long(m, profile, locations);
	if (m->too_long)
		profile_report_missing(m->p, str_of(m->in->name),
				       "the stacks' lengths are one too long, as async-profiler "
				       "4.2 writes them: the last frame of each, which is "
				       "another's, is left out");
}

static bool read_profile(struct otlp_message *m, struct protobuf profile,
			 const struct otlp_origin *origin, void *context)
{
	struct otlp_columns columns = { 0 };
	struct otlp_numbers locations = { 0 };
	struct labels labels = { 0 };
	struct protobuf_field f;

	(void)context;
	read_columns(m, profile, &columns);
	read_locations(m, profile, &locations);
	find_range_error(m, profile, locations.count);
	otlp_read_facts(m, profile, columns.count ? columns.items[0].v : (value_id)NO_ID);
	add_origin(m, &labels, origin);
	while (protobuf_field(&profile, &f))
		if (f.number == SAMPLES)
			read_sample(m, protobuf_nested(&profile, &f, "a sample"), &columns,
				    &locations, &labels);
	alloc_free(columns.items);
	alloc_free(locations.items);
	alloc_free(labels.items);
	alloc_free(labels.sorted);
	return !m->in->failed;
}

/* The other value types do not count samples if one does. */
static bool look_for_counts(struct otlp_message *m, struct protobuf profile,
			    const struct otlp_origin *origin, void *context)
{
	struct otlp_columns columns = { 0 };

	(void)origin;
	(void)context;
	read_columns(m, profile, &columns);
	for (size_t i = 0; i < columns.count; i++)
		m->counts |= columns.items[i].counts;
	if (columns.count && m->first_type == NO_ID)
		m->first_type = columns.items[0].v;
	alloc_free(columns.items);
	return !m->in->failed;
}

void otlp_read_samples(struct otlp_message *m)
{
	m->first_type = NO_ID;
	otlp_each_profile(m, look_for_counts, NULL);
	otlp_each_profile(m, read_profile, NULL);
	if (!m->in->failed)
		profile_add_recording(m->p, m->recording);
}
