#include "common/profile/values.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/num.h"
#include "common/io/limits.h"
#include "common/profile/sparse_rows.h"

static void overflowed(struct values *t, uint32_t k)
{
	t->overflow = true;
	t->overflowed = k;
}

/* --- which form --- */

/* For a build whose tests reach sparse rows in every program: CFLAGS=-DVALUES_ALWAYS_SPARSE. */
#ifdef VALUES_ALWAYS_SPARSE
enum { ALWAYS_SPARSE = true };
#else
enum { ALWAYS_SPARSE = false };
#endif

static uint64_t dense_bytes(size_t rows, uint32_t width)
{
	return (uint64_t)rows * width * sizeof(int64_t);
}

static uint64_t sparse_bytes(size_t rows, size_t cells)
{
	return rows * sizeof(uint32_t) + (uint64_t)cells * sizeof(struct sparse_cell);
}

static bool is_large(size_t rows, uint32_t width)
{
	return width > 1 && (uint64_t)rows * width > VALUES_MIN_SPARSE;
}

/* Moves a dense table's rows to sparse ones if that pays with so many rows of that width. */
static bool make_sparse(struct values *t, size_t rows, uint32_t width)
{
	uint64_t most = dense_bytes(rows, width) / 5 * 2;
	size_t count = 0, all = t->rows * t->width;

	if (!ALWAYS_SPARSE && (!is_large(rows, width) || sparse_bytes(rows, 0) > most))
		return false;
	for (size_t i = 0; i < all; i++)
		count += t->v[i] != 0;
	if (!ALWAYS_SPARSE && sparse_bytes(rows, count) > most)
		return false;
	t->sparse = sparse_rows_new(t->width);
	sparse_rows_resize(t->sparse, t->rows);
	for (size_t row = 0; row < t->rows; row++)
		sparse_rows_put(t->sparse, row, t->v + row * t->width);
	alloc_free(t->v);
	t->v = NULL;
	t->cap = 0;
	return true;
}

/* Moves sparse rows to dense ones if those take less: call it when cells were added. */
static void make_dense(struct values *t)
{
	struct sparse_rows *s = t->sparse;

	if (ALWAYS_SPARSE || !is_large(t->rows, t->width) ||
	    sparse_bytes(t->rows, s->count) <= dense_bytes(t->rows, t->width))
		return;
	t->v = alloc_resize(NULL, t->rows, t->width * sizeof *t->v);
	t->cap = t->rows;
	for (size_t row = 0; row < t->rows; row++)
		memcpy(t->v + row * t->width, sparse_rows_decode(s, row), t->width * sizeof *t->v);
	sparse_rows_free(s);
	t->sparse = NULL;
}

/* --- rows --- */

static void resize_dense(struct values *t, size_t rows)
{
	size_t width = t->width ? t->width : 1;

	/* with one value a row is as small as its line */
	if (rows > t->cap && width > 1)
		limit_check(LIMIT_CELLS, (uint64_t)rows * width);
	if (rows > t->cap)
		t->v = alloc_grow(t->v, &t->cap, rows, width * sizeof *t->v);
	if (rows > t->rows && t->width)
		memset(t->v + t->rows * width, 0, (rows - t->rows) * width * sizeof *t->v);
	t->rows = rows;
}

void values_resize(struct values *t, size_t rows)
{
	if (!t->sparse && (rows <= t->cap || !make_sparse(t, rows, t->width))) {
		resize_dense(t, rows);
		return;
	}
	sparse_rows_resize(t->sparse, rows);
	t->rows = rows;
}

uint32_t values_new_row(struct values *t)
{
	values_resize(t, t->rows + 1);
	return (uint32_t)(t->rows - 1);
}

uint32_t values_append_any(struct values *t, const int64_t *values)
{
	if (!values || t->rows >= t->cap)
		values_new_row(t);
	else
		t->rows++;
	if (values && t->sparse)
		values_set_row(t, t->rows - 1, values);
	else if (values && t->width)
		memcpy(t->v + (t->rows - 1) * t->width, values, t->width * sizeof *values);
	return (uint32_t)(t->rows - 1);
}

const int64_t *values_sparse_row(const struct values *t, size_t row)
{
	return sparse_rows_decode(t->sparse, row);
}

/* --- numbers --- */

void values_add(struct values *t, size_t row, uint32_t k, int64_t value)
{
	int64_t *at;

	if (t->sparse && !value)
		return;
	at = t->sparse ? sparse_rows_cell(t->sparse, row, k) : t->v + row * t->width + k;
	if (!i64_add(*at, value, at))
		overflowed(t, k);
	if (t->sparse)
		make_dense(t);
}

static void add_sparse_row(struct values *t, size_t row, const int64_t *values)
{
	uint32_t k = sparse_rows_add(t->sparse, row, values);

	if (k != UINT32_MAX)
		overflowed(t, k);
	make_dense(t);
}

void values_add_row(struct values *t, size_t row, const int64_t *values)
{
	int64_t *to;

	if (t->sparse) {
		add_sparse_row(t, row, values);
		return;
	}
	to = t->v + row * t->width;
	for (uint32_t k = 0; k < t->width; k++)
		if (!i64_add(to[k], values[k], &to[k]))
			overflowed(t, k);
}

void values_set(struct values *t, size_t row, uint32_t k, int64_t value)
{
	int64_t *at = t->sparse ? sparse_rows_cell(t->sparse, row, k) : t->v + row * t->width + k;

	*at = value;
	if (t->sparse)
		make_dense(t);
}

void values_set_row(struct values *t, size_t row, const int64_t *values)
{
	if (!t->sparse) {
		memmove(t->v + row * t->width, values, t->width * sizeof *values);
		return;
	}
	sparse_rows_put(t->sparse, row, values);
	make_dense(t);
}

size_t values_cells(const struct values *t)
{
	return t->sparse ? t->sparse->count : t->rows * t->width;
}

int64_t *values_cell(const struct values *t, size_t i, uint32_t *k)
{
	if (!t->sparse) {
		*k = (uint32_t)(i % t->width);
		return t->v + i;
	}
	t->sparse->fresh = false;
	*k = t->sparse->cells[i].column;
	return &t->sparse->cells[i].value;
}

static inline bool add_magnitude(uint64_t *sum, int64_t value)
{
	*sum += value < 0 ? -(uint64_t)value : (uint64_t)value;
	return *sum <= INT64_MAX;
}

static bool dense_fits(const struct values *t, uint32_t k)
{
	uint64_t sum = 0;
	bool fits = true;

	for (size_t i = k; i < t->rows * t->width && fits; i += t->width)
		fits = add_magnitude(&sum, t->v[i]);
	return fits;
}

static bool sparse_fits(const struct values *t, uint32_t *k)
{
	uint64_t *sums = alloc_zero(t->width, sizeof *sums);
	bool fits = true;

	for (size_t i = 0; i < t->sparse->count && fits; i++) {
		*k = t->sparse->cells[i].column;
		fits = add_magnitude(&sums[*k], t->sparse->cells[i].value);
	}
	alloc_free(sums);
	return fits;
}

bool values_sums_fit(const struct values *t, uint32_t *k)
{
	bool fits = true;

	if (t->sparse)
		return sparse_fits(t, k);
	for (uint32_t i = 0; i < t->width && fits; i++) {
		fits = dense_fits(t, i);
		*k = i;
	}
	return fits;
}

bool values_all_zero(const struct values *t, uint32_t k)
{
	bool zero = true;

	if (t->sparse)
		for (size_t i = 0; i < t->sparse->count && zero; i++)
			zero = t->sparse->cells[i].column != k || !t->sparse->cells[i].value;
	else
		for (size_t i = k; i < t->rows * t->width && zero; i += t->width)
			zero = !t->v[i];
	return zero;
}

bool values_all_whole(const struct values *t, uint32_t k, int64_t unit)
{
	bool whole = true;

	for (size_t row = 0; row < t->rows && whole; row++)
		whole = values_row(t, row)[k] % unit == 0;
	return whole;
}

bool values_negative(const struct values *t, int64_t *value, uint32_t *k)
{
	size_t count = values_cells(t), i = 0;

	if (t->sparse)
		while (i < count && t->sparse->cells[i].value >= 0)
			i++;
	else
		while (i < count && t->v[i] >= 0)
			i++;
	if (i == count)
		return false;
	*value = *values_cell(t, i, k);
	return true;
}

void values_scale(struct values *t, uint32_t k, int power)
{
	for (size_t row = 0; row < t->rows; row++) {
		int64_t *at = t->sparse ? sparse_rows_find(t->sparse, row, k)
					: t->v + row * t->width + k;

		if (at && !i64_shift(*at, power, at))
			overflowed(t, k);
	}
}

/* --- columns --- */

void values_widen(struct values *t, uint32_t width)
{
	struct values wide = { .width = width,
			       .overflow = t->overflow,
			       .overflowed = t->overflowed };

	if (t->sparse || (t->rows && make_sparse(t, t->rows, width))) {
		sparse_rows_widen(t->sparse, width);
		t->width = width;
		return;
	}
	if (!t->rows) {
		t->cap = t->cap * (t->width ? t->width : 1) / width;
		t->width = width;
		return;
	}
	resize_dense(&wide, t->rows);
	for (size_t row = 0; t->width && row < t->rows; row++)
		memcpy(wide.v + row * width, t->v + row * t->width, t->width * sizeof *t->v);
	alloc_free(t->v);
	*t = wide;
}

static void keep_sparse(struct values *t, uint32_t k, uint32_t count)
{
	struct values kept = { .width = count };

	for (size_t row = 0; row < t->rows; row++)
		values_append(&kept, values_row(t, row) + k);
	sparse_rows_free(t->sparse);
	t->sparse = kept.sparse;
	t->v = kept.v;
	t->cap = kept.cap;
}

static void keep_dense(struct values *t, uint32_t k, uint32_t count)
{
	for (size_t row = 0; row < t->rows; row++)
		for (uint32_t i = 0; i < count; i++)
			t->v[row * count + i] = t->v[row * t->width + k + i];
	if (t->v)
		t->v = alloc_resize(t->v, t->rows * count, sizeof *t->v);
	t->cap = t->rows;
}

void values_keep(struct values *t, uint32_t k, uint32_t count)
{
	if (t->sparse)
		keep_sparse(t, k, count);
	else
		keep_dense(t, k, count);
	t->width = count;
	t->overflow &= t->overflowed >= k && t->overflowed - k < count;
	t->overflowed = t->overflow ? t->overflowed - k : 0;
}

/* --- the end --- */

void values_free(struct values *t)
{
	alloc_free(t->v);
	sparse_rows_free(t->sparse);
	*t = (struct values){ .width = t->width };
}

void values_clear(struct values *t)
{
	sparse_rows_free(t->sparse);
	*t = (struct values){ .v = t->v, .cap = t->cap * (t->width ? t->width : 1) };
}
