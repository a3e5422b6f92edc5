/*
 * time_units - names of times, by powers of ten of a nanosecond
 */
#ifndef PROGRAM_TIME_UNITS_H
#define PROGRAM_TIME_UNITS_H

#define TIME_UNIT_CHOICES "s|ms|us|ns"

enum { TIME_UNITS = 4 };

static const struct time_unit {
	const char *name, *word;
	int power;
} time_units[TIME_UNITS] = {
	{ "s", "seconds", 9 },
	{ "ms", "milliseconds", 6 },
	{ "us", "microseconds", 3 },
	{ "ns", "nanoseconds", 0 },
};

#endif
