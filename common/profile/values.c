#include "common/profile/values.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/num.h"
#include "common/io/limits.h"

void values_resize(struct values *t, size_t rows)
{
	size_t width = t->width ? t->width : 1;

	/* with one value a row is as small as its line; with more, a short line may have them all */
	if (rows > t->cap && width > 1)
		limit_check(LIMIT_CELLS, (uint64_t)rows * width);
	if (rows > t->cap)
		t->v = alloc_grow(t->v, &t->cap, rows, width * sizeof *t->v);
	if (rows > t->rows && t->width)
		memset(values_row(t, t->rows), 0, (rows - t->rows) * t->width * sizeof *t->v);
	t->rows = rows;
}

uint32_t values_new_row(struct values *t)
{
	values_resize(t, t->rows + 1);
	return (uint32_t)(t->rows - 1);
}

uint32_t values_append_any(struct values *t, const int64_t *values)
{
	if (!values || t->rows == t->cap)
		values_new_row(t);
	else
		t->rows++;
	if (values && t->width)
		memcpy(values_row(t, t->rows - 1), values, t->width * sizeof *values);
	return (uint32_t)(t->rows - 1);
}

static void overflowed(struct values *t, uint32_t k)
{
	t->overflow = true;
	t->overflowed = k;
}

void values_add(struct values *t, size_t row, uint32_t k, int64_t value)
{
	int64_t *at = values_row(t, row) + k;

	if (!i64_add(*at, value, at))
		overflowed(t, k);
}

void values_add_row(struct values *t, size_t row, const int64_t *values)
{
	int64_t *to = values_row(t, row);

	for (uint32_t k = 0; k < t->width; k++)
		if (!i64_add(to[k], values[k], &to[k]))
			overflowed(t, k);
}

void values_widen(struct values *t, uint32_t width)
{
	struct values wide = { .width = width,
			       .overflow = t->overflow,
			       .overflowed = t->overflowed };

	if (!t->rows) {
		t->cap = t->cap * (t->width ? t->width : 1) / width;
		t->width = width;
		return;
	}
	values_resize(&wide, t->rows);
	for (size_t row = 0; t->width && row < t->rows; row++)
		memcpy(values_row(&wide, row), values_row(t, row), t->width * sizeof *t->v);
	alloc_free(t->v);
	*t = wide;
}

void values_keep(struct values *t, uint32_t k, uint32_t count)
{
	for (size_t row = 0; row < t->rows; row++)
		for (uint32_t i = 0; i < count; i++)
			t->v[row * count + i] = t->v[row * t->width + k + i];
	if (t->v)
		t->v = alloc_resize(t->v, t->rows * count, sizeof *t->v);
	t->cap = t->rows;
	t->width = count;
	t->overflow &= t->overflowed >= k && t->overflowed - k < count;
	t->overflowed = t->overflow ? t->overflowed - k : 0;
}

void values_scale(struct values *t, uint32_t k, int power)
{
	for (size_t row = 0; row < t->rows; row++) {
		int64_t *at = values_row(t, row) + k;

		if (!i64_shift(*at, power, at))
			overflowed(t, k);
	}
}

void values_free(struct values *t)
{
	alloc_free(t->v);
	*t = (struct values){ .width = t->width };
}

void values_clear(struct values *t)
{
	*t = (struct values){ .v = t->v, .cap = t->cap * (t->width ? t->width : 1) };
}
