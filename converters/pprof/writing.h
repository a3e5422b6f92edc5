/*
 * pprof/writing - the state of the writer
 *
 * Everything is numbered before the first byte is written, except strings: these get their
 * numbers when they are first needed, and are written behind all that refers to them.
 */
#ifndef PPROF_WRITING_H
#define PPROF_WRITING_H

#include "common/profile/locations.h"
#include "common/syntax/protobuf.h"
#include "converters/pprof/internal.h"

struct pprof_writer {
	struct output *out;
	const struct profile *p;
	struct strings strings;

	struct locations locations;

	int64_t *units; /* by value type: what its values are divided by */
	bool own_keys;  /* labels of the profile have the keys of threads */
	struct buf message, inner;
};

/* Writes mappings, locations and functions. */
void pprof_put_tables(struct pprof_writer *w);
/* Writes all samples with their labels. */
void pprof_put_samples(struct pprof_writer *w);
bool pprof_has_threads(const struct profile *p);

static inline uint64_t pprof_string(struct pprof_writer *w, string_id id)
{
	return strings_add(&w->strings, profile_text(w->p, id));
}

#endif
