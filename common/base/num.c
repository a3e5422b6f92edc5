#include "common/base/num.h"

#include <limits.h>

bool str_to_u64(struct str s, uint64_t *value)
{
	uint64_t v = 0;

	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return true;
}

bool str_to_hex(struct str s, uint64_t *value)
{
	uint64_t v = 0;

	if (!s.n || s.n > 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int digit = hex_digit(s.p[i]);

		if (digit < 0)
			return false;
		v = v << 4 | (unsigned)digit;
	}
	*value = v;
	return true;
}

bool str_to_i64(struct str s, int64_t *value)
{
	bool minus = s.n && s.p[0] == '-';
	uint64_t v;

	if (!str_to_u64(minus ? str_from(s, 1) : s, &v) || v > (uint64_t)INT64_MAX + minus)
		return false;
	*value = minus ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

/* The state of parsing a decimal: digits that no longer fit are counted, not kept. */
struct digits {
	uint64_t value;
	int dropped;   /* number of digits that did not fit */
	bool rest;     /* one of these was not 0 */
	bool round_up; /* the first of these was 5 or more */
	int seen;
};

static void digits_take(struct digits *d, unsigned digit)
{
	const uint64_t limit = INT64_MAX;

	d->seen++;
	if (d->dropped || d->value > (limit - digit) / 10) {
		if (!d->dropped++)
			d->round_up = digit >= 5;
		d->rest |= digit != 0;
		return;
	}
	d->value = d->value * 10 + digit;
}

static bool read_exponent(struct str s, int *exponent)
{
	int64_t e;

	if (s.n && s.p[0] == '+')
		s = str_from(s, 1);
	if (!str_to_i64(s, &e) || e > 10000 || e < -10000)
		return false;
	*exponent += (int)e;
	return true;
}

bool str_to_decimal(struct str s, struct decimal *value, enum exactness *exactness)
{
	struct digits d = { 0 };
	bool minus = s.n && s.p[0] == '-';
	int point = -1;
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');

	value->exponent = 0;
	for (; i < s.n; i++) {
		unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';

		if (digit <= 9)
			digits_take(&d, digit);
		else if (s.p[i] == '.' && point < 0)
			point = d.seen;
		else
			break;
	}
	if (!d.seen)
		return false;
	if (point >= 0)
		value->exponent = point - d.seen;
	if (i < s.n && ((s.p[i] != 'e' && s.p[i] != 'E') ||
			!read_exponent(str_from(s, i + 1), &value->exponent)))
		return false;
	value->exponent += d.dropped;
	if (d.round_up && d.value < INT64_MAX)
		d.value++;
	while (d.value && d.value % 10 == 0) {
		d.value /= 10;
		value->exponent++;
	}
	if (!d.value)
		value->exponent = 0;
	value->mantissa = minus ? -(int64_t)d.value : (int64_t)d.value;
	*exactness = d.rest ? ROUNDED : EXACT;
	return true;
}

bool i64_shift(int64_t value, int power, int64_t *result)
{
	for (; power > 0 && value; power--)
		if (__builtin_mul_overflow(value, 10, &value))
			return false;
	*result = value;
	return true;
}

enum exactness decimal_at(struct decimal value, int exponent, int64_t *v)
{
	int64_t m = value.mantissa, last = 0;
	bool rest = false;
	int power = value.exponent - exponent;

	if (power >= 0)
		return i64_shift(m, power, v) ? EXACT : OUT_OF_RANGE;
	for (; power < 0 && (m || last); power++) {
		rest |= last != 0;
		last = m % 10;
		m /= 10;
	}
	if (power == 0 && (last >= 5 || last <= -5))
		m += last > 0 ? 1 : -1;
	*v = m;
	return rest || last ? ROUNDED : EXACT;
}

size_t decimal_text(char *out, struct decimal value)
{
	uint64_t m = value.mantissa < 0 ? 0 - (uint64_t)value.mantissa : (uint64_t)value.mantissa;
	char digits[NUM_TEXT];
	size_t n = 0, count, places;

	while (value.exponent < 0 && m % 10 == 0 && m) {
		m /= 10;
		value.exponent++;
	}
	if (value.mantissa < 0)
		out[n++] = '-';
	count = u64_text(digits, m);
	if (!m)
		value.exponent = 0;
	places = value.exponent < 0 ? (size_t)-value.exponent : 0;
	if (places >= count) {
		out[n++] = '0';
		out[n++] = '.';
		for (size_t zeros = places - count; zeros--;)
			out[n++] = '0';
		memcpy(out + n, digits, count);
		return n + count;
	}
	memcpy(out + n, digits, count - places);
	n += count - places;
	if (places) {
		out[n++] = '.';
		memcpy(out + n, digits + count - places, places);
		n += places;
	}
	for (; value.exponent > 0 && n < NUM_TEXT; value.exponent--)
		out[n++] = '0';
	return n;
}
