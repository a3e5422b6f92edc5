/*
 * num - numbers to and from text, exactly
 *
 * Values in profiles are 64-bit integers times a power of ten. Floating point is used only
 * for numbers that are floating point in the file (pstat).
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include "common/base/str.h"

/* mantissa * 10^exponent */
struct decimal {
	int64_t mantissa;
	int exponent;
};

enum exactness {
	EXACT,
	ROUNDED,      /* to the nearest, halves away from zero */
	OUT_OF_RANGE, /* does not fit in 64 bits */
};

/* The value of a hexadecimal digit, in large or small letters; -1: it is none. */
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The value of a digit of base64, in both alphabets; -1: it is none. */
static inline int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/*
 * The whole text must be digits (a sign is allowed for i64). False if it is malformed or out of
 * range.
 */
bool str_to_i64(struct str s, int64_t *value);
bool str_to_u64(struct str s, uint64_t *value);
bool str_to_hex(struct str s, uint64_t *value); /* digits after 0x */

/*
 * Reads [+-]digits[.digits][e[+-]digits], also "5." and ".5"; the whole text must match.
 * *exactness says whether digits were lost. False if it is not a number.
 */
bool str_to_decimal(struct str s, struct decimal *value, enum exactness *exactness);

/* Sets *v so that v * 10^exponent == value; to the nearest integer if there is none. */
enum exactness decimal_at(struct decimal value, int exponent, int64_t *v);

/* Computes value * 10^power. False on overflow. */
bool i64_shift(int64_t value, int power, int64_t *result);

/* False on overflow: the sum has wrapped. */
static inline bool i64_add(int64_t a, int64_t b, int64_t *sum)
{
	return !__builtin_add_overflow(a, b, sum);
}

/* Saturates at INT64_MIN and INT64_MAX. */
static inline void i64_add_to(int64_t *to, int64_t more)
{
	if (!i64_add(*to, more, to))
		*to = more < 0 ? INT64_MIN : INT64_MAX;
}

/* |value| as a double; INT64_MIN is allowed. */
static inline double i64_magnitude(int64_t value)
{
	return value < 0 ? -(double)value : (double)value;
}

/* Truncates to an integer; saturates at the ends of the range; NaN gives 0. */
static inline int64_t i64_of(double x)
{
	if (x >= 0x1p63)
		return INT64_MAX;
	return x > -0x1p63 ? (int64_t)x : x < 0 ? -INT64_MAX : 0;
}

/* Rounds to the nearest integer; otherwise like i64_of(). */
static inline int64_t i64_nearest(double x)
{
	return i64_of(x < 0 ? x - 0.5 : x + 0.5);
}

/*
 * Each writes the number into `out`, which must have NUM_TEXT bytes, and returns its length; no
 * NUL is added. Decimals have no trailing zeros (1500 * 10^-3 is "1.5"); exponents from -20 to
 * 20 fit.
 */
enum { NUM_TEXT = 48 };
size_t decimal_text(char *out, struct decimal value);
static inline size_t i64_text(char *out, int64_t value);
static inline size_t u64_text(char *out, uint64_t value);

static inline size_t u64_text(char *out, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	memcpy(out, digits + at, sizeof digits - at);
	return sizeof digits - at;
}

static inline size_t i64_text(char *out, int64_t value)
{
	if (value >= 0)
		return u64_text(out, (uint64_t)value);
	out[0] = '-';
	return 1 + u64_text(out + 1, 0 - (uint64_t)value);
}

#endif
