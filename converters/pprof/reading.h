/*
 * pprof/reading - the state of the reader
 *
 * A file is read once. The tables may come after the samples, so these are summed by the
 * numbers of the file in a profile of their own (`samples` of a part): its stacks are numbers of
 * paths (paths.h), its labels and value types have string numbers in place of strings. When all
 * has been read, resolve.c translates it.
 *
 * Files may follow each other (`cat a b`), which the format itself takes for one file. A part
 * begins where rows of tables come after the strings; if strings of its own follow, which begin
 * with an empty one, it is a file of its own, else it belongs to the one before.
 */
#ifndef PPROF_READING_H
#define PPROF_READING_H

#include "common/syntax/protobuf.h"
#include "converters/pprof/internal.h"
#include "converters/pprof/paths.h"

/* Each row knows its place in the input, for errors that are found at the end. */
struct pprof_type {
	uint64_t name, unit, at;
};

struct pprof_mapping {
	uint64_t id, start, limit, offset, file, build_id, at;
	unsigned has; /* MAPPING_HAS_* */
};

struct pprof_function {
	uint64_t id, name, system, file, line, at;
};

struct pprof_line {
	uint64_t function, line, column;
};

struct pprof_location {
	uint64_t id, mapping, address, at;
	size_t lines, line_count; /* in the table of lines */
};

/* A location id that samples have, and where it was first. */
struct pprof_reference {
	uint64_t id, at;
};

/* Fields that a file has once; numbers of strings. */
struct pprof_singular {
	uint64_t drop_frames, keep_frames, default_type, doc_url;
	int64_t start, duration, period;
	struct pprof_type period_type;
};

/* The tables of the reader, as far as they are divided into files. */
enum pprof_table {
	PPROF_TYPES,
	PPROF_MAPPINGS,
	PPROF_FUNCTIONS,
	PPROF_LOCATIONS,
	PPROF_STRINGS,
	PPROF_COMMENTS,
	PPROF_TABLES
};

struct pprof_part {
	struct profile *samples;
	struct paths paths;
	struct pprof_singular singular;
	uint64_t samples_at;        /* the first sample */
	size_t begin[PPROF_TABLES]; /* where its rows begin in the tables */
};

struct pprof_comment {
	uint64_t text, at;
};

struct pprof_reader {
	struct input *in;
	struct profile *p;
	size_t stacks_before; /* of the profile */

	struct pprof_part *parts;
	size_t part_count, part_cap;
	struct pprof_part *part; /* the last one */
	uint32_t first_field;    /* the kind that a file begins with */
	unsigned seen;           /* kinds of fields that the part has, as bits */
	bool interleaved;        /* strings are among the other fields: no part begins there */

	struct pprof_type *types;
	size_t type_count, type_cap;
	struct pprof_mapping *mappings;
	size_t mapping_count, mapping_cap;
	struct pprof_function *functions;
	size_t function_count, function_cap;
	struct pprof_location *locations;
	size_t location_count, location_cap;
	struct pprof_line *lines;
	size_t line_count, line_cap;
	string_id *strings;
	size_t string_count, string_cap;
	struct pprof_comment *comments;
	size_t comment_count, comment_cap;

	struct pprof_reference *references;
	size_t reference_count, reference_cap;
	uint32_t *small_references; /* by a small location id: its number + 1 */
	size_t small_cap;
	struct index reference_index; /* of the other ids */

	/* the sample that is being read */
	uint32_t *path;
	size_t path_cap;
	int64_t *values;
	size_t value_count, value_cap;
	label_id *labels;
	size_t label_cap;
};

/* The caller closes what it opened. */
void pprof_open_reader(struct pprof_reader *r, struct input *in, struct profile *p);
void pprof_close_reader(struct pprof_reader *r);

/* The number of a location id, by first appearance. */
uint32_t pprof_reference_of(struct pprof_reader *r, uint64_t id);
/* The list of the first `depth` numbers of r->path, leaf first, which are turned round. */
uint32_t pprof_add_path(struct pprof_reader *r, size_t depth);
/* Adds r->values for a list and the first `labels` of r->labels. */
void pprof_add_sample(struct pprof_reader *r, uint32_t path, size_t labels);

/* Reads the fields of one row, which was taken from field f of the input. */
void pprof_read_sample(struct pprof_reader *r, struct protobuf m);
void pprof_read_type(struct pprof_reader *r, struct protobuf m);
void pprof_read_period_type(struct pprof_reader *r, struct protobuf m);
void pprof_read_mapping(struct pprof_reader *r, struct protobuf m);
void pprof_read_location(struct pprof_reader *r, struct protobuf m);
void pprof_read_function(struct pprof_reader *r, struct protobuf m);

/* How many rows each table has. */
void pprof_counts(const struct pprof_reader *r, size_t counts[PPROF_TABLES]);

/* Adds the file whose parts are from `first` up to `end` to the profile. */
void pprof_resolve(struct pprof_reader *r, size_t first, size_t end);

#endif
