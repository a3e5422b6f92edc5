/*
 * pprof/write - the profile as one message, its fields in the order of their numbers
 */
#include "common/base/alloc.h"
#include "common/profile/rows_json.h"
#include "common/profile/unit_text.h"
#include "converters/pprof/writing.h"

/* --- value types --- */

static void put_type(struct pprof_writer *w, enum profile_field field, uint64_t name, uint64_t unit)
{
	w->message.n = 0;
	protobuf_put_number(&w->message, TYPE_NAME, name);
	protobuf_put_number(&w->message, TYPE_UNIT, unit);
	protobuf_write_bytes(w->out, field, buf_str(&w->message));
}

/* Times are in the unit that they were read in, if all are whole in it. */
static void put_types(struct pprof_writer *w)
{
	struct buf unit = { 0 };

	w->units = alloc_zero(w->p->value_count, sizeof *w->units);
	for (value_id v = 0; v < w->p->value_count; v++) {
		unit.n = 0;
		buf_add_unit(&unit, w->p, v, unit_text_power(w->p, v, &w->units[v]));
		put_type(w, PROFILE_TYPE, pprof_string(w, w->p->value_types[v].name),
			 strings_add(&w->strings, buf_str(&unit)));
	}
	buf_free(&unit);
}

/* --- what is said of the whole --- */

static void put_comment(struct pprof_writer *w, struct str text)
{
	protobuf_put_number(&w->message, PROFILE_COMMENT, strings_add(&w->strings, text));
}

/* The fields that hold metadata of one key; 0: they are comments. */
static enum profile_field field_of(struct str key)
{
	return str_eq(key, S(PPROF_DROP_FRAMES))   ? PROFILE_DROP_FRAMES
	       : str_eq(key, S(PPROF_KEEP_FRAMES)) ? PROFILE_KEEP_FRAMES
	       : str_eq(key, S(PPROF_DOC_URL))     ? PROFILE_DOC_URL
						   : (enum profile_field)0;
}

/* The first row of metadata that is this field; NO_ID if there is none. */
static size_t row_of(const struct profile *p, enum profile_field field)
{
	for (size_t i = 0; i < p->metadata_count; i++)
		if (p->metadata[i].thread == NO_ID &&
		    field_of(profile_text(p, p->metadata[i].key)) == field)
			return i;
	return NO_ID;
}

static void put_metadata_field(struct pprof_writer *w, enum profile_field field)
{
	size_t row = row_of(w->p, field);

	if (row != NO_ID)
		protobuf_put_number(&w->message, field, pprof_string(w, w->p->metadata[row].value));
}

/* As JSON, so that it comes back with its key and thread. */
static void put_note(struct pprof_writer *w, size_t row)
{
	struct buf text = { 0 };
	struct output *out = output_memory(&text);

	output_text(out, PPROF_METADATA "[");
	json_put_metadata_row(out, w->p, row);
	output_byte(out, ']');
	output_close(out, true);
	put_comment(w, buf_str(&text));
	buf_free(&text);
}

static void put_value_note(struct pprof_writer *w)
{
	const struct profile *p = w->p;
	struct buf text = { 0 };
	struct output *out;
	bool more = false;

	for (value_id v = 0; v < p->value_count; v++)
		more |= json_adds_to_value_type(&p->value_types[v]);
	if (!more)
		return;
	out = output_memory(&text);
	for (value_id v = 0; v < p->value_count; v++) {
		output_text(out, v ? "," : PPROF_VALUES "[");
		json_put_value_type(out, p, v);
	}
	output_byte(out, ']');
	output_close(out, true);
	put_comment(w, buf_str(&text));
	buf_free(&text);
}

static void put_comments(struct pprof_writer *w)
{
	for (size_t i = 0; i < w->p->metadata_count; i++) {
		const struct metadata *row = &w->p->metadata[i];
		struct str key = profile_text(w->p, row->key);
		enum profile_field field = row->thread == NO_ID ? field_of(key) : 0;

		if (field && row_of(w->p, field) == i)
			continue;
		if (row->thread == NO_ID && str_eq(key, S(PPROF_COMMENT)) &&
		    !str_starts(profile_text(w->p, row->value), S("profpipe: ")))
			put_comment(w, profile_text(w->p, row->value));
		else
			put_note(w, i);
	}
	put_value_note(w);
	if (pprof_has_threads(w->p))
		put_comment(w, w->own_keys ? S(PPROF_OWN_THREADS) : S(PPROF_THREADS));
}

/* What every reader shows by itself is not said: the last one. */
static void put_default_type(struct pprof_writer *w)
{
	value_id v = profile_default_value(w->p);

	if (v + 1 < w->p->value_count)
		protobuf_put_number(&w->message, PROFILE_DEFAULT_TYPE,
				    pprof_string(w, w->p->value_types[v].name));
}

static void put_period_type(struct pprof_writer *w)
{
	const struct recording *r = &w->p->recording;

	if (!r->period_name && !r->period_unit)
		return;
	w->inner.n = 0;
	protobuf_put_number(&w->inner, TYPE_NAME, pprof_string(w, r->period_name));
	protobuf_put_number(&w->inner, TYPE_UNIT, pprof_string(w, r->period_unit));
	protobuf_put_bytes(&w->message, PROFILE_PERIOD_TYPE, buf_str(&w->inner));
}

/* Fields 7 to 15, which need strings and come behind them. */
static void build_facts(struct pprof_writer *w)
{
	const struct recording *r = &w->p->recording;

	w->message.n = 0;
	put_metadata_field(w, PROFILE_DROP_FRAMES);
	put_metadata_field(w, PROFILE_KEEP_FRAMES);
	protobuf_put_number(&w->message, PROFILE_START, (uint64_t)r->start);
	protobuf_put_number(&w->message, PROFILE_DURATION, (uint64_t)r->duration);
	put_period_type(w);
	protobuf_put_number(&w->message, PROFILE_PERIOD, (uint64_t)r->period);
	put_comments(w);
	put_default_type(w);
	put_metadata_field(w, PROFILE_DOC_URL);
}

static void put_strings(struct pprof_writer *w)
{
	for (string_id i = 0; i < w->strings.count; i++)
		protobuf_write_bytes(w->out, PROFILE_STRING, strings_text(&w->strings, i));
}

static void free_writer(struct pprof_writer *w)
{
	strings_free(&w->strings);
	locations_free(&w->locations);
	alloc_free(w->units);
	buf_free(&w->message);
	buf_free(&w->inner);
}

void pprof_write(struct output *out, const struct profile *p)
{
	struct pprof_writer w = { .out = out, .p = p };

	strings_init(&w.strings);
	put_types(&w);
	locations_init(&w.locations, p, false);
	pprof_put_samples(&w);
	pprof_put_tables(&w);
	build_facts(&w);
	put_strings(&w);
	output_str(out, buf_str(&w.message));
	free_writer(&w);
}
