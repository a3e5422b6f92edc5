/*
 * otlp/schema - messages of OTLP profiles with the names that JSON has for their fields
 *
 * One table for both directions: JSON becomes the bytes of the message, which read.c reads, so
 * JSON has no meaning of its own. Numbers of fields are those of the newest layout. Fields that
 * only older layouts have, which JSON tells by their names, have numbers that no layout uses.
 */
#ifndef OTLP_SCHEMA_H
#define OTLP_SCHEMA_H

#include "converters/otlp/internal.h"

enum otlp_kind {
	OTLP_MESSAGE,
	OTLP_TEXT,
	OTLP_BYTES, /* base64 */
	OTLP_ID,    /* hexadecimal, unlike other bytes; protobuf's own JSON has base64 */
	OTLP_BOOL,
	OTLP_INT32,
	OTLP_UINT32,
	OTLP_INT64, /* in JSON numbers of 64 bits are strings */
	OTLP_UINT64,
	OTLP_FIXED64,
	OTLP_DOUBLE,
};

/* Which layouts have a name: those with ranges of locations are before 1.8. */
enum otlp_names { OTLP_ANY_NAMES = 0, OTLP_STACK_NAMES = 1, OTLP_RANGE_NAMES = 2 };

struct otlp_schema_field {
	uint32_t number;
	enum otlp_kind kind;
	struct str name; /* lowerCamelCase */
	const struct otlp_schema *message;
	bool repeated;
	bool singular_too;      /* repeated in layouts before 1.8 only */
	enum otlp_names layout; /* that it is a sign of */
	uint8_t size;           /* bytes of an id */
	uint8_t inside; /* field whose message has the rows now, which stood outside of it once */
};

struct otlp_schema {
	const struct otlp_schema_field *fields; /* by number; older names of a number come last */
	size_t count;
};

extern const struct otlp_schema otlp_schema; /* of the whole */

/* Numbers of the fields that no layout has. */
enum { OTLP_RANGES_OF_PROFILE = 32, OTLP_START_OF_SAMPLE = 32, OTLP_LENGTH_OF_SAMPLE };

/*
 * The field of a name, also in snake_case; NULL: there is none. Looked for first behind `last`,
 * the one found before or NULL, since most writers have one order.
 */
const struct otlp_schema_field *otlp_schema_find(const struct otlp_schema *s, struct str name,
						 const struct otlp_schema_field *last);
/* The field of a number that the schema has, by its newest name. */
const struct otlp_schema_field *otlp_schema_number(const struct otlp_schema *s, uint32_t number);

#endif
