#include "common/transform/callgraph/flat_selection.h"

#include <math.h>

#include "common/base/alloc.h"
#include "common/base/sort.h"

static double sort_key(enum flat_sort sort, const struct call_row *r)
{
	switch (sort) {
	case FLAT_BY_INCLUSIVE: return (double)r->inclusive;
	case FLAT_BY_CALLS: return (double)r->calls;
	case FLAT_BY_SELF_PER_CALL: return r->calls ? (double)r->self / (double)r->calls : 0;
	case FLAT_BY_INCLUSIVE_PER_CALL:
		return r->calls ? (double)r->inclusive / (double)r->calls : 0;
	case FLAT_BY_NAME: return 0;
	default: return (double)r->self;
	}
}

struct row_order {
	enum flat_sort sort;
	const struct call_row *rows;
};

/* Rows are sorted by name, which stays the order of equal ones. */
static int compare_rows(uint32_t a, uint32_t b, const void *context)
{
	const struct row_order *o = context;
	double x = sort_key(o->sort, &o->rows[a]), y = sort_key(o->sort, &o->rows[b]);

	if (x < y || x > y)
		return x < y ? 1 : -1;
	return (a > b) - (a < b);
}

uint32_t *flat_order(const struct flat_profile *f, enum flat_sort sort)
{
	struct row_order by = { sort, f->table.rows };
	uint32_t *order = alloc_zero(f->count, sizeof *order);

	for (uint32_t i = 0; i < f->count; i++)
		order[i] = i;
	sort_ids(order, f->count, compare_rows, &by);
	return order;
}

bool flat_is_heavy(int64_t value, int64_t total, double min_share)
{
	return fabs((double)value) >= min_share * fabs((double)total);
}

/* The row of this name alone would be taken for the sum of the others: it is part of it. */
static bool is_named_other(const struct flat_row *r)
{
	return str_eq(r->name, S(FLAT_OTHER)) && !r->line && !flat_row_file(r).n;
}

void flat_rows_select(struct flat_rows *shown, const struct flat_profile *f,
		      const struct flat_selection *selection)
{
	uint32_t *order = flat_order(f, (enum flat_sort)selection->sort);
	uint32_t most = selection->limit && selection->limit < f->count ? (uint32_t)selection->limit
									: f->count;

	*shown = (struct flat_rows){ .rows = order };
	for (uint32_t i = 0; i < f->count; i++) {
		const struct call_row *r = &f->table.rows[order[i]];

		if (shown->count < most && !is_named_other(&f->rows[order[i]]) &&
		    flat_is_heavy(r->inclusive, f->total, selection->min_share)) {
			shown->rows[shown->count++] = order[i];
			continue;
		}
		shown->others++;
		i64_add_to(&shown->self, r->self);
		i64_add_to(&shown->calls, r->calls);
		i64_add_to(&shown->primitive, r->primitive);
	}
}

void flat_report_others(const struct profile *p, const struct flat_selection *selection,
			const char *option, struct buf *loss)
{
	struct flat_profile f;
	struct flat_rows shown;

	if (!p->value_count)
		return;
	flat_profile_make(&f, p, 0);
	flat_rows_select(&shown, &f, selection);
	if (shown.others)
		buf_print(loss, "%lu of %lu functions are together in " FLAT_OTHER ", see %s",
			  (unsigned long)shown.others, (unsigned long)f.count, option);
	flat_rows_free(&shown);
	flat_profile_free(&f);
}

void flat_rows_free(struct flat_rows *shown)
{
	alloc_free(shown->rows);
}
