/*
 * value_text - values and fractions as people read them
 *
 * 	1.24 s    310 ms    3.1 MiB    12,345 Ir    5.67%    <0.01%
 *
 * Times and bytes are shown in the largest unit in which they are at least 1, rounded to
 * three digits. Other values are exact, followed by what is counted.
 */
#ifndef PROFILE_VALUE_TEXT_H
#define PROFILE_VALUE_TEXT_H

#include "common/profile/profile.h"

/* How the user wants values shown; zeros are the defaults. */
struct value_style {
	const char *name; /* replaces the name of the value type */
	const char *unit; /* one of VALUE_UNITS: always use it for values of that kind */
	double factor;    /* values are multiplied by it; 0 stands for 1 */
};
#define VALUE_UNITS "s|ms|us|ns|B|KiB|MiB|GiB|TiB"

void buf_add_value(struct buf *b, const struct profile *p, value_id v, int64_t value,
		   const struct value_style *style);
/* For example 1,234,567.5 */
void buf_add_grouped(struct buf *b, struct decimal value);
/* value / total in percent, with at most two decimals. total must not be 0. */
void buf_add_percent(struct buf *b, int64_t value, int64_t total);

/* --- differences: all reports and pictures of one show the same text --- */

/*
 * How the title of the first value type of a difference begins: "base: time", or "base: shares
 * of time" if the values are percentages.
 */
#define DIFFERENCE_BASE "base: "
#define DIFFERENCE_SHARES "shares of "

/* Whether the first two value types are base and new; whether they are shares in percent. */
bool profile_is_difference(const struct profile *p);
bool profile_has_shares(const struct profile *p);
/* Whether a difference has two value types more, base_calls and new_calls. */
bool profile_has_call_values(const struct profile *p);
/* What the values of a difference are: "time, medians of 6 and 6 runs", or empty. */
struct str profile_difference_title(const struct profile *p);

/* A value of a difference: counts without a name, shares as percentages. */
void buf_add_compared(struct buf *b, const struct profile *p, value_id v, int64_t value,
		      const struct value_style *style);
/*
 * The unit of exact numbers, as profile_decimal() has them at power 0: "ns", "bytes", or what is
 * counted.
 */
struct str profile_exact_unit(const struct profile *p, value_id v);
/* What part of the total it is, in percent with two decimals; 0 of 0 is 0. */
struct decimal profile_percent(int64_t value, int64_t total);
/* 12.34%, 123.4% or 1,234% */
void buf_add_percents(struct buf *b, double percent);
/* The change of a number in percent of the base, with its sign; "new" if that is 0. */
void buf_add_relative(struct buf *b, int64_t base, int64_t new_value);

#endif
