/*
 * otlp/writing - the state of the writer
 *
 * The rows of most tables get their numbers when they are first needed: samples are built
 * first, resource by resource, and the dictionary is written behind them. Number 0 of each table
 * is the null entry, which is an empty message; so tables whose rows are known by their bytes
 * are tables of strings here.
 */
#ifndef OTLP_WRITING_H
#define OTLP_WRITING_H

#include "common/profile/locations.h"
#include "common/syntax/protobuf.h"
#include "converters/otlp/internal.h"

/* What the labels of a set become. */
struct otlp_set {
	size_t first, count;       /* attributes of samples, in set_attributes */
	string_id resource, scope; /* attributes of a resource, a whole scope: by their bytes */
	string_id link;
};

/* The attributes of its samples. */
struct otlp_thread {
	uint64_t attributes[3];
	size_t count;
};

struct otlp_writer {
	struct output *out;
	const struct profile *p;
	bool escapes; /* texts.h */

	struct strings texts, attributes, links;
	struct locations locations;
	uint32_t *stack_numbers; /* by stack */
	stack_id *stacks;        /* by number - 1 */
	size_t stack_count, stack_cap;

	struct strings parts;  /* resources and scopes */
	struct otlp_set *sets; /* by label set */
	uint64_t *set_attributes;
	size_t set_attribute_count, set_attribute_cap;
	struct otlp_thread *threads; /* by thread */
	bool own_keys;               /* labels that would be threads have other keys */

	int64_t *units;    /* by value type: what its values are divided by */
	struct buf *heads; /* by value type: the fields of a profile before its samples */
	struct buf *tails; /* and behind them */

	struct buf message, inner, innermost, text;
};

/* --- write_attributes.c --- */

/* The text as it is written: bytes that are no UTF-8 are escaped. It stays until the next one. */
struct str otlp_spelled(struct otlp_writer *w, struct str text);
/* The number of a text. */
uint64_t otlp_number_text(struct otlp_writer *w, struct str text);
static inline uint64_t otlp_number_string(struct otlp_writer *w, string_id id)
{
	return otlp_number_text(w, profile_text(w->p, id));
}
/* Each is the number of an attribute: a text, the id of a thread, several texts, true. */
uint64_t otlp_number_attribute(struct otlp_writer *w, struct str key, struct str value);
uint64_t otlp_number_id(struct otlp_writer *w, struct str key, uint64_t id);
uint64_t otlp_number_texts(struct otlp_writer *w, struct str key, const string_id *texts,
			   size_t count);
uint64_t otlp_number_true(struct otlp_writer *w, struct str key);
/* Labels of one key: texts, or behind them numbers of one unit. */
uint64_t otlp_number_labels(struct otlp_writer *w, struct str key, const label_id *labels,
			    size_t count);
/* Each appends an attribute of a resource or scope, which is no row of a table. */
void otlp_put_text(struct otlp_writer *w, struct buf *to, uint32_t field, struct str key,
		   struct str value);
void otlp_put_integer(struct otlp_writer *w, struct buf *to, uint32_t field, struct str key,
		      uint64_t value);
void otlp_put_id(struct otlp_writer *w, struct buf *to, uint32_t field, struct str key,
		 uint64_t id);

/* --- write_labels.c --- */

/* What the labels and the threads of samples become. */
void otlp_write_labels(struct otlp_writer *w);

/* --- write_samples.c --- */

/* Writes a message for each resource. */
void otlp_write_resources(struct otlp_writer *w);

/* --- write_facts.c --- */

/* What profiles say before and behind their samples. */
void otlp_write_facts(struct otlp_writer *w);

/* --- write_tables.c --- */

/* The number of a stack; the table has it from now on. */
uint64_t otlp_number_stack(struct otlp_writer *w, stack_id stack);
void otlp_write_dictionary(struct otlp_writer *w);

#endif
