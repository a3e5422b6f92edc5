/*
 * otlp/json_values - texts, bytes and numbers of JSON as protobuf has them
 *
 * Numbers may be strings and the other way round, as protobuf's own readers take them.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/num.h"
#include "common/syntax/protobuf.h"
#include "converters/otlp/json.h"
#include "converters/otlp/texts.h"

/* --- errors --- */

/* Of a very long one the end, since a message is one line. */
const char *otlp_json_path(struct otlp_json *j)
{
	enum { LONGEST = 200 };
	struct buf *to = &j->scratch;

	to->n = 0;
	for (size_t i = 0; i < j->depth; i++) {
		const struct otlp_level *level = &j->levels[i];

		if (level->array && level->elements) {
			buf_print(to, "[%" PRIu64 "]", level->elements - 1);
		} else if (!level->array && level->field) {
			buf_print(to, "%s", to->n ? "." : "");
			buf_add(to, level->field->name);
		}
	}
	buf_byte(to, '\0');
	return to->p + (to->n > LONGEST ? to->n - LONGEST : 0);
}

bool otlp_json_expected(struct otlp_json *j, const char *what)
{
	enum { SHOWN = 24 };
	struct input *in = j->scan.in;
	struct str rest;

	json_peek(&j->scan);
	input_want(in, SHOWN);
	if (in->failed)
		return false;
	rest = (struct str){ in->p, (size_t)(in->end - in->p) };
	input_error(in, "expected %s as %s, got %s", what, otlp_json_path(j),
		    rest.n ? diag_quote(str_head(rest, SHOWN)) : "the end of the input");
	return false;
}

/* --- numbers --- */

static bool is_unsigned(enum otlp_kind kind)
{
	return kind == OTLP_UINT32 || kind == OTLP_UINT64 || kind == OTLP_FIXED64;
}

/* Also "5.0" and "1e3", which are integers. */
static bool integer_of(struct str text, enum otlp_kind kind, uint64_t *value)
{
	struct decimal number;
	enum exactness exactness;
	int64_t integer;

	if (is_unsigned(kind) && str_to_u64(text, value))
		return kind != OTLP_UINT32 || *value <= UINT32_MAX;
	if (!str_to_i64(text, &integer) &&
	    (!str_to_decimal(text, &number, &exactness) || exactness != EXACT ||
	     decimal_at(number, 0, &integer) != EXACT))
		return false;
	*value = (uint64_t)integer;
	if (is_unsigned(kind))
		return integer >= 0 && (kind != OTLP_UINT32 || integer <= UINT32_MAX);
	return kind != OTLP_INT32 || (integer >= INT32_MIN && integer <= INT32_MAX);
}

static bool double_of(struct otlp_json *j, struct str text, uint64_t *value)
{
	bool word = str_eq(text, S("NaN")) || str_eq(text, S("Infinity")) ||
		    str_eq(text, S("-Infinity"));
	double number;
	char *end;

	for (size_t i = 0; i < text.n && !word; i++)
		if (!str_has(S("0123456789+-.eE"), text.p[i]))
			return false;
	j->scratch.n = 0;
	buf_add(&j->scratch, text);
	buf_byte(&j->scratch, '\0');
	number = strtod(j->scratch.p, &end);
	memcpy(value, &number, sizeof number);
	return text.n && end == j->scratch.p + text.n;
}

static bool number_of(struct otlp_json *j, enum otlp_kind kind, struct str text, uint64_t *value)
{
	return kind == OTLP_DOUBLE ? double_of(j, text, value) : integer_of(text, kind, value);
}

static const char *number_word(enum otlp_kind kind)
{
	switch (kind) {
	case OTLP_DOUBLE: return "a number";
	case OTLP_INT32: return "an integer of 32 bits";
	case OTLP_UINT32: return "an integer from 0 to 2^32 - 1";
	case OTLP_INT64: return "an integer of 64 bits";
	default: return "an integer from 0 to 2^64 - 1";
	}
}

static bool take_number(struct otlp_json *j, enum otlp_kind kind, uint64_t *value)
{
	enum json_kind found = json_peek(&j->scan);
	uint64_t at = input_offset(j->scan.in);
	struct str text;
	bool string = found == JSON_STRING;

	if (!string && found != JSON_NUMBER)
		return otlp_json_expected(j, number_word(kind));
	if (!(string ? json_string(&j->scan, &text) : json_number_text(&j->scan, &text)))
		return false;
	if (number_of(j, kind, text, value))
		return true;
	input_error_at(j->scan.in, at, "expected %s as %s, got %s", number_word(kind),
		       otlp_json_path(j), diag_quote(text));
	return false;
}

static bool put_number(struct otlp_json *j, const struct otlp_schema_field *f, bool packed)
{
	bool fixed = f->kind == OTLP_FIXED64 || f->kind == OTLP_DOUBLE;
	uint64_t value = 0;
	bool truth = false;

	if (f->kind == OTLP_BOOL) {
		enum json_kind found = json_peek(&j->scan);

		if (found != JSON_BOOL)
			return otlp_json_expected(j, "true or false");
		if (!json_bool(&j->scan, &truth))
			return false;
		value = truth;
	} else if (!take_number(j, f->kind, &value)) {
		return false;
	}
	if (!packed)
		protobuf_put_tag(&j->message, f->number,
				 fixed ? PROTOBUF_FIXED64 : PROTOBUF_VARINT);
	if (fixed)
		protobuf_put_fixed(&j->message, value);
	else
		protobuf_put_varint(&j->message, value);
	return true;
}

/* --- bytes --- */

static struct str without_padding(struct str text)
{
	size_t pads = 0;

	if (text.n && text.n % 4 == 0)
		while (pads < 2 && text.p[text.n - 1 - pads] == '=')
			pads++;
	return str_head(text, text.n - pads);
}

static bool put_base64(struct buf *to, struct str text)
{
	uint32_t bits = 0;
	int count = 0;

	text = without_padding(text);
	for (size_t i = 0; i < text.n; i++) {
		int digit = base64_digit(text.p[i]);

		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		count += 6;
		if (count >= 8) {
			count -= 8;
			buf_byte(to, (char)(bits >> count & 255));
		}
	}
	return text.n % 4 != 1;
}

/* Their lengths tell hexadecimal digits from base64: 32 or 24 of 16 bytes, 16 or 12 of 8. */
static bool put_id(struct buf *to, struct str text, size_t size)
{
	if (text.n == 2 * size)
		return otlp_decode_hex(to, text);
	return !text.n || (put_base64(to, text) && to->n == size);
}

static bool put_bytes(struct otlp_json *j, const struct otlp_schema_field *f)
{
	struct str text;
	uint64_t at;

	if (json_peek(&j->scan) != JSON_STRING)
		return otlp_json_expected(j, "a string");
	at = input_offset(j->scan.in);
	if (!json_string(&j->scan, &text))
		return false;
	j->scratch.n = 0;
	if (f->kind == OTLP_TEXT || (f->kind == OTLP_ID ? put_id(&j->scratch, text, f->size)
							: put_base64(&j->scratch, text))) {
		protobuf_put_bytes(&j->message, f->number,
				   f->kind == OTLP_TEXT ? text : buf_str(&j->scratch));
		return true;
	}
	if (f->kind == OTLP_ID)
		input_error_at(j->scan.in, at,
			       "expected %d hexadecimal digits, or %d bytes in base64, as %s, got "
			       "%s",
			       2 * f->size, f->size, otlp_json_path(j), diag_quote(text));
	else
		input_error_at(j->scan.in, at, "expected bytes in base64 as %s, got %s",
			       otlp_json_path(j), diag_quote(text));
	return false;
}

bool otlp_json_scalar(struct otlp_json *j, const struct otlp_schema_field *f, bool packed)
{
	if (f->kind == OTLP_TEXT || f->kind == OTLP_BYTES || f->kind == OTLP_ID)
		return put_bytes(j, f);
	return put_number(j, f, packed);
}
