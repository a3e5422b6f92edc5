/* traces/values - ids, times and texts of JSON */
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

/* Exactly n digits. */
static bool take_number(struct str *rest, size_t n, int64_t *value)
{
	uint64_t number;

	if (rest->n < n || !str_to_u64(str_head(*rest, n), &number))
		return false;
	*value = (int64_t)number;
	*rest = str_from(*rest, n);
	return true;
}

static bool take_char(struct str *rest, const char *one_of)
{
	if (!rest->n || !str_has(str_of(one_of), rest->p[0]))
		return false;
	*rest = str_from(*rest, 1);
	return true;
}

/* Days since 1970 of the Gregorian calendar, for years of four digits. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	const int64_t shifted = year - (month <= 2); /* years begin in March */
	const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	const int64_t until_1970 = 719468;

	return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + of_year - until_1970;
}

static bool take_fraction(struct str *rest, int64_t *ns)
{
	int64_t unit = 100000000;

	*ns = 0;
	if (!take_char(rest, ".,"))
		return true;
	if (!rest->n || rest->p[0] < '0' || rest->p[0] > '9')
		return false;
	for (; rest->n && rest->p[0] >= '0' && rest->p[0] <= '9'; unit /= 10) {
		*ns += (rest->p[0] - '0') * unit;
		*rest = str_from(*rest, 1);
	}
	return true;
}

/* "Z", "+01:00", or nothing; in seconds. */
static bool take_zone(struct str *rest, int64_t *offset)
{
	bool west = rest->n && rest->p[0] == '-';
	int64_t hours, minutes;

	*offset = 0;
	if (!rest->n || take_char(rest, "Zz"))
		return true;
	if (!take_char(rest, "+-") || !take_number(rest, 2, &hours) || !take_char(rest, ":") ||
	    !take_number(rest, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset = (hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

bool traces_date(struct str text, int64_t *ns)
{
	int64_t year, month, day, hour, minute, second, fraction, zone, seconds;
	const int64_t most = INT64_MAX / 1000000000 - 1;

	if (!take_number(&text, 4, &year) || !take_char(&text, "-") ||
	    !take_number(&text, 2, &month) || !take_char(&text, "-") ||
	    !take_number(&text, 2, &day) || !take_char(&text, "Tt ") ||
	    !take_number(&text, 2, &hour) || !take_char(&text, ":") ||
	    !take_number(&text, 2, &minute) || !take_char(&text, ":") ||
	    !take_number(&text, 2, &second) || !take_fraction(&text, &fraction) ||
	    !take_zone(&text, &zone) || text.n)
		return false;
	if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
	    second > 60)
		return false;
	seconds = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second - zone;
	*ns = seconds * (seconds >= 0 && seconds <= most ? 1000000000 : 0) + fraction;
	return seconds >= 0 && seconds <= most;
}

bool traces_take_date(struct traces_reader *r, int64_t *ns)
{
	struct str text;
	uint64_t at;

	json_peek(&r->j);
	at = input_offset(r->in);
	if (json_null(&r->j) || !json_string(&r->j, &text))
		return false;
	if (traces_date(text, ns))
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
