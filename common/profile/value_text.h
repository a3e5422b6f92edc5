/*
 * value_text - values and shares as people read them
 *
 *	1.24 s    310 ms    3.1 MiB    12,345 Ir    5.67%    <0.01%
 *
 * Times and bytes go to the largest unit in which they are 1 or more and are rounded
 * to three digits; any other value is exact, with what is counted behind it.
 */
#ifndef PROFILE_VALUE_TEXT_H
#define PROFILE_VALUE_TEXT_H

#include "common/profile/profile.h"

/* What a user may say about it. Zeros are the usual. */
struct value_style {
	const char *name;  /* what is counted, instead of the value type's name */
	const char *unit;  /* one of VALUE_UNITS: always this one, where it is of the kind */
	double factor;     /* shown values are multiplied by it; 0: 1 */
};
#define VALUE_UNITS "s|ms|us|ns|B|KiB|MiB|GiB|TiB"

void buf_add_value(struct buf *b, const struct profile *p, value_id v, int64_t value,
		   const struct value_style *style);
/* 1,234,567.5 */
void buf_add_grouped(struct buf *b, struct decimal value);
/* value / total in percent with at most two decimals; total must not be 0. */
void buf_add_percent(struct buf *b, int64_t value, int64_t total);

#endif
