/*
 * json_scan - reads JSON from an input, value by value
 *
 * Strict JSON (RFC 8259) at the speed of the disk. Nothing is kept but the window of the
 * input, which holds the longest string or number, and nothing recurses.
 *
 * 	json_object(&j);
 * 	while (json_key(&j, &key)) {
 * 		if (str_eq(key, S("weights"))) {
 * 			json_array(&j);
 * 			while (json_element(&j))
 * 				json_number(&j, &weight);
 * 		} else {
 * 			json_skip(&j);
 * 		}
 * 	}
 *
 * After json_key(), or json_element() returning true, the caller takes exactly one value.
 * Errors are the input's: reported once and sticky. From then on every call returns false,
 * so all loops end.
 *
 * Strings are returned as bytes and may contain any byte. Bytes that are not UTF-8 are kept;
 * a lone surrogate \udc80 to \udcff is the byte 0x80 to 0xff (Python's "surrogateescape"),
 * any other lone surrogate its three bytes ("surrogatepass"); \u0000 is a NUL. json_put()
 * writes them so that they come back. (cJSON cuts strings at \u0000, rejects lone surrogates
 * and holds the whole text in memory, so it cannot keep names that are bytes.) Numbers are
 * returned as decimals and never pass through floating point.
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
	bool at_start;   /* right behind an opening bracket: no comma is expected */
	bool colon;      /* behind a key: a colon is expected */
	struct buf text; /* holds the last string that had escapes */

	bool may_be_cut;       /* see json_allow_cut() */
	uint64_t cut_at;       /* where the input ended */
	char cut_expected[40]; /* and what was expected there */
};

void json_start(struct json *j, struct input *in);
void json_free(struct json *j);
/* Checks that only whitespace follows. False after an error. */
bool json_end(struct json *j);

/* The kind of the next value, which is not consumed. */
enum json_kind json_peek(struct json *j);

/*
 * json_object() enters an object; json_key() gives its next key, valid until the next call, or
 * false at its end.
 */
bool json_object(struct json *j);
bool json_key(struct json *j, struct str *key);

/*
 * Takes the next key if it is written as in `quoted`, which has its quotes and colon and no blanks:
 * for readers that guess which one comes. False, and nothing taken, if it is not, or not in the
 * window: then json_key() tells.
 */
bool json_key_guessed(struct json *j, struct str quoted);

/* json_array() enters an array; json_element() says whether another element follows. */
bool json_array(struct json *j);
bool json_element(struct json *j);

/*
 * Each takes a value of that kind; any other value is an error. Texts are valid until the next
 * call.
 */
bool json_string(struct json *j, struct str *text);
bool json_number(struct json *j, struct decimal *number, enum exactness *exactness);
bool json_bool(struct json *j, bool *value);
/* Takes a number as it is written, for numbers that a decimal cannot hold. */
bool json_number_text(struct json *j, struct str *text);
/* An integer from 0 to `max`; `what` names it in the error message. */
bool json_index(struct json *j, uint32_t max, const char *what, uint32_t *value);

/* Takes a null. If the next value is not null: returns false and takes nothing. */
bool json_null(struct json *j);
/* Skips any value. It must be well-formed and nested no deeper than LIMIT_NESTING. */
bool json_skip(struct json *j);

/*
 * The text of the next value, an array without strings or brackets inside; it is not consumed.
 * A caller that knows this text can skip it with json_pass(). False if no "]" ends it nearby,
 * or if it is another value: then the caller reads it as usual.
 */
bool json_flat_array(struct json *j, struct str *text);
void json_pass(struct json *j, size_t bytes);
/* Moves *text from such an array to the next one, if that is in the window completely. */
bool json_flat_neighbour(const struct json *j, struct str *text);

/* Reports "byte N: expected WHAT, got ..." at the next value. Returns false. */
bool json_expected(struct json *j, const char *what);

/*
 * For readers that keep what a file has before a cut. After json_allow_cut() the end of the input
 * within a value is an error like others, in->failed included, but none that is reported. What
 * ended with the input is not taken: of "12" nobody knows that it was not 123. When all loops have
 * ended, a caller whose in->cut is set decides: json_keep_cut() takes the error back, and nothing
 * more can be read, or json_refuse_cut() reports it. Any other error is reported as usual, and
 * leaves in->cut alone.
 */
static inline void json_allow_cut(struct json *j)
{
	j->may_be_cut = true;
}
void json_keep_cut(struct json *j);
void json_refuse_cut(struct json *j);

/*
 * For json_scan.c, after input_want() or input_more() returned false: fails as a cut, if such are
 * allowed and there was no other error. Returns whether it did.
 */
bool json_cut_here(struct json *j, const char *what);

#endif
