/*
 * table - rows for people and for programs
 *
 * One table, filled cell by cell, goes out aligned for a terminal, as Markdown, or in a
 * form that programs read. Every cell has a text for people and, where it is a number,
 * the exact number for programs. Names are data at each exit: control characters and
 * those that turn the direction of text are shown as \xNN or \u{NNNN} to people; CSV and
 * Markdown get what keeps a name from being a formula, a tag or a column.
 *
 *	table_text(t, name);
 *	table_number(t, self, shown);
 *	table_end_row(t);
 *	...
 *	table_put(t, out, &(struct table_style){ .format = TABLE_CSV });
 */
#ifndef SYNTAX_TABLE_H
#define SYNTAX_TABLE_H

#include "common/io/output.h"

enum table_format {
	TABLE_TEXT, TABLE_TSV, TABLE_CSV, TABLE_JSON, TABLE_NDJSON, TABLE_MARKDOWN
};
#define TABLE_FORMATS "text|tsv|csv|json|ndjson|markdown"

struct table_column {
	const char *key;       /* what programs call it; NULL: not for them */
	const char *heading;   /* what people read; NULL: not for them */
	bool right;            /* aligned to the right */
	bool flexible;         /* may be cut where the line is too long */
	bool spare;            /* may be left out there; the last one goes first */
};

struct table_style {
	enum table_format format;
	size_t width;          /* columns of the terminal; 0: as wide as it gets */
	bool colors;
	bool bare;             /* text: no headings */
	/* after the rows of JSON: {"rows": [...]} has more keys; or NULL: a plain array */
	void (*more)(struct output *out, void *context);
	void *context;
};

struct table;

/* The columns must outlive it. */
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *t);

/* The next cell; texts are copied. */
void table_text(struct table *t, struct str text);
void table_number(struct table *t, struct decimal number, struct str shown);
void table_words(struct table *t, struct str shown); /* for people; null to programs */
void table_unknown(struct table *t);          /* nobody knows: null, or empty */
void table_color(struct table *t, const char *sgr); /* "31" of the cell made last */
void table_end_row(struct table *t);
size_t table_rows(const struct table *t);

void table_put(const struct table *t, struct output *out, const struct table_style *look);

/* Text as people may see it: on a terminal, in Markdown. */
void buf_add_visible(struct buf *b, struct str text);
void buf_add_markdown(struct buf *b, struct str text);
void buf_add_csv(struct buf *b, struct str text);

#endif
