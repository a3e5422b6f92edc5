/*
 * openmetrics/format - functions as metrics, for Prometheus and what scrapes like it
 *
 *	# HELP profpipe_self_seconds Value in the function itself.
 *	# TYPE profpipe_self_seconds gauge
 *	# UNIT profpipe_self_seconds seconds
 *	profpipe_self_seconds{function="main",file="a.py",line="3",value_type="time"} 1.25
 *	# EOF
 *
 * One document is both OpenMetrics 1.0 and Prometheus' text format: HELP, TYPE, UNIT, samples
 * in this order, no time stamps, no blank lines, gauges only (a counter's name ends in _total in
 * one of the two and not in the other), three escapes in label values, UTF-8
 * (https://prometheus.io/docs/specs/om/open_metrics_spec/). The rows of all value types of a
 * unit are one family, since a family may appear only once.
 */
#include <ctype.h>

#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "common/profile/value_text.h"
#include "common/program/flat_options.h"
#include "common/program/format.h"
#include "common/syntax/table.h"

enum metric { METRIC_SELF, METRIC_INCLUSIVE, METRIC_PROFILE, METRIC_CALLS, METRICS };
enum { UNITS = UNIT_BYTES + 1 };
static const char *const metric_names[] = { "self", "inclusive", "profile", "calls" };
static const char *const metric_helps[] = {
	"Value in the function itself.",
	"Value in the function and what it called.",
	"Value of the whole profile.",
	"How often the function was called.",
};

/*
 * Families are collected side by side, so that each value type is looked at once: flat profiles
 * of hundreds of value types do not fit in memory together.
 */
struct openmetrics_writer {
	const struct flat_options *options;
	const struct flat_profile *f; /* of the current value type */
	struct flat_rows shown;
	struct buf families[METRICS][UNITS]; /* by enum unit; empty: there is none */
};

/* --- labels --- */

static void add_label_character(struct buf *b, struct str one)
{
	struct buf safe = { 0 };

	buf_add_visible(&safe, one);
	for (size_t i = 0; i < safe.n; i++) {
		if (safe.p[i] == '\\' || safe.p[i] == '"')
			buf_byte(b, '\\');
		buf_byte(b, safe.p[i]);
	}
	buf_free(&safe);
}

/* What buf_add_visible() could have written for another name. */
static bool looks_shown(struct str text)
{
	return str_starts(text, S("\\u{")) ||
	       (str_starts(text, S("\\x")) && text.n > 3 && isxdigit((unsigned char)text.p[2]) &&
		isxdigit((unsigned char)text.p[3]));
}

/*
 * Label values are UTF-8 with three escapes; what is none is shown, not replaced: two names must
 * not become one, a backslash before what looks shown is shown itself.
 */
static void add_label(struct buf *b, struct str key, struct str text)
{
	buf_add(b, key);
	buf_add(b, S("=\""));
	for (size_t i = 0; i < text.n;) {
		size_t length = utf8_length(text, i);
		struct str at = str_from(text, i), one = str_head(at, length ? length : 1);

		if (looks_shown(at))
			buf_add(b, S("\\\\x5c"));
		else if (i && utf8_is_log_command(str_from(text, i - 1)))
			buf_add(b, S("\\\\x23"));
		else
			add_label_character(b, one);
		i += one.n;
	}
	buf_byte(b, '"');
}

static void add_given_labels(struct buf *b, const struct flat_options *o)
{
	for (size_t i = 0; i < o->labels.count; i++) {
		struct str key, value;

		flat_options_label(o, i, &key, &value);
		buf_byte(b, ',');
		add_label(b, key, value);
	}
}

static void add_function(struct buf *b, const struct flat_row *r)
{
	add_label(b, S("function"), r ? r->name : S(FLAT_OTHER));
	add_label(b, S(",file"), r ? flat_row_file(r) : S(""));
	buf_print(b, ",line=\"%lu\"", r ? (unsigned long)r->line : 0);
}

/* The unit's name too, where the family's name does not end in it. */
static void add_value_type(struct buf *b, const struct profile *p, value_id v)
{
	const struct value_type *type = &p->value_types[v];

	add_label(b, S("value_type"), profile_text(p, type->name));
	if (type->unit == UNIT_NONE && type->unit_name)
		add_label(b, S(",unit"), profile_text(p, type->unit_name));
}

static void end_line(struct buf *b, struct decimal value)
{
	char text[NUM_TEXT];

	buf_add(b, S("} "));
	buf_add(b, (struct str){ text, decimal_text(text, value) });
	buf_byte(b, '\n');
}

/* --- families --- */

static const char *suffix_of(enum unit unit)
{
	return unit == UNIT_TIME ? "_seconds" : unit == UNIT_BYTES ? "_bytes" : "";
}

/* The family's heading too, if it has no line yet. */
static struct buf *begin_line(struct openmetrics_writer *w, enum metric metric, enum unit unit)
{
	struct buf *b = &w->families[metric][unit];
	const char *name = metric_names[metric], *suffix = suffix_of(unit);

	if (!b->n) {
		buf_print(b, "# HELP profpipe_%s%s %s\n", name, suffix, metric_helps[metric]);
		buf_print(b, "# TYPE profpipe_%s%s gauge\n", name, suffix);
		if (*suffix)
			buf_print(b, "# UNIT profpipe_%s%s %s\n", name, suffix, suffix + 1);
	}
	buf_print(b, "profpipe_%s%s{", name, suffix);
	return b;
}

/* `r`: NULL for the others together. */
static void put_value(struct openmetrics_writer *w, enum metric metric, const struct flat_row *r,
		      int64_t value)
{
	const struct profile *p = w->f->p;
	enum unit unit = p->value_types[w->f->value].unit;
	struct buf *b = begin_line(w, metric, unit);

	if (metric != METRIC_PROFILE) {
		add_function(b, r);
		buf_byte(b, ',');
	}
	add_value_type(b, p, w->f->value);
	add_given_labels(b, w->options);
	end_line(b, profile_decimal(p, w->f->value, value, unit == UNIT_TIME ? 9 : 0));
}

static void put_calls(struct openmetrics_writer *w, const struct flat_row *r, int64_t calls)
{
	struct buf *b = begin_line(w, METRIC_CALLS, UNIT_NONE);

	add_function(b, r);
	add_given_labels(b, w->options);
	end_line(b, (struct decimal){ calls, 0 });
}

/*
 * Inclusive values of the others are not added up: they contain each other. Calls belong to no
 * value type: those of the functions of the first are shown. A difference has those of its
 * sides as value types.
 */
static void put_functions(struct openmetrics_writer *w)
{
	const struct flat_profile *f = w->f;
	bool calls = f->calls_known && f->value == 0 && !profile_is_difference(f->p);

	for (uint32_t i = 0; i < w->shown.count; i++) {
		const struct flat_row *r = &f->rows[w->shown.rows[i]];
		const struct call_row *values = &f->table.rows[w->shown.rows[i]];

		put_value(w, METRIC_SELF, r, values->self);
		put_value(w, METRIC_INCLUSIVE, r, values->inclusive);
		if (calls)
			put_calls(w, r, values->calls);
	}
	if (w->shown.others)
		put_value(w, METRIC_SELF, NULL, w->shown.self);
	if (w->shown.others && calls)
		put_calls(w, NULL, w->shown.calls);
	put_value(w, METRIC_PROFILE, NULL, f->total);
}

static void write(struct output *out, const struct profile *p)
{
	static const enum unit units[] = { UNIT_TIME, UNIT_BYTES, UNIT_NONE };
	const struct flat_options *o = out->options;
	struct openmetrics_writer w = { .options = o };

	for (value_id v = 0; v < p->value_count; v++) {
		struct flat_profile f;

		flat_profile_make(&f, p, v);
		flat_rows_select(&w.shown, &f, &o->selection);
		w.f = &f;
		put_functions(&w);
		flat_rows_free(&w.shown);
		flat_profile_free(&f);
	}
	for (size_t u = 0; u < UNITS; u++)
		for (int metric = 0; metric < METRICS; metric++) {
			output_str(out, buf_str(&w.families[metric][units[u]]));
			buf_free(&w.families[metric][units[u]]);
		}
	output_text(out, "# EOF\n");
}

const struct format openmetrics_format = {
	.name = "openmetrics",
	.title = "metrics of functions, for Prometheus: OpenMetrics and its text format in one",
	.suffixes = ".prom .openmetrics",
	.representation = REPR_GRAPH,
	.features = FEATURE_CALLS | FEATURE_TOTALS | FEATURE_FILES | FEATURE_FUNCTION_LINES |
		    FEATURE_VALUE_TYPES | FEATURE_UNITS | FEATURE_UNIT_NAMES,
	.totals_only = true,
	.needs_arc_values = true,
	.report_loss = flat_options_report_loss,
	.check = flat_options_check,
	.write = write,
	.write_options = FORMAT_OPTIONS(flat_option_rows, flat_options_usual),
};
