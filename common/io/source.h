/*
 * source - a chain of byte streams
 *
 * Each link reads from the one below it: a file descriptor or memory at the bottom, then
 * gunzip or another decompression (in a thread of its own for long inputs), then UTF-16 to UTF-8. The last two are
 * added only where the first bytes call for them.
 */
#ifndef IO_SOURCE_H
#define IO_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/str.h"

struct source {
	/*
	 * Reads up to n > 0 bytes. Returns 0 at the end; -1 on an error, with *trouble set
	 * (NULL: see errno).
	 */
	ptrdiff_t (*read)(struct source *s, char *to, size_t n);
	void (*close)(struct source *s);
	struct source *below; /* NULL at the bottom */
	const char *trouble;
	bool compressed; /* this link decompresses */
};

/* The error message of the link that failed; NULL: see errno. */
const char *source_trouble(const struct source *s);

/* `size` is the size of a regular file, or 0 if unknown. */
struct source *source_file(int fd, uint64_t size);
struct source *source_memory(struct str bytes);
/* `read` answers as a source's does, but -1 is all that it says of an error. */
struct source *source_callback(ptrdiff_t (*read)(void *user, void *to, size_t n), void *user);

/*
 * Each looks at the first bytes of `below` and returns either `below` itself or a new link,
 * which owns it.
 */
struct source *source_unpack(struct source *below); /* gzip, zstd, xz, bzip2 */
struct source *source_utf8(struct source *below);

/* Owns `below`. Once the input turns out to be long, a thread reads it ahead of the caller. */
struct source *source_read_ahead(struct source *below);

#endif
