/*
 * pstat/internal - what its reader, its writer and its handler share
 */
#ifndef PSTAT_INTERNAL_H
#define PSTAT_INTERNAL_H

#include "common/program/format.h"

/* The file of built-in functions, and of those whose file is unknown. */
#define NOWHERE S("~")
/* A function that the writer adds for readers of the file, and the reader drops. */
#define ROOT S("[root]")

enum {
	SECONDS = 9,        /* a time counts 10^-9 of what is in the file */
	SURROGATE = 0xdc00, /* U+DC80 to U+DCFF are the bytes 0x80 to 0xff */
};

/* How the notes spell an enum unit. */
enum { PSTAT_UNITS = 3 };
extern const char *const pstat_units[PSTAT_UNITS];

/* The value type of plain seconds, as every profiler writes them. */
struct value_type pstat_seconds(struct profile *p);

/* A float of the file is an integer of the model / 10^digits. */
int pstat_digits_of(const struct value_type *type);
static inline int64_t pstat_power_of_ten(int digits)
{
	static const int64_t powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000,
					  100000000, 1000000000 };

	return powers[digits];
}

static inline double pstat_to_float(int64_t value, int digits)
{
	return (double)value / (double)pstat_power_of_ten(digits);
}

/* Values in +- this fit. */
static inline double pstat_max(int digits)
{
	return 9.2e18 / (double)pstat_power_of_ten(digits);
}

/* The nearest; the whole part is exact, so that what pstat_to_float() made comes back. */
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

/* U+DC80 to U+DCFF, in three bytes, at byte i: one byte of a name that is not UTF-8. */
bool pstat_is_escape(struct str s, size_t i);

int pstat_bid(struct str head, bool whole);
int pstat_read(struct input *in, struct profile *p);
int pstat_check(const struct profile *p, const void *options);
void pstat_write(struct output *out, const struct profile *p);

#endif
