/*
 * callgrind/writing - a profile into a callgrind file
 *
 *	callgrind_write.c         the parts of the file, one a thread
 *	callgrind_write_header.c  lines: KEY ": " VALUE
 *	callgrind_write_text.c    texts of any bytes, in a line
 *	callgrind_write_block.c   a function: names by ID, costs, calls and jumps
 *
 * The tables of `struct callgrind_writer` are callgrind_write()'s, which frees them; the profile
 * does not change while it is written.
 */
#ifndef CALLGRIND_WRITING_H
#define CALLGRIND_WRITING_H

#include "converters/callgrind/internal.h"
#include "converters/callgrind/rows.h"

/* What an object, a file or a function is written as. */
struct name_id {
	uint32_t number;      /* its ID, given when it is first used */
	uint32_t defined;     /* the last section that says what the ID means */
};

enum space { OBJECTS, FILES, FUNCTIONS };

struct callgrind_writer {
	struct output *out;
	const struct profile *p;
	thread_id thread;
	uint32_t section;         /* counts from 1 */
	bool addresses, lines, objects;
	bool number_threads;      /* a section is known by its numbers: give those without any */
	bool foreign;             /* read from someone else's callgrind file */
	bool zeros;               /* which wrote zeros at the end of lines */
	struct name_id *ids[3];   /* by space: of objects, files (both strings) and functions */
	uint32_t numbers[3];
	int64_t *divisors;        /* by value type: what a unit of the file counts */
	uint32_t *called;         /* by function: in which section another one calls it */
	uint8_t *suffixes;        /* by function */
	struct callgrind_rows costs, arcs, jumps;
	struct place last;        /* what positions are relative to */
	string_id file;           /* the current one, inlined code's too */
	struct self_recursive_function {
		function_id function;
		int64_t calls;
		int64_t *values;
	} *self_recursive_only;   /* functions whose callers do not account for all of them */
	size_t self_recursive_only_count, self_recursive_only_cap;
	bool totals;              /* there are totals, and one section that they are of */
	struct called *sums;      /* by function, if there are totals */
	int64_t *sum_values;      /* by function and value type: inclusive, of its arcs */
	bool any_rooted;
	bool known_lines;         /* each function's costs are at the line where it begins */
};

/* --- header --- */

/* What stands before the first section. */
void callgrind_put_file_header(struct callgrind_writer *w);
/* What stands before the blocks of w->thread. */
void callgrind_put_section_header(struct callgrind_writer *w);
/* What put_values() divides by. */
void callgrind_find_divisors(struct callgrind_writer *w);
/* The value of the one row of metadata with this key, or an empty text. */
struct str callgrind_metadata(const struct profile *p, thread_id thread, const char *key);

/* --- texts --- */

/* Whether a file of this name is none when it is read again. */
bool callgrind_unknown(struct str name);
/* In a line, which it does not end. */
void callgrind_put_text(struct output *out, struct str text);
/* Behind an ID. */
void callgrind_put_name(struct output *out, struct str text);

/* --- blocks --- */

/* One function: the rows from each table's `at` to its `end`. */
void callgrind_put_block(struct callgrind_writer *w, function_id f);
/* Behind a section's blocks: who calls those that only call themselves. */
void callgrind_put_self_recursive_only(struct callgrind_writer *w);

/* --- details: see details.c --- */

/* Behind the creator. */
void callgrind_put_details(struct callgrind_writer *w);

/* --- totals: see callgrind_totals.c --- */

void callgrind_find_totals(struct callgrind_writer *w);
/* Behind the blocks of the only section. */
void callgrind_put_totals(struct callgrind_writer *w);
/* Adds those that were called by others and by nobody to w->lonely. */
void callgrind_note_rooted(struct callgrind_writer *w);

/* --- parts of lines, and sums of rows --- */

static inline char *add(char *to, struct str text)
{
	memcpy(to, text.p, text.n);
	return to + text.n;
}

/* The end of a line. */
static inline void put_values(struct callgrind_writer *w, char *to, const int64_t *values, size_t count)
{
	enum { FIT = 128 };

	for (size_t v = 0; v < count; v++) {
		int64_t value = values[v];

		if (v % FIT == FIT - 1) {
			w->out->p = to;
			to = output_room(w->out);
		}
		*to++ = ' ';
		if (w->divisors[v] != 1)
			value /= w->divisors[v];
		to += i64_text(to, value);
	}
	*to++ = '\n';
	w->out->p = to;
}

static inline void add_row(int64_t *sums, const struct values *t, size_t row)
{
	for (uint32_t v = 0; v < t->width; v++)
		i64_add(sums[v], values_row(t, row)[v], &sums[v]);
}

static inline void add_run(int64_t *sums, const struct values *t, struct callgrind_run run)
{
	for (size_t row = run.row; row < run.end; row++)
		add_row(sums, t, row);
}

#endif
