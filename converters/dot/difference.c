/*
 * dot/difference - the call graph of two profiles: red grew, blue shrank
 *
 * Each function and each call has both values. What only one side has is drawn too: gone ones are
 * dashed, new ones bold.
 *
 *	n1 [label="parse\n10 ms -> 12 ms (+20%)\nself 4 ms -> 6 ms (+50%)\n10x",fillcolor=...];
 *
 * The colour tells by which part of the larger value it changed, as in a flame graph of a
 * difference; the width of a line how much goes that way.
 */
#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/syntax/table.h"
#include "common/transform/diff/difference_profile.h"
#include "converters/dot/internal.h"

static const struct value_style usual;

/* The same rows and arcs with the values of each side. */
struct dot_pair {
	struct dot_drawing *d;
	struct flat_profile sides[DIFF_SIDES], calls[DIFF_SIDES];
	bool calls_known; /* and so `calls` is there */
	const struct profile *p;
};

/* --- values --- */

static int64_t larger(int64_t base, int64_t new)
{
	return base > new ? base : new;
}

static int64_t inclusive_of(const struct dot_pair *k, int side, uint32_t row)
{
	return k->sides[side].table.rows[row].inclusive;
}

static int64_t arc_value(const struct dot_pair *k, int side, uint32_t arc)
{
	return k->sides[side].table.arcs[arc].inclusive;
}

static void add_both(struct dot_pair *k, int64_t base, int64_t new)
{
	struct buf *b = &k->d->text, part = { 0 };

	buf_add_compared(&part, k->p, 0, base, &usual);
	if (base != new) {
		buf_add(&part, S(" \xe2\x86\x92 "));
		buf_add_compared(&part, k->p, 1, new, &usual);
		buf_add(&part, S(" ("));
		if (new)
			buf_add_relative(&part, base, new);
		else
			buf_add(&part, S("gone"));
		buf_byte(&part, ')');
	}
	buf_add_visible(b, buf_str(&part));
	buf_free(&part);
}

/* "10x", or "10x -> 12x" if the calls changed. */
static void add_calls(struct dot_pair *k, int64_t base, int64_t new)
{
	struct buf *b = &k->d->text;

	if (!base && !new)
		return;
	buf_byte(b, '\n');
	buf_add_grouped(b, (struct decimal){ base, 0 });
	buf_add(b, S("\xc3\x97"));
	if (base == new)
		return;
	buf_add(b, S(" \xe2\x86\x92 "));
	buf_add_grouped(b, (struct decimal){ new, 0 });
	buf_add(b, S("\xc3\x97"));
}

/* --- looks --- */

/* From -1, gone, to 1, new. */
static double change_of(int64_t base, int64_t new)
{
	double most = (double)larger(base, new);

	return most > 0 ? ((double)new - (double)base) / most : 0;
}

/* Red or blue; pale where little changed, so that dark text is readable. */
static void put_color(struct dot_pair *k, const char *name, double change, double most)
{
	struct buf text = { 0 };

	buf_print(&text, ",%s=\"%.3f %.3f %.3f\"", name, change < 0 ? 0.6 : 0.0,
		  most * sqrt(fabs(change)), change < 0 || change > 0 ? 0.95 : 0.88);
	output_str(k->d->out, buf_str(&text));
	buf_free(&text);
}

/* The name of a style for what only one side has, or NULL. */
static const char *style_of(int64_t base, int64_t new, int64_t base_calls, int64_t new_calls)
{
	bool was = base || base_calls, is = new || new_calls;

	return was && !is ? "dashed" : is && !was ? "bold" : NULL;
}

static double share_of(const struct dot_pair *k, int64_t value)
{
	double share = k->d->total ? (double)value / (double)k->d->total : 0;

	return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* --- nodes and edges --- */

static int64_t row_calls(const struct dot_pair *k, int side, uint32_t row)
{
	return k->calls_known ? k->calls[side].table.rows[row].self : 0;
}

static int64_t arc_calls(const struct dot_pair *k, int side, uint32_t arc)
{
	return k->calls_known ? k->calls[side].table.arcs[arc].inclusive : 0;
}

static void put_node(struct dot_pair *k, uint32_t row)
{
	struct dot_drawing *d = k->d;
	const struct flat_row *fn = &d->f->rows[row];
	const struct call_row *base = &k->sides[DIFF_BASE].table.rows[row];
	const struct call_row *new = &k->sides[DIFF_NEW].table.rows[row];
	int64_t calls[DIFF_SIDES] = { row_calls(k, DIFF_BASE, row), row_calls(k, DIFF_NEW, row) };
	const char *style = style_of(base->inclusive, new->inclusive, calls[0], calls[1]);
	bool rest = str_eq(fn->name, S(DIFFERENCE_REST));

	dot_put_number(d, "n", row);
	output_text(d->out, " [label=");
	dot_add_function(d, fn, str_base(fn->location));
	buf_byte(&d->text, '\n');
	add_both(k, base->inclusive, new->inclusive);
	buf_add(&d->text, S("\nself "));
	add_both(k, base->self, new->self);
	add_calls(k, calls[DIFF_BASE], calls[DIFF_NEW]);
	dot_put_string(d);
	output_text(d->out, ",tooltip=");
	dot_add_function(d, fn, fn->location);
	dot_put_string(d);
	put_color(k, "fillcolor", rest ? 0 : change_of(base->inclusive, new->inclusive), 0.45);
	if (style) {
		output_text(d->out, ",style=\"filled,rounded,");
		output_text(d->out, style);
		output_text(d->out, "\"");
		put_color(k, "color", change_of(base->inclusive, new->inclusive), 1);
	}
	output_text(d->out, "];\n");
}

static void put_edge(struct dot_pair *k, uint32_t arc, uint32_t callee)
{
	struct dot_drawing *d = k->d;
	int64_t base = arc_value(k, DIFF_BASE, arc), new = arc_value(k, DIFF_NEW, arc);
	int64_t calls[DIFF_SIDES] = { arc_calls(k, DIFF_BASE, arc), arc_calls(k, DIFF_NEW, arc) };
	const char *style = style_of(base, new, calls[0], calls[1]);
	double share = share_of(k, larger(base, new));
	struct buf width = { 0 };

	dot_put_number(d, "n", d->f->table.arcs[arc].caller);
	dot_put_number(d, " -> n", callee);
	output_text(d->out, " [label=");
	d->text.n = 0;
	add_both(k, base, new);
	add_calls(k, calls[DIFF_BASE], calls[DIFF_NEW]);
	dot_put_string(d);
	put_color(k, "color", change_of(base, new), 0.9);
	if (style) {
		output_text(d->out, ",style=");
		output_text(d->out, style);
	}
	dot_put_number(d, ",weight=", 1 + (uint64_t)(share * 99));
	buf_print(&width, ",penwidth=%.2f];\n", 0.5 + 3.5 * sqrt(share));
	output_str(d->out, buf_str(&width));
	buf_free(&width);
}

/* --- the graph --- */

static void put_heading(struct dot_pair *k)
{
	struct dot_drawing *d = k->d;
	struct str title = profile_difference_title(k->p);

	d->text.n = 0;
	buf_add_visible(&d->text, title);
	buf_add(&d->text, title.n ? S(" \xc2\xb7 ") : S(""));
	buf_add(&d->text, S("base "));
	buf_add_compared(&d->text, k->p, 0, k->sides[DIFF_BASE].total, &usual);
	buf_add(&d->text, S(", new "));
	buf_add_compared(&d->text, k->p, 1, k->sides[DIFF_NEW].total, &usual);
	if (!profile_has_shares(k->p)) {
		buf_add(&d->text, S(" ("));
		buf_add_relative(&d->text, k->sides[DIFF_BASE].total, k->sides[DIFF_NEW].total);
		buf_byte(&d->text, ')');
	}
	buf_add(&d->text, S(" \xc2\xb7 red is more, blue is less"));
	dot_add_left_out(d);
	if (k->p->arcs_estimated)
		buf_add(&d->text, S(" \xc2\xb7 values of calls estimated"));
	dot_put_label(d);
}

static void put_graph(struct dot_pair *k)
{
	const struct call_table *t = &k->d->f->table;
	double least = k->d->options->edge_threshold_value * (double)k->d->total;

	put_heading(k);
	for (uint32_t row = 0; row < k->d->f->count; row++)
		if (k->d->drawn[row])
			put_node(k, row);
	for (uint32_t row = 0; row < k->d->f->count; row++)
		for (uint32_t a = t->first[row]; a < t->first[row + 1]; a++)
			if (k->d->drawn[row] && k->d->drawn[t->arcs[a].caller] &&
			    (double)larger(arc_value(k, DIFF_BASE, a), arc_value(k, DIFF_NEW, a)) >=
				    least)
				put_edge(k, a, row);
}

/* The weight of a function is the larger of its two inclusive values. */
void dot_put_difference(struct dot_drawing *d, const struct profile *p)
{
	struct dot_pair k = { .d = d, .p = p, .calls_known = profile_has_call_values(p) };

	for (value_id s = 0; s < DIFF_SIDES; s++) {
		flat_profile_make(&k.sides[s], p, s);
		if (k.calls_known)
			flat_profile_make(&k.calls[s], p, s + 2);
	}
	d->f = &k.sides[DIFF_BASE];
	d->total = larger(k.sides[DIFF_BASE].total, k.sides[DIFF_NEW].total);
	d->weights = alloc_zero(d->f->count, sizeof *d->weights);
	for (uint32_t row = 0; row < d->f->count; row++)
		d->weights[row] = larger(inclusive_of(&k, DIFF_BASE, row),
					 inclusive_of(&k, DIFF_NEW, row));
	dot_choose(d);
	put_graph(&k);
	for (int s = 0; s < DIFF_SIDES; s++) {
		flat_profile_free(&k.sides[s]);
		if (k.calls_known)
			flat_profile_free(&k.calls[s]);
	}
}
