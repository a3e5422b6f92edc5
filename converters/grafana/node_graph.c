/*
 * grafana/node_graph - functions and calls for Grafana's node graph panel
 *
 * Two frames: nodes with their inclusive and self value and a ring that is red for the part of
 * self, and edges with the value and the calls that went that way. Functions that are left out
 * are one node "(other)", and what it calls and is called by are its edges
 * (https://grafana.com/docs/grafana/latest/panels-visualizations/visualizations/node-graph/).
 */
#include "common/base/alloc.h"
#include "common/syntax/json_put.h"
#include "converters/grafana/internal.h"

struct node_edge {
	uint32_t source, target; /* nodes */
	int64_t value, calls;
};

struct node_graph {
	struct output *out;
	const struct profile *p;
	struct flat_profile f;
	struct flat_rows shown;
	uint32_t *node_of; /* by row: its node; that of the others is shown.count */
	struct node_edge *edges;
	size_t edge_count, edge_cap;
	struct buf text;
};

static struct flat_selection selection_of(const struct grafana_options *o)
{
	return (struct flat_selection){ .sort = FLAT_BY_INCLUSIVE, .limit = o->max_nodes };
}

/* --- edges --- */

static void add_edge(struct node_graph *g, struct node_edge e)
{
	ARRAY_ROOM(g->edges, g->edge_count, g->edge_cap);
	g->edges[g->edge_count++] = e;
}

/*
 * Adds what goes to one node: `from` has, by node, the number of its edge + 1 among those from
 * `first` on.
 */
static void add_arcs(struct node_graph *g, uint32_t row, uint32_t *from, size_t first)
{
	const struct call_table *t = &g->f.table;
	uint32_t target = g->node_of[row];

	for (uint32_t i = t->first[row]; i < t->first[row + 1]; i++) {
		const struct call_arc *a = &t->arcs[i];
		uint32_t source = g->node_of[a->caller];
		struct node_edge *e;

		if (source == g->shown.count && target == g->shown.count)
			continue; /* within the others */
		if (from[source] <= first) {
			add_edge(g, (struct node_edge){ source, target, 0, 0 });
			from[source] = (uint32_t)g->edge_count;
		}
		e = &g->edges[from[source] - 1];
		i64_add_to(&e->value, a->inclusive);
		i64_add_to(&e->calls, a->calls);
	}
}

/* Nodes in their order, the others last; a function that calls itself has an edge to itself. */
static void list_edges(struct node_graph *g)
{
	uint32_t *from = alloc_zero(g->shown.count + 1, sizeof *from);
	size_t first;

	for (uint32_t i = 0; i < g->shown.count; i++)
		add_arcs(g, g->shown.rows[i], from, g->edge_count);
	first = g->edge_count;
	for (uint32_t row = 0; row < g->f.count; row++)
		if (g->node_of[row] == g->shown.count)
			add_arcs(g, row, from, first);
	alloc_free(from);
}

/* --- nodes --- */

static uint32_t node_count(const struct node_graph *g)
{
	return g->shown.count + (g->shown.others > 0);
}

static const struct call_row *row_of_node(const struct node_graph *g, uint32_t node)
{
	return &g->f.table.rows[g->shown.rows[node]];
}

static void put_id(struct output *out, uint32_t node)
{
	output_text(out, "\"n");
	output_u64(out, node);
	output_byte(out, '"');
}

static void put_title(struct node_graph *g, uint32_t node)
{
	json_put(g->out,
		 node < g->shown.count ? g->f.rows[g->shown.rows[node]].name : S(FLAT_OTHER));
}

static void put_place(struct node_graph *g, uint32_t node)
{
	const struct flat_row *r = &g->f.rows[g->shown.rows[node]];
	struct str file = flat_row_file(r);

	g->text.n = 0;
	if (node == g->shown.count) {
		buf_print(&g->text, "%lu functions", (unsigned long)g->shown.others);
	} else if (file.n) {
		buf_add(&g->text, file);
		if (r->line)
			buf_print(&g->text, ":%lu", (unsigned long)r->line);
	}
	json_put(g->out, buf_str(&g->text));
}

/* Inclusive values of the others contain each other: there is no sum of them. */
static void put_inclusive(struct node_graph *g, uint32_t node)
{
	if (node < g->shown.count)
		output_decimal(g->out,
			       profile_decimal(g->p, 0, row_of_node(g, node)->inclusive, 0));
	else
		output_text(g->out, "null");
}

static int64_t self_of(const struct node_graph *g, uint32_t node)
{
	return node < g->shown.count ? row_of_node(g, node)->self : g->shown.self;
}

static void put_self(struct node_graph *g, uint32_t node)
{
	output_decimal(g->out, profile_decimal(g->p, 0, self_of(g, node), 0));
}

/* The part of self in a million. */
static int64_t self_part(const struct node_graph *g, uint32_t node)
{
	double self = (double)self_of(g, node), all;

	if (node == g->shown.count)
		return 1000000;
	all = (double)row_of_node(g, node)->inclusive;
	return all <= 0 || self <= 0 ? 0 : self >= all ? 1000000 : i64_nearest(self / all * 1e6);
}

static void put_self_part(struct node_graph *g, uint32_t node)
{
	output_decimal(g->out, (struct decimal){ self_part(g, node), -6 });
}

static void put_callees_part(struct node_graph *g, uint32_t node)
{
	output_decimal(g->out, (struct decimal){ 1000000 - self_part(g, node), -6 });
}

static void put_calls(struct node_graph *g, uint32_t node)
{
	if (g->f.calls_known)
		output_i64(g->out,
			   node < g->shown.count ? row_of_node(g, node)->calls : g->shown.calls);
	else
		output_text(g->out, "null");
}

static void put_node_id(struct node_graph *g, uint32_t node)
{
	put_id(g->out, node);
}

static void put_nodes(struct node_graph *g)
{
	const char *unit = grafana_unit(g->p, 0);
	const struct grafana_field fields[] = {
		{ .name = "id", .type = "string" },
		{ .name = "title", .type = "string" },
		{ .name = "subtitle", .type = "string" },
		{ .name = "mainstat", .type = "number", .unit = unit, .shown_as = "inclusive" },
		{ .name = "secondarystat", .type = "number", .unit = unit, .shown_as = "self" },
		{ .name = "arc__self",
		  .type = "number",
		  .shown_as = "self",
		  .color = "semi-dark-red" },
		{ .name = "arc__callees",
		  .type = "number",
		  .shown_as = "callees",
		  .color = "light-blue" },
		{ .name = "detail__calls", .type = "number", .shown_as = "calls" },
	};
	static void (*const put[])(struct node_graph *, uint32_t) = {
		put_node_id, put_title,     put_place,        put_inclusive,
		put_self,    put_self_part, put_callees_part, put_calls,
	};
	size_t columns = sizeof fields / sizeof *fields;

	grafana_begin_frame(g->out, S("nodes"), "nodeGraph");
	grafana_put_fields(g->out, fields, columns);
	for (size_t c = 0; c < columns; c++) {
		grafana_begin_column(g->out, c);
		for (uint32_t node = 0; node < node_count(g); node++) {
			grafana_begin_cell(g->out, node);
			put[c](g, node);
		}
	}
	grafana_end_frame(g->out);
}

static void put_edge_cell(struct node_graph *g, size_t column, size_t row)
{
	const struct node_edge *e = &g->edges[row];

	switch (column) {
	case 0:
		output_text(g->out, "\"e");
		output_u64(g->out, row);
		output_byte(g->out, '"');
		break;
	case 1: put_id(g->out, e->source); break;
	case 2: put_id(g->out, e->target); break;
	case 3: output_decimal(g->out, profile_decimal(g->p, 0, e->value, 0)); break;
	default:
		if (g->f.calls_known)
			output_i64(g->out, e->calls);
		else
			output_text(g->out, "null");
	}
}

static void put_edges(struct node_graph *g)
{
	const struct grafana_field fields[] = {
		{ .name = "id", .type = "string" },
		{ .name = "source", .type = "string" },
		{ .name = "target", .type = "string" },
		{ .name = "mainstat", .type = "number", .unit = grafana_unit(g->p, 0) },
		{ .name = "secondarystat", .type = "number", .shown_as = "calls" },
	};
	size_t columns = sizeof fields / sizeof *fields;

	grafana_begin_frame(g->out, S("edges"), "nodeGraph");
	grafana_put_fields(g->out, fields, columns);
	for (size_t c = 0; c < columns; c++) {
		grafana_begin_column(g->out, c);
		for (size_t row = 0; row < g->edge_count; row++) {
			grafana_begin_cell(g->out, row);
			put_edge_cell(g, c, row);
		}
	}
	grafana_end_frame(g->out);
}

/* --- all --- */

void grafana_write_node_graph(struct output *out, const struct profile *p)
{
	const struct flat_selection selection = selection_of(out->options);
	struct node_graph g = { .out = out, .p = p };

	flat_profile_make(&g.f, p, 0);
	flat_rows_select(&g.shown, &g.f, &selection);
	g.node_of = alloc_zero(g.f.count, sizeof *g.node_of);
	for (uint32_t row = 0; row < g.f.count; row++)
		g.node_of[row] = g.shown.count;
	for (uint32_t i = 0; i < g.shown.count; i++)
		g.node_of[g.shown.rows[i]] = i;
	list_edges(&g);
	output_byte(out, '[');
	put_nodes(&g);
	output_text(out, ",\n");
	put_edges(&g);
	output_text(out, "]\n");
	alloc_free(g.node_of);
	alloc_free(g.edges);
	buf_free(&g.text);
	flat_rows_free(&g.shown);
	flat_profile_free(&g.f);
}

void grafana_report_nodes(const struct profile *p, const void *options, struct buf *loss)
{
	const struct flat_selection selection = selection_of(options);

	flat_report_others(p, &selection, "--max-nodes", loss);
	grafana_report_large(p, loss);
}
