/*
 * firefox/writing - writes profiles for the Firefox Profiler
 *
 * 	write.c          the file, its threads and their samples
 * 	write_tables.c   the tables of a thread
 */
#ifndef FIREFOX_WRITING_H
#define FIREFOX_WRITING_H

#include "common/profile/details_json.h"
#include "common/transform/calltree/sample_series.h"
#include "common/transform/reshape/coarsen.h"
#include "converters/firefox/internal.h"

/* Rows of a table of one thread. */
struct firefox_rows {
	uint32_t *numbers; /* by id: the row + 1; 0: it has none */
	uint32_t *ids;     /* by row */
	size_t count, cap;
};

struct firefox_writer {
	struct output *out;
	const struct profile *p;
	struct sample_series_list all;
	uint32_t *libs; /* by object: its number from 1 on */
	uint32_t lib_count;
	value_id *first_values; /* by thread: that of its first series; NO_ID: none yet */

	/* the thread that is being written */
	bool timed;
	struct firefox_rows stacks, frames, functions, strings, objects;
	stack_id *path;
	size_t path_cap;
};

/* A time in nanoseconds, in milliseconds. */
void firefox_put_time(struct firefox_writer *w, int64_t time);

/* --- write_tables.c --- */

void firefox_open_tables(struct firefox_writer *w);
void firefox_close_tables(struct firefox_writer *w);
/* Numbers what the samples of the series refer to. */
void firefox_find_tables(struct firefox_writer *w, const struct sample_series *s);
/* The row of a stack, or null for none. */
void firefox_put_stack(struct firefox_writer *w, stack_id stack);
void firefox_put_tables(struct firefox_writer *w);

#endif
