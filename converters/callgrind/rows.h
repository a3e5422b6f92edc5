/*
 * callgrind/rows - the rows of costs, arcs and jumps as a file has them: by thread, then
 * by function
 *
 * Rows of one function mostly lie together in their table: what is sorted is such runs.
 */
#ifndef CALLGRIND_ROWS_H
#define CALLGRIND_ROWS_H

#include "common/profile/profile.h"

struct callgrind_run {
	uint32_t row, end;
	function_id function;    /* kept here: to look at the row is a cache miss */
};

/* Runs of one table; `at` moves through them. */
struct callgrind_rows {
	struct callgrind_run *run;
	size_t count, at, end;         /* end: of this section, then of this function */
	const char *thread, *function; /* the first row's; one thread alone is not looked at */
	size_t size;                   /* of a row of the table */
};

/* `thread` and `function` are those of the first of `rows` rows of `size` bytes. */
struct callgrind_rows callgrind_sort(const struct profile *p, size_t rows, size_t size,
				     const thread_id *thread, const function_id *function);

/* Sets `end` behind the thread's runs, from `at` on. */
void callgrind_section(struct callgrind_rows *r, thread_id t);
/* Lowers *f to the function of the next run of the thread, if there is one. */
void callgrind_next_function(const struct callgrind_rows *r, thread_id t, function_id *f);
/* Sets `end` behind the function's runs, from `at` on. */
void callgrind_rows_of(struct callgrind_rows *r, thread_id t, function_id f);

#endif
