#include "common/transform/callgraph/flat_profile.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/referenced.h"
#include "common/transform/callgraph/graph_from_stacks.h"
#include "common/transform/callgraph/arc_values.h"

size_t flat_profile_prepare(struct profile *p)
{
	if (profile_has_stacks(p) && !profile_has_graph(p))
		graph_from_stacks(p);
	return arc_values_estimate(p);
}

/* --- rows: the functions, sorted, those that differ in nothing shown as one --- */

struct named_row {
	struct flat_row row;
	function_id function;
};

static struct flat_row flat_row_of(const struct profile *p, function_id f)
{
	return (struct flat_row){ function_name(p, f), function_location(p, f),
				  p->line_functions ? 0 : p->functions[f].line };
}

static int compare_flat_rows(const struct flat_row *a, const struct flat_row *b)
{
	int order = str_compare(a->name, b->name);

	if (!order)
		order = str_compare(a->location, b->location);
	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int compare_named(const void *left, const void *right)
{
	return compare_flat_rows(&((const struct named_row *)left)->row,
				 &((const struct named_row *)right)->row);
}

/* Fills rows, and returns the row of each function. */
static uint32_t *make_rows(struct flat_profile *f, const struct profile *p)
{
	bool *used = referenced_by_graph(p);
	struct named_row *sorted = alloc_zero(p->function_count, sizeof *sorted);
	uint32_t *row_of = alloc_zero(p->function_count, sizeof *row_of);
	size_t count = 0;

	for (function_id i = 0; i < p->function_count; i++) {
		row_of[i] = NO_ID;
		if (used[i])
			sorted[count++] = (struct named_row){ flat_row_of(p, i), i };
	}
	qsort(sorted, count, sizeof *sorted, compare_named);
	f->rows = alloc_zero(count, sizeof *f->rows);
	for (size_t i = 0; i < count; i++) {
		if (!i || compare_named(&sorted[i - 1], &sorted[i]))
			f->rows[f->count++] = sorted[i].row;
		row_of[sorted[i].function] = f->count - 1;
	}
	alloc_free(sorted);
	alloc_free(used);
	return row_of;
}

/* --- arcs the other way round --- */

static void sort_by_caller(struct flat_profile *f)
{
	const struct call_table *t = &f->table;
	uint32_t arcs = t->first[f->count];

	f->callee_of = alloc_zero(arcs, sizeof *f->callee_of);
	csr_open(&f->callees, f->count, arcs);
	for (uint32_t row = 0; row < f->count; row++)
		for (uint32_t a = t->first[row]; a < t->first[row + 1]; a++) {
			f->callee_of[a] = row;
			csr_count(&f->callees, t->arcs[a].caller);
		}
	csr_sum(&f->callees);
	for (uint32_t a = 0; a < arcs; a++)
		csr_put(&f->callees, t->arcs[a].caller, a);
}

void flat_profile_make(struct flat_profile *f, const struct profile *p, value_id v)
{
	*f = (struct flat_profile){ .p = p, .value = v, .calls_known = !p->calls_sampled };
	f->row_of = make_rows(f, p);
	call_table_make(&f->table, p, v, f->row_of, f->count);
	for (uint32_t row = 0; row < f->count; row++)
		i64_add_to(&f->total, f->table.rows[row].self);
	sort_by_caller(f);
}

void flat_profile_free(struct flat_profile *f)
{
	alloc_free(f->rows);
	call_table_free(&f->table);
	csr_free(&f->callees);
	alloc_free(f->callee_of);
	alloc_free(f->row_of);
}
