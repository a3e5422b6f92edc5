/*
 * proftop/metrics - the flat profile as OpenMetrics
 */
#include <ctype.h>

#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "converters/tools/proftop/internal.h"

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

/* Label values are UTF-8 with three escapes; what is none is shown, not replaced: two
 * names must not become one, a backslash before what looks shown is shown itself. */
static void add_label(struct buf *b, struct str text)
{
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
}

static void add_metric(struct buf *b, const char *name, const char *unit,
		       const struct flat_profile *f, uint32_t row, struct decimal value)
{
	char text[NUM_TEXT];
	const struct flat_row *r = &f->rows[row];

	buf_print(b, "profpipe_%s%s{function=\"", name, unit);
	add_label(b, r->name);
	buf_add(b, S("\",file=\""));
	add_label(b, str_eq(r->location, S("~")) ? S("") : r->location);
	buf_print(b, "\",line=\"%lu\",value_type=\"", (unsigned long)r->line);
	add_label(b, profile_text(f->p, f->p->value_types[f->value].name));
	buf_add(b, S("\"} "));
	buf_add(b, (struct str){ text, decimal_text(text, value) });
	buf_byte(b, '\n');
}

enum metric { METRIC_SELF, METRIC_INCLUSIVE, METRIC_CALLS };

static void put_metric(const struct proftop_options *o, struct output *out,
		       const struct flat_profile *f, const uint32_t *order, enum metric metric)
{
	static const char *const names[] = { "self", "inclusive", "calls" };
	static const char *const helps[] = {
		"Value in the function itself.",
		"Value in the function and what it called.",
		"How often the function was called.",
	};
	enum unit unit = f->p->value_types[f->value].unit;
	const char *suffix = metric == METRIC_CALLS || unit == UNIT_NONE ? ""
			     : unit == UNIT_TIME                         ? "_seconds"
									 : "_bytes";
	struct buf b = { 0 };

	buf_print(&b, "# TYPE profpipe_%s%s gauge\n", names[metric], suffix);
	if (*suffix)
		buf_print(&b, "# UNIT profpipe_%s%s %s\n", names[metric], suffix, suffix + 1);
	buf_print(&b, "# HELP profpipe_%s%s %s\n", names[metric], suffix, helps[metric]);
	for (uint32_t i = 0; i < proftop_limit(o, f->count); i++) {
		const struct call_row *r = &f->table.rows[order[i]];
		int64_t value = metric == METRIC_SELF ? r->self : r->inclusive;

		if (!proftop_is_heavy(o, r->inclusive, f->total))
			continue;
		add_metric(&b, names[metric], suffix, f, order[i],
			   metric == METRIC_CALLS ? (struct decimal){ r->calls, 0 }
						  : profile_decimal(f->p, f->value, value,
								    unit == UNIT_TIME ? 9 : 0));
	}
	output_str(out, buf_str(&b));
	buf_free(&b);
}

void proftop_metrics(const struct proftop_options *o, struct output *out,
		     const struct flat_profile *f)
{
	uint32_t *order = proftop_order(o, f);

	put_metric(o, out, f, order, METRIC_SELF);
	put_metric(o, out, f, order, METRIC_INCLUSIVE);
	if (f->calls_known)
		put_metric(o, out, f, order, METRIC_CALLS);
	output_text(out, "# EOF\n");
	alloc_free(order);
}
