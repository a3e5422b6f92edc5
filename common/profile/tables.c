/* tables - the tables that both representations share */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/base/diag.h"
#include "common/profile/deferred.h"
#include "common/profile/profile.h"

struct profile *profile_new(void)
{
	struct profile *p = alloc_zero(1, sizeof *p);

	strings_init(&p->strings);
	stacks_init(&p->stacks);
	return p;
}

static void free_halves(struct profile *p)
{
	profile_free_deferred(p);
	stacks_free(&p->stacks);
	index_free(&p->frame_index);
	index_free(&p->sample_index);
	index_free(&p->cost_rows.index);
	index_free(&p->arc_rows.index);
	index_free(&p->jump_index);
	index_free(&p->thread_index);
	index_free(&p->metadata_index);
	index_free(&p->time_range_index);
	index_free(&p->mapping_index);
	index_free(&p->label_index);
	index_free(&p->label_sets.index);
	alloc_free(p->mappings);
	alloc_free(p->frame_details);
	alloc_free(p->system_names);
	alloc_free(p->labels);
	alloc_free(p->label_sets.label);
	alloc_free(p->label_sets.rest);
	alloc_free(p->sample_labels);
	alloc_free(p->sample_times);
	alloc_free(p->frames);
	alloc_free(p->value_types);
	alloc_free(p->threads);
	alloc_free(p->metadata);
	alloc_free(p->samples);
	alloc_free(p->sample_first);
	alloc_free(p->call_events);
	alloc_free(p->time_ranges);
	alloc_free(p->jumps);
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	for (int i = 0; i < PROFILE_VALUE_TABLES; i++)
		values_free(profile_values(p, i));
	strings_free(&p->strings);
	index_free(&p->function_rows.index);
	free_halves(p);
	alloc_free(p->functions);
	alloc_free(p->costs);
	alloc_free(p->cost_addresses);
	alloc_free(p->arcs);
	alloc_free(p->totals);
	alloc_free(p);
}

void profile_replace(struct profile **p, struct profile *next)
{
	profile_free(*p);
	*p = next;
}

/* Keeps the tables of a call graph, since call graphs come as many small files. */
void profile_clear(struct profile *p)
{
	struct profile was = *p;

	free_halves(p);
	strings_clear(&was.strings);
	index_clear(&was.function_rows.index);
	*p = (struct profile){
		.strings = was.strings,
		.function_rows.index = was.function_rows.index,
		.functions = was.functions,
		.function_cap = was.function_cap,
		.costs = was.costs,
		.cost_cap = was.cost_cap,
		.arcs = was.arcs,
		.arc_cap = was.arc_cap,
		.totals = was.totals,
		.total_cap = was.total_cap,
	};
	for (int i = 0; i < PROFILE_VALUE_TABLES; i++) {
		values_clear(profile_values(&was, i));
		*profile_values(p, i) = *profile_values(&was, i);
	}
	stacks_init(&p->stacks);
}

struct values *profile_values(struct profile *p, int table)
{
	struct values *tables[PROFILE_VALUE_TABLES] = {
		&p->sample_values, &p->cost_values, &p->arc_values, &p->arc_self, &p->total_values,
	};

	return tables[table];
}

void profile_report_missing(struct profile *p, struct str source, const char *format, ...)
{
	struct buf all = { 0 };
	va_list args;

	buf_add(&all, profile_text(p, p->missing));
	buf_print(&all, "%s%s: ", all.n ? "; " : "", diag_masked(source));
	va_start(args, format);
	buf_vprint(&all, format, args);
	va_end(args);
	p->missing = profile_string(p, buf_str(&all));
	buf_free(&all);
}

static int beyond_64_bits(const struct profile *p, value_id v, const char *what)
{
	return diag_error("%s: a total of value type %s does not fit in 64 bits",
			  diag_masked(str_of(what)),
			  diag_quote(profile_text(p, p->value_types[v].name)));
}

int profile_check_totals(const struct profile *p, const char *what)
{
	value_id v;

	if (values_sums_fit(&p->sample_values, &v) && values_sums_fit(&p->cost_values, &v))
		return 0;
	return beyond_64_bits(p, v, what);
}

int profile_status(const struct profile *p, const char *what)
{
	for (int i = 0; i < PROFILE_VALUE_TABLES; i++) {
		const struct values *t = profile_values((struct profile *)(uintptr_t)p, i);

		if (t->overflow)
			return beyond_64_bits(p, t->overflowed, what);
	}
	return 0;
}

string_id profile_string(struct profile *p, struct str text)
{
	return strings_add(&p->strings, text);
}

static uint64_t function_hash(const struct function_row *f, string_id system)
{
	return hash_mix((uint64_t)f->name << 32 | f->file,
			((uint64_t)f->object << 32 | f->line) + ((uint64_t)system << 40));
}

static struct function_row row_of(const struct function *f)
{
	return (struct function_row){ f->name, f->file, f->object, f->line, f->line_inferred };
}

struct function profile_function_at(const struct profile *p, function_id f)
{
	const struct function_row *row = &p->functions[f];

	return (struct function){ row->name, row->file,          row->object,
				  row->line, row->line_inferred, profile_system_name(p, f) };
}

static void set_system_name(struct profile *p, function_id f, string_id system)
{
	if (f >= p->system_name_cap)
		p->system_names = alloc_grow(p->system_names, &p->system_name_cap, (size_t)f + 1,
					     sizeof *p->system_names);
	for (; p->system_name_count <= f; p->system_name_count++)
		p->system_names[p->system_name_count] = 0;
	p->system_names[f] = system;
}

function_id profile_new_function(struct profile *p, struct function f)
{
	limit_check(LIMIT_FUNCTIONS, p->function_count + 1);
	ARRAY_ROOM(p->functions, p->function_count, p->function_cap);
	p->functions[p->function_count] = row_of(&f);
	if (f.system)
		set_system_name(p, (function_id)p->function_count, f.system);
	return (function_id)p->function_count++;
}

/* Functions are added to the index when one is searched for, not when they are made. */
function_id profile_function(struct profile *p, struct function f)
{
	struct row_index *rows = &p->function_rows;
	struct function_row row = row_of(&f);
	uint64_t hash = function_hash(&row, f.system);

	for (; rows->end < p->function_count; rows->end++)
		index_add(&rows->index,
			  function_hash(&p->functions[rows->end],
					profile_system_name(p, (function_id)rows->end)),
			  (uint32_t)rows->end);
	for (struct probe at = index_probe(&rows->index, hash); index_next(&rows->index, &at);) {
		const struct function_row *have = &p->functions[at.row];

		if (have->name == f.name && have->file == f.file && have->object == f.object &&
		    have->line == f.line && profile_system_name(p, at.row) == f.system)
			return at.row;
	}
	return profile_new_function(p, f);
}

value_id profile_value_type(struct profile *p, struct value_type type)
{
	for (size_t i = 0; i < p->value_count; i++)
		if (p->value_types[i].name == type.name && p->value_types[i].unit == type.unit &&
		    p->value_types[i].unit_name == type.unit_name)
			return (value_id)i;
	limit_check(LIMIT_VALUES, p->value_count + 1);
	ARRAY_ROOM(p->value_types, p->value_count, p->value_cap);
	p->value_types[p->value_count++] = type;
	for (int i = 0; i < PROFILE_VALUE_TABLES; i++)
		values_widen(profile_values(p, i), (uint32_t)p->value_count);
	return (value_id)(p->value_count - 1);
}

value_id profile_value_named(const struct profile *p, struct str name)
{
	for (value_id v = 0; v < p->value_count; v++)
		if (str_eq(profile_text(p, p->value_types[v].name), name))
			return v;
	return NO_ID;
}

bool profile_counts_samples(struct str name)
{
	static const char *const counters[] = { "samples", "sample", "contentions", "events" };

	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
		if (str_eq(name, str_of(counters[i])))
			return true;
	return false;
}

bool profile_names_threads(const struct profile *p)
{
	for (size_t i = 0; i < p->thread_count; i++) {
		const struct thread *t = &p->threads[i];

		if (t->name || t->pid || t->tid || t->part)
			return true;
	}
	return false;
}

thread_id profile_thread(struct profile *p, struct thread t)
{
	uint64_t hash = hash_mix(t.pid ^ (uint64_t)t.name << 32, t.tid * 31 + t.part);

	for (struct probe at = index_probe(&p->thread_index, hash);
	     index_next(&p->thread_index, &at);) {
		const struct thread *have = &p->threads[at.row];

		if (have->name == t.name && have->pid == t.pid && have->tid == t.tid &&
		    have->part == t.part)
			return at.row;
	}
	limit_check(LIMIT_THREADS, p->thread_count + 1);
	ARRAY_ROOM(p->threads, p->thread_count, p->thread_cap);
	p->threads[p->thread_count] = t;
	index_add(&p->thread_index, hash, (uint32_t)p->thread_count);
	return (thread_id)p->thread_count++;
}

static uint64_t metadata_hash(struct metadata l)
{
	return hash_mix((uint64_t)l.key << 32 | l.value, l.thread);
}

static uint32_t metadata_row(const struct profile *p, struct metadata l)
{
	for (struct probe at = index_probe(&p->metadata_index, metadata_hash(l));
	     index_next(&p->metadata_index, &at);) {
		const struct metadata *have = &p->metadata[at.row];

		if (have->thread == l.thread && have->key == l.key && have->value == l.value)
			return at.row;
	}
	return NO_ID;
}

uint32_t profile_find_metadata(const struct profile *p, thread_id thread, struct str key,
			       struct str value)
{
	struct metadata l = { thread, strings_find(&p->strings, key),
			      strings_find(&p->strings, value) };

	return l.key == NO_ID || l.value == NO_ID ? NO_ID : metadata_row(p, l);
}

uint32_t profile_metadata(struct profile *p, thread_id thread, struct str key, struct str value)
{
	struct metadata l = { thread, profile_string(p, key), profile_string(p, value) };
	uint32_t row = metadata_row(p, l);

	if (row != NO_ID)
		return row;
	ARRAY_ROOM(p->metadata, p->metadata_count, p->metadata_cap);
	index_add(&p->metadata_index, metadata_hash(l), (uint32_t)p->metadata_count);
	p->metadata[p->metadata_count] = l;
	return (uint32_t)p->metadata_count++;
}

/* --- the recording --- */

void recording_join(struct recording *sum, const struct recording *more)
{
	if (sum->default_value != more->default_value)
		sum->default_value = 0;
	if (sum->period != more->period || sum->period_name != more->period_name ||
	    sum->period_unit != more->period_unit) {
		sum->period = 0;
		sum->period_name = sum->period_unit = 0;
	}
	if (more->start && (!sum->start || more->start < sum->start))
		sum->start = more->start;
	i64_add_to(&sum->duration, more->duration);
}

void profile_add_recording(struct profile *p, struct recording r)
{
	if (p->recorded)
		recording_join(&p->recording, &r);
	else
		p->recording = r;
	p->recorded = true;
}

value_id profile_default_value(const struct profile *p)
{
	for (value_id v = 0; p->recording.default_value && v < p->value_count; v++)
		if (p->value_types[v].name == p->recording.default_value)
			return v;
	return 0;
}

bool profile_all_zero(const struct profile *p, value_id v)
{
	bool zero = true;

	for (int i = 0; i < PROFILE_VALUE_TABLES; i++)
		zero &= values_all_zero(profile_values((struct profile *)(uintptr_t)p, i), v);
	return zero;
}

value_id profile_shown_value(const struct profile *p)
{
	value_id asked = profile_default_value(p);

	if (!p->recording.default_value || !profile_all_zero(p, asked))
		return asked;
	for (value_id v = 0; v < p->value_count; v++)
		if (!profile_all_zero(p, v))
			return v;
	return asked;
}

/* --- numbers --- */

enum { FINEST = -9 };

void profile_rescale(struct profile *p, value_id v, int exponent)
{
	struct value_type *type = &p->value_types[v];
	int power = type->exponent - exponent;

	for (int i = 0; i < PROFILE_VALUE_TABLES; i++)
		values_scale(profile_values(p, i), v, power);
	for (size_t i = 0; i < p->time_range_count; i++)
		if (p->time_ranges[i].value == v) {
			i64_shift(p->time_ranges[i].start, power, &p->time_ranges[i].start);
			i64_shift(p->time_ranges[i].end, power, &p->time_ranges[i].end);
		}
	for (size_t i = 0; i < p->call_event_count; i++)
		if (p->call_events[i].value == v)
			i64_shift(p->call_events[i].at, power, &p->call_events[i].at);
	type->exponent = exponent;
}

bool profile_number(struct profile *p, value_id v, struct decimal number, int64_t *value)
{
	struct value_type *type = &p->value_types[v];
	enum exactness exactness;

	if (type->unit == UNIT_TIME)
		number.exponent += type->source_scale;
	else if (number.exponent < type->exponent)
		profile_rescale(p, v, number.exponent < FINEST ? FINEST : number.exponent);
	exactness = decimal_at(number, type->exponent, value);
	profile_count_rounding(p, exactness == ROUNDED, *value);
	return exactness != OUT_OF_RANGE;
}

struct decimal profile_decimal(const struct profile *p, value_id v, int64_t value, int power)
{
	const struct value_type *type = &p->value_types[v];

	return (struct decimal){ value, type->unit == UNIT_TIME ? -power : type->exponent };
}
