/*
 * output - writes a file, a stream or a buffer
 *
 * Writes are buffered and errors are sticky: a writer calls output_* without checking, and
 * output_close() returns whether everything was written. A file is written without a name
 * (Linux's O_TMPFILE) or under a temporary one in the same directory, and gets its own on
 * success, so an old file is either kept or replaced as a whole. A name that ends in .gz is compressed, without time stamp or name, so
 * that the same input gives the same bytes.
 */
#ifndef IO_OUTPUT_H
#define IO_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/task.h"
#include "common/base/num.h"
#include "common/base/str.h"

struct output {
	char *p, *full; /* where the next byte goes; from `full` on the block must be
			         written */
	char *buffer;
	const void *options; /* option values of the format that writes to it */
	const char *target; /* the name that was given for that format, a suffix perhaps; or NULL */
	struct buf *memory; /* collects the output instead of a file */
	int (*sink)(void *user, const void *bytes, size_t n); /* takes it instead; 0: goes on */
	void *user;
	bool shown;      /* see output_show_controls() */
	uint64_t passed; /* bytes that have left the buffer */
	char begun[4];   /* a character whose end is in the next block */
	size_t begun_length;
	int fd;
	int trouble; /* errno of the first error */
	struct z_stream_s *gzip;
	char *path; /* the final name; NULL if it is not a file */
	char *temp_name;
	bool unnamed;       /* the file has no name until it is complete */
	bool made;          /* the temporary file exists */
	char *display_name; /* the name in messages */
	struct cleanup cleanup;
	bool *written; /* another process renames the file: the result is reported here */
};

/* NULL or "-" is standard output. NULL after a message if it cannot be opened. */
struct output *output_open(const char *path);
/*
 * For a process that writes while another one, which may still rename files, waits.
 * output_preopen() opens the file for both; the next output_open() returns it. After
 * output_defer_rename(), the writer's output_close() sets *written, in shared memory, instead
 * of renaming. output_finish_rename() in the other process then renames or removes the file.
 * Both ints are 0, or -1 after a message.
 */
int output_preopen(const char *path);
void output_defer_rename(bool *written);
int output_finish_rename(bool written);
/*
 * From now on what would change a terminal or the text around it (utf8.h: unsafe, and bytes
 * that are no UTF-8) is written as \xNN, but for tabs and line ends.
 */
void output_show_controls(struct output *out);
/* Collects into a growing buffer, which the caller frees. */
struct output *output_memory(struct buf *into);
/* Whatever `sink` does not take with 0 is an error. */
struct output *output_callback(int (*sink)(void *user, const void *bytes, size_t n), void *user);

/*
 * Flushes, closes and renames. 0, or -1 after a message. If keep is false, the temporary file
 * is removed and an old file is kept.
 */
int output_close(struct output *out, bool keep);

/* A block may be exceeded by this many bytes: a line of numbers and a short name. */
enum { OUTPUT_ROOM = 1 << 12 };

/* Writes the block, so that p is below `full` again. */
void output_block(struct output *out);

/*
 * Returns out->p with OUTPUT_ROOM bytes of space behind it, so that a whole line needs one
 * check. The caller writes there and advances out->p.
 */
static inline char *output_room(struct output *out)
{
	if (out->p >= out->full)
		output_block(out);
	return out->p;
}

void output_bytes(struct output *out, const void *bytes, size_t n);

static inline void output_i64(struct output *out, int64_t value)
{
	char *to = output_room(out);

	out->p = to + i64_text(to, value);
}

static inline void output_u64(struct output *out, uint64_t value)
{
	char *to = output_room(out);

	out->p = to + u64_text(to, value);
}

static inline void output_decimal(struct output *out, struct decimal value)
{
	char *to = output_room(out);

	out->p = to + decimal_text(to, value);
}

static inline void output_str(struct output *out, struct str s)
{
	output_bytes(out, s.p, s.n);
}

static inline void output_text(struct output *out, const char *text)
{
	output_bytes(out, text, strlen(text));
}

static inline void output_byte(struct output *out, char c)
{
	*output_room(out) = c;
	out->p++;
}

#endif
