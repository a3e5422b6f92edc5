/*
 * ndjson/format - functions as lines of a structured log
 *
 *	{"severity":"INFO","message":"main: self 1.5 s (60.00%), inclusive 2.5 s (100.00%)",
 *	 "function":"main","file":"a.py","line":3,"value_type":"time","unit":"ns",
 *	 "self":1500000000,"self_percent":60,...,"self_seconds":1.5,"inclusive_seconds":2.5,
 *	 "logging.googleapis.com/labels":{"profile":"nightly"},
 *	 "logging.googleapis.com/sourceLocation":{"file":"a.py","line":3,"function":"main"}}
 *
 * An object a line. The keys severity, message and logging.googleapis.com/... are those of Cloud
 * Logging's agents (https://cloud.google.com/logging/docs/structured-logging); all others become
 * the payload, from which metrics of logs take numbers: never a text such as "1.5 s". The key
 * "time" would be the time stamp of the line and is not written.
 */
#include "common/base/alloc.h"
#include "common/profile/value_text.h"
#include "common/program/flat_options.h"
#include "common/program/format.h"
#include "common/syntax/json_put.h"

struct ndjson_writer {
	struct output *out;
	const struct flat_options *options;
	const struct flat_profile *f;
	bool calls_known; /* of this value type: a difference has them as two others */
	int64_t sum;      /* self values of the rows so far */
};

/* --- keys and values --- */

/* Keys are ours, but for those of labels, which are letters, digits and underscores. */
static void put_key(struct output *out, const char *key)
{
	output_text(out, ",\"");
	output_text(out, key);
	output_text(out, "\":");
}

static void put_text(struct output *out, const char *key, struct str text)
{
	put_key(out, key);
	json_put(out, text);
}

static void put_number(struct output *out, const char *key, struct decimal number, bool known)
{
	put_key(out, key);
	if (known)
		output_decimal(out, number);
	else
		output_text(out, "null");
}

static void put_count(struct ndjson_writer *w, const char *key, int64_t count)
{
	put_number(w->out, key, (struct decimal){ count, 0 }, w->calls_known);
}

static void put_value(struct ndjson_writer *w, const char *key, int64_t value, bool known)
{
	put_number(w->out, key, profile_decimal(w->f->p, w->f->value, value, 0), known);
}

static void put_percent(struct ndjson_writer *w, const char *key, int64_t value, bool known)
{
	put_number(w->out, key, profile_percent(value, w->f->total), known);
}

static void put_per_call(struct ndjson_writer *w, const char *key, int64_t value, int64_t calls,
			 bool known)
{
	known &= w->calls_known && calls;
	put_value(w, key, known ? (value + calls / 2) / calls : 0, known);
}

/* The same numbers in the unit that metrics have. */
static void put_in_base_unit(struct ndjson_writer *w, const struct call_row *r, bool whole)
{
	const struct profile *p = w->f->p;
	value_id v = w->f->value;

	if (p->value_types[v].unit == UNIT_TIME) {
		put_number(w->out, "self_seconds", profile_decimal(p, v, r->self, 9), true);
		put_number(w->out, "inclusive_seconds", profile_decimal(p, v, r->inclusive, 9),
			   whole);
	} else if (p->value_types[v].unit == UNIT_BYTES) {
		put_value(w, "self_bytes", r->self, true);
		put_value(w, "inclusive_bytes", r->inclusive, whole);
	}
}

/* --- rows --- */

static void add_value(struct buf *b, const struct flat_profile *f, const char *what, int64_t value)
{
	static const struct value_style usual;
	struct decimal percent = profile_percent(value, f->total);
	char text[NUM_TEXT];

	buf_print(b, "%s ", what);
	buf_add_value(b, f->p, f->value, value, &usual);
	buf_print(b, " (%.*s%%)", (int)decimal_text(text, percent), text);
}

static void put_message(struct ndjson_writer *w, struct str name, const struct call_row *r,
			bool whole)
{
	struct buf text = { 0 };

	buf_add(&text, name);
	add_value(&text, w->f, ": self", r->self);
	if (whole)
		add_value(&text, w->f, ", inclusive", r->inclusive);
	put_text(w->out, "message", buf_str(&text));
	buf_free(&text);
}

static void put_line_number(struct output *out, uint32_t line)
{
	put_number(out, "line", (struct decimal){ line, 0 }, line > 0);
}

static void put_labels(const struct ndjson_writer *w)
{
	struct output *out = w->out;

	if (!w->options->labels.count)
		return;
	put_key(out, "logging.googleapis.com/labels");
	for (size_t i = 0; i < w->options->labels.count; i++) {
		struct str key, value;

		flat_options_label(w->options, i, &key, &value);
		output_text(out, i ? "," : "{");
		json_put(out, key);
		output_byte(out, ':');
		json_put(out, value);
	}
	output_byte(out, '}');
}

static void put_location(struct output *out, struct str name, struct str file, uint32_t line)
{
	if (!file.n)
		return;
	put_key(out, "logging.googleapis.com/sourceLocation");
	output_text(out, "{\"file\":");
	json_put(out, file);
	if (line)
		put_line_number(out, line);
	put_text(out, "function", name);
	output_byte(out, '}');
}

/* `whole`: a function; false: the sum of several, whose inclusive values contain each other. */
static void put_row(struct ndjson_writer *w, struct flat_row place, const struct call_row *r,
		    bool whole)
{
	const struct flat_profile *f = w->f;
	struct str file = flat_row_file(&place);
	struct output *out = w->out;

	i64_add_to(&w->sum, r->self);
	output_text(out, "{\"severity\":\"INFO\"");
	put_message(w, place.name, r, whole);
	put_text(out, "function", place.name);
	put_text(out, "file", file);
	put_line_number(out, place.line);
	put_text(out, "value_type", profile_text(f->p, f->p->value_types[f->value].name));
	put_text(out, "unit", profile_exact_unit(f->p, f->value));
	put_value(w, "self", r->self, true);
	put_percent(w, "self_percent", r->self, true);
	put_percent(w, "cumulative_percent", w->sum, true);
	put_value(w, "inclusive", r->inclusive, whole);
	put_percent(w, "inclusive_percent", r->inclusive, whole);
	put_count(w, "calls", r->calls);
	put_count(w, "primitive_calls", r->primitive);
	put_per_call(w, "self_per_call", r->self, r->calls, true);
	put_per_call(w, "inclusive_per_call", r->inclusive, r->calls, whole);
	put_in_base_unit(w, r, whole);
	put_labels(w);
	put_location(out, place.name, file, place.line);
	output_text(out, "}\n");
}

static void put_value_type(struct output *out, const struct profile *p, value_id v,
			   const struct flat_options *options)
{
	struct flat_profile f;
	struct flat_rows shown;
	struct ndjson_writer w = { .out = out, .options = options, .f = &f };

	flat_profile_make(&f, p, v);
	w.calls_known = f.calls_known && !profile_is_difference(p);
	flat_rows_select(&shown, &f, &options->selection);
	for (uint32_t i = 0; i < shown.count; i++)
		put_row(&w, f.rows[shown.rows[i]], &f.table.rows[shown.rows[i]], true);
	if (shown.others) {
		struct call_row others = { .self = shown.self,
					   .calls = shown.calls,
					   .primitive = shown.primitive };

		put_row(&w, (struct flat_row){ .name = S(FLAT_OTHER) }, &others, false);
	}
	flat_rows_free(&shown);
	flat_profile_free(&f);
}

/* Strings keep names as they are: what a log would obey is spelled otherwise. */
static void write(struct output *out, const struct profile *p)
{
	const struct flat_options *o = out->options;
	struct buf text = { 0 };
	struct output *memory = output_memory(&text);

	for (value_id v = 0; v < p->value_count; v++)
		put_value_type(memory, p, v, o);
	output_close(memory, true);
	json_put_guarded(out, buf_str(&text));
	buf_free(&text);
}

const struct format ndjson_format = {
	.name = "ndjson",
	.title = "functions as lines of a structured log, for metrics of logs",
	.suffixes = ".ndjson .jsonl",
	.representation = REPR_GRAPH,
	.features = FEATURE_CALLS | FEATURE_TOTALS | FEATURE_FILES | FEATURE_FUNCTION_LINES |
		    FEATURE_VALUE_TYPES | FEATURE_UNITS,
	.totals_only = true,
	.needs_arc_values = true,
	.report_loss = flat_options_report_loss,
	.check = flat_options_check,
	.write = write,
	.write_options = FORMAT_OPTIONS(flat_option_rows, flat_options_usual),
};
