/*
 * source - a chain of byte streams
 *
 * Each link pulls from the one below it: a file descriptor or memory at the
 * bottom, then gunzip (beside the program where there is much of it), then UTF-16 to UTF-8 where the first bytes call for it.
 */
#ifndef IO_SOURCE_H
#define IO_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/str.h"

struct source {
	/* Up to n > 0 bytes; 0 at the end; -1 with *trouble set (or errno if NULL). */
	ptrdiff_t (*read)(struct source *s, char *to, size_t n);
	void (*close)(struct source *s);
	struct source *below; /* NULL at the bottom */
	const char *trouble;
};

/* What the link that failed says of it, or NULL: errno knows. */
const char *source_trouble(const struct source *s);

/* size: of a file that is no pipe; 0: unknown. */
struct source *source_file(int fd, uint64_t size);
struct source *source_memory(struct str bytes);
/* `read` answers as a source's does, but -1 is all that it says of an error. */
struct source *source_callback(ptrdiff_t (*read)(void *user, void *to, size_t n), void *user);

/*
 * These look at the first bytes of `below` and return it unchanged, or a new
 * link that owns it.
 */
struct source *source_gunzip(struct source *below);
bool source_is_compressed(const struct source *s); /* the link of source_gunzip() has work to do */
struct source *source_utf8(struct source *below);

/* Owns `below` and reads it in a thread of its own once it turns out to be long. */
struct source *source_read_ahead(struct source *below);

#endif
