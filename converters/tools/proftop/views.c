/*
 * proftop/views - the tables
 */
#include <ctype.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/sort.h"
#include "common/base/utf8.h"
#include "common/transform/calltree/flame_tree.h"
#include "converters/tools/proftop/internal.h"

/* --- by function --- */

static const struct table_column flat_columns[] = {
	{ .key = "function" },
	{ .key = "file" },
	{ .key = "line", .right = true },
	{ .key = "value_type" },
	{ .key = "unit" },
	{ .key = "self", .heading = "self", .right = true },
	{ .key = "self_percent", .heading = "self%", .right = true },
	{ .key = "cumulative_percent", .heading = "sum%", .right = true, .spare = true },
	{ .key = "inclusive", .heading = "inclusive", .right = true },
	{ .key = "inclusive_percent", .heading = "incl%", .right = true },
	{ .key = "calls", .heading = "calls", .right = true },
	{ .key = "primitive_calls", .right = true },
	{ .key = "self_per_call", .heading = "self/call", .right = true, .spare = true },
	{ .key = "inclusive_per_call", .heading = "incl/call", .right = true, .spare = true },
	{ .heading = "", .spare = true },
	{ .heading = "function", .flexible = true },
};
enum { FLAT_COLUMNS = sizeof flat_columns / sizeof *flat_columns };

static void add_identity(struct table *t, const struct flat_profile *f, const struct flat_row *row)
{
	bool known = row->location.n && !str_eq(row->location, S("~"));

	table_text(t, row->name);
	table_text(t, known ? row->location : S(""));
	if (row->line)
		table_number(t, (struct decimal){ row->line, 0 }, S(""));
	else
		table_unknown(t);
	table_text(t, profile_text(f->p, f->p->value_types[f->value].name));
	table_text(t, proftop_unit(f->p, f->value));
}

static void add_per_call(struct table *t, const struct flat_profile *f, int64_t value,
			 int64_t calls)
{
	if (f->calls_known && calls)
		proftop_value(t, f->p, f->value, (value + calls / 2) / calls);
	else
		table_unknown(t);
}

/* The bar in eighths of a block; ten blocks are 100 %. */
static void add_bar(struct table *t, int64_t value, int64_t max_value)
{
	static const char *const eighths[] = {
		"",
		"\xe2\x96\x8f",
		"\xe2\x96\x8e",
		"\xe2\x96\x8d",
		"\xe2\x96\x8c",
		"\xe2\x96\x8b",
		"\xe2\x96\x8a",
		"\xe2\x96\x89",
	};
	int size = value > 0 && max_value > 0 ? (int)((double)value / (double)max_value * 80 + 0.5)
					      : 0;
	struct buf bar = { 0 };

	for (; size >= 8; size -= 8)
		buf_add(&bar, S("\xe2\x96\x88"));
	buf_add(&bar, str_of(eighths[size]));
	table_text(t, buf_str(&bar));
	table_color(t, "34");
	buf_free(&bar);
}

static const char *heat(int64_t value, int64_t total)
{
	double share = total ? (double)value / (double)total : 0;

	return share >= 0.1 ? "31" : share >= 0.02 ? "33" : NULL;
}

static void add_flat_row(const struct proftop_options *o, struct table *t,
			 const struct flat_profile *f, uint32_t row, int64_t sum, int64_t max_value)
{
	const struct call_row *r = &f->table.rows[row];

	add_identity(t, f, &f->rows[row]);
	proftop_value(t, f->p, f->value, r->self);
	table_color(t, heat(r->self, f->total));
	proftop_share(t, r->self, f->total);
	proftop_share(t, sum, f->total);
	proftop_value(t, f->p, f->value, r->inclusive);
	proftop_share(t, r->inclusive, f->total);
	proftop_count(t, r->calls, f->calls_known);
	proftop_count(t, r->primitive, f->calls_known);
	add_per_call(t, f, r->self, r->calls);
	add_per_call(t, f, r->inclusive, r->calls);
	add_bar(t, o->sort == SORT_INCLUSIVE ? r->inclusive : r->self, max_value);
	proftop_function(t, &f->rows[row]);
}

static bool is_heavy(const struct proftop_options *o, int64_t value, int64_t total)
{
	return (double)value >= o->min_share * (double)total;
}

/* Appends how many functions there are, for people only. */
static void put_summary(const struct proftop_options *o, struct output *out,
			const struct flat_profile *f, size_t shown)
{
	struct buf text = { 0 }, total = { 0 };
	const struct value_type *type = &f->p->value_types[f->value];
	struct str name = profile_text(f->p, type->title ? type->title : type->name);
	static const struct value_style usual;

	if (o->format != TABLE_TEXT)
		return;
	buf_add_value(&total, f->p, f->value, f->total, &usual);
	/* a CI runner takes "::" at the beginning of a line for a command */
	if (str_starts(str_trim(name), S("::")))
		buf_add(&text, S("value type "));
	buf_add_visible(&text, name);
	buf_add(&text, S(": "));
	buf_add_visible(&text, buf_str(&total));
	buf_print(&text, " in %lu %s", (unsigned long)f->count, o->by ? "labels" : "functions");
	if (shown < f->count)
		buf_print(&text, ", %lu shown", (unsigned long)shown);
	buf_add(&text, f->calls_known || o->by ? S("\n\n") : S("; nobody counted calls\n\n"));
	output_str(out, buf_str(&text));
	buf_free(&text);
	buf_free(&total);
}

static void put_table(const struct proftop_options *o, struct table *t, struct output *out)
{
	struct table_style look = proftop_look(o);

	table_put(t, out, &look);
	table_free(t);
}

/* Rows about labels say so. */
static const struct table_column *flat_or_label_columns(const struct proftop_options *o,
							struct table_column *columns)
{
	memcpy(columns, flat_columns, sizeof flat_columns);
	if (o->by) {
		columns[0].key = "label";
		columns[FLAT_COLUMNS - 1].heading = "label";
	}
	return columns;
}

void proftop_flat(const struct proftop_options *o, struct output *out, const struct flat_profile *f)
{
	struct table_column columns[FLAT_COLUMNS];
	struct table *t = table_new(flat_or_label_columns(o, columns), FLAT_COLUMNS);
	uint32_t *order = proftop_order(o, f), limit = proftop_limit(o, f->count);
	int64_t sum = 0, max_value = 0;

	for (uint32_t i = 0; i < f->count; i++) {
		const struct call_row *r = &f->table.rows[i];
		int64_t value = o->sort == SORT_INCLUSIVE ? r->inclusive : r->self;

		max_value = value > max_value ? value : max_value;
	}
	for (uint32_t i = 0; i < f->count && table_rows(t) < limit; i++) {
		const struct call_row *r = &f->table.rows[order[i]];

		i64_add_to(&sum, r->self);
		if (!is_heavy(o, r->inclusive, f->total))
			continue;
		add_flat_row(o, t, f, order[i], sum, max_value);
		table_end_row(t);
	}
	alloc_free(order);
	put_summary(o, out, f, table_rows(t));
	put_table(o, t, out);
}

/* --- metrics --- */

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

		if (!is_heavy(o, r->inclusive, f->total))
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

/* --- by line --- */

struct code_line {
	struct str name, file;
	uint32_t line;
	int64_t self;
};

static int compare_places(const void *left, const void *right)
{
	const struct code_line *a = left, *b = right;
	int order = str_compare(a->file, b->file);

	if (!order)
		order = (a->line > b->line) - (a->line < b->line);
	return order ? order : str_compare(a->name, b->name);
}

static int compare_self(const void *left, const void *right)
{
	const struct code_line *a = left, *b = right;

	if (a->self != b->self)
		return a->self < b->self ? 1 : -1;
	return compare_places(left, right);
}

/* Inlined code has a file of its own. */
static struct code_line line_of_cost(const struct profile *p, size_t i, value_id v)
{
	const struct cost_row *c = &p->costs[i];
	const struct function_row *fn = &p->functions[c->function];

	struct str location = c->file ? profile_text(p, c->file)
				      : function_location(p, c->function);

	return (struct code_line){
		function_name(p, c->function),
		str_eq(location, S("~")) ? S("") : location,
		c->line             ? c->line
		: p->line_functions ? fn->line
				    : 0,
		values_row(&p->cost_values, i)[v],
	};
}

static size_t add_up_lines(struct code_line *lines, size_t count)
{
	size_t kept = 0;

	qsort(lines, count, sizeof *lines, compare_places);
	for (size_t i = 0; i < count; i++) {
		if (kept && !compare_places(&lines[kept - 1], &lines[i]))
			i64_add_to(&lines[kept - 1].self, lines[i].self);
		else
			lines[kept++] = lines[i];
	}
	qsort(lines, kept, sizeof *lines, compare_self);
	return kept;
}

static const struct table_column line_columns[] = {
	{ .key = "self", .heading = "self", .right = true },
	{ .key = "self_percent", .heading = "self%", .right = true },
	{ .key = "cumulative_percent", .heading = "sum%", .right = true, .spare = true },
	{ .key = "unit" },
	{ .key = "file" },
	{ .key = "line", .right = true },
	{ .heading = "line", .flexible = true },
	{ .key = "function", .heading = "function", .flexible = true },
};

static void add_code_line(struct table *t, const struct profile *p, value_id v,
			  const struct code_line *line, int64_t sum, int64_t total)
{
	struct buf text = { 0 };

	proftop_value(t, p, v, line->self);
	proftop_share(t, line->self, total);
	proftop_share(t, sum, total);
	table_text(t, proftop_unit(p, v));
	table_text(t, line->file);
	if (line->line)
		table_number(t, (struct decimal){ line->line, 0 }, S(""));
	else
		table_unknown(t);
	buf_add(&text, line->file);
	if (line->line)
		buf_print(&text, ":%lu", (unsigned long)line->line);
	table_text(t, buf_str(&text));
	table_text(t, line->name);
	table_end_row(t);
	buf_free(&text);
}

void proftop_lines(const struct proftop_options *o, struct output *out, const struct profile *p,
		   value_id v)
{
	struct table *t = table_new(line_columns, sizeof line_columns / sizeof *line_columns);
	struct code_line *lines = alloc_zero(p->cost_count, sizeof *lines);
	int64_t total = 0, sum = 0;
	size_t count;

	for (size_t i = 0; i < p->cost_count; i++) {
		lines[i] = line_of_cost(p, i, v);
		i64_add_to(&total, lines[i].self);
	}
	count = add_up_lines(lines, p->cost_count);
	for (size_t i = 0; i < count && table_rows(t) < proftop_limit(o, (uint32_t)count); i++) {
		i64_add_to(&sum, lines[i].self);
		if (lines[i].self && is_heavy(o, lines[i].self, total))
			add_code_line(t, p, v, &lines[i], sum, total);
	}
	alloc_free(lines);
	put_table(o, t, out);
}

/* --- one function --- */

static const struct table_column peek_columns[] = {
	{ .key = "relation", .heading = "" },
	{ .key = "of" },
	{ .key = "inclusive", .heading = "inclusive", .right = true },
	{ .key = "inclusive_percent", .heading = "incl%", .right = true },
	{ .key = "self", .heading = "self", .right = true },
	{ .key = "calls", .heading = "calls", .right = true },
	{ .key = "unit" },
	{ .key = "file" },
	{ .key = "function" },
	{ .heading = "function", .flexible = true },
};

struct peeker {
	const struct proftop_options *options;
	const struct flat_profile *f;
	struct table *t;
	uint32_t row;
};

static void add_peek(struct peeker *k, const char *relation, uint32_t other, int64_t inclusive,
		     const int64_t *self, int64_t calls)
{
	const struct flat_profile *f = k->f;
	const struct flat_row *r = &f->rows[other];

	table_text(k->t, str_of(relation));
	table_text(k->t, f->rows[k->row].name);
	proftop_value(k->t, f->p, f->value, inclusive);
	proftop_share(k->t, inclusive, f->total);
	if (self)
		proftop_value(k->t, f->p, f->value, *self);
	else
		table_unknown(k->t);
	proftop_count(k->t, calls, f->calls_known);
	table_text(k->t, proftop_unit(f->p, f->value));
	table_text(k->t, r->location);
	table_text(k->t, r->name);
	proftop_function(k->t, r);
	if (self)
		table_color(k->t, "1");
	table_end_row(k->t);
}

static int compare_arcs(uint32_t a, uint32_t b, const void *context)
{
	const struct call_arc *arcs = context;
	int64_t x = arcs[a].inclusive, y = arcs[b].inclusive;

	if (x != y)
		return x < y ? 1 : -1;
	return (a > b) - (a < b);
}

/* Numbers of arcs, the heaviest first. */
static void add_arcs(struct peeker *k, uint32_t *arcs, uint32_t count, bool callers)
{
	const struct flat_profile *f = k->f;

	sort_ids(arcs, count, compare_arcs, f->table.arcs);
	for (uint32_t i = 0; i < count && i < proftop_limit(k->options, count); i++) {
		const struct call_arc *a = &f->table.arcs[arcs[i]];

		add_peek(k, callers ? "caller" : "callee",
			 callers ? a->caller : f->callee_of[arcs[i]], a->inclusive, NULL, a->calls);
	}
}

static void add_function(struct peeker *k)
{
	const struct flat_profile *f = k->f;
	const uint32_t *first = f->table.first + k->row, *callee = f->callees.first + k->row;
	const struct call_row *r = &f->table.rows[k->row];
	uint32_t callers = first[1] - first[0], callees = callee[1] - callee[0];
	uint32_t *arcs = alloc_zero((size_t)callers + callees, sizeof *arcs);

	for (uint32_t i = 0; i < callers; i++)
		arcs[i] = first[0] + i;
	for (uint32_t i = 0; i < callees; i++)
		arcs[callers + i] = f->callees.item[callee[0] + i];
	add_arcs(k, arcs, callers, true);
	add_peek(k, "function", k->row, r->inclusive, &r->self, r->calls);
	add_arcs(k, arcs + callers, callees, false);
	alloc_free(arcs);
}

static bool contains_text(struct str s, struct str part)
{
	for (size_t i = 0; i + part.n <= s.n; i++)
		if (str_starts(str_from(s, i), part))
			return true;
	return false;
}

/* Functions of that name; where there are none, those with it in their name. */
int proftop_peek(const struct proftop_options *o, struct output *out, const struct flat_profile *f)
{
	struct table *t = table_new(peek_columns, sizeof peek_columns / sizeof *peek_columns);
	struct peeker k = { .options = o, .f = f, .t = t };
	struct str wanted = str_of(o->peek);

	for (k.row = 0; k.row < f->count; k.row++)
		if (str_eq(f->rows[k.row].name, wanted))
			add_function(&k);
	if (!table_rows(t))
		for (k.row = 0; k.row < f->count; k.row++)
			if (contains_text(f->rows[k.row].name, wanted))
				add_function(&k);
	if (!table_rows(t)) {
		table_free(t);
		return diag_error("no function has %s in its name", diag_quote(wanted));
	}
	put_table(o, t, out);
	return 0;
}

/* --- the tree --- */

static const struct table_column tree_columns[] = {
	{ .key = "inclusive", .heading = "inclusive", .right = true },
	{ .key = "inclusive_percent", .heading = "incl%", .right = true },
	{ .key = "self", .heading = "self", .right = true },
	{ .key = "self_percent", .heading = "self%", .right = true },
	{ .key = "unit" },
	{ .key = "depth", .right = true },
	{ .key = "function" },
	{ .key = "file" },
	{ .heading = "context", .flexible = true },
};

static void add_context(struct table *t, const struct flame_tree *tree, uint32_t node)
{
	const struct profile *p = tree->p;
	function_id f = flame_tree_function(tree, node);
	int64_t total = tree->width.total[0];
	struct buf text = { 0 };

	proftop_value(t, p, 0, tree->width.total[node]);
	table_color(t, heat(tree->width.total[node], total));
	proftop_share(t, tree->width.total[node], total);
	proftop_value(t, p, 0, tree->width.self[node]);
	proftop_share(t, tree->width.self[node], total);
	table_text(t, proftop_unit(p, 0));
	table_number(t, (struct decimal){ tree->depth[node], 0 }, S(""));
	table_text(t, function_name(p, f));
	table_text(t, function_location(p, f));
	for (uint32_t i = 1; i < tree->depth[node] && i < 200; i++)
		buf_add(&text, S("  "));
	buf_add(&text, function_name(p, f));
	table_text(t, buf_str(&text));
	table_end_row(t);
	buf_free(&text);
}

/* The heaviest child first. */
static int compare_nodes(uint32_t a, uint32_t b, const void *context)
{
	const struct flame_tree *tree = context;
	int64_t x = tree->width.total[a], y = tree->width.total[b];

	if (x != y)
		return x < y ? -1 : 1;
	return (a < b) - (a > b);
}

struct todo {
	uint32_t *nodes;
	size_t count, cap;
};

/* The lightest first on the stack: so the heaviest is taken first. */
static void push_children(struct todo *todo, const struct flame_tree *tree, uint32_t node)
{
	size_t from = todo->count;

	for (uint32_t k = tree->first[node]; k != NO_ID; k = tree->next[k]) {
		ARRAY_ROOM(todo->nodes, todo->count, todo->cap);
		todo->nodes[todo->count++] = k;
	}
	if (todo->count > from)
		sort_ids(todo->nodes + from, todo->count - from, compare_nodes, tree);
}

void proftop_tree(const struct proftop_options *o, struct output *out, const struct profile *p)
{
	struct table *t = table_new(tree_columns, sizeof tree_columns / sizeof *tree_columns);
	struct contexts *c = contexts_new(p, 0, false);
	struct flame_tree *tree = flame_tree_new(c, &(struct flame_tree_options){
							    .width = WIDTH_FIRST });
	struct todo todo = { 0 };

	push_children(&todo, tree, 0);
	while (todo.count && table_rows(t) < proftop_limit(o, UINT32_MAX)) {
		uint32_t node = todo.nodes[--todo.count];

		if (!tree->width.total[node] ||
		    !is_heavy(o, tree->width.total[node], tree->width.total[0]))
			continue;
		add_context(t, tree, node);
		push_children(&todo, tree, node);
	}
	alloc_free(todo.nodes);
	flame_tree_free(tree);
	contexts_free(c);
	put_table(o, t, out);
}
