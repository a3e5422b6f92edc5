/*
 * grafana/format - the stacks for Grafana's flame graph panel
 *
 * A data frame of a row a calling context, depth first: level, value (inclusive), self, label;
 * of a difference also valueRight and selfRight, base being left. The panel finds parents by
 * level and order alone, and shows row 0 as the root, so there is one: "total". A context
 * that is left out is part of a row "(other)" of its caller: self values add up to the total
 * (https://grafana.com/docs/grafana/latest/panels-visualizations/visualizations/flame-graph/,
 * and @grafana/flamegraph 13's checkFields).
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/value_text.h"
#include "common/syntax/json_put.h"
#include "common/transform/calltree/flame_tree.h"
#include "converters/grafana/internal.h"

#define AT(field) offsetof(struct grafana_options, field)

enum { USUAL_CONTEXTS = 20000, USUAL_FUNCTIONS = 400 };
enum { FRAMES_NAMES, FRAMES_WITH_FILES };

static const struct option_row flame_rows[] = {
	OPT_COUNT(0, "max-nodes", "N",
		  "at most the N heaviest calling contexts (default 20000; 0: all)", AT(max_nodes)),
	OPT_CHOICE(0, "frames", "name|full",
		   "write functions as the name alone, or as name (file:line)", AT(frames)),
	OPT_END
};
static const struct option_row graph_rows[] = {
	OPT_COUNT(0, "max-nodes", "N", "at most the N heaviest functions (default 400; 0: all)",
		  AT(max_nodes)),
	OPT_END
};

/* --- rows --- */

/* A row is a node of the tree, or what is left out below it. */
struct flame_row {
	uint32_t node, level;
	bool other;
};

struct flame_frame {
	struct output *out;
	const struct profile *p;
	const struct flame_tree *tree;
	bool full_names;
	struct flame_row *rows;
	size_t count, cap;
	struct buf text;
};

static bool difference_has_more(const struct flame_tree *t, uint32_t node)
{
	return t->base.total &&
	       (t->base.descendants_pruned[node] || t->new_values.descendants_pruned[node]);
}

static void add_row(struct flame_frame *f, uint32_t node, bool other)
{
	ARRAY_ROOM(f->rows, f->count, f->cap);
	f->rows[f->count++] = (struct flame_row){ node, f->tree->depth[node] + other, other };
}

static void add_others(struct flame_frame *f, uint32_t node)
{
	if (f->tree->width.descendants_pruned[node] || difference_has_more(f->tree, node))
		add_row(f, node, true);
}

/* Depth first, callers before callees. */
static void list_rows(struct flame_frame *f)
{
	const struct flame_tree *t = f->tree;
	uint32_t node = 0;

	add_row(f, node, false);
	for (;;) {
		if (t->first[node] != NO_ID) {
			node = t->first[node];
			add_row(f, node, false);
			continue;
		}
		add_others(f, node);
		while (node && t->next[node] == NO_ID) {
			node = t->nodes.parent[node];
			add_others(f, node);
		}
		if (!node)
			return;
		node = t->next[node];
		add_row(f, node, false);
	}
}

/* --- columns --- */

static void put_levels(struct flame_frame *f)
{
	grafana_begin_column(f->out, 0);
	for (size_t i = 0; i < f->count; i++) {
		grafana_begin_cell(f->out, i);
		output_u64(f->out, f->rows[i].level);
	}
}

static void add_place(struct flame_frame *f, function_id function)
{
	struct str file = function_location(f->p, function);
	uint32_t line = f->p->functions[function].line;

	if (!f->full_names || !file.n || str_eq(file, S("~")))
		return;
	buf_add(&f->text, S(" ("));
	buf_add(&f->text, file);
	if (line)
		buf_print(&f->text, ":%lu", (unsigned long)line);
	buf_byte(&f->text, ')');
}

static void put_label(struct flame_frame *f, const struct flame_row *row)
{
	function_id function;

	if (row->other) {
		json_put(f->out, S(FLAT_OTHER));
	} else if (!row->node) {
		json_put(f->out, S("total"));
	} else {
		function = flame_tree_function(f->tree, row->node);
		f->text.n = 0;
		buf_add(&f->text, function_name(f->p, function));
		add_place(f, function);
		json_put(f->out, buf_str(&f->text));
	}
}

static void put_labels(struct flame_frame *f)
{
	grafana_begin_column(f->out, 1);
	for (size_t i = 0; i < f->count; i++) {
		grafana_begin_cell(f->out, i);
		put_label(f, &f->rows[i]);
	}
}

/* What is left out below a node is the self value of its row. */
static void put_values(struct flame_frame *f, size_t column, value_id v,
		       const struct flame_values *values, const int64_t *of_nodes)
{
	grafana_begin_column(f->out, column);
	for (size_t i = 0; i < f->count; i++) {
		const struct flame_row *row = &f->rows[i];

		grafana_begin_cell(f->out, i);
		output_decimal(f->out,
			       profile_decimal(f->p, v,
					       row->other ? values->descendants_pruned[row->node]
							  : of_nodes[row->node],
					       0));
	}
}

static void put_frame(struct flame_frame *f)
{
	const struct profile *p = f->p;
	const struct flame_tree *t = f->tree;
	bool difference = t->base.total != NULL;
	const char *unit = profile_has_shares(p) ? "percent" : grafana_unit(p, 0);
	const struct grafana_field fields[] = {
		{ .name = "level", .type = "number" },
		{ .name = "label", .type = "string" },
		{ .name = "value", .type = "number", .unit = unit },
		{ .name = "self", .type = "number", .unit = unit },
		{ .name = "valueRight", .type = "number", .unit = unit },
		{ .name = "selfRight", .type = "number", .unit = unit },
	};
	const struct flame_values *left = difference ? &t->base : &t->width;
	const struct value_type *type = &p->value_types[0];
	struct str title = difference ? profile_difference_title(p)
				      : profile_text(p, type->title ? type->title : type->name);

	output_byte(f->out, '[');
	grafana_begin_frame(f->out, title, "flamegraph");
	grafana_put_fields(f->out, fields, difference ? 6 : 4);
	put_levels(f);
	put_labels(f);
	put_values(f, 2, 0, left, left->total);
	put_values(f, 3, 0, left, left->self);
	if (difference) {
		put_values(f, 4, 1, &t->new_values, t->new_values.total);
		put_values(f, 5, 1, &t->new_values, t->new_values.self);
	}
	grafana_end_frame(f->out);
	output_text(f->out, "]\n");
}

static void write_flame_graph(struct output *out, const struct profile *p)
{
	const struct grafana_options *o = out->options;
	struct contexts *contexts;
	struct flame_tree *tree;
	struct flame_frame f = { .out = out, .p = p, .full_names = o->frames == FRAMES_WITH_FILES };
	struct flame_tree_options options = {
		.width = profile_is_difference(p) ? WIDTH_LARGER : WIDTH_FIRST,
	};

	if (!p->value_count) {
		output_text(out, "[]\n");
		return;
	}
	contexts = contexts_new(p, o->max_nodes, false);
	f.tree = tree = flame_tree_new(contexts, &options);
	list_rows(&f);
	put_frame(&f);
	alloc_free(f.rows);
	buf_free(&f.text);
	flame_tree_free(tree);
	contexts_free(contexts);
}

/* --- the formats --- */

/* Of a difference both values are shown. */
static unsigned features_of(const struct profile *p, const void *options)
{
	const struct grafana_options *o = options;
	unsigned files = FEATURE_FILES | FEATURE_OBJECTS | FEATURE_FUNCTION_LINES;

	return (profile_is_difference(p) ? FEATURE_VALUE_TYPES : 0) |
	       (o->frames == FRAMES_WITH_FILES ? files : 0);
}

static int check(const struct profile *p, const void *options)
{
	value_id drawn = profile_is_difference(p) ? 2 : p->value_count ? 1 : 0;

	(void)options;
	for (size_t row = 0; row < p->sample_count; row++)
		for (value_id v = 0; v < drawn; v++)
			if (values_row(&p->sample_values, row)[v] < 0)
				return diag_error(
					"a flame graph cannot show negative values: %s has %lld",
					diag_quote(profile_text(p, p->value_types[v].name)),
					(long long)values_row(&p->sample_values, row)[v]);
	return 0;
}

/* JavaScript's numbers are doubles. */
void grafana_report_large(const struct profile *p, struct buf *loss)
{
	const int64_t largest = (int64_t)1 << 53;
	const struct values *values = profile_has_graph(p) ? &p->cost_values : &p->sample_values;
	size_t rows = profile_has_graph(p) ? p->cost_count : p->sample_count;
	int64_t sum = 0;

	for (size_t row = 0; row < rows && p->value_count; row++)
		i64_add_to(&sum, llabs(values_row(values, row)[0]));
	if (sum > largest)
		buf_print(loss, "%svalues above 2^53 are rounded by Grafana", loss->n ? "; " : "");
}

static void report_loss(const struct profile *p, const void *options, struct buf *loss)
{
	const struct grafana_options *o = options;
	uint64_t contexts = p->stacks.count - 1;

	if (o->max_nodes && o->max_nodes < contexts)
		buf_print(loss, "%llu of %llu contexts are in rows " FLAT_OTHER ", see --max-nodes",
			  (unsigned long long)(contexts - o->max_nodes),
			  (unsigned long long)contexts);
	grafana_report_large(p, loss);
}

static const struct grafana_options usual_flame_graph = { .max_nodes = USUAL_CONTEXTS };
static const struct grafana_options usual_node_graph = { .max_nodes = USUAL_FUNCTIONS };

const struct format grafana_format = {
	.name = "grafana",
	.title = "data frame for Grafana's flame graph panel",
	.suffixes = ".grafana.json",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_UNITS,
	.features_of = features_of,
	.report_loss = report_loss,
	.check = check,
	.write = write_flame_graph,
	.write_options = FORMAT_OPTIONS(flame_rows, usual_flame_graph),
};

const struct format nodegraph_format = {
	.name = "nodegraph",
	.title = "data frames for Grafana's node graph panel: functions and calls",
	.suffixes = ".nodegraph.json",
	.representation = REPR_GRAPH,
	.features = FEATURE_CALLS | FEATURE_TOTALS | FEATURE_FILES | FEATURE_FUNCTION_LINES |
		    FEATURE_UNITS,
	.needs_arc_values = true,
	.report_loss = grafana_report_nodes,
	.write = grafana_write_node_graph,
	.write_options = FORMAT_OPTIONS(graph_rows, usual_node_graph),
};
