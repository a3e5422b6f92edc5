/*
 * proftop/per - values divided by those of another value type: bytes an object, time a contention
 *
 * The mean of a function is the quotient of two sums, and not a sum of quotients: so it is made
 * of rows that are summed already, as of pprof's -mean.
 */
#include <string.h>

#include "common/base/alloc.h"
#include "common/transform/reshape/scale.h"
#include "converters/tools/proftop/internal.h"

static const struct table_column per_columns[] = {
	{ .key = "function" },
	{ .key = "file" },
	{ .key = "line", .right = true },
	{ .key = "value_type" },
	{ .key = "unit" },
	{ .key = "per" },
	{ .key = "self", .heading = "self mean", .right = true },
	{ .key = "self_of", .heading = "of", .right = true },
	{ .key = "inclusive", .heading = "incl mean", .right = true },
	{ .key = "inclusive_of", .heading = "of", .right = true },
	{ .heading = "function", .flexible = true },
};
enum { PER_COLUMNS = sizeof per_columns / sizeof *per_columns };

/* Means of anything but times have so many decimals more than the values. */
enum { DECIMALS = 3 };

struct means {
	const struct flat_profile *f, *per; /* the rows of both are those of the same functions */
	struct flat_profile mean;           /* f with means in the rows; 0 where there is none */
	struct factor unit;                 /* by which a quotient is shifted to its exponent */
};

static bool make_mean(const struct means *m, int64_t value, int64_t count, int64_t *mean)
{
	struct factor by = { m->unit.numerator, 0 };
	bool rounded;

	*mean = 0;
	/* both signs are turned: a denominator is positive */
	if (count < 0 &&
	    (__builtin_sub_overflow(0, value, &value) || __builtin_sub_overflow(0, count, &count)))
		return false;
	return count && !__builtin_mul_overflow(count, m->unit.denominator, &by.denominator) &&
	       factor_apply(by, value, mean, &rounded);
}

static void make_means(struct means *m)
{
	uint32_t count = m->f->count;

	m->mean = *m->f;
	m->mean.table.rows = alloc_zero(count, sizeof *m->mean.table.rows);
	for (uint32_t i = 0; i < count; i++) {
		const struct call_row *of = &m->f->table.rows[i], *by = &m->per->table.rows[i];
		struct call_row *row = &m->mean.table.rows[i];

		make_mean(m, of->self, by->self, &row->self);
		make_mean(m, of->inclusive, by->inclusive, &row->inclusive);
	}
}

/* The mean, and what it is of. */
static void add_mean(const struct means *m, struct table *t, int64_t value, int64_t count)
{
	int64_t mean;

	if (make_mean(m, value, count, &mean))
		cells_value(t, m->f->p, m->f->value, mean);
	else
		table_unknown(t);
	cells_value(t, m->per->p, m->per->value, count);
}

static struct str name_of(const struct flat_profile *f)
{
	return profile_text(f->p, f->p->value_types[f->value].name);
}

static void put_summary(const struct proftop_options *o, struct output *out, const struct means *m,
			size_t shown)
{
	static const struct value_style usual;
	struct buf text = { 0 }, total = { 0 };
	int64_t mean;

	if (o->format != TABLE_TEXT)
		return;
	buf_add_line(&text, name_of(m->f));
	buf_add(&text, S(" per "));
	buf_add_visible(&text, name_of(m->per));
	if (make_mean(m, m->f->total, m->per->total, &mean)) {
		buf_add_value(&total, m->f->p, m->f->value, mean, &usual);
		buf_add(&text, S(": "));
		buf_add_visible(&text, buf_str(&total));
	}
	proftop_add_count(o, &text, m->f, shown);
	buf_add(&text, S("\n\n"));
	output_str(out, buf_str(&text));
	buf_free(&text);
	buf_free(&total);
}

/* The table refers to the columns. */
static struct table *make_table(const struct proftop_options *o, const struct means *m,
				struct table_column *columns)
{
	uint32_t *order = proftop_order(o, &m->mean), limit = proftop_limit(o, m->f->count);
	struct table *t;

	t = table_new(proftop_columns(o, per_columns, PER_COLUMNS, columns), PER_COLUMNS);
	for (uint32_t i = 0; i < m->f->count && table_rows(t) < limit; i++) {
		const struct call_row *of = &m->f->table.rows[order[i]];
		const struct call_row *by = &m->per->table.rows[order[i]];

		if (!proftop_is_heavy(o, of->inclusive, m->f->total))
			continue;
		proftop_identity(t, m->f, &m->f->rows[order[i]]);
		table_text(t, name_of(m->per));
		add_mean(m, t, of->self, by->self);
		add_mean(m, t, of->inclusive, by->inclusive);
		proftop_function(t, &m->f->rows[order[i]]);
		table_end_row(t);
	}
	alloc_free(order);
	return t;
}

/* Times stay whole nanoseconds; the exponent of all others becomes that of the means. */
static bool choose_exponent(struct means *m, struct value_type *of, const struct value_type *by)
{
	m->unit = (struct factor){ 1, 1 };
	if (of->unit != UNIT_TIME) {
		of->exponent -= by->exponent + DECIMALS;
		return i64_shift(1, DECIMALS, &m->unit.numerator);
	}
	return i64_shift(1, by->exponent < 0 ? -by->exponent : by->exponent,
			 by->exponent < 0 ? &m->unit.numerator : &m->unit.denominator);
}

void proftop_per(const struct proftop_options *o, struct output *out, struct profile *p,
		 value_id value, value_id per)
{
	struct flat_profile f, by;
	struct means m = { .f = &f, .per = &by };
	struct table_column columns[PER_COLUMNS];
	struct table *t;

	flat_profile_make(&f, p, value);
	flat_profile_make(&by, p, per);
	if (choose_exponent(&m, &p->value_types[value], &p->value_types[per])) {
		make_means(&m);
		t = make_table(o, &m, columns);
		put_summary(o, out, &m, table_rows(t));
		proftop_put(o, t, out);
		alloc_free(m.mean.table.rows);
	}
	flat_profile_free(&f);
	flat_profile_free(&by);
}
