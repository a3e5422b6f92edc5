/*
 * values - a table of numbers, `width` values in each row
 *
 * Column k holds values of the profile's value type k. Additions are checked: an overflow is
 * recorded with its value type and reported by profile_status(), so that readers need not
 * check each sum.
 *
 * Rows are dense, as arrays of `width` numbers, unless the table has many cells and few of them
 * are nonzero: a file may declare 256 value types and have one value in each of a million
 * lines. When a dense table is about to grow and would take 2.5 times what its nonzero
 * cells take, it becomes sparse (sparse_rows.h); when a sparse one takes more than it would as
 * a dense one, it becomes dense. So memory follows the numbers that a table holds, and tables
 * of one or two value types are always dense. Only values.c knows which they are: others read
 * by values_row() and values_cell(), and write by the verbs.
 */
#ifndef PROFILE_VALUES_H
#define PROFILE_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/prefetch.h"

/* Tables with fewer cells are always dense. */
#ifndef VALUES_MIN_SPARSE
#define VALUES_MIN_SPARSE (1 << 16)
#endif

struct sparse_rows;

struct values {
	int64_t *v; /* dense: rows * width */
	size_t rows, cap;
	struct sparse_rows *sparse; /* NULL: dense; otherwise v is NULL and cap 0 */
	uint32_t width;
	bool overflow;
	uint32_t overflowed; /* the value type that overflowed */
};

/* Appends a row of zeros and returns its number. */
uint32_t values_new_row(struct values *t);

/*
 * All values of a row. They stay until the next values_row() on the same table, or its next
 * change: who needs two rows at once copies one.
 */
const int64_t *values_sparse_row(const struct values *t, size_t row);
static inline const int64_t *values_row(const struct values *t, size_t row)
{
	return t->sparse ? values_sparse_row(t, row) : t->v + row * t->width;
}

/* Asks for the memory of a dense row; of a sparse one it is not known without reading. */
PREFETCH_FUNCTION values_prefetch(const struct values *t, size_t row)
{
	if (!t->sparse)
		PREFETCH(t->v + row * t->width);
}

/* Appends a row; NULL stands for zeros. The common case of one value type is inlined. */
uint32_t values_append_any(struct values *t, const int64_t *values);
static inline uint32_t values_append(struct values *t, const int64_t *values)
{
	if (!values || t->width != 1 || t->rows >= t->cap)
		return values_append_any(t, values);
	t->v[t->rows] = *values;
	return (uint32_t)t->rows++;
}

/* The values given may be a row of the same table. */
void values_add(struct values *t, size_t row, uint32_t k, int64_t value);
void values_add_row(struct values *t, size_t row, const int64_t *values);
void values_set(struct values *t, size_t row, uint32_t k, int64_t value);
void values_set_row(struct values *t, size_t row, const int64_t *values);

/*
 * For loops over all cells that may be nonzero, in any order: values_cell() is the i-th, of
 * values_cells(), and *k its column. Valid until the table changes, but the cell may be set.
 */
size_t values_cells(const struct values *t);
int64_t *values_cell(const struct values *t, size_t i, uint32_t *k);
/* False if the numbers of a column, without their signs, add up to more than INT64_MAX. */
bool values_sums_fit(const struct values *t, uint32_t *k);
/* True if all of column k are multiples of `unit`. */
bool values_all_whole(const struct values *t, uint32_t k, int64_t unit);
/* True if all of column k is 0. */
bool values_all_zero(const struct values *t, uint32_t k);
/* A number below 0 and its column, if there is any. */
bool values_negative(const struct values *t, int64_t *value, uint32_t *k);

void values_widen(struct values *t, uint32_t width);        /* new columns hold 0 */
void values_scale(struct values *t, uint32_t k, int power); /* column k by 10^power */
/* Removes all columns but `count` from column k on. */
void values_keep(struct values *t, uint32_t k, uint32_t count);
void values_resize(struct values *t, size_t rows); /* new rows hold 0 */
void values_free(struct values *t);
void values_clear(struct values *t); /* removes all rows and columns; keeps the allocation */

#endif
