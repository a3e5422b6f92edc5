/*
 * proftop/flat - functions, the flat profile
 */
#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "converters/tools/proftop/internal.h"

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

static void add_per_call(struct table *t, const struct flat_profile *f, int64_t value,
			 int64_t calls)
{
	if (f->calls_known && calls)
		cells_value(t, f->p, f->value, (value + calls / 2) / calls);
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

static void add_flat_row(const struct proftop_options *o, struct table *t,
			 const struct flat_profile *f, uint32_t row, int64_t sum, int64_t max_value)
{
	const struct call_row *r = &f->table.rows[row];

	proftop_identity(t, f, &f->rows[row]);
	cells_value(t, f->p, f->value, r->self);
	table_color(t, proftop_heat(r->self, f->total));
	cells_share(t, r->self, f->total);
	cells_share(t, sum, f->total);
	cells_value(t, f->p, f->value, r->inclusive);
	cells_share(t, r->inclusive, f->total);
	cells_count(t, r->calls, f->calls_known);
	cells_count(t, r->primitive, f->calls_known);
	add_per_call(t, f, r->self, r->calls);
	add_per_call(t, f, r->inclusive, r->calls);
	add_bar(t, o->sort == FLAT_BY_INCLUSIVE ? r->inclusive : r->self, max_value);
	proftop_function(t, &f->rows[row]);
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
	buf_add_line(&text, name);
	buf_add(&text, S(": "));
	buf_add_visible(&text, buf_str(&total));
	proftop_add_count(o, &text, f, shown);
	buf_add(&text, f->calls_known || o->by ? S("\n\n") : S("; nobody counted calls\n\n"));
	output_str(out, buf_str(&text));
	buf_free(&text);
	buf_free(&total);
}

void proftop_flat(const struct proftop_options *o, struct output *out, const struct flat_profile *f)
{
	struct table_column columns[FLAT_COLUMNS];
	struct table *t = table_new(proftop_columns(o, flat_columns, FLAT_COLUMNS, columns),
				    FLAT_COLUMNS);
	uint32_t *order = proftop_order(o, f), limit = proftop_limit(o, f->count);
	int64_t sum = 0, max_value = 0;

	for (uint32_t i = 0; i < f->count; i++) {
		const struct call_row *r = &f->table.rows[i];
		int64_t value = o->sort == FLAT_BY_INCLUSIVE ? r->inclusive : r->self;

		max_value = value > max_value ? value : max_value;
	}
	for (uint32_t i = 0; i < f->count && table_rows(t) < limit; i++) {
		const struct call_row *r = &f->table.rows[order[i]];

		i64_add_to(&sum, r->self);
		if (!proftop_is_heavy(o, r->inclusive, f->total))
			continue;
		add_flat_row(o, t, f, order[i], sum, max_value);
		table_end_row(t);
	}
	alloc_free(order);
	put_summary(o, out, f, table_rows(t));
	proftop_put(o, t, out);
}
