/*
 * profpipe.h - profiles of any format read, merged, looked at and written as any other
 *
 *	profpipe *p = profpipe_open();
 *
 *	if (profpipe_read_file(p, NULL, "run.pstat") == PROFPIPE_OK &&
 *	    profpipe_write_file(p, "collapsed", "run.folded") == PROFPIPE_OK)
 *		puts("done");
 *	else
 *		fprintf(stderr, "%s\n", profpipe_error(p));
 *	profpipe_close(p);
 *
 * A handle holds one profile, empty at first. Each input that is read is added to it, as
 * profmerge does: what several files have in common is summed up. Writing leaves the profile
 * as it is, so one profile can be written as several formats.
 *
 * Every function that can fail returns a status, PROFPIPE_OK being 0, and profpipe_error()
 * says why in one line of UTF-8. Nothing is printed, no signal handler or atexit() function
 * is installed, and the process never exits. A failed write leaves an existing file as it
 * was, a failed read leaves the profile as it was; only if adding an input to the profile
 * meets a limit, an overflow or lack of memory, the profile is empty afterwards.
 *
 * Threads may use different handles at the same time, and one handle in turn. Callbacks are
 * called in the thread that called in; they must not use the same handle.
 *
 * Texts given out end with NUL, may hold any other bytes (names are what the profiler
 * wrote), and live until the next call with the same handle that reads or closes, or, where
 * that is said, only until the callback returns.
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
	PROFPIPE_BAD = 1,    /* bad input, an I/O error, or what the target cannot hold */
	PROFPIPE_USAGE = 2,  /* no such format, option or value; a handle that is in use */
	PROFPIPE_LIMIT = 3,  /* a limit was met, see "limit" in profpipe_set() */
	PROFPIPE_MEMORY = 4, /* out of memory */
};

/* --- handles --- */

/* NULL if there is no memory for it. */
PROFPIPE_API profpipe *profpipe_open(void);
/* Frees everything that the handle holds. NULL is allowed. */
PROFPIPE_API void profpipe_close(profpipe *p);

/* Why the last call failed; an empty text after one that did not. Valid until the next call. */
PROFPIPE_API const char *profpipe_error(const profpipe *p);

enum profpipe_message {
	PROFPIPE_WARNING = 1, /* something was estimated, skipped or lost that changes figures */
	PROFPIPE_NOTE = 2,    /* what else was kept, lost or estimated */
};
/*
 * `hear` gets what the programs would print as warnings and, with -v, as notes; the text
 * lives until it returns. NULL, as at first: nobody does.
 */
PROFPIPE_API void profpipe_listen(profpipe *p,
				  void (*hear)(void *user, enum profpipe_message kind,
					       const char *text), void *user);

/* "0.1.0" */
PROFPIPE_API const char *profpipe_version(void);

/* --- formats: numbered from 0, profpipe_format_name() is NULL behind the last --- */

PROFPIPE_API const char *profpipe_format_name(size_t format);     /* "callgrind" */
PROFPIPE_API const char *profpipe_format_title(size_t format);    /* one line */
PROFPIPE_API const char *profpipe_format_suffixes(size_t format); /* with blanks between */
PROFPIPE_API int profpipe_format_reads(size_t format);            /* 1 or 0 */
PROFPIPE_API int profpipe_format_writes(size_t format);

/* --- options --- */

enum profpipe_end { PROFPIPE_INPUT = 1, PROFPIPE_OUTPUT = 2 };

/*
 * Sets an option of one end of a format by the name that it has on the command line, without
 * dashes: profpipe_set(p, "collapsed", PROFPIPE_OUTPUT, "unit", "ms"). The text of a flag is
 * "1" or "0". With format NULL it is one of the options of every conversion, whatever `end`:
 * value, thread, threads, strip-dirs, anonymize, strict, max-contexts, max-unplaced,
 * no-unattributed and limit ("stacks=10k"); and order, a flag: samples that are read keep
 * their order in time, for formats that show it. Values are copied.
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
 * `read` puts up to `size` bytes into `to` and returns how many; 0 at the end, -1 for an
 * error. `name` stands for the input in messages.
 */
PROFPIPE_API enum profpipe_status
profpipe_read_callback(profpipe *p, const char *format, const char *name,
		       ptrdiff_t (*read)(void *user, void *to, size_t size), void *user);
/* Empties the profile; options stay. */
PROFPIPE_API void profpipe_clear(profpipe *p);

/* The name of the format that was read, "several formats", or NULL. */
PROFPIPE_API const char *profpipe_source(const profpipe *p);

/* --- writing --- */

/*
 * `format` NULL: by the suffix of `path`. The file is replaced when all is written; a name
 * that ends in .gz is compressed. (A pipe whose reader is gone raises SIGPIPE, as any write.)
 */
PROFPIPE_API enum profpipe_status profpipe_write_file(profpipe *p, const char *format,
						      const char *path);
/* *bytes is the handle's, until the next call that writes to memory or closes. */
PROFPIPE_API enum profpipe_status profpipe_write_memory(profpipe *p, const char *format,
							const void **bytes, size_t *size);
/* `write` takes all `size` bytes and returns 0; anything else stops with PROFPIPE_BAD. */
PROFPIPE_API enum profpipe_status
profpipe_write_callback(profpipe *p, const char *format,
			int (*write)(void *user, const void *bytes, size_t size), void *user);

/* --- what is in the profile --- */

/*
 * A value type is what each figure counts. A figure is a whole number of 10^exponent units:
 * "ns" for times (exponent 0), "bytes", or "" where the name says what is counted.
 */
struct profpipe_value {
	const char *name;  /* "time", "samples", "Ir" */
	const char *unit;
	int exponent;      /* 0 to -9 */
};
PROFPIPE_API size_t profpipe_value_count(const profpipe *p);
PROFPIPE_API enum profpipe_status profpipe_value(profpipe *p, size_t value,
						 struct profpipe_value *found);
/* The sum of all self values. */
PROFPIPE_API enum profpipe_status profpipe_total(profpipe *p, size_t value, int64_t *total);

struct profpipe_function {
	const char *name;
	size_t name_size;      /* without the NUL at its end */
	const char *file;      /* or its object; "" if unknown */
	size_t file_size;
	uint32_t line;         /* where it begins; 0: unknown */
	int64_t self;
	int64_t inclusive;     /* callees too; a recursive function counts once */
	int64_t calls;         /* 0 where nobody counted calls */
};
/*
 * The flat profile of one value type, by name: *functions is an array of *count, valid until
 * the next call of this function, or that reads or closes.
 */
PROFPIPE_API enum profpipe_status profpipe_functions(profpipe *p, size_t value,
						     const struct profpipe_function **functions,
						     size_t *count);

struct profpipe_frame {
	const char *name;
	size_t name_size;
	const char *file;      /* or its object; "" if unknown */
	size_t file_size;
	uint32_t line, column; /* the place that it had reached; 0: unknown */
};
struct profpipe_label {
	const char *key;
	const char *text;      /* NULL: it is a number */
	int64_t number;
	const char *unit;      /* of a number, may be "" */
};
struct profpipe_stack {
	const char *thread;    /* its name; "" if unknown */
	uint64_t pid, tid;     /* 0: unknown */
	const struct profpipe_frame *frames; /* the root first */
	size_t frame_count;
	const int64_t *values; /* one of each value type */
	const struct profpipe_label *labels;
	size_t label_count;
};
/*
 * Calls `visit` with each stack that has a value of its own; all of *stack lives until it
 * returns, and it returns 0 to go on. A profile that is a call graph has its stacks
 * estimated first, as when it is written as stacks, and a listener is told.
 */
PROFPIPE_API enum profpipe_status
profpipe_stacks(profpipe *p, int (*visit)(void *user, const struct profpipe_stack *stack),
		void *user);

/* Lines of text about the whole profile ("cmd": "./a.out"), numbered from 0; NULL behind the last. */
PROFPIPE_API const char *profpipe_metadata_key(profpipe *p, size_t number);
PROFPIPE_API const char *profpipe_metadata_text(profpipe *p, size_t number);

#ifdef __cplusplus
}
#endif

#endif
