/* traces/values - ids, times and texts of JSON */
#include "common/base/time_text.h"
#include "converters/traces/reading.h"

string_id traces_intern(struct traces_reader *r, struct str text)
{
	return strings_add(&r->s->texts, text);
}

bool traces_expected_object(struct traces_reader *r, const char *what)
{
	return json_peek(&r->j) == JSON_OBJECT || json_expected(&r->j, what);
}

/* --- texts --- */

string_id traces_take_text(struct traces_reader *r)
{
	bool is_text = json_peek(&r->j) == JSON_STRING;
	struct str text;

	return (is_text || !json_null(&r->j)) && json_string(&r->j, &text) ? traces_intern(r, text)
									   : 0;
}

/*
 * The text of a string of so many bytes, which is in the window and not consumed; there may be
 * escapes in it. False if the next value is another one.
 */
static bool see_string(struct traces_reader *r, size_t length, struct str *text)
{
	const struct input *in = r->in;

	json_peek(&r->j);
	*text = (struct str){ in->p + 1, length };
	return (size_t)(in->end - in->p) >= length + 2 && in->p[0] == '"' &&
	       in->p[length + 1] == '"';
}

/* Most spans have the trace of the one before, and ids of 16 digits. */
void traces_take_trace(struct traces_reader *r)
{
	struct str text;

	if (see_string(r, r->s->last_trace_text.n, &text) && spans_is_last_trace(r->s, text)) {
		json_pass(&r->j, text.n + 2);
		r->span.trace = r->s->last_trace;
		r->has_trace = true;
		return;
	}
	if (json_null(&r->j) || !json_string(&r->j, &text) || !text.n)
		return;
	r->span.trace = spans_trace_text(r->s, text);
	r->has_trace = true;
}

void traces_take_id(struct traces_reader *r, struct span_id *id)
{
	enum { USUAL = 16 };
	struct str text;

	if (see_string(r, USUAL, &text) && spans_id_digits(text, id))
		json_pass(&r->j, text.n + 2);
	else if (!json_null(&r->j) && json_string(&r->j, &text))
		*id = spans_id_text(r->s, text);
	r->has_id |= id == &r->span.id && span_id_known(*id);
}

void traces_take_parent(struct traces_reader *r)
{
	traces_take_id(r, &r->span.parent);
}

/* A number of OTLP's, or a word. */
void traces_take_kind(struct traces_reader *r)
{
	enum json_kind kind = json_peek(&r->j);
	uint32_t number;
	struct str word;

	if (kind == JSON_NUMBER) {
		if (json_index(&r->j, UINT32_MAX, "a kind of span", &number) && number < SPAN_KINDS)
			r->span.kind = (enum span_kind)number;
	} else if ((kind == JSON_STRING || !json_null(&r->j)) && json_string(&r->j, &word)) {
		r->span.kind = span_kind_find(word);
	}
}

/* --- times --- */

/* False if there is none: an empty text. What is no number is one below 0. */
static bool take_decimal(struct traces_reader *r, struct decimal *number, enum exactness *exactness)
{
	struct str text;

	if (json_peek(&r->j) != JSON_STRING)
		return json_number(&r->j, number, exactness);
	if (!json_string(&r->j, &text) || !text.n)
		return false;
	if (!str_to_decimal(text, number, exactness))
		*number = (struct decimal){ -1, 0 };
	return true;
}

/* Nearly all times are digits only. */
static bool take_digits(struct traces_reader *r, int64_t *value)
{
	struct input *in = r->in;
	const char *from = in->p + 1, *p = from;
	uint64_t sum = 0;

	enum { MAX_DIGITS = 19 }; /* of 64 bits without a sign */

	if (in->end - from <= MAX_DIGITS)
		return false;
	while (p < from + MAX_DIGITS && *p >= '0' && *p <= '9')
		sum = sum * 10 + (uint64_t)(*p++ - '0');
	if (*p != '"' || p == from || sum > INT64_MAX)
		return false;
	in->p = p + 1;
	*value = (int64_t)sum;
	return true;
}

bool traces_take_time(struct traces_reader *r, int scale, int64_t *ns)
{
	enum exactness exactness = EXACT;
	struct decimal number;
	uint64_t at;

	if (json_peek(&r->j) == JSON_STRING && scale == 0 && take_digits(r, ns))
		return true;
	at = input_offset(r->in);
	if (json_null(&r->j) || !take_decimal(r, &number, &exactness))
		return false;
	number.exponent += scale;
	if (number.mantissa >= 0 && exactness != OUT_OF_RANGE &&
	    decimal_at(number, 0, ns) != OUT_OF_RANGE)
		return true;
	input_error_at(r->in, at, "expected a time of 0 to 2^63 - 1 nanoseconds");
	return false;
}

bool traces_take_date(struct traces_reader *r, int64_t *ns)
{
	struct str text;
	uint64_t at;

	json_peek(&r->j);
	at = input_offset(r->in);
	if (json_null(&r->j) || !json_string(&r->j, &text))
		return false;
	if (time_text_read(text, ns) && *ns >= 0)
		return true;
	input_error_at(r->in, at,
		       "expected a time from 1970 on like 2026-11-27T08:06:35.5Z, got %s",
		       diag_quote(text));
	return false;
}

void traces_set_duration(struct traces_reader *r, int64_t duration)
{
	if (!i64_add(r->span.start, duration, &r->span.end))
		input_error_at(r->in, r->at, "expected a span that ends before 2^63 nanoseconds");
}
