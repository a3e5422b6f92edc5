/*
 * input - bytes of a file, a pipe or memory, seen through a window
 *
 * A reader looks at the bytes from in->p to in->end and asks for more; the
 * window moves over the input, so memory follows the longest token and not the
 * size of the file. What the bytes are wrapped in is taken off on the way:
 * gzip (RFC 1952, any number of members, found by its magic and never by a
 * file's name), a UTF-8 byte order mark, UTF-16 with a byte order mark.
 *
 * Errors are sticky: input_error() prints one line with the file and the place,
 * then the window is empty and every later call says "end of input". A reader
 * therefore checks nothing twice and returns input_status() at its end.
 */
#ifndef IO_INPUT_H
#define IO_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/task.h"
#include "common/base/diag.h"
#include "common/base/str.h"

/* How messages name a place. */
enum input_place { PLACE_BYTE, PLACE_LINE };

struct source;

struct input {
	const char *p, *end;    /* the window; a reader moves p forward */
	const char *name;       /* for messages: the file, "standard input" */
	enum input_place place;
	uint64_t line;          /* lines taken by input_line() so far */
	bool failed;
	const void *options;    /* of the format that reads it */

	char *buffer;
	size_t cap;
	uint64_t passed;        /* bytes that have left the buffer */
	bool ended;
	struct source *source;
	int fd;                 /* what the source will own */
	struct cleanup cleanup;
};

/* path "-" or NULL is standard input. NULL after a message if it cannot be read. */
struct input *input_open(const char *path);
/*
 * Opens it now, for an input_open() of the same path when no file can be opened any
 * more; after the first one every file has to be held. -1 after a message.
 */
int input_preopen(const char *path);
/* The bytes must outlive the input. */
struct input *input_memory(const char *name, struct str bytes);
/* Of any bytes; owns the source. */
struct input *input_source(const char *name, struct source *bottom);
void input_close(struct input *in);

/*
 * Reads on until the window holds at least `want` bytes; false if the input ends
 * before. Moves the window: pointers into it are stale afterwards.
 */
bool input_want(struct input *in, size_t want);
/* The same for one more byte than the window holds now. */
static inline bool input_more(struct input *in)
{
	return input_want(in, (size_t)(in->end - in->p) + 1);
}

/* The next line without its '\n' (nor a '\r' before it); valid until the next call. */
bool input_line(struct input *in, struct str *line);

/* Bytes from the start of the unwrapped input to p. */
uint64_t input_offset(const struct input *in);

/* "FILE: line N: ..." or "FILE: byte N: ..."; only the first is printed. Returns -1. */
int input_error(struct input *in, const char *format, ...) PRINTF_LIKE(2, 3);
/* The same, naming byte `at` of the unwrapped input. */
int input_error_at(struct input *in, uint64_t at, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* The same of the file that is being read just now, or of none; the caller gives up. */
void input_refuse(const char *format, ...) PRINTF_LIKE(1, 2);

/* 0, or -1 after an error. */
static inline int input_status(const struct input *in)
{
	return in->failed ? -1 : 0;
}

#endif
