#include "common/profile/sparse_rows.h"

#include <string.h>

#include "common/base/alloc.h"
#include "common/base/num.h"
#include "common/io/limits.h"

struct sparse_rows *sparse_rows_new(uint32_t width)
{
	struct sparse_rows *s = alloc_zero(1, sizeof *s);

	s->width = width;
	s->decoded = alloc_zero(width, sizeof *s->decoded);
	return s;
}

void sparse_rows_free(struct sparse_rows *s)
{
	if (!s)
		return;
	alloc_free(s->first);
	alloc_free(s->cells);
	alloc_free(s->decoded);
	alloc_free(s);
}

void sparse_rows_widen(struct sparse_rows *s, uint32_t width)
{
	s->decoded = alloc_resize(s->decoded, width, sizeof *s->decoded);
	memset(s->decoded + s->width, 0, (width - s->width) * sizeof *s->decoded);
	s->width = width;
}

/* A row that is gone leaves its cells; they hold 0, so that sums over all cells are right. */
static void empty_rows(struct sparse_rows *s, size_t from)
{
	if (from == 0)
		s->count = 0;
	else
		for (size_t row = from; row < s->rows; row++)
			for (uint32_t i = s->first[row]; i; i = s->cells[i - 1].next)
				s->cells[i - 1].value = 0;
	memset(s->decoded, 0, s->width * sizeof *s->decoded);
	s->decoded_row = 0;
	s->fresh = false;
}

void sparse_rows_resize(struct sparse_rows *s, size_t rows)
{
	if (rows < s->rows)
		empty_rows(s, rows);
	if (rows > s->row_cap)
		s->first = alloc_grow(s->first, &s->row_cap, rows, sizeof *s->first);
	if (rows > s->rows)
		memset(s->first + s->rows, 0, (rows - s->rows) * sizeof *s->first);
	s->rows = rows;
}

/* The row that was decoded before has at least the cells that it had then. */
const int64_t *sparse_rows_decode(struct sparse_rows *s, size_t row)
{
	if (s->fresh && row == s->decoded_row)
		return s->decoded;
	if (s->decoded_row < s->rows)
		for (uint32_t i = s->first[s->decoded_row]; i; i = s->cells[i - 1].next)
			s->decoded[s->cells[i - 1].column] = 0;
	for (uint32_t i = s->first[row]; i; i = s->cells[i - 1].next)
		s->decoded[s->cells[i - 1].column] = s->cells[i - 1].value;
	s->decoded_row = row;
	s->fresh = true;
	return s->decoded;
}

/* --- the list of a row --- */

/* A place in a list: behind the cell `before`; 0: at its beginning. */
struct sparse_place {
	size_t row;
	uint32_t before;
};

static uint32_t next_of(const struct sparse_rows *s, struct sparse_place at)
{
	return at.before ? s->cells[at.before - 1].next : s->first[at.row];
}

/* Goes to the place of column k; true if it has a cell, which is the next one. */
static bool advance(const struct sparse_rows *s, struct sparse_place *at, uint32_t k)
{
	uint32_t next;

	while ((next = next_of(s, *at)) && s->cells[next - 1].column < k)
		at->before = next;
	return next && s->cells[next - 1].column == k;
}

static int64_t *insert(struct sparse_rows *s, struct sparse_place at, uint32_t k)
{
	uint32_t next = next_of(s, at), number = (uint32_t)s->count + 1;

	limit_check(LIMIT_CELLS, number);
	ARRAY_ROOM(s->cells, s->count, s->cap);
	s->cells[s->count++] = (struct sparse_cell){ 0, k, next };
	if (at.before)
		s->cells[at.before - 1].next = number;
	else
		s->first[at.row] = number;
	return &s->cells[number - 1].value;
}

int64_t *sparse_rows_cell(struct sparse_rows *s, size_t row, uint32_t k)
{
	struct sparse_place at = { row, 0 };

	s->fresh = false;
	return advance(s, &at, k) ? &s->cells[next_of(s, at) - 1].value : insert(s, at, k);
}

int64_t *sparse_rows_find(const struct sparse_rows *s, size_t row, uint32_t k)
{
	struct sparse_place at = { row, 0 };

	return advance(s, &at, k) ? &s->cells[next_of(s, at) - 1].value : NULL;
}

/* The common case: the cells of a row that has none, side by side. */
static void fill_row(struct sparse_rows *s, size_t row, const int64_t *values)
{
	size_t count = s->count;

	if (s->cap - count < s->width)
		s->cells = alloc_grow(s->cells, &s->cap, count + s->width, sizeof *s->cells);
	for (uint32_t k = 0; k < s->width; k++)
		if (values[k]) {
			s->cells[count] = (struct sparse_cell){ values[k], k, (uint32_t)count + 2 };
			count++;
		}
	if (count == s->count)
		return;
	limit_check(LIMIT_CELLS, count);
	s->cells[count - 1].next = 0;
	s->first[row] = (uint32_t)s->count + 1;
	s->count = count;
}

void sparse_rows_put(struct sparse_rows *s, size_t row, const int64_t *values)
{
	struct sparse_place at = { row, 0 };

	s->fresh = false;
	if (!s->first[row]) {
		fill_row(s, row, values);
		return;
	}
	for (uint32_t i = s->first[row]; i; i = s->cells[i - 1].next)
		s->cells[i - 1].value = 0;
	for (uint32_t k = 0; k < s->width; k++)
		if (values[k])
			*(advance(s, &at, k) ? &s->cells[next_of(s, at) - 1].value
					     : insert(s, at, k)) = values[k];
}

uint32_t sparse_rows_add(struct sparse_rows *s, size_t row, const int64_t *values)
{
	struct sparse_place at = { row, 0 };
	uint32_t overflowed = UINT32_MAX;

	s->fresh = false;
	if (!s->first[row]) {
		fill_row(s, row, values);
		return overflowed;
	}
	for (uint32_t k = 0; k < s->width; k++) {
		int64_t *cell;

		if (!values[k])
			continue;
		cell = advance(s, &at, k) ? &s->cells[next_of(s, at) - 1].value : insert(s, at, k);
		if (!i64_add(*cell, values[k], cell))
			overflowed = k;
	}
	return overflowed;
}
