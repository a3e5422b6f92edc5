/*
 * decompress - zstd, xz and bzip2 input, unwrapped like gzip
 *
 * Each is its own library's work, which is loaded when the first such file is met: a start
 * pays for none of them. Several streams in one file follow each other, as the programs of
 * these names write and read them.
 */
#ifndef IO_DECOMPRESS_H
#define IO_DECOMPRESS_H

#include "common/io/source.h"

/* What the first bytes of a file have to be at least to be recognised. */
enum { MAGIC_BYTES = 6 };

/*
 * A new link above `below`, which it then owns, if `head`, the first bytes that `below` will
 * give, is the magic of one of them; else `below`. Ends the work with a message if the
 * library cannot be loaded.
 */
struct source *source_decompress(struct source *below, struct str head);

/* Loads all of them, if they are there: a sandbox allows no loading after it is closed. */
void decompress_load(void);

#endif
