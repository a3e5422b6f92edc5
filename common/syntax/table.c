#include <stdio.h>

#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "common/syntax/json_put.h"
#include "common/syntax/table_internal.h"

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

	add_cell(t, (struct cell){ .at = at,
				   .raw_length = (uint32_t)text.n,
				   .shown_length = (uint32_t)text.n });
}

void table_number(struct table *t, struct decimal number, struct str shown)
{
	char text[NUM_TEXT];
	struct str digits = { text, decimal_text(text, number) };
	size_t raw = keep(t, digits);

	keep(t, shown);
	add_cell(t, (struct cell){ .at = raw,
				   .raw_length = (uint32_t)digits.n,
				   .shown_length = (uint32_t)shown.n,
				   .number = true });
}

void table_words(struct table *t, struct str shown)
{
	add_cell(t, (struct cell){ .at = keep(t, shown),
				   .shown_length = (uint32_t)shown.n,
				   .unknown = true });
}

void table_unknown(struct table *t)
{
	add_cell(t, (struct cell){ .unknown = true });
}

void table_color(struct table *t, const char *sgr)
{
	struct cell *last = &t->cells[t->count - 1];

	if (sgr)
		snprintf(last->sgr, sizeof last->sgr, "%s", sgr);
}

void table_directory(struct table *t, size_t name, size_t at, size_t length)
{
	struct cell *last = &t->cells[t->count - 1];

	last->has_directory = true;
	last->name_end = (uint32_t)name;
	last->directory = (uint32_t)at;
	last->directory_end = (uint32_t)(at + length);
}

void table_indent(struct table *t, size_t blanks)
{
	t->cells[t->count - 1].indent = (uint16_t)(blanks < UINT16_MAX ? blanks : UINT16_MAX);
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

static struct str raw_of(const struct table *t, const struct cell *c)
{
	return (struct str){ t->texts.p + c->at, c->raw_length };
}

/* --- for programs --- */

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
		add_separated(&line, t, table_cell(t, row, 0), mark, add);
	output_str(out, buf_str(&line));
	buf_free(&line);
}

static void put_object(const struct table *t, struct output *out, size_t row)
{
	const char *before = "{";

	for (size_t i = 0; i < t->width; i++) {
		const struct cell *c = table_cell(t, row, i);

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

/* Strings keep names as they are: a log's commands are spelled otherwise. */
static void put_guarded(const struct table *t, struct output *out, const struct table_style *look)
{
	struct buf text = { 0 };
	struct output *memory = output_memory(&text);

	if (look->format == TABLE_JSON)
		put_json(t, memory, look);
	else
		put_ndjson(t, memory);
	output_close(memory, true);
	json_put_guarded(out, buf_str(&text));
	buf_free(&text);
}

/* --- for people --- */

bool table_has_content(const struct table *t, size_t column)
{
	bool any = !t->rows;

	for (size_t row = 0; row < t->rows && !any; row++)
		any = table_cell(t, row, column)->shown_length > 0;
	return any && t->columns[column].heading;
}

static void put_markdown(const struct table *t, struct output *out)
{
	bool *shown = alloc_zero(t->width, sizeof *shown);
	struct buf line = { 0 };

	for (size_t i = 0; i < t->width; i++) {
		shown[i] = table_has_content(t, i);
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
			for (size_t n = table_cell(t, row, i)->indent; n; n--)
				buf_byte(&line, ' ');
			buf_add_markdown(&line, table_shown(t, table_cell(t, row, i)));
			buf_byte(&line, ' ');
		}
		buf_add(&line, S("|\n"));
	}
	output_str(out, buf_str(&line));
	buf_free(&line);
	alloc_free(shown);
}

void table_put(const struct table *t, struct output *out, const struct table_style *look)
{
	switch (look->format) {
	case TABLE_TSV: put_separated(t, out, '\t', buf_add_tsv); break;
	case TABLE_CSV: put_separated(t, out, ',', buf_add_csv); break;
	case TABLE_JSON:
	case TABLE_NDJSON: put_guarded(t, out, look); break;
	case TABLE_MARKDOWN: put_markdown(t, out); break;
	default: table_put_text(t, out, look);
	}
}
