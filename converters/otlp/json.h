/*
 * otlp/json - messages in JSON, made into the bytes of protobuf
 *
 * An object is taken from the input value by value and becomes a message in memory, which is read
 * as every other. It keeps where its messages stood, so that an error in one names the byte of the
 * JSON. Memory is that of the message, which is smaller than its JSON, and 16 bytes for each
 * message and list in it.
 */
#ifndef OTLP_JSON_H
#define OTLP_JSON_H

#include "common/syntax/json_scan.h"
#include "converters/otlp/schema.h"

struct otlp_mark {
	size_t at;       /* in the message */
	uint64_t offset; /* in the input */
};

/* An object or array that has begun. */
struct otlp_level {
	const struct otlp_schema *schema;      /* of an object */
	const struct otlp_schema_field *field; /* the last one; of an array, its own */
	bool array;
	uint64_t elements;
	size_t length_at; /* where its length belongs, or 0: it has none */
};

struct otlp_json {
	struct input_origin origin; /* first: it stands for the whole */
	struct json scan;
	struct buf message;
	unsigned names; /* enum otlp_names met in the message */
	struct otlp_mark *marks;
	size_t mark_count, mark_cap;
	struct otlp_level *levels;
	size_t depth, cap;
	struct buf scratch;
};

/* Whether a file that begins so is JSON: no message begins with a bracket. */
bool otlp_is_json(struct str head);
/* How sure it is that JSON is a profile. */
int otlp_json_bid(struct str head, int sure);

void otlp_json_start(struct otlp_json *j, struct input *in);
void otlp_json_free(struct otlp_json *j);
/* Takes the next object. False at the end or after an error. */
bool otlp_json_next(struct otlp_json *j);

/* --- json_values.c: each puts the value of a field into the message --- */

/* The last field, as in "dictionary.stackTable[3].locationIndices"; valid until the next call. */
const char *otlp_json_path(struct otlp_json *j);
/* Reports what was expected as the value of the last field. Returns false. */
bool otlp_json_expected(struct otlp_json *j, const char *what);
/* Any value but an object or array. False after an error. */
bool otlp_json_scalar(struct otlp_json *j, const struct otlp_schema_field *f, bool packed);

#endif
