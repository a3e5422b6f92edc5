/*
 * pprof/resolving - one file while it is translated into the profile
 *
 * resolve.c does so table by table, resolve_paths.c makes stacks, resolve_facts.c reads what is
 * said of the whole file.
 */
#ifndef PPROF_RESOLVING_H
#define PPROF_RESOLVING_H

#include "common/profile/unit_text.h"
#include "converters/pprof/reading.h"

/* The rows of one file in the tables of the reader: from `first` up to but not including `end`. */
struct pprof_rows {
	size_t first, end;
};

/* What a location id stands for: frames in the array of the resolver, caller first. */
struct pprof_frames {
	size_t first, count;
};

/* What is done with the values of a column. */
struct pprof_column {
	value_id v;
	const struct unit_text *unit; /* NULL: plain numbers */
	int exponent;
};

/*
 * A mapping that has nothing but the name of an object is that of functions only: other formats
 * know the object of a function without any place in memory.
 */
struct pprof_place {
	struct mapping content;
	mapping_id id; /* NO_MAPPING: only an object */
};

struct pprof_resolver {
	struct pprof_reader *r;
	struct profile *p;
	struct pprof_singular singular;
	struct pprof_rows rows[PPROF_TABLES];
	struct index mapping_ids, function_ids, location_ids; /* rows of the reader's tables */

	struct pprof_column *columns;
	size_t samples_column; /* counts the samples; NO_ID: none does */

	struct pprof_place *mapping_rows; /* by row in the range */
	frame_id *frames;
	size_t frame_count, frame_cap;
	struct pprof_frames *of_reference;

	bool threads;      /* labels hold threads */
	struct str prefix; /* of their keys */
};

/* The text of a string's number; an error, and empty, if there is none: `what` it was wanted as. */
string_id pprof_string_of(const struct pprof_resolver *x, uint64_t number, uint64_t at,
			  const char *what);
/*
 * By path of the part, its stack in the profile. The caller frees it, and looks for an error: NULL
 * then, or not all.
 */
stack_id *pprof_translate_paths(struct pprof_resolver *x, const struct pprof_part *part);
/* Combines fields that a file has once: of `more` those that are there. */
void pprof_join_singular(struct pprof_singular *sum, const struct pprof_singular *more);
/* Adds comments, metadata and the recording, and tells which frames the file wants dropped. */
void pprof_add_facts(struct pprof_resolver *x);

#endif
