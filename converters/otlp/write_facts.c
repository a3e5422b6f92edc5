/* otlp/write_facts - what profiles say beside their samples: the type, times, the period, facts */
#include "common/base/alloc.h"
#include "common/profile/rows_json.h"
#include "common/profile/unit_text.h"
#include "converters/otlp/texts.h"
#include "converters/otlp/writing.h"

enum {
	PROFILE_TYPE = 1,
	PROFILE_TIME = 3,
	PROFILE_DURATION,
	PROFILE_PERIOD_TYPE,
	PROFILE_PERIOD,
	PROFILE_ATTRIBUTES = 11
};
enum { TYPE_NAME = 1, TYPE_UNIT };

/* The attributes of profiles. */
struct fact_list {
	uint64_t *numbers;
	size_t count, cap;
};

static void add_fact(struct fact_list *to, uint64_t attribute)
{
	ARRAY_ROOM(to->numbers, to->count, to->cap);
	to->numbers[to->count++] = attribute;
}

/* --- types --- */

static void put_type(struct otlp_writer *w, struct buf *to, uint32_t field, uint64_t name,
		     uint64_t unit)
{
	w->message.n = 0;
	protobuf_put_number(&w->message, TYPE_NAME, name);
	protobuf_put_number(&w->message, TYPE_UNIT, unit);
	protobuf_put_bytes(to, field, buf_str(&w->message));
}

static void build_head(struct otlp_writer *w, value_id v)
{
	int power = unit_text_power(w->p, v, &w->units[v]);
	uint64_t name = otlp_number_string(w, w->p->value_types[v].name);
	struct buf unit = { 0 };

	buf_add_unit(&unit, w->p, v, power);
	put_type(w, &w->heads[v], PROFILE_TYPE, name, otlp_number_text(w, buf_str(&unit)));
	buf_free(&unit);
}

/* A value type as JSON, if there is more to it than a name and a unit. */
static void add_value_type(struct otlp_writer *w, struct fact_list *to, value_id v)
{
	struct buf text = { 0 };
	struct output *out;

	if (!json_adds_to_value_type(&w->p->value_types[v]))
		return;
	out = output_memory(&text);
	json_put_value_type(out, w->p, v);
	output_close(out, true);
	add_fact(to, otlp_number_attribute(w, S(OTLP_VALUE_TYPE), buf_str(&text)));
	buf_free(&text);
}

/* --- metadata --- */

/* What pprof has a field for has an attribute in OpenTelemetry's conventions. */
static bool is_of_pprof(struct str key)
{
	return str_eq(key, S("drop_frames")) || str_eq(key, S("keep_frames")) ||
	       str_eq(key, S("doc_url"));
}

/* How a row of metadata is written. */
enum { COMMENT, ATTRIBUTE, NOTE };

/* Attributes of one profile have one value each, so a second row of a key is a note. */
static uint8_t *sort_metadata(const struct profile *p)
{
	uint8_t *kinds = alloc_zero(p->metadata_count, sizeof *kinds);
	bool *seen = alloc_zero(p->strings.count, sizeof *seen); /* by key */

	for (size_t i = 0; i < p->metadata_count; i++) {
		const struct metadata *row = &p->metadata[i];
		struct str key = profile_text(p, row->key);

		kinds[i] = NOTE;
		if (row->thread != NO_ID || !key.n || !row->value || str_starts(key, S(OTLP_OWN)) ||
		    str_starts(key, S(OTLP_PPROF_PROFILE)))
			continue;
		if (str_eq(key, S("comment")))
			kinds[i] = COMMENT;
		else if (!seen[row->key])
			kinds[i] = ATTRIBUTE;
		seen[row->key] = true;
	}
	alloc_free(seen);
	return kinds;
}

static void add_comments(struct otlp_writer *w, struct fact_list *to, const uint8_t *kinds)
{
	const struct profile *p = w->p;
	string_id *texts = alloc_zero(p->metadata_count, sizeof *texts);
	size_t count = 0;

	for (size_t i = 0; i < p->metadata_count; i++)
		if (kinds[i] == COMMENT)
			texts[count++] = p->metadata[i].value;
	if (count)
		add_fact(to, otlp_number_texts(w, S(OTLP_PPROF_COMMENT), texts, count));
	alloc_free(texts);
}

static void add_attributes(struct otlp_writer *w, struct fact_list *to, const uint8_t *kinds)
{
	const struct profile *p = w->p;
	struct buf key = { 0 };

	for (size_t i = 0; i < p->metadata_count; i++) {
		struct str name = profile_text(p, p->metadata[i].key);

		if (kinds[i] != ATTRIBUTE)
			continue;
		key.n = 0;
		if (is_of_pprof(name))
			buf_add(&key, S(OTLP_PPROF_PROFILE));
		buf_add(&key, name);
		add_fact(to, otlp_number_attribute(w, buf_str(&key),
						   profile_text(p, p->metadata[i].value)));
	}
	buf_free(&key);
}

/* As JSON, so that they come back with their key and thread. */
static void add_notes(struct otlp_writer *w, struct fact_list *to, const uint8_t *kinds)
{
	const struct profile *p = w->p;
	struct buf text = { 0 };
	struct output *out = output_memory(&text);
	bool any = false;

	for (size_t i = 0; i < p->metadata_count; i++)
		if (kinds[i] == NOTE) {
			output_byte(out, any ? ',' : '[');
			json_put_metadata_row(out, p, i);
			any = true;
		}
	output_byte(out, ']');
	output_close(out, true);
	if (any)
		add_fact(to, otlp_number_attribute(w, S(OTLP_METADATA), buf_str(&text)));
	buf_free(&text);
}

/* --- the whole --- */

static void build_tail(struct otlp_writer *w, value_id v, struct fact_list *facts)
{
	const struct recording *r = &w->p->recording;
	struct buf *to = &w->tails[v];
	size_t shared = facts->count;

	/* see report_loss() of the format */
	if (r->start > 0) {
		protobuf_put_tag(to, PROFILE_TIME, PROTOBUF_FIXED64);
		protobuf_put_fixed(to, (uint64_t)r->start);
	}
	if (r->duration > 0)
		protobuf_put_number(to, PROFILE_DURATION, (uint64_t)r->duration);
	if (r->period_name || r->period_unit)
		put_type(w, to, PROFILE_PERIOD_TYPE, otlp_number_string(w, r->period_name),
			 otlp_number_string(w, r->period_unit));
	protobuf_put_number(to, PROFILE_PERIOD, (uint64_t)r->period);
	add_value_type(w, facts, v);
	protobuf_put_packed(to, PROFILE_ATTRIBUTES, facts->numbers, facts->count);
	facts->count = shared;
}

void otlp_write_facts(struct otlp_writer *w)
{
	struct fact_list facts = { 0 };
	size_t count = w->p->value_count;
	uint8_t *kinds = sort_metadata(w->p);

	w->units = alloc_zero(count, sizeof *w->units);
	w->heads = alloc_zero(count, sizeof *w->heads);
	w->tails = alloc_zero(count, sizeof *w->tails);
	if (w->escapes)
		add_fact(&facts, otlp_number_attribute(w, S(OTLP_ESCAPES), S("1")));
	if (w->p->estimated)
		add_fact(&facts, otlp_number_true(w, S(OTLP_ESTIMATED)));
	add_comments(w, &facts, kinds);
	add_attributes(w, &facts, kinds);
	add_notes(w, &facts, kinds);
	for (value_id v = 0; v < count; v++) {
		build_head(w, v);
		build_tail(w, v, &facts);
	}
	alloc_free(facts.numbers);
	alloc_free(kinds);
}
