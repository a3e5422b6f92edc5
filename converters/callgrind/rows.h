/*
 * callgrind/rows - costs, arcs and jumps in the order of the file: by thread, then by function
 *
 * Rows of one function usually are adjacent in their table, so runs of such rows are sorted
 * instead of rows.
 */
#ifndef CALLGRIND_ROWS_H
#define CALLGRIND_ROWS_H

#include "common/profile/profile.h"

struct callgrind_run {
	uint32_t row, end;
	function_id function; /* copied here to save a cache miss */
};

/* The runs of one table; `at` moves through them. */
struct callgrind_rows {
	struct callgrind_run *run;
	size_t count, at, end;         /* `end` is that of the section, then of the function */
	const char *thread, *function; /* address in the first row; NULL if there is only one
				          thread */
	size_t size;                   /* size of a row of the table */
};

/* `thread` and `function` point into the first of `rows` rows of `size` bytes. */
struct callgrind_rows callgrind_sort(const struct profile *p, size_t rows, size_t size,
				     const thread_id *thread, const function_id *function);

/* Sets `end` behind the runs of the thread that begin at `at`. */
void callgrind_section(struct callgrind_rows *r, thread_id t);
/* Lowers *f to the function of the next run of the thread, if there is one. */
void callgrind_next_function(const struct callgrind_rows *r, thread_id t, function_id *f);
/* Sets `end` behind the runs of the function that begin at `at`. */
void callgrind_rows_of(struct callgrind_rows *r, thread_id t, function_id f);

#endif
