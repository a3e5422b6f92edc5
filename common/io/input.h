/*
 * input - the bytes of a file, a pipe or memory, read through a window
 *
 * A reader sees the bytes from in->p to in->end and asks for more. The window moves over the
 * input, so memory depends on the longest token, not on the size of the file. Encodings are
 * removed on the way: gzip (RFC 1952, any number of members, recognised by its magic and
 * never by a file name), a UTF-8 byte order mark, UTF-16 with a byte order mark.
 *
 * Errors are sticky: input_error() reports one line with the file and the place; after that
 * the window is empty and every call acts as at the end of the input. So a reader need not
 * check for errors in between, and returns input_status() when it is done.
 */
#ifndef IO_INPUT_H
#define IO_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/task.h"
#include "common/base/diag.h"
#include "common/base/str.h"

/* How messages describe a place. */
enum input_place { PLACE_BYTE, PLACE_LINE };

struct source;

/*
 * Where something came from that a reader made in memory of what it read: the offset in the
 * input for byte p of that memory.
 */
struct input_origin {
	uint64_t (*offset_of)(const struct input_origin *origin, const char *p);
};

struct input {
	const char *p, *end; /* the window; the reader advances p */
	const char *name;    /* for messages: the file name, or "standard input" */
	enum input_place place;
	uint64_t line; /* number of lines returned by input_line() */
	bool failed;
	bool cut; /* failed at its end and not reported: the reader may keep what it has */
	const void *options;               /* option values of the format that reads it */
	const struct input_origin *origin; /* NULL, or what errors in memory of its own ask */

	char *buffer;
	size_t cap;
	uint64_t passed; /* number of bytes that have left the buffer */
	bool ended;
	struct source *source;
	int fd; /* descriptor that the source will own */
	struct cleanup cleanup;
};

/* Path "-" or NULL is standard input. NULL after a message if it cannot be opened. */
struct input *input_open(const char *path);
/*
 * Opens a file ahead of the input_open() of the same path, for a time when no file can be
 * opened any more. After the first call, every file must be opened ahead. 0, or -1 after a
 * message.
 */
int input_preopen(const char *path);
/* Reads from memory; the bytes must outlive the input. */
struct input *input_memory(const char *name, struct str bytes);
/* Reads from a source, which the input owns. */
struct input *input_source(const char *name, struct source *bottom);
void input_close(struct input *in);

/*
 * Reads until the window holds at least `want` bytes. False if the input ends first. Pointers
 * into the window become invalid.
 */
bool input_want(struct input *in, size_t want);
/* Like input_want(), for one byte more than the window holds. */
static inline bool input_more(struct input *in)
{
	return input_want(in, (size_t)(in->end - in->p) + 1);
}

/* Takes the next line, without "\n" or "\r\n"; valid until the next call. False at the end. */
bool input_line(struct input *in, struct str *line);

/* Skips lines without a byte, of which a small compressed file may have a thousand million. */
void input_skip_empty_lines(struct input *in);

/* The offset of p from the start of the decoded input. */
uint64_t input_offset(const struct input *in);

/*
 * Reports "FILE: line N: ..." or "FILE: byte N: ..."; only the first error is reported. Returns
 * -1.
 */
int input_error(struct input *in, const char *format, ...) PRINTF_LIKE(2, 3);
/* Like input_error(), for offset `at` of the decoded input. */
int input_error_at(struct input *in, uint64_t at, const char *format, ...) PRINTF_LIKE(3, 4);

/*
 * Like input_error(), for the file that is being read at present, if any. The caller then gives
 * up the work.
 */
void input_refuse(const char *format, ...) PRINTF_LIKE(1, 2);

/* 0, or -1 after an error. */
static inline int input_status(const struct input *in)
{
	return in->failed ? -1 : 0;
}

#endif
