/*
 * callgrind/writing - writes a profile as a callgrind file
 *
 * 	write.c         the sections of the file, one for each thread
 * 	write_header.c  lines: KEY ": " VALUE
 * 	write_text.c    arbitrary bytes as text within a line
 * 	write_block.c   a function: names by ID, costs, calls and jumps
 *
 * The tables of struct callgrind_writer belong to callgrind_write(), which frees them. The
 * profile does not change while it is written.
 */
#ifndef CALLGRIND_WRITING_H
#define CALLGRIND_WRITING_H

#include "converters/callgrind/internal.h"
#include "converters/callgrind/rows.h"

/* How an object, a file or a function is written. */
struct name_id {
	uint32_t number;  /* its ID, assigned when it is first used */
	uint32_t defined; /* the last section that defined the ID */
};

enum space { OBJECTS, FILES, FUNCTIONS };

struct callgrind_writer {
	struct output *out;
	const struct profile *p;
	thread_id thread;
	uint32_t section; /* from 1 on */
	bool addresses, lines, objects;
	bool number_threads;    /* sections are identified by thread number: threads without
				     one get one */
	bool foreign;           /* read from a callgrind file of another program */
	bool zeros;             /* that program wrote trailing zeros */
	struct name_id *ids[3]; /* by space: objects, files (both strings) and functions */
	uint32_t numbers[3];
	int64_t *divisors; /* by value type: the value of one unit in the file */
	uint32_t *called;  /* by function: the section in which another function calls it */
	uint8_t *suffixes; /* by function, see callgrind_suffixes() */
	bool apart;        /* no two functions are written alike */
	bool changed;      /* some text cannot be spelled */
	struct callgrind_rows costs, arcs, jumps;
	struct place last; /* relative positions refer to it */
	string_id file;    /* the current file, also that of inlined code */
	struct self_recursive_function {
		function_id function;
		int64_t calls;
		int64_t *values;
	} * self_recursive_only; /* functions with calls that no caller accounts for */
	size_t self_recursive_only_count, self_recursive_only_cap;
	struct buf root;     /* the name of the function that calls them */
	bool totals;         /* there are totals, and they concern a single section */
	struct called *sums; /* by function, if there are totals */
	int64_t *sum_values; /* by function and value type: inclusive, summed over arcs */
	bool any_rooted;
	bool known_lines; /* the costs of each function are at the line where it begins */
};

/* --- header --- */

/* Writes what precedes the first section. */
void callgrind_put_file_header(struct callgrind_writer *w);
/* Writes what precedes the blocks of w->thread. */
void callgrind_put_section_header(struct callgrind_writer *w);
/* Finds the divisors for put_values(). */
void callgrind_find_divisors(struct callgrind_writer *w);
/* The value of the only metadata row with this key, or an empty text. */
struct str callgrind_metadata(const struct profile *p, thread_id thread, const char *key);

/* --- texts --- */

/* A byte as it is written: some end a line, or KCachegrind. */
static inline char callgrind_byte(char c)
{
	return c == '\n' || c == '\r' || c == '\0' ? ' ' : c;
}
/* Whether a file of this name would be read as unknown. */
bool callgrind_unknown(struct str name);
/* Writes text within a line. */
void callgrind_put_text(struct callgrind_writer *w, struct str text);
/* Writes a name behind its ID. */
void callgrind_put_name(struct callgrind_writer *w, struct str text);

/* --- blocks --- */

/* Writes one function: the rows from `at` to `end` of each table. */
void callgrind_put_block(struct callgrind_writer *w, function_id f);
/* Finds the name of a function that no function of the profile has. */
void callgrind_name_root(struct callgrind_writer *w);
/* Writes, behind the blocks of a section, calls of functions that only call themselves. */
void callgrind_put_self_recursive_only(struct callgrind_writer *w);

/* --- details: see details.c --- */

/* Writes the details, behind the creator line. */
void callgrind_put_details(struct callgrind_writer *w);

/* --- totals: see notes.c --- */

void callgrind_find_totals(struct callgrind_writer *w);
/* Writes the totals, behind the blocks of the only section. */
void callgrind_put_totals(struct callgrind_writer *w);
/* Adds to w->self_recursive_only the functions that were called by others and also by none. */
void callgrind_note_rooted(struct callgrind_writer *w);

/* --- parts of lines, and sums of rows --- */

static inline char *add(char *to, struct str text)
{
	memcpy(to, text.p, text.n);
	return to + text.n;
}

/* Writes the values that end a line. */
static inline void put_values(struct callgrind_writer *w, char *to, const int64_t *values,
			      size_t count)
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
	const int64_t *values = values_row(t, row);

	for (uint32_t v = 0; v < t->width; v++)
		i64_add(sums[v], values[v], &sums[v]);
}

static inline void add_run(int64_t *sums, const struct values *t, struct callgrind_run run)
{
	for (size_t row = run.row; row < run.end; row++)
		add_row(sums, t, row);
}

#endif
