/*
 * profslow/endpoints - a row for each endpoint: how many requests, how long they took
 */
#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "common/program/cells.h"
#include "converters/tools/profslow/internal.h"

static const struct table_column columns[] = {
	{ .key = "endpoint" },
	{ .key = "unit" },
	{ .key = "count", .heading = "requests", .right = true },
	{ .key = "p50", .heading = "P50", .right = true },
	{ .key = "p95", .heading = "P95", .right = true },
	{ .key = "p99", .heading = "P99", .right = true },
	{ .key = "max", .heading = "max", .right = true, .spare = true },
	{ .key = "total", .heading = "total", .right = true },
	{ .key = "total_percent", .heading = "total%", .right = true },
	{ .heading = "endpoint", .flexible = true },
};
enum { COLUMNS = sizeof columns / sizeof *columns };

struct endpoint_row {
	uint32_t endpoint, count;
	int64_t p50, p95, p99, max, total;
};

/* --- numbers --- */

/* All requests, by endpoint and within one by duration. */
static int by_endpoint(uint32_t a, uint32_t b, const void *context)
{
	const struct slow_requests *r = context;
	const struct slow_request *x = &r->list[a], *y = &r->list[b];

	if (x->endpoint != y->endpoint)
		return x->endpoint < y->endpoint ? -1 : 1;
	return (x->duration > y->duration) - (x->duration < y->duration);
}

static int64_t duration_at(const struct slow_requests *r, const uint32_t *ids, size_t n,
			   unsigned percentile)
{
	return r->list[ids[slow_rank(n, percentile)]].duration;
}

static struct endpoint_row *make_rows(const struct slow_requests *r)
{
	struct endpoint_row *rows = alloc_zero(r->endpoint_count, sizeof *rows);
	uint32_t *ids = alloc_zero(r->count, sizeof *ids);
	size_t at = 0;

	for (size_t i = 0; i < r->count; i++)
		ids[i] = (uint32_t)i;
	sort_ids(ids, r->count, by_endpoint, r);
	for (uint32_t e = 0; e < r->endpoint_count; e++) {
		uint32_t n = r->endpoints[e].count;

		rows[e] = (struct endpoint_row){
			.endpoint = e,
			.count = n,
			.p50 = duration_at(r, ids + at, n, 50),
			.p95 = duration_at(r, ids + at, n, 95),
			.p99 = duration_at(r, ids + at, n, 99),
			.max = duration_at(r, ids + at, n, 100),
		};
		for (size_t end = at + n; at < end; at++)
			i64_add_to(&rows[e].total, r->list[ids[at]].duration);
	}
	alloc_free(ids);
	return rows;
}

/* --- order --- */

struct row_sort {
	const struct slow_requests *r;
	const struct endpoint_row *rows;
	int sort;
};

static int64_t sort_key(const struct row_sort *s, uint32_t row)
{
	const struct endpoint_row *e = &s->rows[row];

	switch (s->sort) {
	case SLOW_BY_P50: return e->p50;
	case SLOW_BY_P95: return e->p95;
	case SLOW_BY_P99: return e->p99;
	case SLOW_BY_COUNT: return e->count;
	case SLOW_BY_NAME: return 0;
	default: return e->total;
	}
}

static int compare_rows(uint32_t a, uint32_t b, const void *context)
{
	const struct row_sort *s = context;
	int64_t x = sort_key(s, a), y = sort_key(s, b);

	if (x != y)
		return x < y ? 1 : -1;
	return str_compare(profile_text(s->r->p, s->r->endpoints[a].name),
			   profile_text(s->r->p, s->r->endpoints[b].name));
}

/* --- the table --- */

static void add_row(struct table *t, const struct slow_requests *r, const struct endpoint_row *e,
		    int64_t total)
{
	const struct profile *p = r->p;
	struct str name = profile_text(p, r->endpoints[e->endpoint].name);

	table_text(t, name);
	table_text(t, profile_exact_unit(p, r->value));
	cells_count(t, e->count, true);
	cells_value(t, p, r->value, e->p50);
	cells_value(t, p, r->value, e->p95);
	cells_value(t, p, r->value, e->p99);
	cells_value(t, p, r->value, e->max);
	cells_value(t, p, r->value, e->total);
	cells_share(t, e->total, total);
	table_text(t, name);
	table_end_row(t);
}

static void put_summary(const struct slow_options *o, struct output *out,
			const struct slow_requests *r, int64_t total, size_t shown)
{
	static const struct value_style usual;
	struct buf text = { 0 }, value = { 0 };

	if (o->format != TABLE_TEXT)
		return;
	buf_add_value(&value, r->p, r->value, total, &usual);
	buf_print(&text, "%zu %s of %zu endpoint%s, ", r->count,
		  r->spans        ? r->count == 1 ? "trace" : "traces"
		  : r->count == 1 ? "request"
				  : "requests",
		  r->endpoint_count, r->endpoint_count == 1 ? "" : "s");
	buf_add_visible(&text, buf_str(&value));
	if (shown < r->endpoint_count)
		buf_print(&text, ", %zu shown", shown);
	buf_add(&text, S("\n\n"));
	output_str(out, buf_str(&text));
	buf_free(&text);
	buf_free(&value);
}

void slow_put_endpoints(const struct slow_options *o, struct output *out,
			const struct slow_requests *r)
{
	struct table *t = table_new(columns, COLUMNS);
	struct table_style look = { .format = (enum table_format)o->format,
				    .width = o->width,
				    .colors = o->colors };
	struct endpoint_row *rows = make_rows(r);
	struct row_sort sort = { r, rows, o->sort };
	uint32_t *order = alloc_zero(r->endpoint_count, sizeof *order);
	int64_t total = 0;

	for (uint32_t e = 0; e < r->endpoint_count; e++) {
		order[e] = e;
		i64_add_to(&total, sort.rows[e].total);
	}
	sort_ids(order, r->endpoint_count, compare_rows, &sort);
	for (uint32_t i = 0; i < r->endpoint_count && (!o->limit || i < o->limit); i++)
		add_row(t, r, &sort.rows[order[i]], total);
	put_summary(o, out, r, total, table_rows(t));
	table_put(t, out, &look);
	table_free(t);
	alloc_free(order);
	alloc_free(rows);
}
