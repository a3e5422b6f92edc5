/*
 * proftop/hints - the advice that a profile carries
 *
 * A reader that knows more of a program than its profile can hold says so in header lines:
 * "desc" with "hint: ...". Plans of EXPLAIN have such, and files made of them in a format that
 * keeps header lines.
 */
#include "common/base/diag.h"
#include "converters/tools/proftop/internal.h"

static const struct table_column hint_columns[] = {
	{ .key = "hint", .heading = "hint" },
};

static bool hint_of(const struct profile *p, size_t row, struct str *hint)
{
	const struct str mark = S("hint: ");

	*hint = profile_text(p, p->metadata[row].value);
	if (!str_eq(profile_text(p, p->metadata[row].key), S("desc")) || !str_starts(*hint, mark))
		return false;
	*hint = str_from(*hint, mark.n);
	return true;
}

void proftop_hints(const struct proftop_options *o, struct output *out, const struct profile *p)
{
	struct table *t = table_new(hint_columns, sizeof hint_columns / sizeof *hint_columns);
	size_t found = 0;
	struct str hint;

	for (size_t row = 0; row < p->metadata_count; row++) {
		if (!hint_of(p, row, &hint) || (o->limit && found++ >= o->limit))
			continue;
		table_text(t, hint);
		table_end_row(t);
	}
	if (!table_rows(t))
		diag_warning(
			p->source && str_eq(str_of(p->source), S("explain"))
				? "no hints: nothing in the plans stands out"
				: "no hints: only plans of EXPLAIN, and what was made of them, "
				  "have any");
	proftop_put(o, t, out);
}
