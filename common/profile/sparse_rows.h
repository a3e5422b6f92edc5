/*
 * sparse_rows - rows of a wide table of which only the nonzero cells are stored
 *
 * A row is a list of cells by ascending column; the lists share one array, in the order in which
 * the cells came, so a row may grow at any time and nothing moves. A cell that became 0 stays.
 * A row takes 4 bytes, a cell 16. How values (values.h) keeps a table that is large and mostly
 * zeros; nobody else uses this.
 */
#ifndef PROFILE_SPARSE_ROWS_H
#define PROFILE_SPARSE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sparse_cell {
	int64_t value;
	uint32_t column;
	uint32_t next; /* its number + 1; 0: the last one of its row */
};

struct sparse_rows {
	uint32_t *first; /* by row: the number of its first cell + 1; 0: all zeros */
	size_t rows, row_cap;
	struct sparse_cell *cells;
	size_t count, cap;
	int64_t *decoded; /* what sparse_rows_decode() returned: all `width` values of a row */
	size_t decoded_row;
	bool fresh; /* it is what the row holds now */
	uint32_t width;
};

struct sparse_rows *sparse_rows_new(uint32_t width);
void sparse_rows_free(struct sparse_rows *s); /* NULL is allowed */
void sparse_rows_widen(struct sparse_rows *s, uint32_t width);
void sparse_rows_resize(struct sparse_rows *s, size_t rows); /* new rows hold 0 */
/* The values of a row until the next call, or the next change of the table. */
const int64_t *sparse_rows_decode(struct sparse_rows *s, size_t row);
/* The cell, made if there is none; valid until the next one is made. */
int64_t *sparse_rows_cell(struct sparse_rows *s, size_t row, uint32_t k);
/* The cell, or NULL if there is none. */
int64_t *sparse_rows_find(const struct sparse_rows *s, size_t row, uint32_t k);
/* Replaces a row; `values` may be what sparse_rows_decode() returned. */
void sparse_rows_put(struct sparse_rows *s, size_t row, const int64_t *values);
/*
 * Adds to a row, likewise. Returns a column whose sum overflowed, and so wrapped, or UINT32_MAX.
 */
uint32_t sparse_rows_add(struct sparse_rows *s, size_t row, const int64_t *values);

#endif
