/*
 * json_scan - JSON pulled from an input, value by value
 *
 * Strict JSON (RFC 8259) at the speed of the disk: nothing is kept but the window
 * of the input, which holds the longest string or number, and no call recurses.
 *
 *	json_object(&j);
 *	while (json_key(&j, &key)) {
 *		if (str_eq(key, S("weights"))) {
 *			json_array(&j);
 *			while (json_element(&j))
 *				json_number(&j, &weight);
 *		} else {
 *			json_skip(&j);
 *		}
 *	}
 *
 * After json_key() or a true json_element() exactly one value is to be taken.
 * Errors are the input's, told once and sticky: from then on every call says false,
 * so that all loops end.
 *
 * Strings come as bytes, and any bytes can come: what is no UTF-8 in the text stays
 * as it is; a lone surrogate \udc80 to \udcff is the byte 0x80 to 0xff (Python's
 * "surrogateescape"), any other lone one its three bytes ("surrogatepass"); \u0000 is
 * a NUL. json_put() writes what comes back so. (cJSON cuts strings at \u0000,
 * refuses lone surrogates and holds the whole text in memory: it cannot keep names
 * that are bytes.) Numbers come as decimals, never through floating point.
 */
#ifndef SYNTAX_JSON_SCAN_H
#define SYNTAX_JSON_SCAN_H

#include "common/base/num.h"
#include "common/io/input.h"

enum json_kind {
	JSON_NOTHING, /* no value begins here, or the input has ended */
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_BOOL,
	JSON_NULL,
};

struct json {
	struct input *in;
	bool at_start;    /* just inside a bracket: no comma comes first */
	bool colon;       /* after a key: a colon comes first */
	struct buf text;  /* a string that had escapes */
};

void json_start(struct json *j, struct input *in);
void json_free(struct json *j);
/* Nothing but blanks may follow; false after an error. */
bool json_end(struct json *j);

/* What the next value is; takes nothing. */
enum json_kind json_peek(struct json *j);

/* Enter an object; its next key, valid until the next call; false at its end. */
bool json_object(struct json *j);
bool json_key(struct json *j, struct str *key);

/* Enter an array; whether another value of it follows. */
bool json_array(struct json *j);
bool json_element(struct json *j);

/* Take a value of this kind, or complain. The text is valid until the next call. */
bool json_string(struct json *j, struct str *text);
bool json_number(struct json *j, struct decimal *number, enum exactness *exactness);
bool json_bool(struct json *j, bool *value);
/* An integer from 0 to `max`; `what` is for the message. */
bool json_index(struct json *j, uint32_t max, const char *what, uint32_t *value);

/* Takes a null if one is next; else says false and takes nothing. */
bool json_null(struct json *j);
/* Takes any value. What is in it must be well-formed, and no deeper than LIMIT_NESTING. */
bool json_skip(struct json *j);

/*
 * The text of an array without strings or brackets in it, untaken: for a caller who
 * knows this text and passes over it with json_pass(). False if the next value does
 * not end with a ']' near: then (and if the text is a new one) take it as usual.
 */
bool json_flat_array(struct json *j, struct str *text);
void json_pass(struct json *j, size_t bytes);
/* From such a text on to that of the array's neighbour, if all of it is in the window. */
bool json_flat_neighbour(const struct json *j, struct str *text);

/* "byte N: expected WHAT, got ..." at the next value. Returns false. */
bool json_expected(struct json *j, const char *what);

#endif
