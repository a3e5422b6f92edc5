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

/* The value is split so that products fit. */
bool factor_apply(struct factor f, int64_t value, int64_t *result, bool *rounded)
{
	int64_t whole = value / f.denominator, rest = value % f.denominator, part, half;

	if (__builtin_mul_overflow(whole, f.numerator, result) ||
	    __builtin_mul_overflow(rest, f.numerator, &rest))
		return false;
	part = rest / f.denominator;
	rest %= f.denominator;
	*rounded = rest != 0;
	half = f.denominator - f.denominator / 2;
	part += rest >= half ? 1 : rest <= -half ? -1 : 0;
	return i64_add(*result, part, result);
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
