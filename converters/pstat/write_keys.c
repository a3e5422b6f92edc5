/* pstat/write_keys - (file, line, name), and references to those that were written before */
#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "converters/pstat/writing.h"

/*
 * Bytes that are not characters for Python are written as lone surrogates. Surrogates within a
 * name are kept, except those that would be read as such bytes.
 */
static size_t plain_length(struct str s, size_t i)
{
	size_t n = utf8_length(s, i);

	if (!n && s.n - i >= 3 && (unsigned char)s.p[i] == 0xed && !pstat_is_escape(s, i) &&
	    ((unsigned char)s.p[i + 1] & 0xe0) == 0xa0 &&
	    ((unsigned char)s.p[i + 2] & 0xc0) == 0x80)
		n = 3;
	return n;
}

static void add_escape(struct buf *text, unsigned char byte)
{
	char escape[4];
	size_t n = utf8_put(escape, SURROGATE + byte);

	buf_add(text, (struct str){ escape, n });
}

/* The name as Python has it; valid until the next call. */
static struct str python_name(struct pstat_writer *w, struct str name)
{
	size_t i = 0, n;

	while (i < name.n && (n = plain_length(name, i)))
		i += n;
	if (i == name.n)
		return name;
	w->text.n = 0;
	for (i = 0; i < name.n; i += n) {
		n = plain_length(name, i);
		if (n)
			buf_add(&w->text, (struct str){ name.p + i, n });
		else
			add_escape(&w->text, (unsigned char)name.p[i]);
		n += !n;
	}
	return buf_str(&w->text);
}

void pstat_put_name(struct output *out, struct pstat_writer *w, struct str name)
{
	marshal_put_text(out, python_name(w, name));
}

void pstat_put_number(struct output *out, int64_t value, bool guess)
{
	if (guess)
		marshal_put_long(out, value);
	else
		marshal_put_int(out, value);
}

/* --- references --- */

/*
 * Version 2 has no references: a key is written again for each caller, and every Python from 2.7
 * on reads it. A file whose names would be most of it, many times over, has references instead,
 * which Python reads from 3.4 on:
 *
 * 	a name of 1 MB that calls 1,000 functions: 1 GB, or 1.1 MB with references
 *
 * A row or a caller is ROW_BYTES besides its key. Names that take at most FULL_RATIO times
 * what these and the distinct names do are written in full.
 */
enum { ROW_BYTES = 53, FULL_RATIO = 8 };

static uint64_t key_bytes(const struct pstat_row *row)
{
	return row->file.n + row->name.n;
}

static uint64_t longest_key(const struct pstat_writer *w)
{
	uint64_t longest = 0;

	for (size_t r = 0; r < w->count; r++)
		if (key_bytes(&w->rows[r]) > longest)
			longest = key_bytes(&w->rows[r]);
	return longest;
}

/* The bytes of the names in all keys, written in full. */
static uint64_t full_bytes(const struct pstat_writer *w)
{
	uint64_t bytes = 0;

	for (size_t r = 0; r < w->count; r++)
		bytes += key_bytes(&w->rows[r]);
	for (size_t i = 0; i < w->table.first[w->count]; i++)
		bytes += key_bytes(&w->rows[w->table.arcs[i].caller]);
	return bytes;
}

static void count_text(bool *met, string_id text, struct str s, uint64_t *bytes)
{
	if (!met[text])
		*bytes += s.n;
	met[text] = true;
}

/* The bytes of the texts in them, each once. */
static uint64_t distinct_bytes(const struct pstat_writer *w)
{
	bool *met = alloc_zero(w->p->strings.count, sizeof *met);
	uint64_t bytes = 0;

	for (size_t r = 0; r < w->count; r++) {
		count_text(met, w->rows[r].file_text, w->rows[r].file, &bytes);
		count_text(met, w->rows[r].name_text, w->rows[r].name, &bytes);
	}
	alloc_free(met);
	return bytes;
}

void pstat_open_references(struct pstat_writer *w)
{
	uint64_t rows = w->count + w->table.first[w->count];

	if (longest_key(w) <= ROW_BYTES * FULL_RATIO ||
	    full_bytes(w) / FULL_RATIO <= distinct_bytes(w) + rows * ROW_BYTES)
		return;
	w->references.of_key = alloc_zero(w->count + 1, sizeof *w->references.of_key);
	w->references.of_text = alloc_zero(w->p->strings.count, sizeof *w->references.of_text);
}

void pstat_close_references(struct pstat_writer *w)
{
	alloc_free(w->references.of_key);
	alloc_free(w->references.of_text);
}

/* --- keys --- */

static void put_text(struct output *out, struct pstat_writer *w, string_id text, struct str name)
{
	struct pstat_references *r = &w->references;

	if (!text || !r->of_key) {
		pstat_put_name(out, w, name);
	} else if (r->of_text[text]) {
		marshal_put_reference(out, r->of_text[text] - 1);
	} else {
		r->of_text[text] = ++r->count;
		marshal_put_referenced_text(out, python_name(w, name));
	}
}

static void put_parts(struct output *out, struct pstat_writer *w, const struct pstat_row *row)
{
	put_text(out, w, row->file_text, row->file);
	pstat_put_number(out, row->line, row->guess);
	put_text(out, w, row->name_text, row->name);
}

void pstat_put_plain_key(struct output *out, struct pstat_writer *w, const struct pstat_row *row)
{
	marshal_put_tuple(out, 3);
	put_parts(out, w, row);
}

void pstat_put_key(struct output *out, struct pstat_writer *w, size_t row)
{
	struct pstat_references *r = &w->references;

	if (!r->of_key) {
		pstat_put_plain_key(out, w, &w->rows[row]);
	} else if (r->of_key[row]) {
		marshal_put_reference(out, r->of_key[row] - 1);
	} else {
		r->of_key[row] = ++r->count;
		marshal_put_referenced_tuple(out, 3);
		put_parts(out, w, &w->rows[row]);
	}
}
