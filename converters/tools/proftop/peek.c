/*
 * proftop/peek - one function's callers and callees
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "converters/tools/proftop/internal.h"

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
	cells_value(k->t, f->p, f->value, inclusive);
	cells_share(k->t, inclusive, f->total);
	if (self)
		cells_value(k->t, f->p, f->value, *self);
	else
		table_unknown(k->t);
	cells_count(k->t, calls, f->calls_known);
	table_text(k->t, profile_exact_unit(f->p, f->value));
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

int proftop_peek(const struct proftop_options *o, struct output *out, const struct flat_profile *f)
{
	struct table *t;
	struct peeker k = { .options = o, .f = f };
	bool *chosen = proftop_choose(f, str_of(o->peek));

	if (!chosen)
		return -1;
	k.t = t = table_new(peek_columns, sizeof peek_columns / sizeof *peek_columns);
	for (k.row = 0; k.row < f->count; k.row++)
		if (chosen[k.row])
			add_function(&k);
	alloc_free(chosen);
	proftop_put(o, t, out);
	return 0;
}
