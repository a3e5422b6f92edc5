/*
 * dot/format - the call graph as a picture, drawn by Graphviz: profconv -t dot p | dot -Tsvg
 *
 * A node is a function with its inclusive and self value and its calls, an edge a caller
 * and its callee with the value and the calls that went that way, as in qcachegrind's
 * call graph. What is too light is left out, and the graph's label says how much that is.
 *
 *	digraph "profile" {
 *	n0 [label="main\n100%\nself 5 samples (5%)" ...];
 *	n0 -> n1 [label="95%" ...];
 *	}
 *
 * In Graphviz's strings '"' ends the text, '\' begins an escape and '&' an entity
 * (https://graphviz.org/doc/info/lang.html): all three are written as what they are.
 */
#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/features.h"
#include "common/program/format.h"
#include "common/syntax/table.h"
#include "converters/dot/internal.h"

#define AT(field) offsetof(struct dot_write_options, field)

static const struct option_row write_rows[] = {
	OPT_FRACTION(0, "node-threshold", "SHARE",
		     "leave out functions with less of the total (default 0.005: 0.5%)",
		     AT(node_threshold_value)),
	OPT_FRACTION(0, "edge-threshold", "SHARE",
		     "leave out calls with less of the total (default 0.001: 0.1%)",
		     AT(edge_threshold_value)),
	OPT_COUNT(0, "max-nodes", "N", "at most the N heaviest functions (default 400; 0: all)",
		  AT(max_nodes)),
	OPT_CHOICE(0, "direction", "down|right", "where callees are (default down)", AT(direction)),
	OPT_END
};

static const struct value_style usual;

/* --- what is drawn --- */

static int compare_values(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a < b) - (a > b);
}

/* The weight of the last of the heaviest so many. */
static int64_t lightest_drawn(const struct dot_drawing *d, uint64_t count)
{
	size_t rows = d->f->count;
	int64_t *values = alloc_zero(rows, sizeof *values), min_value;

	memcpy(values, d->weights, rows * sizeof *values);
	qsort(values, rows, sizeof *values, compare_values);
	min_value = values[count - 1];
	alloc_free(values);
	return min_value;
}

void dot_choose(struct dot_drawing *d)
{
	const struct flat_profile *f = d->f;
	uint64_t most = d->options->max_nodes;
	int64_t min_value = most && most < f->count ? lightest_drawn(d, most) : 0;

	d->drawn = alloc_zero(f->count, sizeof *d->drawn);
	for (uint32_t i = 0; i < f->count; i++) {
		int64_t value = d->weights[i];

		d->drawn[i] = value >= min_value && (!most || d->nodes < most) &&
			      (double)value >= d->options->node_threshold_value * (double)d->total;
		d->nodes += d->drawn[i];
	}
}

/* --- text --- */

/* In Graphviz's quotes, keeping its line breaks. */
void dot_put_string(struct dot_drawing *d)
{
	output_byte(d->out, '"');
	for (size_t i = 0; i < d->text.n; i++) {
		char c = d->text.p[i];

		if (c == '\n')
			output_text(d->out, "\\n");
		else if (c == '&')
			output_text(d->out, "&amp;");
		else if (c == '"' || c == '\\')
			output_bytes(d->out, (char[]){ '\\', c }, 2);
		else
			output_byte(d->out, c);
	}
	output_byte(d->out, '"');
}

/* The name of what is counted is untrusted like any other name. */
static void add_value(struct dot_drawing *d, int64_t value)
{
	struct buf text = { 0 };

	buf_add_value(&text, d->f->p, d->f->value, value, &usual);
	buf_add_visible(&d->text, buf_str(&text));
	buf_free(&text);
}

static void add_share(struct dot_drawing *d, int64_t value)
{
	if (d->f->total)
		buf_add_percent(&d->text, value, d->f->total);
	else
		add_value(d, value);
}

/* Appends for example "12x"; nothing if calls are only samples. */
static void add_calls(struct dot_drawing *d, int64_t calls)
{
	if (!d->f->calls_known || !calls)
		return;
	buf_byte(&d->text, '\n');
	buf_add_grouped(&d->text, (struct decimal){ calls, 0 });
	buf_add(&d->text, S("\xc3\x97"));
}

static void add_place(struct dot_drawing *d, const struct flat_row *row, struct str file)
{
	if (!file.n || str_eq(file, S("~")))
		return;
	buf_byte(&d->text, '\n');
	buf_add_visible(&d->text, file);
	if (row->line)
		buf_print(&d->text, ":%lu", (unsigned long)row->line);
}

void dot_add_function(struct dot_drawing *d, const struct flat_row *fn, struct str file)
{
	d->text.n = 0;
	buf_add_visible(&d->text, fn->name);
	add_place(d, fn, file);
}

void dot_put_number(struct dot_drawing *d, const char *before, uint64_t number)
{
	output_text(d->out, before);
	output_u64(d->out, number);
}

/* --- the graph --- */

static double share_of(const struct dot_drawing *d, int64_t value)
{
	double share = d->f->total ? (double)value / (double)d->f->total : 0;

	return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* From blue over green and yellow to red; pale, so that dark text is readable. */
static void put_color(struct dot_drawing *d, const char *name, double share, double saturation)
{
	struct buf text = { 0 };

	buf_print(&text, ",%s=\"%.3f %.3f %.3f\"", name, 0.6 * (1 - sqrt(share)),
		  saturation + 0.25 * share, 0.95);
	output_str(d->out, buf_str(&text));
	buf_free(&text);
}

static void put_node(struct dot_drawing *d, uint32_t row)
{
	const struct flat_row *fn = &d->f->rows[row];
	const struct call_row *r = &d->f->table.rows[row];
	struct str file = str_base(fn->location);

	dot_add_function(d, fn, file);
	buf_byte(&d->text, '\n');
	add_value(d, r->inclusive);
	buf_add(&d->text, S(" ("));
	add_share(d, r->inclusive);
	buf_add(&d->text, S(")\nself "));
	add_value(d, r->self);
	buf_add(&d->text, S(" ("));
	add_share(d, r->self);
	buf_byte(&d->text, ')');
	add_calls(d, r->calls);
	dot_put_number(d, "n", row);
	output_text(d->out, " [label=");
	dot_put_string(d);
	dot_add_function(d, fn, fn->location);
	output_text(d->out, ",tooltip=");
	dot_put_string(d);
	put_color(d, "fillcolor", share_of(d, r->inclusive), 0.18);
	output_text(d->out, "];\n");
}

static void put_edge(struct dot_drawing *d, const struct call_arc *a, uint32_t callee)
{
	struct buf width = { 0 };

	dot_put_number(d, "n", a->caller);
	dot_put_number(d, " -> n", callee);
	output_text(d->out, " [label=");
	d->text.n = 0;
	add_share(d, a->inclusive);
	add_calls(d, a->calls);
	dot_put_string(d);
	put_color(d, "color", share_of(d, a->inclusive), 0.7);
	dot_put_number(d, ",weight=", 1 + (uint64_t)(share_of(d, a->inclusive) * 99));
	buf_print(&width, ",penwidth=%.2f];\n", 0.5 + 3.5 * sqrt(share_of(d, a->inclusive)));
	output_str(d->out, buf_str(&width));
	buf_free(&width);
}

void dot_add_left_out(struct dot_drawing *d)
{
	if (d->nodes < d->f->count)
		buf_print(&d->text, " \xc2\xb7 %lu of %lu functions", (unsigned long)d->nodes,
			  (unsigned long)d->f->count);
}

void dot_put_label(struct dot_drawing *d)
{
	output_text(d->out, "graph [labelloc=t,fontsize=14,label=");
	dot_put_string(d);
	output_text(d->out, d->options->direction ? ",rankdir=LR];\n" : "];\n");
}

static void put_label(struct dot_drawing *d)
{
	const struct profile *p = d->f->p;
	const struct value_type *type = &p->value_types[d->f->value];
	const char *sep = p->source ? " \xc2\xb7 " : "";

	d->text.n = 0;
	buf_print(&d->text, "%s%s%s", p->source ? "from " : "", p->source ? p->source : "", sep);
	buf_add_visible(&d->text, profile_text(p, type->title ? type->title : type->name));
	buf_add(&d->text, S(": "));
	add_value(d, d->f->total);
	dot_add_left_out(d);
	if (p->arcs_estimated)
		buf_add(&d->text, S(" \xc2\xb7 values of calls estimated"));
	dot_put_label(d);
}

static void put_graph(struct dot_drawing *d)
{
	const struct call_table *t = &d->f->table;

	put_label(d);
	for (uint32_t row = 0; row < d->f->count; row++)
		if (d->drawn[row])
			put_node(d, row);
	for (uint32_t row = 0; row < d->f->count; row++)
		for (uint32_t a = t->first[row]; a < t->first[row + 1]; a++)
			if (d->drawn[row] && d->drawn[t->arcs[a].caller] &&
			    (double)t->arcs[a].inclusive >=
				    d->options->edge_threshold_value * (double)d->f->total)
				put_edge(d, &t->arcs[a], row);
}

/* The weight of a function is its inclusive value. */
static void put_profile(struct dot_drawing *d, const struct profile *p)
{
	struct flat_profile f;

	flat_profile_make(&f, p, 0);
	d->f = &f;
	d->total = f.total;
	d->weights = alloc_zero(f.count, sizeof *d->weights);
	for (uint32_t i = 0; i < f.count; i++)
		d->weights[i] = f.table.rows[i].inclusive;
	dot_choose(d);
	put_graph(d);
	flat_profile_free(&f);
}

static void dot_write(struct output *out, const struct profile *p)
{
	struct dot_drawing d = { .out = out, .options = out->options };

	output_text(
		out,
		"digraph profile {\n"
		"node [shape=box,style=\"filled,rounded\",color=\"#888888\",fontname=\"sans-serif\",fontsize=10];\n"
		"edge [fontname=\"sans-serif\",fontsize=9];\n");
	if (profile_is_difference(p))
		dot_put_difference(&d, p);
	else if (p->value_count)
		put_profile(&d, p);
	output_text(out, "}\n");
	buf_free(&d.text);
	alloc_free(d.drawn);
	alloc_free(d.weights);
}

/* Of a difference both values are drawn. */
static unsigned dot_features_of(const struct profile *p, const void *options)
{
	(void)options;
	return profile_is_difference(p) ? FEATURE_VALUE_TYPES : 0;
}

/* Appends a name as it can be displayed. */
static bool dot_can_spell(struct str name)
{
	struct buf visible = { 0 };
	bool same;

	buf_add_visible(&visible, name);
	same = str_eq(buf_str(&visible), name);
	buf_free(&visible);
	return same;
}

static const struct dot_write_options usual_writing = {
	.node_threshold_value = 0.005,
	.edge_threshold_value = 0.001,
	.max_nodes = 400,
};

const struct format dot_format = {
	.name = "dot",
	.title = "call graph for Graphviz",
	.suffixes = ".dot .gv",
	.representation = REPR_GRAPH,
	.features = FEATURE_CALLS | FEATURE_TOTALS | FEATURE_FILES | FEATURE_FUNCTION_LINES |
		    FEATURE_UNITS,
	.features_of = dot_features_of,
	.needs_arc_values = true,
	.write = dot_write,
	.write_options = FORMAT_OPTIONS(write_rows, usual_writing),
	.can_spell = dot_can_spell,
};
