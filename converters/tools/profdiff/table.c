/*
 * profdiff/table - the difference as rows
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "common/base/utf8.h"
#include "common/program/cells.h"
#include "converters/tools/profdiff/internal.h"

/* Rows begin with a word of ours, so no name is at the beginning of a line. */
static const struct table_column columns[] = {
	{ .key = "status" },
	{ .key = "function" },
	{ .key = "file" },
	{ .key = "line", .right = true },
	{ .key = "base_file" },
	{ .key = "base_line", .right = true },
	{ .key = "value_type" },
	{ .key = "unit" },
	{ .key = "self_base", .heading = "self base", .right = true },
	{ .key = "self_new", .heading = "self new", .right = true },
	{ .key = "self_change", .heading = "change", .right = true },
	{ .key = "self_percent", .heading = "%", .right = true },
	{ .key = "self_evidence" },
	{ .key = "self_p", .right = true },
	{ .key = "self_q", .heading = "q", .right = true },
	{ .key = "inclusive_base", .right = true },
	{ .key = "inclusive_new", .right = true },
	{ .key = "inclusive_change", .heading = "inclusive", .right = true },
	{ .key = "inclusive_percent", .heading = "%", .right = true },
	{ .key = "inclusive_evidence" },
	{ .key = "inclusive_p", .right = true },
	{ .key = "inclusive_q", .right = true },
	{ .key = "calls_base", .right = true },
	{ .key = "calls_new", .right = true },
	{ .key = "calls_change", .right = true },
	{ .key = "share_base", .right = true },
	{ .key = "share_new", .right = true },
	{ .heading = "calls", .right = true },
	{ .heading = "" },
	{ .heading = "function", .flexible = true },
};

static bool is_for_people(const struct report *r)
{
	return r->format == TABLE_TEXT || r->format == TABLE_MARKDOWN;
}

/* --- order --- */

static double change_of(const struct report *r, uint32_t row)
{
	const struct diff_pair *pair =
		&r->d->rows[row].pairs[r->sort == SORT_INCLUSIVE ? DIFF_INCLUSIVE
				       : r->sort == SORT_CALLS   ? DIFF_CALLS
								 : DIFF_SELF];
	double change = (double)pair->new - (double)pair->base;

	return r->sort == SORT_NAME ? 0 : change < 0 ? -change : change;
}

/* Rows are sorted by name, which stays the order of equal ones. */
static int compare_rows(uint32_t a, uint32_t b, const void *context)
{
	double x = change_of(context, a), y = change_of(context, b);

	if (x < y || x > y)
		return x < y ? 1 : -1;
	return (a > b) - (a < b);
}

static bool is_changed(const struct diff_row *row)
{
	bool changed = row->status != DIFF_SAME;

	for (int m = 0; m < DIFF_MEASURES; m++)
		changed |= m != DIFF_SHARE && row->pairs[m].base != row->pairs[m].new;
	return changed;
}

struct order {
	uint32_t *rows;
	size_t count; /* that may be shown */
	size_t shown;
	size_t unchanged, negative; /* left out */
};

/* As of pprof's -drop_negative: by the function's own value, else by the inclusive one. */
static bool is_negative(const struct diff_row *row)
{
	int64_t self = diff_change(&row->pairs[DIFF_SELF]);

	return self ? self < 0 : diff_change(&row->pairs[DIFF_INCLUSIVE]) < 0;
}

static void find_order(struct order *o, const struct report *r)
{
	const struct difference *d = r->d;

	*o = (struct order){ .rows = alloc_zero(d->row_count, sizeof *o->rows) };
	for (uint32_t i = 0; i < d->row_count; i++) {
		if (r->drop_negative && is_negative(&d->rows[i]))
			o->negative++;
		else if (!r->all && !is_changed(&d->rows[i]))
			o->unchanged++;
		else
			o->rows[o->count++] = i;
	}
	sort_ids(o->rows, o->count, compare_rows, r);
	o->shown = r->limit && r->limit < o->count ? (size_t)r->limit : o->count;
}

/* --- cells --- */

static void put_place(struct table *t, const struct diff_place *at)
{
	table_text(t, at->location);
	if (at->line)
		table_number(t, (struct decimal){ at->line, 0 }, S(""));
	else
		table_unknown(t);
}

static void put_number_cell(struct table *t, const struct difference *d, enum gate_term term,
			    int64_t value, bool sign)
{
	struct buf shown = { 0 };

	profdiff_add_number(&shown, d, term, value, sign);
	table_number(t, profdiff_exact_number(d, term, value), buf_str(&shown));
	buf_free(&shown);
}

/* Hundredths of a percent of the base; undefined if the base is 0. */
static void put_relative(struct table *t, const struct diff_pair *pair)
{
	double part = pair->base
			      ? ((double)pair->new - (double)pair->base) /
					(pair->base < 0 ? -(double)pair->base : (double)pair->base)
			      : 0;
	double hundredths = part * 1e4 + (part < 0 ? -0.5 : 0.5);
	struct buf shown = { 0 };

	profdiff_add_relative(&shown, pair);
	if (!pair->base || hundredths > 1e15 || hundredths < -1e15)
		table_words(t, buf_str(&shown));
	else
		table_number(t, (struct decimal){ (int64_t)hundredths, -2 }, buf_str(&shown));
	buf_free(&shown);
}

static const char *evidence_name(const struct diff_pair *pair)
{
	switch (pair->evidence) {
	case DIFF_EXACT: return "exact";
	case DIFF_TESTED: return pair->q < 0 ? "small" : "tested";
	case DIFF_ONE_RUN: return "one run";
	default: return "unknown";
	}
}

static void put_evidence(struct table *t, const struct diff_pair *pair)
{
	table_text(t, str_of(evidence_name(pair)));
	cells_p_value(t, pair->p, pair->evidence == DIFF_TESTED);
	if (pair->evidence == DIFF_EXACT)
		table_words(t, S("exact"));
	else
		cells_p_value(t, pair->q, pair->evidence == DIFF_TESTED && pair->q >= 0);
}

/* A growing total in red, a shrinking one in green, unless it may be chance. */
static const char *heat(const struct report *r, const struct diff_pair *pair)
{
	bool sure = pair->evidence == DIFF_EXACT ||
		    (pair->evidence == DIFF_TESTED && pair->q >= 0 && pair->q <= r->alpha);

	return !sure || pair->new == pair->base ? NULL : pair->new > pair->base ? "31" : "32";
}

static void put_change(struct table *t, const struct report *r, enum gate_term term,
		       const struct diff_pair *pair)
{
	put_number_cell(t, r->d, term, diff_change(pair), true);
	table_color(t, heat(r, pair));
	put_relative(t, pair);
	put_evidence(t, pair);
}

static void put_calls(struct table *t, const struct report *r, const struct diff_row *row)
{
	const struct diff_pair *calls = &row->pairs[DIFF_CALLS], *share = &row->pairs[DIFF_SHARE];
	struct buf shown = { 0 };

	if (r->d->calls_known) {
		put_number_cell(t, r->d, GATE_CALLS, calls->base, false);
		put_number_cell(t, r->d, GATE_CALLS, calls->new, false);
		put_number_cell(t, r->d, GATE_CALLS, diff_change(calls), true);
		profdiff_add_number(&shown, r->d, GATE_CALLS, calls->base, false);
		if (calls->new != calls->base) {
			buf_add(&shown, S(" -> "));
			profdiff_add_number(&shown, r->d, GATE_CALLS, calls->new, false);
		}
	} else {
		for (int i = 0; i < 3; i++)
			table_unknown(t);
	}
	put_number_cell(t, r->d, GATE_SHARE, share->base, false);
	put_number_cell(t, r->d, GATE_SHARE, share->new, false);
	table_text(t, buf_str(&shown));
	buf_free(&shown);
}

/* Names can be of any length, cells for people cannot. */
static void put_function(struct table *t, const struct report *r, const struct diff_row *row)
{
	enum { LONGEST = 400 };
	struct buf text = { 0 };

	profdiff_add_function(&text, row);
	if (is_for_people(r) && text.n > LONGEST) {
		text.n = utf8_head(buf_str(&text), LONGEST).n;
		buf_add(&text, S(".."));
	}
	table_text(t, row->status == DIFF_SAME ? S("") : str_of(profdiff_status_name(row->status)));
	table_text(t, buf_str(&text));
	buf_free(&text);
}

static struct str unit_of(const struct difference *d)
{
	const struct value_type *type = &d->values_of->value_types[0];

	return d->shares                  ? S("%")
	       : type->unit == UNIT_TIME  ? S("ns")
	       : type->unit == UNIT_BYTES ? S("bytes")
					  : profile_text(d->values_of, type->name);
}

static void put_row(struct table *t, const struct report *r, const struct diff_row *row)
{
	const struct diff_pair *self = &row->pairs[DIFF_SELF];
	const struct diff_pair *inclusive = &row->pairs[DIFF_INCLUSIVE];

	table_text(t, str_of(profdiff_status_name(row->status)));
	table_text(t, row->name);
	put_place(t, &row->new);
	put_place(t, &row->base);
	table_text(t, profile_text(r->d->values_of, r->d->values_of->value_types[0].name));
	table_text(t, unit_of(r->d));
	put_number_cell(t, r->d, GATE_SELF, self->base, false);
	put_number_cell(t, r->d, GATE_SELF, self->new, false);
	put_change(t, r, GATE_SELF, self);
	put_number_cell(t, r->d, GATE_INCLUSIVE, inclusive->base, false);
	put_number_cell(t, r->d, GATE_INCLUSIVE, inclusive->new, false);
	put_change(t, r, GATE_INCLUSIVE, inclusive);
	put_calls(t, r, row);
	put_function(t, r, row);
	table_end_row(t);
}

static struct table *make_table(const struct report *r, const struct order *o, size_t rows)
{
	struct table *t = table_new(columns, sizeof columns / sizeof *columns);

	for (size_t i = 0; i < rows; i++)
		put_row(t, r, &r->d->rows[o->rows[i]]);
	return t;
}

/* --- for people --- */

static bool total_changed(const struct difference *d)
{
	return d->total.evidence != DIFF_NOTHING && diff_change(&d->total);
}

static void add_left_out(struct buf *b, const struct report *r, const struct order *o, size_t shown,
			 bool limited)
{
	if (shown < o->count)
		buf_print(b, "%zu more function%s%s\n", o->count - shown,
			  o->count - shown == 1 ? "" : "s",
			  limited ? " left out, to stay below 1 MiB" : ": see --limit");
	if (o->negative)
		buf_print(b, "%zu function%s that became less\n", o->negative,
			  o->negative == 1 ? "" : "s");
	if (o->unchanged)
		buf_print(b, "%s%zu function%s without a change\n",
			  o->count || o->negative || total_changed(r->d) ? "" : "no difference: ",
			  o->unchanged, o->unchanged == 1 ? "" : "s");
}

static void put_text_report(struct output *out, const struct report *r, struct order *o)
{
	struct table *t = make_table(r, o, o->shown);
	struct table_style look = { .format = TABLE_TEXT, .width = r->width, .colors = r->colors };
	struct buf b = { 0 };

	profdiff_add_summary(&b, r);
	buf_byte(&b, '\n');
	buf_add(&b, buf_str(&r->notes));
	output_str(out, buf_str(&b));
	b.n = 0;
	if (table_rows(t)) {
		output_byte(out, '\n');
		table_put(t, out, &look);
	}
	add_left_out(&b, r, o, o->shown, false);
	if (b.n)
		output_byte(out, '\n');
	output_str(out, buf_str(&b));
	table_free(t);
	buf_free(&b);
}

static void add_markdown_findings(struct buf *b, const struct report *r)
{
	enum { MAX_SHOWN = 100 };
	struct buf text = { 0 };

	if (r->rule_count && !r->no_base) {
		profdiff_add_verdict(&text, r);
		buf_print(b, "\n**%.*s**\n", (int)text.n, text.p);
	}
	for (size_t i = 0; i < r->findings.count && i < MAX_SHOWN; i++) {
		const struct gate_finding *f = &r->findings.all[i];

		buf_add(b, i ? S("") : S("\n| | rule | what |\n|---|---|---|\n"));
		buf_add(b, f->outcome == GATE_BROKEN ? S("| broken | ") : S("| open | "));
		buf_add_markdown(b, utf8_head(str_of(f->rule->text), 400));
		buf_add(b, S(" | "));
		text.n = 0;
		profdiff_add_finding(&text, r, f);
		buf_add_markdown(b, utf8_head(buf_str(&text), 800));
		buf_add(b, S(" |\n"));
	}
	if (r->findings.count > MAX_SHOWN)
		buf_print(b, "\n%zu more findings\n", r->findings.count - MAX_SHOWN);
	buf_free(&text);
}

static void add_markdown_head(struct buf *b, const struct report *r)
{
	struct str rest = buf_str(&r->notes), line;
	struct buf text = { 0 };

	profdiff_add_summary(&text, r);
	buf_add(b, S("### "));
	buf_add_markdown(b, buf_str(&text));
	buf_byte(b, '\n');
	while (str_cut(rest, '\n', &line, &rest)) {
		buf_add(b, S("\n"));
		buf_add_markdown(b, line);
		buf_add(b, S("\n"));
	}
	add_markdown_findings(b, r);
	buf_free(&text);
}

/* GitHub accepts no summary of 1 MiB or more: halves the number of rows until it fits. */
static void put_markdown_report(struct output *out, const struct report *r, struct order *o)
{
	enum { MAX_SUMMARY = (1 << 20) - 1 };
	struct table_style look = { .format = TABLE_MARKDOWN };
	size_t rows = o->shown;
	struct buf b = { 0 };

	for (;;) {
		struct table *t = make_table(r, o, rows);
		struct output *memory = output_memory(&b);
		struct buf head = { 0 };

		add_markdown_head(&head, r);
		buf_byte(&head, '\n');
		output_str(memory, buf_str(&head));
		if (rows)
			table_put(t, memory, &look);
		head.n = 0;
		add_left_out(&head, r, o, rows, rows < o->shown);
		if (head.n)
			output_byte(memory, '\n');
		output_str(memory, buf_str(&head));
		output_close(memory, true);
		table_free(t);
		buf_free(&head);
		if (b.n <= MAX_SUMMARY || !rows)
			break;
		b.n = 0;
		rows /= 2;
	}
	output_str(out, buf_str(&b));
	buf_free(&b);
}

static void put_rows(struct output *out, const struct report *r, struct order *o)
{
	struct table *t = make_table(r, o, o->shown);
	struct table_style look = { .format = (enum table_format)r->format,
				    .more = profdiff_put_report_more,
				    .context = (void *)(uintptr_t)r };

	table_put(t, out, &look);
	table_free(t);
}

void profdiff_put_table(struct output *out, const struct report *r)
{
	struct order o;

	find_order(&o, r);
	if (r->format == TABLE_TEXT)
		put_text_report(out, r, &o);
	else if (r->format == TABLE_MARKDOWN)
		put_markdown_report(out, r, &o);
	else
		put_rows(out, r, &o);
	alloc_free(o.rows);
}

void profdiff_put_report(struct output *out, const struct report *r)
{
	if (r->format == REPORT_JUNIT)
		profdiff_put_junit(out, r);
	else if (r->format == REPORT_GITHUB)
		profdiff_put_github(out, r);
	else
		profdiff_put_table(out, r);
}
