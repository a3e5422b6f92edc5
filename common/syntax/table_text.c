/*
 * table_text - a table for people: aligned, and as wide as the terminal
 *
 * What does not fit is shortened where it tells least: directories first. Then spare columns
 * go.
 */
#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "common/syntax/table_internal.h"

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
		l->left_out[i] = !table_has_content(t, i);
		if (!l->left_out[i] && !l->look->bare)
			l->widths[i] = utf8_columns(str_of(t->columns[i].heading));
	}
	for (size_t row = 0; row < t->rows; row++)
		for (size_t i = 0; i < t->width; i++) {
			size_t columns;

			if (l->left_out[i])
				continue;
			l->text.n = 0;
			buf_add_visible(&l->text, table_shown(t, table_cell(t, row, i)));
			columns = utf8_columns(buf_str(&l->text)) + table_cell(t, row, i)->indent;
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

/* "NAME", " (", "DIRECTORY/" and "FILE:LINE)", of which the last is cut where nothing else helps. */
static void add_fitting(struct buf *to, const struct str *parts, size_t width)
{
	size_t fixed = utf8_columns(parts[1]) + utf8_columns(parts[3]);
	size_t room = width > fixed ? width - fixed : 0, name = utf8_columns(parts[0]);
	struct str directory = parts[2];
	size_t taken;

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
	taken = utf8_columns(buf_str(to));
	add_both_ends(to, parts[3], width > taken + MIN_NAME ? width - taken : MIN_NAME);
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
		for (size_t n = 0; n < c->indent; n++)
			buf_byte(&visible[0], ' ');
		buf_add_visible(&visible[0], table_shown(l->t, c));
		add_beginning(&l->text, buf_str(&visible[0]), width);
		buf_free(&visible[0]);
		return;
	}
	for (int i = 0; i < 4; i++) {
		buf_add_visible(&visible[i],
				str_from(str_head(table_shown(l->t, c), ends[i]), from));
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
		if (*sgr && l->look->colors) {
			output_text(l->out, "\x1b[");
			output_text(l->out, sgr);
			output_byte(l->out, 'm');
		}
		output_str(l->out, buf_str(&l->text));
		if (*sgr && l->look->colors)
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
			const struct cell *c = table_cell(t, row, i);

			if (is_shown(l, i)) {
				shorten(l, c, l->widths[i]);
				put_cell(l, i, c->sgr);
			}
		}
		end_line(l);
	}
}

void table_put_text(const struct table *t, struct output *out, const struct table_style *look)
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
