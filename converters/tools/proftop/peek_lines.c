/*
 * proftop/peek_lines - one function's callers and callees by the lines that call, and its lines
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/tools/proftop/internal.h"

enum relation { CALLER, LINE, CALLEE };

/* What happens at a line of the function that calls: of `row`'s callers, or of `row` itself. */
struct event {
	uint32_t row, other; /* rows of the flat profile */
	enum relation relation;
	struct str file;
	uint32_t line; /* 0: unknown */
	int64_t value, calls;
};

struct events {
	const struct flat_profile *f;
	const bool *chosen;
	struct event *items;
	size_t count, cap;
};

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Equal ones are about the same. */
static int compare_subjects(const struct event *a, const struct event *b)
{
	int order = compare_numbers(a->row, b->row);

	if (!order)
		order = compare_numbers(a->relation, b->relation);
	return order;
}

static int compare_places(const struct event *a, const struct event *b)
{
	int order = compare_numbers(a->other, b->other);

	if (!order)
		order = str_compare(a->file, b->file);
	return order ? order : compare_numbers(a->line, b->line);
}

static int by_place(const void *left, const void *right)
{
	int order = compare_subjects(left, right);

	return order ? order : compare_places(left, right);
}

/* The heaviest first. */
static int by_value(const void *left, const void *right)
{
	const struct event *a = left, *b = right;
	int order = compare_subjects(a, b);

	if (!order)
		order = compare_numbers(b->value, a->value);
	return order ? order : compare_places(a, b);
}

static void add_event(struct events *e, struct event event)
{
	if (!e->chosen[event.row])
		return;
	ARRAY_ROOM(e->items, e->count, e->cap);
	e->items[e->count++] = event;
}

static void add_costs(struct events *e)
{
	const struct flat_profile *f = e->f;
	const struct profile *p = f->p;

	for (size_t i = 0; i < p->cost_count; i++) {
		uint32_t row = f->row_of[p->costs[i].function];
		struct event event = { .row = row, .other = row, .relation = LINE };

		event.value = values_row(&p->cost_values, i)[f->value];
		event.file = proftop_cost_file(p, i);
		event.line = proftop_cost_line(p, i);
		if (event.value)
			add_event(e, event);
	}
}

static void add_arcs(struct events *e)
{
	const struct flat_profile *f = e->f;
	const struct profile *p = f->p;

	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];
		uint32_t caller = f->row_of[a->caller], callee = f->row_of[a->callee];
		struct event event = { .row = callee, .other = caller, .relation = CALLER };

		event.value = values_row(&p->arc_values, i)[f->value];
		event.calls = a->calls;
		event.file = proftop_site_file(p, a);
		event.line = a->site.line;
		add_event(e, event);
		event.row = caller;
		event.other = callee;
		event.relation = CALLEE;
		add_event(e, event);
	}
}

static void add_up(struct events *e)
{
	size_t kept = 0;

	if (!e->count)
		return;
	qsort(e->items, e->count, sizeof *e->items, by_place);
	for (size_t i = 0; i < e->count; i++) {
		struct event *last = &e->items[kept ? kept - 1 : 0];

		if (kept && by_place(last, &e->items[i]) == 0) {
			i64_add_to(&last->value, e->items[i].value);
			i64_add_to(&last->calls, e->items[i].calls);
		} else {
			e->items[kept++] = e->items[i];
		}
	}
	e->count = kept;
	qsort(e->items, kept, sizeof *e->items, by_value);
}

static const struct table_column columns[] = {
	{ .key = "relation", .heading = "" },
	{ .key = "of" },
	{ .key = "inclusive", .heading = "inclusive", .right = true },
	{ .key = "inclusive_percent", .heading = "incl%", .right = true },
	{ .key = "self", .heading = "self", .right = true },
	{ .key = "self_percent", .heading = "self%", .right = true },
	{ .key = "calls", .heading = "calls", .right = true },
	{ .key = "unit" },
	{ .key = "call_file" },
	{ .key = "call_line", .right = true },
	{ .heading = "at", .flexible = true },
	{ .key = "file" },
	{ .key = "function" },
	{ .heading = "function", .flexible = true },
};

static void add_where(struct table *t, struct str file, uint32_t line)
{
	table_text(t, file);
	proftop_line(t, line);
	proftop_place(t, file, line);
}

static void add_row(struct table *t, const struct flat_profile *f, const struct event *e)
{
	static const char *const words[] = { "caller", "line", "callee" };
	const struct flat_row *other = &f->rows[e->other];
	bool own = e->relation == LINE;

	table_text(t, str_of(words[e->relation]));
	table_text(t, f->rows[e->row].name);
	if (own) {
		table_unknown(t);
		table_unknown(t);
		cells_value(t, f->p, f->value, e->value);
		cells_share(t, e->value, f->total);
		table_unknown(t);
	} else {
		cells_value(t, f->p, f->value, e->value);
		cells_share(t, e->value, f->total);
		table_unknown(t);
		table_unknown(t);
		cells_count(t, e->calls, f->calls_known);
	}
	table_text(t, profile_exact_unit(f->p, f->value));
	add_where(t, e->line ? e->file : S(""), e->line);
	table_text(t, other->location);
	table_text(t, other->name);
	proftop_function(t, other);
	table_end_row(t);
}

static void add_function(struct table *t, const struct flat_profile *f, uint32_t row)
{
	const struct call_row *r = &f->table.rows[row];

	table_text(t, S("function"));
	table_text(t, f->rows[row].name);
	cells_value(t, f->p, f->value, r->inclusive);
	cells_share(t, r->inclusive, f->total);
	cells_value(t, f->p, f->value, r->self);
	cells_share(t, r->self, f->total);
	cells_count(t, r->calls, f->calls_known);
	table_text(t, profile_exact_unit(f->p, f->value));
	table_text(t, S(""));
	table_unknown(t);
	table_text(t, S(""));
	table_text(t, f->rows[row].location);
	table_text(t, f->rows[row].name);
	proftop_function(t, &f->rows[row]);
	table_color(t, "1");
	table_end_row(t);
}

/* The rows of one function: its callers, itself, its lines, its callees. */
static size_t add_group(const struct proftop_options *o, struct table *t, const struct events *e,
			size_t i, uint32_t row)
{
	for (int relation = CALLER; relation <= CALLEE; relation++) {
		uint32_t shown = 0;

		if (relation == LINE)
			add_function(t, e->f, row);
		for (; i < e->count && e->items[i].row == row &&
		       (int)e->items[i].relation == relation;
		     i++)
			if (shown++ < proftop_limit(o, UINT32_MAX))
				add_row(t, e->f, &e->items[i]);
	}
	return i;
}

int proftop_peek_lines(const struct proftop_options *o, struct output *out,
		       const struct flat_profile *f)
{
	bool *chosen = proftop_choose(f, str_of(o->peek));
	struct events e = { .f = f, .chosen = chosen };
	struct table *t;
	size_t i = 0;

	if (!chosen)
		return -1;
	t = table_new(columns, sizeof columns / sizeof *columns);
	add_costs(&e);
	add_arcs(&e);
	add_up(&e);
	for (uint32_t row = 0; row < f->count; row++)
		if (chosen[row])
			i = add_group(o, t, &e, i, row);
	alloc_free(e.items);
	alloc_free(chosen);
	proftop_put(o, t, out);
	return 0;
}
