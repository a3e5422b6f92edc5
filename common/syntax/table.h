/*
 * table - tables for people and for programs
 *
 * A table is filled cell by cell and then written: aligned for a terminal, as Markdown, or in
 * a format that programs read. Every cell has a text for people and, if it is a number, the
 * exact number for programs. Names are untrusted in every format: people see control and bidi
 * characters as \xNN or \u{NNNN}; CSV, TSV and Markdown are escaped so that no name becomes a
 * formula, a tag or a column, and everything so that no log of a CI job obeys it. People see no column in which no row has anything.
 *
 * 	table_text(t, name);
 * 	table_number(t, self, shown);
 * 	table_end_row(t);
 * 	...
 * 	table_put(t, out, &(struct table_style){ .format = TABLE_CSV });
 */
#ifndef SYNTAX_TABLE_H
#define SYNTAX_TABLE_H

#include "common/io/output.h"

enum table_format { TABLE_TEXT, TABLE_TSV, TABLE_CSV, TABLE_JSON, TABLE_NDJSON, TABLE_MARKDOWN };
#define TABLE_FORMATS "text|tsv|csv|json|ndjson|markdown"

struct table_column {
	const char *key;     /* the name for programs; NULL: not shown to them */
	const char *heading; /* the name for people; NULL: not shown to them */
	bool right;          /* right-aligned */
	bool flexible;       /* may be shortened where the line is too long */
	bool spare;          /* may be dropped where the line is too long, the last column
			          first */
};

struct table_style {
	enum table_format format;
	size_t width; /* columns of the terminal; 0: unlimited */
	bool colors;
	bool bare; /* text format: without headings */
	/*
	 * writes more keys behind the rows of JSON, which is then {"rows": [...], ...}; NULL:
	 * JSON is a plain array
	 */
	void (*more)(struct output *out, void *context);
	void *context;
};

struct table;

/* The columns must outlive the table. */
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *t);

/* Each adds the next cell; texts are copied. */
void table_text(struct table *t, struct str text);
void table_number(struct table *t, struct decimal number, struct str shown);
void table_words(struct table *t, struct str shown); /* text for people; programs get null */
void table_unknown(struct table *t);                 /* an unknown value: null, or empty */
void table_color(struct table *t, const char *sgr);  /* colours the last cell; for example "31" */
/*
 * Says what of the last cell's text goes where it must be shortened: first the `length` bytes
 * of a directory from `at` on, then the middle of the `name` bytes that it begins with, and only
 * where these are gone the middle of what follows.
 */
void table_directory(struct table *t, size_t name, size_t at, size_t length);
/* Blanks before the last cell's text, for people. */
void table_indent(struct table *t, size_t blanks);
void table_end_row(struct table *t);
size_t table_rows(const struct table *t);

void table_put(const struct table *t, struct output *out, const struct table_style *look);

/* Appends text in a form that is safe on a terminal, in Markdown, in CSV. */
void buf_add_visible(struct buf *b, struct str text);
void buf_add_line(struct buf *b, struct str text); /* at the beginning of a line in a log */
/*
 * The escapes of PostgreSQL's COPY: \t, \n, \r, \\, and \xNN for bytes that a log or a
 * terminal must not see; a formula gets an apostrophe as in CSV.
 */
void buf_add_tsv(struct buf *b, struct str text);
void buf_add_markdown(struct buf *b, struct str text);
void buf_add_csv(struct buf *b, struct str text);

#endif
