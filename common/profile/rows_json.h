/*
 * rows_json - value types, threads and metadata as JSON
 *
 * JSON-based formats that have no place for a part of the model store it under an extra key,
 * in this form. A missing key means empty or 0; unknown keys are skipped.
 *
 * 	value type  {"name": "Dr", "title": "Data read", "unit": "none", "unit_name": "words",
 * 	             "exponent": -2, "counts": true}
 * 	thread      {"name": "main", "pid": "7", "tid": "9", "part": 2}
 * 	metadata    [["cmd", "./a.out"], ["desc", "part 2", {"name": "main"}]]
 */
#ifndef PROFILE_ROWS_JSON_H
#define PROFILE_ROWS_JSON_H

#include "common/profile/profile.h"
#include "common/syntax/json_put.h"
#include "common/syntax/json_scan.h"

/* The names of units in the speedscope format. */
struct unit_word {
	struct str word;
	enum unit unit;
	int power;
	struct str value; /* the default name of such a value type */
};

/*
 * unit_word_find() returns NULL if there is none; unit_word_of() returns the word for the scale
 * of the value type, or the first word of its unit.
 */
const struct unit_word *unit_word_find(struct str word);
const struct unit_word *unit_word_of(const struct value_type *v);

/*
 * Reads JSON that a text in another file is: `read` reads it, and errors name its byte there and
 * `what` it is.
 */
void json_in_text(struct input *in, uint64_t at, const char *what, struct str text,
		  void (*read)(struct json *j, void *context), void *context);

/* Each reads the next JSON value. Errors are reported through the input. */
struct value_type json_value_type(struct json *j, struct profile *p);
/* Like json_value_type(), but a value type without a name gets that of its unit. */
struct value_type json_named_value_type(struct json *j, struct profile *p);
struct thread json_thread(struct json *j, struct profile *p);
void json_metadata(struct json *j, struct profile *p);
string_id json_text(struct json *j, struct profile *p);

/* Whether that says more of the value type than its name and unit. */
bool json_adds_to_value_type(const struct value_type *v);
void json_put_value_type(struct output *out, const struct profile *p, value_id v);
void json_put_thread(struct output *out, const struct profile *p, thread_id t);
/* One row of metadata, without the brackets around all. */
void json_put_metadata_row(struct output *out, const struct profile *p, size_t row);
/* All rows of metadata but number `without`. */
void json_put_metadata(struct output *out, const struct profile *p, size_t without);

/* ,"key":"text" and ,"key":number as the caller spells all that comes before. */
void json_put_text(struct output *out, const char *before, struct str text);
void json_put_count(struct output *out, const char *before, uint64_t number);

#endif
