/*
 * pprof/writing - the state of the writer
 *
 * Everything is numbered before the first byte is written, except strings: these get their
 * numbers when they are first needed, and are written behind all that refers to them.
 */
#ifndef PPROF_WRITING_H
#define PPROF_WRITING_H

#include "common/syntax/protobuf.h"
#include "converters/pprof/internal.h"

/*
 * By stack: the location that its last frame is in, and the stack that called it. A location
 * is a frame and those that are inlined into it.
 */
struct pprof_node {
	uint32_t location; /* its number from 1, or 0 if no sample ends or calls from here */
	stack_id caller;
};

struct pprof_writer {
	struct output *out;
	const struct profile *p;
	struct strings strings;

	struct pprof_node *nodes;
	struct stacks locations;    /* a location as a path: its outermost frame first */
	uint32_t *location_numbers; /* by path */
	stack_id *location_order;   /* by number - 1 */
	size_t location_count, location_cap;

	struct index function_index;
	function_id *functions; /* by number - 1 */
	size_t function_count, function_cap;

	string_id *objects; /* mappings that are only an object, behind those of the profile */
	size_t object_count, object_cap;
	uint32_t *object_numbers; /* by string: its place in objects + 1 */

	int *powers;    /* by value type: times are written in 10^power nanoseconds */
	int64_t *units; /* the same as numbers */
	bool own_keys;  /* labels of the profile have the keys of threads */
	struct buf message, inner, innermost;
};

/* Numbers the locations of all samples. */
void pprof_number_locations(struct pprof_writer *w);
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
