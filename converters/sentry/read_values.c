/* sentry/read_values - texts, numbers and times as the SDKs spell them */
#include "common/base/time_text.h"
#include "common/profile/rows_json.h"
#include "converters/sentry/reading.h"

uint64_t sentry_place(struct sentry_reader *r)
{
	json_peek(&r->j);
	return input_offset(r->in);
}

string_id sentry_take_text(struct sentry_reader *r)
{
	return json_null(&r->j) ? 0 : json_text(&r->j, r->tables);
}

string_id sentry_take_id(struct sentry_reader *r)
{
	struct str text = { 0 };
	bool taken;

	if (json_null(&r->j))
		return 0;
	taken = json_peek(&r->j) == JSON_NUMBER ? json_number_text(&r->j, &text)
						: json_string(&r->j, &text);
	return taken ? profile_string(r->tables, text) : 0;
}

/* A number, also one in quotes. */
static bool take_number(struct sentry_reader *r, struct decimal *number)
{
	enum exactness exactness = EXACT;
	struct str text;

	if (json_peek(&r->j) != JSON_STRING)
		return json_number(&r->j, number, &exactness);
	return json_string(&r->j, &text) && str_to_decimal(text, number, &exactness);
}

struct sentry_number sentry_take_count(struct sentry_reader *r, const char *what)
{
	struct sentry_number n = { 0 };
	struct decimal number = { 0 };
	uint64_t at = sentry_place(r);

	if (json_null(&r->j))
		return n;
	n.known = take_number(r, &number) && decimal_at(number, 0, &n.value) == EXACT &&
		  n.value >= 0;
	if (!n.known)
		input_error_at(r->in, at, "expected %s: a whole number from 0 on", what);
	return n;
}

struct sentry_number sentry_take_time(struct sentry_reader *r)
{
	const int nanoseconds = -9;
	struct sentry_number time = { 0 };
	uint64_t at = sentry_place(r);
	struct decimal number = { 0 };
	struct str text;

	if (json_null(&r->j))
		return time;
	if (json_peek(&r->j) == JSON_NUMBER)
		time.known = take_number(r, &number) &&
			     decimal_at(number, nanoseconds, &time.value) != OUT_OF_RANGE;
	else if (json_string(&r->j, &text))
		time.known = time_text_read(text, &time.value);
	/* none is before 1970, so that no difference of two is beyond 64 bits */
	if (!time.known || time.value < 0)
		input_error_at(r->in, at,
			       "expected a time: seconds since 1970, or a date such as "
			       "'2026-11-27T07:52:46.471510Z'");
	return time;
}
