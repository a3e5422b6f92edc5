/*
 * output - where a converted profile goes
 *
 * Writes are buffered and errors stick: a writer calls output_* without looking
 * back, and output_close() says whether everything arrived. A file is written
 * beside its final name and renamed when all is well, so an old file is either
 * kept whole or replaced whole. A name that ends in .gz is compressed (without
 * time stamp or name: the same input gives the same bytes).
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
	char *p, *full;       /* the next byte's place; a block is full */
	char *buffer;
	const void *options;  /* of the format that writes to it */
	struct buf *memory;   /* instead of a file */
	int fd;
	int trouble;          /* errno of the first failure */
	struct z_stream_s *gzip;
	char *path;           /* the final name; NULL for a stream */
	char *temp_name;
	bool made;            /* the temporary is there */
	char *display_name;   /* the name in messages */
	struct cleanup cleanup;
	bool *written;        /* another process gives it its name: tell it here */
};

/* NULL or "-" is standard output. NULL after a message if it cannot be made. */
struct output *output_open(const char *path);
/*
 * When one process writes and another one, which may still rename, closes: hold opens
 * it for both (the next output_open() returns it); the writer's output_close() sets
 * *written, in memory that both see; then the other gives the file its name, or
 * removes it. -1 after a message.
 */
int output_preopen(const char *path);
void output_defer_rename(bool *written);
int output_finish_rename(bool written);
/* Collects into a growing buffer that the caller frees. */
struct output *output_memory(struct buf *into);

/*
 * Finishes: flushes, closes, renames. 0, or -1 after a message. With keep false
 * the temporary is removed and an old file stays as it was.
 */
int output_close(struct output *out, bool keep);

/* What a block may be written beyond its end: a line of numbers, and a short name. */
enum { OUTPUT_ROOM = 1 << 12 };

/* Writes the full block out: p is before `full` again. */
void output_block(struct output *out);

/*
 * OUTPUT_ROOM bytes from out->p on, which the caller fills and moves p over: one look
 * at the end of the buffer for a whole line.
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
