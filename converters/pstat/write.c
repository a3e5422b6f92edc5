/* pstat/write - see format.c for the language */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/profile/own_name.h"
#include "common/profile/referenced.h"
#include "converters/pstat/writing.h"

static void lower_line(uint32_t *line, string_id file, uint32_t at)
{
	if (!file && at && (!*line || at < *line))
		*line = at;
}

/* The line where each function begins or, unknown, the first that has a value. */
static uint32_t *find_lines(const struct profile *p)
{
	uint32_t *lines = alloc_zero(p->function_count, sizeof *lines);

	for (size_t i = 0; i < p->cost_count; i++)
		lower_line(&lines[p->costs[i].function], p->costs[i].file, p->costs[i].line);
	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];

		lower_line(&lines[a->caller], a->site.file, a->site.line);
		lower_line(&lines[a->callee], a->target.file, a->target.line);
	}
	for (function_id f = 0; f < p->function_count; f++)
		if (p->functions[f].line)
			lines[f] = p->functions[f].line;
	return lines;
}

static struct pstat_row row_for(const struct profile *p, function_id f, uint32_t line)
{
	const struct function_row *fn = &p->functions[f];
	string_id file = fn->file ? fn->file : fn->object;
	struct pstat_row row = { .file_text = file,
				 .name_text = fn->name,
				 .file = profile_text(p, file),
				 .name = profile_text(p, fn->name),
				 .line = line,
				 .guess = line && (!fn->line || fn->line_inferred) };

	if (!row.file.n || str_eq(row.file, NOWHERE)) {
		row.file = NOWHERE;
		row.file_text = 0; /* read again, it is a text of the profile: the same bytes */
	}
	return row;
}

static bool same_key(const struct pstat_row *a, const struct pstat_row *b)
{
	return a->line == b->line && str_eq(a->name, b->name) && str_eq(a->file, b->file);
}

static uint32_t add_row(struct pstat_writer *w, struct index *keys, struct pstat_row row)
{
	uint64_t hash = hash_mix(hash_text(row.name), hash_text(row.file) + row.line);

	for (struct probe at = index_probe(keys, hash); index_next(keys, &at);)
		if (same_key(&w->rows[at.row], &row)) {
			w->rows[at.row].guess &= row.guess;
			return at.row;
		}
	w->rows[w->count] = row;
	index_add(keys, hash, (uint32_t)w->count);
	return (uint32_t)w->count++;
}

/*
 * Functions that differ only in what a key does not hold share a row: Python would lose a
 * duplicate key.
 */
static void make_rows(struct pstat_writer *w)
{
	size_t n = w->p->function_count;
	bool *used = referenced_by_graph(w->p);
	uint32_t *lines = find_lines(w->p);
	struct index keys = { 0 };

	w->rows = alloc_zero(n + 1, sizeof *w->rows);
	w->row_of = alloc_zero(n, sizeof *w->row_of);
	for (function_id f = 0; f < n; f++)
		w->row_of[f] = used[f] ? add_row(w, &keys, row_for(w->p, f, lines[f])) : NO_ID;
	index_free(&keys);
	alloc_free(lines);
	alloc_free(used);
}

/* A hundredth may be missing: the last call of cProfile itself is beside the main program. */
static bool covers(const struct pstat_writer *w, uint32_t row)
{
	return w->table.first[row] == w->table.first[row + 1] &&
	       w->table.rows[row].inclusive >= w->whole - w->whole / 100;
}

static void name_root(struct pstat_writer *w)
{
	struct pstat_row root = { .file = NOWHERE };
	bool *taken = alloc_zero(w->count + 2, sizeof *taken);
	size_t n = 1;

	for (size_t i = 0; i < w->count; i++) {
		size_t number = own_name_number(w->rows[i].name, ROOT);

		root.name = w->rows[i].name;
		if (number && number <= w->count && same_key(&w->rows[i], &root))
			taken[number] = true;
	}
	while (taken[n])
		n++;
	alloc_free(taken);
	own_name_spell(&w->root, ROOT, n);
	root.name = buf_str(&w->root);
	w->rows[w->count] = root;
}

/* Finds the rows that a root would call, and whether one is needed. */
static void make_root(struct pstat_writer *w)
{
	bool covered = false;

	w->entries = alloc_zero(w->count, sizeof *w->entries);
	w->whole = call_table_entries(&w->table, w->entries);
	for (uint32_t i = 0; i < w->count; i++)
		covered |= w->entries[i] && covers(w, i);
	if (covered && w->count > 1) {
		alloc_free(w->entries);
		w->entries = NULL;
	} else {
		name_root(w);
	}
}

/*
 * Each row is followed by those of its callers that were not written yet, as a reader meets
 * them, so that reading and writing again gives the same bytes.
 */
static void order_rows(struct pstat_writer *w)
{
	bool *queued = alloc_zero(w->count, sizeof *queued);
	size_t n = 0, done = 0;

	w->order = alloc_zero(w->count, sizeof *w->order);
	for (uint32_t next = 0; next < w->count; next++) {
		if (!queued[next])
			w->order[n++] = next;
		queued[next] = true;
		for (; done < n; done++) {
			uint32_t r = w->order[done];

			for (uint32_t i = w->table.first[r]; i < w->table.first[r + 1]; i++) {
				uint32_t caller = w->table.arcs[i].caller;

				if (!queued[caller])
					w->order[n++] = caller;
				queued[caller] = true;
			}
		}
	}
	alloc_free(queued);
}

static void find_guesses(struct pstat_writer *w)
{
	for (uint32_t r = 0; r < w->count; r++) {
		const struct call_row *row = &w->table.rows[r];

		w->guesses |= w->rows[r].guess || (row->inclusive && row->calls <= 0);
		for (uint32_t i = w->table.first[r]; i < w->table.first[r + 1]; i++)
			w->guesses |= w->table.arcs[i].inclusive && w->table.arcs[i].calls <= 0;
	}
}

static void writer_open(struct pstat_writer *w, const struct profile *p)
{
	*w = (struct pstat_writer){ .p = p, .digits = pstat_digits_of(&p->value_types[0]) };
	make_rows(w);
	call_table_make(&w->table, p, 0, w->row_of, w->count);
	/* stacks give exact ones, and below the self values where others are negative */
	for (size_t i = 0; i < w->count && !profile_has_stacks(p); i++)
		if (w->table.rows[i].inclusive < w->table.rows[i].self)
			w->table.rows[i].inclusive = w->table.rows[i].self;
	order_rows(w);
	make_root(w);
	find_guesses(w);
	pstat_open_references(w);
}

static void writer_close(struct pstat_writer *w)
{
	call_table_free(&w->table);
	alloc_free(w->rows);
	alloc_free(w->row_of);
	alloc_free(w->order);
	alloc_free(w->entries);
	pstat_close_references(w);
	buf_free(&w->root);
	buf_free(&w->text);
}

/*
 * Sets calls and primitive calls. A function with a value was called at least once; in a
 * recursion no call need be primitive. True if they are guesses.
 */
static bool find_calls(int64_t value, int64_t *calls, int64_t *primitive)
{
	if (*calls <= 0 && value) {
		*calls = 1;
		*primitive = 1;
		return true;
	}
	if (*primitive > *calls)
		*primitive = *calls;
	return false;
}

static void put_values(struct output *out, const struct pstat_writer *w, int64_t self,
		       int64_t inclusive)
{
	marshal_put_float(out, pstat_to_float(self, w->digits));
	marshal_put_float(out, pstat_to_float(inclusive, w->digits));
}

/* For callers, the total count comes first. */
static void put_caller(struct output *out, struct pstat_writer *w, size_t caller,
		       const struct call_arc *a)
{
	int64_t calls = a->calls, primitive = a->primitive;
	bool guess = find_calls(a->inclusive, &calls, &primitive);

	pstat_put_key(out, w, caller);
	marshal_put_tuple(out, 4);
	pstat_put_number(out, calls, guess);
	pstat_put_number(out, primitive, guess);
	put_values(out, w, a->self, a->inclusive);
}

/* What the callers of a row do not account for; the inclusive value stays whole. */
static struct call_arc root_part(const struct pstat_writer *w, uint32_t r, int64_t calls,
				 int64_t primitive)
{
	struct call_arc part = { .calls = calls,
				 .primitive = primitive,
				 .self = w->table.rows[r].self,
				 .inclusive = w->table.rows[r].inclusive };

	for (uint32_t i = w->table.first[r]; i < w->table.first[r + 1]; i++) {
		part.calls -= w->table.arcs[i].calls;
		part.self -= w->table.arcs[i].self;
	}
	part.calls = part.calls < 0 ? 0 : part.calls;
	part.self = part.self < 0 ? 0 : part.self;
	return part;
}

static void put_row(struct output *out, struct pstat_writer *w, uint32_t r)
{
	const struct call_row *row = &w->table.rows[r];
	int64_t calls = row->calls, primitive = row->primitive;
	bool guess = find_calls(row->inclusive, &calls, &primitive);
	struct call_arc rest;

	pstat_put_key(out, w, r);
	marshal_put_tuple(out, 5);
	pstat_put_number(out, primitive, guess);
	pstat_put_number(out, calls, guess);
	put_values(out, w, row->self, row->inclusive);
	marshal_put_dict(out);
	for (uint32_t i = w->table.first[r]; i < w->table.first[r + 1]; i++)
		put_caller(out, w, w->table.arcs[i].caller, &w->table.arcs[i]);
	if (w->entries && w->entries[r]) {
		rest = root_part(w, r, calls, primitive);
		put_caller(out, w, w->count, &rest);
	}
	marshal_put_end(out);
}

static void put_note(struct output *out, const char *key, int64_t value)
{
	if (value) {
		marshal_put_text(out, str_of(key));
		marshal_put_int(out, value);
	}
}

static void put_text_note(struct output *out, struct pstat_writer *w, const char *key,
			  struct str value)
{
	if (value.n) {
		marshal_put_text(out, str_of(key));
		pstat_put_name(out, w, value);
	}
}

/* Plain seconds, as profilers write them, need no notes. */
static bool has_notes(const struct pstat_writer *w)
{
	const struct profile *p = w->p;
	const struct value_type *type = &p->value_types[0];

	return w->entries || w->guesses || p->calls_sampled || p->line_functions || type->title ||
	       type->unit != UNIT_TIME || type->source_scale != SECONDS || type->counts ||
	       !str_eq(profile_text(p, type->name), S("time"));
}

static void put_notes(struct output *out, struct pstat_writer *w)
{
	const struct value_type *type = &w->p->value_types[0];

	pstat_put_key(out, w, w->entries ? w->count : w->order[0]);
	marshal_put_dict(out);
	put_note(out, "profpipe", 1);
	put_note(out, "root", w->entries != NULL);
	put_note(out, "empty", !w->count);
	marshal_put_text(out, S("value"));
	pstat_put_name(out, w, profile_text(w->p, type->name));
	put_text_note(out, w, "title", profile_text(w->p, type->title));
	put_text_note(out, w, "unit", str_of(pstat_units[type->unit]));
	put_note(out, "exponent", type->exponent);
	marshal_put_text(out, S("power"));
	marshal_put_int(out, type->source_scale);
	put_note(out, "counts", type->counts);
	put_note(out, "sampled", w->p->calls_sampled);
	put_note(out, "lines", w->p->line_functions);
	marshal_put_end(out);
}

static void put_root(struct output *out, struct pstat_writer *w)
{
	pstat_put_key(out, w, w->count);
	marshal_put_tuple(out, 5);
	marshal_put_int(out, 1);
	marshal_put_int(out, 1);
	put_values(out, w, 0, w->whole);
	marshal_put_dict(out);
	marshal_put_end(out);
}

/* pstats cannot load an empty dict, gprof2dot none of one key. */
static void put_nothing(struct output *out, struct pstat_writer *w)
{
	const struct pstat_row empty = { .file = NOWHERE, .name = S("[empty]") };
	const struct call_arc none = { 0 };

	pstat_put_plain_key(out, w, &empty);
	marshal_put_tuple(out, 5);
	marshal_put_int(out, 1);
	marshal_put_int(out, 1);
	put_values(out, w, 0, 0);
	marshal_put_dict(out);
	put_caller(out, w, w->count, &none);
	marshal_put_end(out);
}

static void report_estimates(const struct pstat_writer *w)
{
	if (w->table.in_cycles)
		diag_verbose("%zu functions in cycles: inclusive values are estimates",
			     w->table.in_cycles);
	if (w->table.by_calls)
		diag_verbose("%zu functions: values divided among callers by calls",
			     w->table.by_calls);
	if (w->entries)
		diag_verbose("%s added, as the caller of what nobody calls",
			     diag_quote(buf_str(&w->root)));
}

void pstat_write(struct output *out, const struct profile *p)
{
	struct pstat_writer w;

	writer_open(&w, p);
	report_estimates(&w);
	marshal_put_dict(out);
	if (has_notes(&w))
		put_notes(out, &w);
	if (w.entries)
		put_root(out, &w);
	for (size_t i = 0; i < w.count; i++)
		put_row(out, &w, w.order[i]);
	if (!w.count)
		put_nothing(out, &w);
	marshal_put_end(out);
	writer_close(&w);
}

/* Whether the value survives as a float, which has 53 bits. */
static bool comes_back(const struct pstat_writer *w, int64_t value)
{
	int64_t back;

	return pstat_from_float(pstat_to_float(value, w->digits), w->digits, &back) &&
	       back == value;
}

static bool all_come_back(const struct pstat_writer *w)
{
	size_t arcs = w->table.first[w->count];
	bool fine = !w->entries || comes_back(w, w->whole);

	for (size_t i = 0; i < w->count && fine; i++)
		fine = comes_back(w, w->table.rows[i].self) &&
		       comes_back(w, w->table.rows[i].inclusive);
	for (size_t i = 0; i < arcs && fine; i++)
		fine = comes_back(w, w->table.arcs[i].self) &&
		       comes_back(w, w->table.arcs[i].inclusive);
	return fine;
}

int pstat_check(const struct profile *p, const void *options)
{
	struct pstat_writer w;
	bool fine;

	(void)options;
	if (!p->value_count)
		return diag_error("expected a value type to write, got a profile without any");
	writer_open(&w, p);
	fine = all_come_back(&w);
	writer_close(&w);
	return fine ? 0
		    : diag_error("pstat holds 53 bits of a value (97 days to the nanosecond): "
				 "%s needs more",
				 diag_quote(profile_text(p, p->value_types[0].name)));
}
