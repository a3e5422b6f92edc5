/*
 * values - a table of numbers, `width` values in each row
 *
 * Column k holds values of the profile's value type k. Additions are checked: an overflow is
 * recorded with its value type and reported by profile_status(), so that readers need not
 * check each sum.
 */
#ifndef PROFILE_VALUES_H
#define PROFILE_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct values {
	int64_t *v; /* rows * width */
	size_t rows, cap;
	uint32_t width;
	bool overflow;
	uint32_t overflowed; /* the value type that overflowed */
};

/* Appends a row of zeros and returns its number. */
uint32_t values_new_row(struct values *t);

static inline int64_t *values_row(const struct values *t, size_t row)
{
	return t->v + row * t->width;
}

/* Appends a row; NULL stands for zeros. The common case of one value type is inlined. */
uint32_t values_append_any(struct values *t, const int64_t *values);
static inline uint32_t values_append(struct values *t, const int64_t *values)
{
	if (!values || t->width != 1 || t->rows == t->cap)
		return values_append_any(t, values);
	t->v[t->rows] = *values;
	return (uint32_t)t->rows++;
}

void values_add(struct values *t, size_t row, uint32_t k, int64_t value);
void values_add_row(struct values *t, size_t row, const int64_t *values);

void values_widen(struct values *t, uint32_t width);        /* new columns hold 0 */
void values_scale(struct values *t, uint32_t k, int power); /* column k by 10^power */
/* Removes all columns but `count` from column k on. */
void values_keep(struct values *t, uint32_t k, uint32_t count);
void values_resize(struct values *t, size_t rows); /* new rows hold 0 */
void values_free(struct values *t);
void values_clear(struct values *t); /* removes all rows and columns; keeps the allocation */

#endif
