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

#include "common/base/num.h"
#include "common/base/str.h"

struct output;

/* NULL or "-" is standard output. NULL after a message if it cannot be made. */
struct output *output_open(const char *path);
/*
 * When one process writes and another one, which may still rename, closes: hold opens
 * it for both (the next output_open() returns it); the writer's output_close() sets
 * *written, in memory that both see; then the other gives the file its name, or
 * removes it. -1 after a message.
 */
int output_hold(const char *path);
void output_leave_name(bool *written);
int output_give_name(bool written);
/* Collects into a growing buffer that the caller frees. */
struct output *output_memory(struct buf *into);

/*
 * Finishes: flushes, closes, renames. 0, or -1 after a message. With keep false
 * the temporary is removed and an old file stays as it was.
 */
int output_close(struct output *out, bool keep);

void output_bytes(struct output *out, const void *bytes, size_t n);
void output_i64(struct output *out, int64_t value);
void output_u64(struct output *out, uint64_t value);
void output_decimal(struct output *out, struct decimal value);

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
	output_bytes(out, &c, 1);
}

#endif
