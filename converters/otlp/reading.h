/*
 * otlp/reading - one message while it is read
 *
 * The message is in the window as a whole, since the tables may come last and the layout is known
 * only when all samples have been seen. Rows of tables are the bytes of their messages; what they
 * stand for is made when it is first asked for.
 */
#ifndef OTLP_READING_H
#define OTLP_READING_H

#include "common/syntax/protobuf.h"
#include "converters/otlp/schema.h"

struct otlp_rows {
	struct protobuf *rows;
	size_t count, cap;
};

/* The numbers of fields that differ between layouts; 0: it has no such field. */
struct otlp_fields {
	bool old_times; /* varints */
	uint32_t location_attributes;
	struct {
		uint32_t locations, time, duration, period_type, period, attributes;
	} profile;
	struct {
		uint32_t start, length, stack, values, attributes, link, times;
	} sample;
};

/* The numbers of a repeated field. */
struct otlp_numbers {
	uint64_t *items;
	size_t count, cap;
};

struct otlp_sample {
	uint64_t start, length, stack, link;
	uint64_t times;
	struct otlp_numbers values, attributes;
};

/* What a location stands for: frames in the array of the message, the caller first. */
struct otlp_place {
	size_t first, count;
	bool known;
};

struct otlp_stack {
	stack_id id;
	bool known;
};

/* A text or number, as a label. */
struct otlp_attribute {
	struct label label;
	bool empty;          /* the null entry, or without a key */
	string_id unit;      /* also if the label is none with a number */
	size_t first, count; /* of an array in the table: its elements, as labels */
};

struct otlp_mapping {
	struct mapping content;
	mapping_id id;
};

struct otlp_message {
	struct input *in;
	struct profile *p;
	struct protobuf all;
	enum otlp_names names; /* of a message that was JSON: which layout they are of */
	bool json;
	bool dictionary;
	struct otlp_rows resources, tables[OTLP_TABLES];
	enum otlp_layout layout;
	const struct otlp_fields *fields;

	bool escapes; /* texts.h */
	string_id *strings;
	struct otlp_attribute *attributes;
	struct label *elements;
	size_t element_count, element_cap;
	struct otlp_mapping *mappings;
	struct otlp_place *places; /* by location */
	struct otlp_stack *stacks; /* by row of the stack table */
	frame_id *frames;
	size_t frame_count, frame_cap;
	struct otlp_numbers path;
	uint64_t pushed; /* frames of stacks, against files that refer to one place too often */
	size_t stacks_before;

	struct otlp_sample sample;
	bool too_long; /* ranges of this profile are one too long */
	bool counts;   /* one value type counts the samples */
	value_id first_type;
	struct recording recording;
};

/* What a profile is in: its resource and scope. */
struct otlp_origin {
	struct protobuf resource, scope;
};

/* --- read.c --- */

/* Calls `visit` for each profile until it returns false. */
void otlp_each_profile(struct otlp_message *m,
		       bool (*visit)(struct otlp_message *m, struct protobuf profile,
				     const struct otlp_origin *origin, void *context),
		       void *context);

/* --- layout.c --- */

/* Reads a sample. False if it does not fit: after an error unless `quiet`. */
bool otlp_sample(struct otlp_message *m, struct protobuf s, const struct otlp_fields *fields,
		 bool quiet);
/* Sets layout and fields. */
void otlp_find_layout(struct otlp_message *m, enum otlp_layout wanted);
void otlp_add_number(struct otlp_numbers *n, uint64_t number);

/* --- attributes.c --- */

/* Each reads its table; attributes need the strings. */
void otlp_read_strings(struct otlp_message *m);
void otlp_read_attributes(struct otlp_message *m);
/* The text of a string's number; `at`: the place for an error that names `what`. */
string_id otlp_string(const struct otlp_message *m, const struct protobuf *at, uint64_t number,
		      const char *what);
/* A KeyValue of a resource, scope or the attribute table. */
struct otlp_attribute otlp_attribute(const struct otlp_message *m, struct protobuf row);
/* A row of the attribute table; an empty one after an error. */
const struct otlp_attribute *otlp_attribute_at(const struct otlp_message *m,
					       const struct protobuf *at, uint64_t number);

/* --- tables.c --- */

void otlp_read_tables(struct otlp_message *m);
void otlp_free_tables(struct otlp_message *m);
/* The stack of m->sample; before 1.8 a range of these locations of its profile. */
stack_id otlp_stack_of(struct otlp_message *m, const struct protobuf *at,
		       const struct otlp_numbers *locations);

/* --- facts.c --- */

/* What a profile says of itself; `v` is its value type, or NO_ID. */
void otlp_read_facts(struct otlp_message *m, struct protobuf profile, value_id v);
/* Two strings: of a value type, or the period's. */
void otlp_read_type(const struct otlp_message *m, struct protobuf row, string_id *name,
		    string_id *unit);

/* --- samples.c --- */

void otlp_read_samples(struct otlp_message *m);

#endif
