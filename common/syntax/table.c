#include "common/syntax/table.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "common/syntax/json_put.h"

/* Positions in t->texts; for a number: of its digits and of the displayed text. */
struct cell {
	size_t raw, raw_length, shown, shown_length;
	bool number, unknown;
	const char *sgr;
};

struct table {
	const struct table_column *columns;
	size_t width;       /* columns */
	struct cell *cells; /* row after row */
	size_t count, cap, rows;
	struct buf texts;
};

struct table *table_new(const struct table_column *columns, size_t count)
{
	struct table *t = alloc_zero(1, sizeof *t);

	t->columns = columns;
	t->width = count;
	return t;
}

void table_free(struct table *t)
{
	alloc_free(t->cells);
	buf_free(&t->texts);
	alloc_free(t);
}

/* --- filling --- */

static size_t keep(struct table *t, struct str text)
{
	size_t at = t->texts.n;

	buf_add(&t->texts, text);
	return at;
}

static void add_cell(struct table *t, struct cell cell)
{
	ARRAY_ROOM(t->cells, t->count, t->cap);
	t->cells[t->count++] = cell;
}

void table_text(struct table *t, struct str text)
{
	size_t at = keep(t, text);

	add_cell(t, (struct cell){ at, text.n, at, text.n, false, false, NULL });
}

void table_number(struct table *t, struct decimal number, struct str shown)
{
	char text[NUM_TEXT];
	struct str digits = { text, decimal_text(text, number) };
	size_t raw = keep(t, digits);

	add_cell(t, (struct cell){ raw, digits.n, keep(t, shown), shown.n, true, false, NULL });
}

void table_words(struct table *t, struct str shown)
{
	add_cell(t, (struct cell){
			    .shown = keep(t, shown), .shown_length = shown.n, .unknown = true });
}

void table_unknown(struct table *t)
{
	add_cell(t, (struct cell){ .unknown = true });
}

void table_color(struct table *t, const char *sgr)
{
	t->cells[t->count - 1].sgr = sgr;
}

void table_end_row(struct table *t)
{
	t->rows++;
	while (t->count < t->rows * t->width)
		table_unknown(t);
}

size_t table_rows(const struct table *t)
{
	return t->rows;
}

static const struct cell *cell_at(const struct table *t, size_t row, size_t column)
{
	return &t->cells[row * t->width + column];
}

static struct str raw_of(const struct table *t, const struct cell *c)
{
	return (struct str){ t->texts.p + c->raw, c->raw_length };
}

static struct str shown_of(const struct table *t, const struct cell *c)
{
	return (struct str){ t->texts.p + c->shown, c->shown_length };
}

/* --- for programs --- */

/* The escapes of TSV as PostgreSQL, jq and others read it. */
static void add_tsv(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		const char *escape = text.p[i] == '\t'   ? "\\t"
				     : text.p[i] == '\n' ? "\\n"
				     : text.p[i] == '\r' ? "\\r"
				     : text.p[i] == '\\' ? "\\\\"
							 : NULL;

		if (escape)
			buf_add(b, str_of(escape));
		else
			buf_byte(b, text.p[i]);
	}
}

/* Writes the cells of a row, or the keys, with separators. */
static void add_separated(struct buf *line, const struct table *t, const struct cell *cells,
			  char mark, void (*add)(struct buf *, struct str))
{
	bool any = false;

	for (size_t i = 0; i < t->width; i++) {
		if (!t->columns[i].key)
			continue;
		if (any)
			buf_byte(line, mark);
		if (!cells)
			add(line, str_of(t->columns[i].key));
		else if (cells[i].number)
			buf_add(line, raw_of(t, &cells[i]));
		else
			add(line, raw_of(t, &cells[i]));
		any = true;
	}
	buf_byte(line, '\n');
}

static void put_separated(const struct table *t, struct output *out, char mark,
			  void (*add)(struct buf *, struct str))
{
	struct buf line = { 0 };

	add_separated(&line, t, NULL, mark, add);
	for (size_t row = 0; row < t->rows; row++)
		add_separated(&line, t, cell_at(t, row, 0), mark, add);
	output_str(out, buf_str(&line));
	buf_free(&line);
}

static void put_object(const struct table *t, struct output *out, size_t row)
{
	const char *before = "{";

	for (size_t i = 0; i < t->width; i++) {
		const struct cell *c = cell_at(t, row, i);

		if (!t->columns[i].key)
			continue;
		output_text(out, before);
		json_put(out, str_of(t->columns[i].key));
		output_byte(out, ':');
		if (c->unknown)
			output_text(out, "null");
		else if (c->number)
			output_str(out, raw_of(t, c));
		else
			json_put(out, raw_of(t, c));
		before = ",";
	}
	output_byte(out, '}');
}

static void put_json(const struct table *t, struct output *out, const struct table_style *look)
{
	output_text(out, look->more ? "{\"rows\":[" : "[");
	for (size_t row = 0; row < table_rows(t); row++) {
		output_text(out, row ? ",\n" : "\n");
		put_object(t, out, row);
	}
	output_text(out, "\n]");
	if (look->more) {
		look->more(out, look->context);
		output_byte(out, '}');
	}
	output_byte(out, '\n');
}

static void put_ndjson(const struct table *t, struct output *out)
{
	for (size_t row = 0; row < table_rows(t); row++) {
		put_object(t, out, row);
		output_byte(out, '\n');
	}
}

/* --- for people --- */

static void put_markdown(const struct table *t, struct output *out)
{
	struct buf line = { 0 };

	for (size_t i = 0; i < t->width; i++)
		if (t->columns[i].heading)
			buf_print(&line, "| %s ", t->columns[i].heading);
	buf_add(&line, S("|\n"));
	for (size_t i = 0; i < t->width; i++)
		if (t->columns[i].heading)
			buf_add(&line, t->columns[i].right ? S("|--:") : S("|---"));
	buf_add(&line, S("|\n"));
	for (size_t row = 0; row < t->rows; row++) {
		for (size_t i = 0; i < t->width; i++) {
			if (!t->columns[i].heading)
				continue;
			buf_add(&line, S("| "));
			buf_add_markdown(&line, shown_of(t, cell_at(t, row, i)));
			buf_byte(&line, ' ');
		}
		buf_add(&line, S("|\n"));
	}
	output_str(out, buf_str(&line));
	buf_free(&line);
}

struct layout {
	const struct table *t;
	const struct table_style *look;
	struct output *out;
	size_t *widths; /* of columns */
	bool *left_out; /* columns that do not fit */
	struct buf text;
};

static void measure_columns(struct layout *l)
{
	const struct table *t = l->t;

	for (size_t i = 0; i < t->width; i++)
		if (t->columns[i].heading && !l->look->bare)
			l->widths[i] = utf8_columns(str_of(t->columns[i].heading));
	for (size_t row = 0; row < t->rows; row++)
		for (size_t i = 0; i < t->width; i++) {
			size_t columns;

			if (!t->columns[i].heading)
				continue;
			l->text.n = 0;
			buf_add_visible(&l->text, shown_of(t, cell_at(t, row, i)));
			columns = utf8_columns(buf_str(&l->text));
			if (columns > l->widths[i])
				l->widths[i] = columns;
		}
}

enum { GAP = 2, GOOD_WIDTH = 30, MIN_WIDTH = 12 };

static bool is_shown(const struct layout *l, size_t column)
{
	return l->t->columns[column].heading && !l->left_out[column];
}

static size_t line_width(const struct layout *l)
{
	size_t all = 0;

	for (size_t i = 0; i < l->t->width; i++)
		if (is_shown(l, i))
			all += l->widths[i] + GAP;
	return all ? all - GAP : 0;
}

/* Narrows the widest flexible column that is wider than this by one. False if there is none. */
static bool shrink(struct layout *l, size_t more_than)
{
	size_t widest = l->t->width;

	for (size_t i = 0; i < l->t->width; i++)
		if (l->t->columns[i].flexible && l->widths[i] > more_than &&
		    (widest == l->t->width || l->widths[i] > l->widths[widest]))
			widest = i;
	if (widest == l->t->width)
		return false;
	l->widths[widest]--;
	return true;
}

static bool leave_out(struct layout *l)
{
	for (size_t i = l->t->width; i-- > 0;)
		if (l->t->columns[i].spare && is_shown(l, i)) {
			l->left_out[i] = true;
			return true;
		}
	return false;
}

static void fit_columns(struct layout *l)
{
	if (l->look->width)
		while (line_width(l) > l->look->width &&
		       (shrink(l, GOOD_WIDTH) || leave_out(l) || shrink(l, MIN_WIDTH)))
			;
}

/* As many characters as fit, followed by "..". */
static void cut(struct buf *text, size_t width)
{
	size_t end = 0, columns = 0;

	if (utf8_columns(buf_str(text)) <= width)
		return;
	while (end < text->n) {
		size_t length = utf8_length(buf_str(text), end);
		size_t more = utf8_columns(str_head(str_from(buf_str(text), end), length));

		if (columns + more + 2 > width)
			break;
		columns += more;
		end += length;
	}
	text->n = end;
	buf_add(text, S(".."));
}

static void put_blanks(struct output *out, size_t n)
{
	while (n--)
		output_byte(out, ' ');
}

static void put_cell(struct layout *l, size_t column, struct str shown, const char *sgr, bool last)
{
	size_t width = l->widths[column], columns;
	bool right = l->t->columns[column].right;

	l->text.n = 0;
	buf_add_visible(&l->text, shown);
	cut(&l->text, width);
	columns = utf8_columns(buf_str(&l->text));
	if (right)
		put_blanks(l->out, width > columns ? width - columns : 0);
	if (sgr && l->look->colors) {
		output_text(l->out, "\x1b[");
		output_text(l->out, sgr);
		output_byte(l->out, 'm');
	}
	output_str(l->out, buf_str(&l->text));
	if (sgr && l->look->colors)
		output_text(l->out, "\x1b[0m");
	if (!last)
		put_blanks(l->out, (right || columns > width ? 0 : width - columns) + GAP);
}

static size_t last_column(const struct layout *l)
{
	size_t i = l->t->width;

	while (i && !is_shown(l, i - 1))
		i--;
	return i;
}

static void put_lines(struct layout *l)
{
	const struct table *t = l->t;
	size_t last = last_column(l);

	for (size_t i = 0; i < t->width && !l->look->bare; i++)
		if (is_shown(l, i))
			put_cell(l, i, str_of(t->columns[i].heading), "1", i + 1 == last);
	if (!l->look->bare)
		output_byte(l->out, '\n');
	for (size_t row = 0; row < t->rows; row++) {
		for (size_t i = 0; i < t->width; i++) {
			const struct cell *c = cell_at(t, row, i);

			if (is_shown(l, i))
				put_cell(l, i, shown_of(t, c), c->sgr, i + 1 == last);
		}
		output_byte(l->out, '\n');
	}
}

static void put_text(const struct table *t, struct output *out, const struct table_style *look)
{
	struct layout l = { .t = t,
			    .look = look,
			    .out = out,
			    .widths = alloc_zero(t->width, sizeof *l.widths),
			    .left_out = alloc_zero(t->width, sizeof *l.left_out) };

	measure_columns(&l);
	fit_columns(&l);
	put_lines(&l);
	alloc_free(l.widths);
	alloc_free(l.left_out);
	buf_free(&l.text);
}

void table_put(const struct table *t, struct output *out, const struct table_style *look)
{
	switch (look->format) {
	case TABLE_TSV: put_separated(t, out, '\t', add_tsv); break;
	case TABLE_CSV: put_separated(t, out, ',', buf_add_csv); break;
	case TABLE_JSON: put_json(t, out, look); break;
	case TABLE_NDJSON: put_ndjson(t, out); break;
	case TABLE_MARKDOWN: put_markdown(t, out); break;
	default: put_text(t, out, look);
	}
}
