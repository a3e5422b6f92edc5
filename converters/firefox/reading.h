/*
 * firefox/reading - reads profiles of the Firefox Profiler, and those that Firefox itself writes
 *
 * 	read.c          the file, processes, what concerns all threads
 * 	read_thread.c   one thread
 * 	read_tables.c   tables, column by column or row by row
 * 	read_cut.c      what is kept of a file that is cut
 * 	make_stacks.c   tables become stacks
 * 	make_samples.c  samples of a thread become rows
 *
 * Keys come in any order and shared tables behind the threads, so that all columns are kept until
 * the file has ended. What a version has where is seen by its fields.
 */
#ifndef FIREFOX_READING_H
#define FIREFOX_READING_H

#include "common/profile/details_json.h"
#include "converters/firefox/internal.h"

/* The columns that are read. Cells are indices or numbers, NO_ID for null and below 0. */
#define FIREFOX_COLUMNS(X) \
	X(STACK_FRAME, "stackTable", "frame") \
	X(STACK_PREFIX, "stackTable", "prefix") \
	X(STACK_OFFSET, "stackTable", "prefixOffset") \
	X(FRAME_FUNC, "frameTable", "func") \
	X(FRAME_LOCATION, "frameTable", "location") \
	X(FRAME_LINE, "frameTable", "line") \
	X(FRAME_COLUMN, "frameTable", "column") \
	X(FRAME_DEPTH, "frameTable", "inlineDepth") \
	X(FRAME_CATEGORY, "frameTable", "category") \
	X(FUNC_NAME, "funcTable", "name") \
	X(FUNC_FILE, "funcTable", "fileName") \
	X(FUNC_SOURCE, "funcTable", "source") \
	X(FUNC_LINE, "funcTable", "lineNumber") \
	X(FUNC_RESOURCE, "funcTable", "resource") \
	X(RESOURCE_LIB, "resourceTable", "lib") \
	X(SOURCE_NAME, "sources", "filename") \
	X(SAMPLE_STACK, "samples", "stack") \
	X(SAMPLE_TIME, "samples", "time") \
	X(SAMPLE_DELTA, "samples", "timeDeltas") \
	X(SAMPLE_WEIGHT, "samples", "weight")
/* clang-format off */
enum firefox_column {
#define X(name, table, key) COLUMN_##name,
	FIREFOX_COLUMNS(X)
#undef X
	FIREFOX_COLUMN_COUNT
};
/* clang-format on */

struct firefox_cells {
	uint32_t *v;
	size_t count, cap;
	uint64_t byte; /* where the column, or its table, begins */
};

/* Tables of a thread, or those that threads share. */
struct firefox_tables {
	struct firefox_cells cells[FIREFOX_COLUMN_COUNT];
	string_id *strings;
	size_t string_count, string_cap;
	bool has_strings;
};

struct firefox_thread {
	struct firefox_tables tables;
	uint64_t byte;
	bool whole; /* it has been read to its end */
	size_t process;
	string_id name, process_name, weight_type;
	uint64_t pid, tid;
	int64_t *times; /* nanoseconds */
	size_t time_count, time_cap;
	bool deltas; /* `times` are the time that passed since the sample before */
	struct decimal *weights;
	size_t weight_count, weight_cap;
	uint64_t weights_byte;

	/* of our own files */
	struct thread given;
	struct value_type type;
	bool has_given, has_type;
	bool untimed; /* times only number the samples */
	bool again;   /* samples of another thread of the file, with another value */
};

/* A process: a profile of its own within that of its parent. */
struct firefox_process {
	bool in_processes; /* while it is read: the next value is one of its children */
	bool has_start;
	bool has_meta, has_libs; /* read to their ends */
	int64_t start, interval; /* nanoseconds, the start since 1970 */
	enum frame_kind *kinds;  /* by category */
	size_t kind_count, kind_cap;
	string_id *libs; /* paths */
	size_t lib_count, lib_cap;
};

struct firefox_reader {
	struct json j;
	struct input *in;
	struct profile *p;
	struct firefox_read_options options;

	struct firefox_process *processes; /* the first is the whole file */
	size_t process_count, process_cap;
	size_t *open; /* rows of processes, each within the one before it */
	size_t open_count, open_cap;
	struct firefox_thread *threads;
	size_t thread_count, thread_cap;
	struct firefox_tables shared;
	bool has_threads, own;
	bool has_shared;               /* read to its end */
	bool several;                  /* processes: their threads are named alike */
	uint64_t markers, allocations; /* rows that were passed over */

	stack_id *shared_stacks; /* by row of the shared stackTable; NULL: not made yet */
	size_t shared_stack_count;
};

/* --- read_tables.c --- */

/* Reads the value of the key `table`. `t` is the thread for the columns of samples, or NULL. */
void firefox_read_table(struct firefox_reader *r, struct firefox_tables *to,
			struct firefox_thread *t, struct str table);
void firefox_read_strings(struct firefox_reader *r, struct firefox_tables *to);
void firefox_free_tables(struct firefox_tables *tables);
/* A time in milliseconds, as nanoseconds. */
int64_t firefox_take_time(struct firefox_reader *r);

/* --- read_thread.c --- */

void firefox_read_thread(struct firefox_reader *r, size_t process);
void firefox_free_thread(struct firefox_thread *t);

/* --- read_cut.c --- */

/* After in->cut: keeps the threads before it, or reports an error. */
void firefox_keep_before_cut(struct firefox_reader *r);

/* --- make_stacks.c, make_samples.c --- */

/* The stacks by row of the thread's stackTable, or of the shared one; the caller frees them if
 * *own. NULL after an error. */
stack_id *firefox_make_stacks(struct firefox_reader *r, const struct firefox_thread *t,
			      size_t *count, bool *own);
void firefox_make_samples(struct firefox_reader *r, const struct firefox_thread *t);

#endif
