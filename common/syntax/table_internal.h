/*
 * table_internal - a filled table, for what writes it
 */
#ifndef SYNTAX_TABLE_INTERNAL_H
#define SYNTAX_TABLE_INTERNAL_H

#include "common/syntax/table.h"

/*
 * A cell's text is at `at` in t->texts; a number's digits are there, and what people see of it
 * behind them. Small, because a tree of calls may have millions of rows.
 */
struct cell {
	uint64_t at;
	uint32_t raw_length, shown_length;
	uint32_t name_end, directory, directory_end; /* see table_directory() */
	uint16_t indent;                             /* blanks before it */
	char sgr[3];                                 /* "31", or empty */
	bool has_directory : 1, number : 1, unknown : 1;
};

struct table {
	const struct table_column *columns;
	size_t width;       /* columns */
	struct cell *cells; /* row after row */
	size_t count, cap, rows;
	struct buf texts;
};

static inline const struct cell *table_cell(const struct table *t, size_t row, size_t column)
{
	return &t->cells[row * t->width + column];
}

static inline struct str table_shown(const struct table *t, const struct cell *c)
{
	return (struct str){ t->texts.p + c->at + (c->number ? c->raw_length : 0),
			     c->shown_length };
}

/* Whether people see the column: it has a heading, and something in a row unless there is none. */
bool table_has_content(const struct table *t, size_t column);
/* Writes the table aligned, as wide as the terminal. */
void table_put_text(const struct table *t, struct output *out, const struct table_style *look);

#endif
