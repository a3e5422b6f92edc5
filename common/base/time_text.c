#include "common/base/time_text.h"

#include "common/base/num.h"

/* What is left of the text; `failed` once it did not go on as expected. */
struct time_text {
	struct str rest;
	bool failed;
};

/* `digits` digits, as a number up to `max`. */
static int64_t take_digits(struct time_text *t, size_t digits, int64_t max)
{
	int64_t value = 0;

	for (size_t i = 0; i < digits; i++) {
		if (i >= t->rest.n || t->rest.p[i] < '0' || t->rest.p[i] > '9') {
			t->failed = true;
			return 0;
		}
		value = value * 10 + (t->rest.p[i] - '0');
	}
	t->rest = str_from(t->rest, digits);
	t->failed |= value > max;
	return value;
}

/* One of these bytes. */
static char take_one(struct time_text *t, struct str of)
{
	if (!t->rest.n || !str_has(of, t->rest.p[0])) {
		t->failed = true;
		return '\0';
	}
	t->rest = str_from(t->rest, 1);
	return t->rest.p[-1];
}

/* Days since 1970-01-01 of the Gregorian calendar, with years that begin in March. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = year / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t take_date(struct time_text *t)
{
	static const int8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t year = take_digits(t, 4, 9999), month, day;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	take_one(t, S("-"));
	month = take_digits(t, 2, 12);
	take_one(t, S("-"));
	day = take_digits(t, 2, 31);
	if (month < 1 || day < 1 || t->failed || day > lengths[month - 1] + (leap && month == 2)) {
		t->failed = true;
		return 0;
	}
	return days_since_1970(year, month, day);
}

/* Second 60 is a leap second: POSIX counts it as the one after it. */
static int64_t take_clock(struct time_text *t)
{
	int64_t hours, minutes;

	hours = take_digits(t, 2, 23);
	take_one(t, S(":"));
	minutes = take_digits(t, 2, 59);
	take_one(t, S(":"));
	return hours * 3600 + minutes * 60 + take_digits(t, 2, 60);
}

static int64_t take_fraction(struct time_text *t)
{
	int64_t value = 0, unit = 100000000;

	if (!t->rest.n || (t->rest.p[0] != '.' && t->rest.p[0] != ','))
		return 0;
	take_one(t, S(".,"));
	value = take_digits(t, 1, 9) * unit;
	while (t->rest.n && t->rest.p[0] >= '0' && t->rest.p[0] <= '9')
		value += take_digits(t, 1, 9) * (unit /= 10);
	return value;
}

/* Seconds that local time is ahead of UTC. */
static int64_t take_offset(struct time_text *t)
{
	int64_t hours, minutes;
	char sign;

	if (!t->rest.n)
		return 0;
	sign = take_one(t, S("Zz+-"));
	if (sign != '+' && sign != '-')
		return 0;
	hours = take_digits(t, 2, 23);
	if (t->rest.n && t->rest.p[0] == ':')
		take_one(t, S(":"));
	minutes = take_digits(t, 2, 59);
	return (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

bool time_text_read(struct str text, int64_t *ns)
{
	struct time_text t = { text, false };
	int64_t seconds = take_date(&t) * 86400, fraction;

	take_one(&t, S("Tt "));
	seconds += take_clock(&t);
	fraction = take_fraction(&t);
	seconds -= take_offset(&t);
	return !t.failed && !t.rest.n && i64_shift(seconds, 9, &seconds) &&
	       i64_add(seconds, fraction, ns);
}
