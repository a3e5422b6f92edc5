#include "common/syntax/table.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "common/syntax/json_put.h"

/* Positions in t->texts; for a number: of its digits and of the displayed text. */
struct cell {
	size_t raw, raw_length, shown, shown_length;
	size_t name_end, directory, directory_end; /* see table_directory() */
	bool has_directory;
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

	add_cell(t, (struct cell){
			    .raw = at, .raw_length = text.n, .shown = at, .shown_length = text.n });
}

void table_number(struct table *t, struct decimal number, struct str shown)
{
	char text[NUM_TEXT];
	struct str digits = { text, decimal_text(text, number) };
	size_t raw = keep(t, digits);

	add_cell(t, (struct cell){ .raw = raw,
				   .raw_length = digits.n,
				   .shown = keep(t, shown),
				   .shown_length = shown.n,
				   .number = true });
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

void table_directory(struct table *t, size_t name, size_t at, size_t length)
{
	struct cell *last = &t->cells[t->count - 1];

	last->has_directory = true;
	last->name_end = name;
	last->directory = at;
	last->directory_end = at + length;
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

/* Whether people see the column: it has a heading, and something in a row unless there is none. */
static bool has_content(const struct table *t, size_t column)
{
	bool any = !t->rows;

	for (size_t row = 0; row < t->rows && !any; row++)
		any = cell_at(t, row, column)->shown_length > 0;
	return any && t->columns[column].heading;
}

static void put_markdown(const struct table *t, struct output *out)
{
	bool *shown = alloc_zero(t->width, sizeof *shown);
	struct buf line = { 0 };

	for (size_t i = 0; i < t->width; i++) {
		shown[i] = has_content(t, i);
		if (shown[i])
			buf_print(&line, "| %s ", t->columns[i].heading);
	}
	buf_add(&line, S("|\n"));
	for (size_t i = 0; i < t->width; i++)
		if (shown[i])
			buf_add(&line, t->columns[i].right ? S("|--:") : S("|---"));
	buf_add(&line, S("|\n"));
	for (size_t row = 0; row < t->rows; row++) {
		for (size_t i = 0; i < t->width; i++) {
			if (!shown[i])
				continue;
			buf_add(&line, S("| "));
			buf_add_markdown(&line, shown_of(t, cell_at(t, row, i)));
			buf_byte(&line, ' ');
		}
		buf_add(&line, S("|\n"));
	}
	output_str(out, buf_str(&line));
	buf_free(&line);
	alloc_free(shown);
}

struct layout {
	const struct table *t;
	const struct table_style *look;
	struct output *out;
	size_t *widths; /* of columns */
	bool *left_out; /* columns that do not fit, or are empty */
	struct buf text;
	size_t pending; /* blanks before what comes next in the line */
};

static void measure_columns(struct layout *l)
{
	const struct table *t = l->t;

	for (size_t i = 0; i < t->width; i++) {
		l->left_out[i] = !has_content(t, i);
		if (!l->left_out[i] && !l->look->bare)
			l->widths[i] = utf8_columns(str_of(t->columns[i].heading));
	}
	for (size_t row = 0; row < t->rows; row++)
		for (size_t i = 0; i < t->width; i++) {
			size_t columns;

			if (l->left_out[i])
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
	return !l->left_out[column];
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

/* The longest beginning of at most `width` columns. */
static struct str beginning(struct str text, size_t width)
{
	size_t end = 0, columns = 0;

	while (end < text.n) {
		size_t length = utf8_length(text, end);
		size_t more = utf8_columns(str_head(str_from(text, end), length));

		if (columns + more > width)
			break;
		columns += more;
		end += length;
	}
	return str_head(text, end);
}

static struct str after_columns(struct str text, size_t columns)
{
	return str_from(text, beginning(text, columns).n);
}

/* What follows the first '/'. */
static struct str after_slash(struct str path)
{
	struct str before, after;

	return str_cut(path, '/', &before, &after) ? after : S("");
}

enum { DOTS = 2, MIN_NAME = 8 };

/* As many characters as fit, followed by "..". */
static void add_beginning(struct buf *to, struct str text, size_t width)
{
	if (utf8_columns(text) <= width) {
		buf_add(to, text);
		return;
	}
	buf_add(to, beginning(text, width > DOTS ? width - DOTS : 0));
	buf_add(to, S(".."));
}

/* Its beginning, which names share, and its end, which tells them apart. */
static void add_both_ends(struct buf *to, struct str name, size_t width)
{
	size_t columns = utf8_columns(name), kept = width - DOTS;

	if (columns <= width) {
		buf_add(to, name);
		return;
	}
	buf_add(to, beginning(name, kept / 2));
	buf_add(to, S(".."));
	buf_add(to, after_columns(name, columns - (kept - kept / 2)));
}

/* "NAME", " (", "DIRECTORY/" and "FILE:LINE)", of which the even ones stay. */
static void add_fitting(struct buf *to, const struct str *parts, size_t width)
{
	size_t fixed = utf8_columns(parts[1]) + utf8_columns(parts[3]);
	size_t room = width > fixed ? width - fixed : 0, name = utf8_columns(parts[0]);
	struct str directory = parts[2];

	if (name + utf8_columns(directory) > room)
		do
			directory = after_slash(directory);
		while (directory.n && name + DOTS + 1 + utf8_columns(directory) > room);
	if (directory.n || name <= room)
		buf_add(to, parts[0]);
	else
		add_both_ends(to, parts[0], room > MIN_NAME ? room : MIN_NAME);
	buf_add(to, parts[1]);
	if (directory.n && directory.n < parts[2].n)
		buf_add(to, S("../"));
	buf_add(to, directory);
	buf_add(to, parts[3]);
}

/* Sets l->text to what is shown of the cell. */
static void shorten(struct layout *l, const struct cell *c, size_t width)
{
	const size_t ends[] = { c->name_end, c->directory, c->directory_end, c->shown_length };
	struct buf visible[4] = { 0 };
	struct str parts[4];
	size_t from = 0;

	l->text.n = 0;
	if (!c->has_directory) {
		buf_add_visible(&visible[0], shown_of(l->t, c));
		add_beginning(&l->text, buf_str(&visible[0]), width);
		buf_free(&visible[0]);
		return;
	}
	for (int i = 0; i < 4; i++) {
		buf_add_visible(&visible[i], str_from(str_head(shown_of(l->t, c), ends[i]), from));
		parts[i] = buf_str(&visible[i]);
		from = ends[i];
	}
	add_fitting(&l->text, parts, width);
	for (int i = 0; i < 4; i++)
		buf_free(&visible[i]);
}

/* Blanks are written when something follows: no line ends in them. */
static void put_pending(struct layout *l)
{
	for (; l->pending; l->pending--)
		output_byte(l->out, ' ');
}

/* Writes l->text, in its column. */
static void put_cell(struct layout *l, size_t column, const char *sgr)
{
	size_t columns = utf8_columns(buf_str(&l->text)), width = l->widths[column];
	size_t blanks = width > columns ? width - columns : 0;
	bool right = l->t->columns[column].right;

	l->pending += right ? blanks : 0;
	if (l->text.n) {
		put_pending(l);
		if (sgr && l->look->colors) {
			output_text(l->out, "\x1b[");
			output_text(l->out, sgr);
			output_byte(l->out, 'm');
		}
		output_str(l->out, buf_str(&l->text));
		if (sgr && l->look->colors)
			output_text(l->out, "\x1b[0m");
	}
	l->pending += (right ? 0 : blanks) + GAP;
}

static void end_line(struct layout *l)
{
	l->pending = 0;
	output_byte(l->out, '\n');
}

static void put_lines(struct layout *l)
{
	const struct table *t = l->t;

	for (size_t i = 0; i < t->width && !l->look->bare; i++)
		if (is_shown(l, i)) {
			buf_replace(&l->text, str_of(t->columns[i].heading));
			put_cell(l, i, "1");
		}
	if (!l->look->bare)
		end_line(l);
	for (size_t row = 0; row < t->rows; row++) {
		for (size_t i = 0; i < t->width; i++) {
			const struct cell *c = cell_at(t, row, i);

			if (is_shown(l, i)) {
				shorten(l, c, l->widths[i]);
				put_cell(l, i, c->sgr);
			}
		}
		end_line(l);
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
