/* pstat/internal - shared by the reader, the writer and the format */
#ifndef PSTAT_INTERNAL_H
#define PSTAT_INTERNAL_H

#include "common/program/format.h"

/* The file of built-in functions, and of functions whose file is unknown. */
#define NOWHERE S("~")
/* A function that the writer adds for other readers of the file, and our reader drops. */
#define ROOT S("[root]")

enum {
	SECONDS = 9,        /* times are in 10^-9 of the unit of the file */
	SURROGATE = 0xdc00, /* U+DC80 to U+DCFF are the bytes 0x80 to 0xff */
};

/* The spelling of enum unit in the notes. */
enum { PSTAT_UNITS = 3 };
extern const char *const pstat_units[PSTAT_UNITS];

/* The value type of plain seconds, which every profiler writes. */
struct value_type pstat_seconds(struct profile *p);

/* A float in the file is an integer of the model / 10^digits. */
int pstat_digits_of(const struct value_type *type);
static inline int64_t pstat_power_of_ten(int digits)
{
	static const int64_t powers[] = { 1,      10,      100,      1000,      10000,
					  100000, 1000000, 10000000, 100000000, 1000000000 };

	return powers[digits];
}

static inline double pstat_to_float(int64_t value, int digits)
{
	return (double)value / (double)pstat_power_of_ten(digits);
}

/* The largest absolute value that fits. */
static inline double pstat_max(int digits)
{
	return 9.2e18 / (double)pstat_power_of_ten(digits);
}

/*
 * Rounds to the nearest integer; the whole part is exact, so that the results of
 * pstat_to_float() come back.
 */
static inline int64_t pstat_from_fitting(double x, int digits)
{
	int64_t power = pstat_power_of_ten(digits), whole = (int64_t)x;
	double rest = (x - (double)whole) * (double)power;

	return whole * power + (int64_t)(rest < 0 ? rest - 0.5 : rest + 0.5);
}

static inline bool pstat_from_float(double x, int digits, int64_t *value)
{
	double max = pstat_max(digits);

	if (!(x > -max && x < max))
		return false;
	*value = pstat_from_fitting(x, digits);
	return true;
}

/*
 * Whether a character U+DC80 to U+DCFF, in three bytes, begins at byte i: a byte of a name that
 * is not UTF-8.
 */
bool pstat_is_escape(struct str s, size_t i);

int pstat_bid(struct str head, bool whole);
int pstat_read(struct input *in, struct profile *p);
int pstat_check(const struct profile *p, const void *options);
void pstat_write(struct output *out, const struct profile *p);

#endif
