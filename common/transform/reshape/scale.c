#include "common/transform/reshape/scale.h"

enum { DECIMALS = 9 };

static int64_t greatest_divisor(int64_t a, int64_t b)
{
	while (b) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a < 0 ? -a : a;
}

static bool read_decimal(struct str text, struct factor *f)
{
	struct decimal d;
	enum exactness exactness;

	if (!str_to_decimal(text, &d, &exactness) || exactness != EXACT)
		return false;
	f->denominator = 1;
	if (d.exponent >= 0)
		return i64_shift(d.mantissa, d.exponent, &f->numerator);
	f->numerator = d.mantissa;
	return i64_shift(1, -d.exponent, &f->denominator);
}

bool factor_read(struct str text, struct factor *f)
{
	struct str above, below;
	int64_t divisor;

	if (str_cut(text, '/', &above, &below)) {
		if (!str_to_i64(above, &f->numerator) || !str_to_i64(below, &f->denominator) ||
		    f->denominator < 1)
			return false;
	} else if (!read_decimal(text, f)) {
		return false;
	}
	if (f->numerator == INT64_MIN)
		return false;
	divisor = greatest_divisor(f->numerator, f->denominator);
	f->numerator /= divisor;
	f->denominator /= divisor;
	return true;
}

/* The number of decimals of a quotient by it: 2 for 4; at most the number that is kept. */
static int decimals_for(int64_t denominator)
{
	int64_t power = 1;
	int n = 0;

	while (n < DECIMALS && power % denominator) {
		power *= 10;
		n++;
	}
	return n;
}

struct product {
	uint64_t high, low;
};

static struct product multiply(uint64_t a, uint64_t b)
{
	uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX), x = (a >> 32) * (b & UINT32_MAX);
	uint64_t y = (a & UINT32_MAX) * (b >> 32), middle = (low >> 32) + (x & UINT32_MAX) + y;

	return (struct product){ (a >> 32) * (b >> 32) + (x >> 32) + (middle >> 32),
				 middle << 32 | (low & UINT32_MAX) };
}

/* A bit at a time; the quotient has to fit. */
static uint64_t divide(struct product p, uint64_t by, uint64_t *rest)
{
	uint64_t quotient = 0;

	if (!p.high) {
		*rest = p.low % by;
		return p.low / by;
	}
	*rest = p.high;
	for (int bit = 63; bit >= 0; bit--) {
		bool carry = *rest >> 63;

		*rest = *rest << 1 | (p.low >> bit & 1);
		if (carry || *rest >= by) {
			*rest -= by;
			quotient |= UINT64_C(1) << bit;
		}
	}
	return quotient;
}

static uint64_t size_of(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

bool factor_apply(struct factor f, int64_t value, int64_t *result, bool *rounded)
{
	struct product product = multiply(size_of(value), size_of(f.numerator));
	uint64_t by = (uint64_t)f.denominator, quotient, rest;
	bool negative = (value < 0) != (f.numerator < 0);

	if (product.high >= by)
		return false;
	quotient = divide(product, by, &rest);
	*rounded = rest != 0;
	if (rest >= by - by / 2)
		quotient++;
	if (quotient > INT64_MAX)
		return false;
	*result = negative ? -(int64_t)quotient : (int64_t)quotient;
	return true;
}

static void scale_table(struct profile *p, struct values *t, struct factor f)
{
	for (size_t i = 0; i < values_cells(t); i++) {
		bool rounded = false;
		uint32_t v;
		int64_t *value = values_cell(t, i, &v);

		if (!factor_apply(f, *value, value, &rounded)) {
			t->overflow = true;
			t->overflowed = v;
		}
		profile_count_rounding(p, rounded, *value);
	}
}

/* Times of events cannot be scaled: call events and time ranges are dropped. */
void profile_scale(struct profile *p, struct factor factor)
{
	for (value_id v = 0; v < p->value_count; v++) {
		struct value_type *type = &p->value_types[v];
		int exponent = type->exponent - decimals_for(factor.denominator);

		if (type->unit != UNIT_TIME && factor.denominator > 1)
			profile_rescale(p, v, exponent < -DECIMALS ? -DECIMALS : exponent);
	}
	for (int i = 0; i < PROFILE_VALUE_TABLES; i++)
		scale_table(p, profile_values(p, i), factor);
	p->call_event_count = 0;
	p->time_range_count = 0;
	index_free(&p->time_range_index);
}

/* --- to a total --- */

/* The running sum is scaled, and not each value: so the new ones add up to its end. */
static bool scale_sums(struct values *t, value_id v, struct factor f)
{
	int64_t sum = 0, before = 0, after;
	bool rounded;

	for (size_t row = 0; row < t->rows; row++) {
		if (!i64_add(sum, values_row(t, row)[v], &sum) ||
		    !factor_apply(f, sum, &after, &rounded))
			return false;
		values_set(t, row, v, after - before);
		before = after;
	}
	return true;
}

static bool scale_column(struct values *t, value_id v, struct factor f)
{
	bool rounded;

	for (size_t row = 0; row < t->rows; row++) {
		int64_t value = values_row(t, row)[v];

		if (!factor_apply(f, value, &value, &rounded))
			return false;
		values_set(t, row, v, value);
	}
	return true;
}

static bool sum_of(const struct values *t, value_id v, int64_t *sum)
{
	*sum = 0;
	for (size_t row = 0; row < t->rows; row++)
		if (!i64_add(*sum, values_row(t, row)[v], sum))
			return false;
	return true;
}

bool profile_self_total(const struct profile *p, value_id v, int64_t *total)
{
	return sum_of(profile_has_stacks(p) ? &p->sample_values : &p->cost_values, v, total);
}

bool profile_scale_to(struct profile *p, value_id v, int64_t total)
{
	struct factor f = { .numerator = total };

	return profile_self_total(p, v, &f.denominator) && f.denominator > 0 && total > 0 &&
	       scale_sums(&p->sample_values, v, f) && scale_sums(&p->cost_values, v, f) &&
	       scale_column(&p->arc_values, v, f) && scale_column(&p->arc_self, v, f) &&
	       scale_column(&p->total_values, v, f);
}
