/*
 * profpipe.h - read, merge, inspect and write profiles of any format
 *
 * 	profpipe *p = profpipe_open();
 *
 * 	if (profpipe_read_file(p, NULL, "run.pstat") == PROFPIPE_OK &&
 * 	    profpipe_write_file(p, "collapsed", "run.folded") == PROFPIPE_OK)
 * 		puts("done");
 * 	else
 * 		fprintf(stderr, "%s\n", profpipe_error(p));
 * 	profpipe_close(p);
 *
 * A handle holds one profile, which is empty at first. Each input that is read is added to
 * it as by profmerge: what several inputs have in common is summed. Writing does not change
 * the profile, so it can be written in several formats.
 *
 * Every function that can fail returns a status; PROFPIPE_OK is 0. profpipe_error() describes
 * the failure in one line of UTF-8. The library prints nothing, installs no signal handler or
 * atexit() function, and never exits the process. A failed write leaves an existing file
 * unchanged, a failed read leaves the profile unchanged. Only if a limit, an overflow or lack
 * of memory stops an input from being added, the profile is empty afterwards.
 *
 * Different handles may be used by different threads at the same time; one handle may be
 * used by one thread at a time. Callbacks run in the calling thread and must not use the same
 * handle.
 *
 * Returned texts end with a NUL and may contain any other bytes, since names are what the
 * profiler wrote. They are valid until the next call with the same handle that reads or
 * closes or, where noted, only until the callback returns.
 */
#ifndef PROFPIPE_H
#define PROFPIPE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PROFPIPE_API __attribute__((visibility("default")))
#else
#define PROFPIPE_API
#endif

typedef struct profpipe profpipe;

enum profpipe_status {
	PROFPIPE_OK = 0,
	PROFPIPE_BAD = 1,    /* invalid input, an I/O error, or a profile that the target cannot
			        represent */
	PROFPIPE_USAGE = 2,  /* unknown format, option or value; or the handle is in use */
	PROFPIPE_LIMIT = 3,  /* a limit was exceeded, see "limit" in profpipe_set() */
	PROFPIPE_MEMORY = 4, /* out of memory */
};

/* --- handles --- */

/* NULL if out of memory. */
PROFPIPE_API profpipe *profpipe_open(void);
/* Frees the handle and everything it owns. NULL is allowed. */
PROFPIPE_API void profpipe_close(profpipe *p);

/* The error message of the last call; empty if it succeeded. Valid until the next call. */
PROFPIPE_API const char *profpipe_error(const profpipe *p);

enum profpipe_message {
	PROFPIPE_WARNING = 1, /* something was estimated, skipped or lost that changes values */
	PROFPIPE_NOTE = 2,    /* anything else that was kept, lost or estimated */
};
/*
 * `hear` is called with each warning and note, which the programs would print (notes with -v).
 * The text is valid until it returns. NULL, the default: nobody is called.
 */
PROFPIPE_API void profpipe_listen(profpipe *p,
				  void (*hear)(void *user, enum profpipe_message kind,
					       const char *text),
				  void *user);

/* "0.1.0" */
PROFPIPE_API const char *profpipe_version(void);

/* --- formats: numbered from 0, profpipe_format_name() is NULL behind the last --- */

PROFPIPE_API const char *profpipe_format_name(size_t format);     /* "callgrind" */
PROFPIPE_API const char *profpipe_format_title(size_t format);    /* one line */
PROFPIPE_API const char *profpipe_format_suffixes(size_t format); /* separated by blanks */
PROFPIPE_API int profpipe_format_reads(size_t format);            /* 1 or 0 */
PROFPIPE_API int profpipe_format_writes(size_t format);

/* --- options --- */

enum profpipe_end { PROFPIPE_INPUT = 1, PROFPIPE_OUTPUT = 2 };

/*
 * Sets an option of one end of a format by its name on the command line, without dashes:
 * profpipe_set(p, "collapsed", PROFPIPE_OUTPUT, "unit", "ms"). The value of a flag is "1" or
 * "0". If format is NULL, it is an option of every conversion and `end` is ignored: value,
 * thread, threads, strip-dirs, anonymize, strict, max-contexts, max-unplaced, no-unattributed,
 * limit ("stacks=10k"), and the flag order: readers keep samples in time order, for formats
 * that show it. Values are copied.
 */
PROFPIPE_API enum profpipe_status profpipe_set(profpipe *p, const char *format,
					       enum profpipe_end end, const char *name,
					       const char *value);

/* --- reading: `format` NULL finds it by the content; gzip, zstd, xz and bzip2 are unwrapped --- */

PROFPIPE_API enum profpipe_status profpipe_read_file(profpipe *p, const char *format,
						     const char *path);
PROFPIPE_API enum profpipe_status profpipe_read_memory(profpipe *p, const char *format,
						       const void *bytes, size_t size);
/*
 * `read` stores up to `size` bytes in `to` and returns their number; 0 at the end, -1 on an
 * error. `name` is used in messages.
 */
PROFPIPE_API enum profpipe_status profpipe_read_callback(
	profpipe *p, const char *format, const char *name,
	ptrdiff_t (*read)(void *user, void *to, size_t size), void *user);
/* Empties the profile; options are kept. */
PROFPIPE_API void profpipe_clear(profpipe *p);

/* The name of the format that was read; "several formats"; NULL if nothing was read. */
PROFPIPE_API const char *profpipe_source(const profpipe *p);

/* --- writing --- */

/*
 * If `format` is NULL, the suffix of `path` chooses it. The file is replaced when everything is
 * written; a name that ends in .gz is compressed. (Writing to a pipe without a reader raises
 * SIGPIPE, as any write does.)
 */
PROFPIPE_API enum profpipe_status profpipe_write_file(profpipe *p, const char *format,
						      const char *path);
/*
 * *bytes belongs to the handle and is valid until the next call that writes to memory or
 * closes.
 */
PROFPIPE_API enum profpipe_status profpipe_write_memory(profpipe *p, const char *format,
							const void **bytes, size_t *size);
/* `write` must consume all `size` bytes and return 0; anything else stops with PROFPIPE_BAD. */
PROFPIPE_API enum profpipe_status profpipe_write_callback(
	profpipe *p, const char *format, int (*write)(void *user, const void *bytes, size_t size),
	void *user);

/* --- what is in the profile --- */

/*
 * A value type describes what the values count. A value is an integer number of 10^exponent
 * units: "ns" for times (exponent 0), "bytes", or "" if the name says what is counted.
 */
struct profpipe_value {
	const char *name; /* "time", "samples", "Ir" */
	const char *unit;
	int exponent; /* 0 to -9 */
};
PROFPIPE_API size_t profpipe_value_count(const profpipe *p);
PROFPIPE_API enum profpipe_status profpipe_value(profpipe *p, size_t value,
						 struct profpipe_value *found);
/* Sets *total to the sum of all self values. */
PROFPIPE_API enum profpipe_status profpipe_total(profpipe *p, size_t value, int64_t *total);

struct profpipe_function {
	const char *name;
	size_t name_size; /* not counting the NUL at its end */
	const char *file; /* or its object; "" if unknown */
	size_t file_size;
	uint32_t line; /* the line where it begins; 0: unknown */
	int64_t self;
	int64_t inclusive; /* including callees; a recursive function counts once */
	int64_t calls;     /* 0 if calls were not counted */
};
/*
 * The flat profile of one value type, sorted by name: an array of *count functions, valid until
 * the next call of this function, or one that reads or closes.
 */
PROFPIPE_API enum profpipe_status profpipe_functions(profpipe *p, size_t value,
						     const struct profpipe_function **functions,
						     size_t *count);

struct profpipe_frame {
	const char *name;
	size_t name_size;
	const char *file; /* or its object; "" if unknown */
	size_t file_size;
	uint32_t line, column; /* the place that it had reached; 0: unknown */
};
struct profpipe_label {
	const char *key;
	const char *text; /* NULL: the label is a number */
	int64_t number;
	const char *unit; /* unit of the number, may be "" */
};
struct profpipe_stack {
	const char *thread;                  /* its name; "" if unknown */
	uint64_t pid, tid;                   /* 0: unknown */
	const struct profpipe_frame *frames; /* the root first */
	size_t frame_count;
	const int64_t *values; /* one value for each value type */
	const struct profpipe_label *labels;
	size_t label_count;
};
/*
 * Calls `visit` for each stack that has a value of its own, until it returns something other
 * than 0. *stack is valid until it returns. If the profile is a call graph, its stacks are
 * estimated first, as for writing, and the listener is informed.
 */
PROFPIPE_API enum profpipe_status profpipe_stacks(
	profpipe *p, int (*visit)(void *user, const struct profpipe_stack *stack), void *user);

/*
 * Metadata of the whole profile, such as "cmd": "./a.out", numbered from 0; NULL behind the
 * last.
 */
PROFPIPE_API const char *profpipe_metadata_key(profpipe *p, size_t number);
PROFPIPE_API const char *profpipe_metadata_text(profpipe *p, size_t number);

#ifdef __cplusplus
}
#endif

#endif
