/*
 * unit_text - units of value types as pprof and OTLP spell them
 *
 * Values are whole numbers there, in a unit of any name: "nanoseconds", "bytes", "count".
 * Values with decimals have whole numbers in a unit of their own: "10^-3 count".
 */
#ifndef PROFILE_UNIT_TEXT_H
#define PROFILE_UNIT_TEXT_H

#include "common/profile/profile.h"

/* Values in a unit are multiplied by `factor`, then by 10^power. */
struct unit_text {
	const char *word;
	enum unit unit;
	int64_t factor;
	int power;
};
/* NULL: values in this unit are plain numbers. */
const struct unit_text *unit_text_find(struct str word);
/*
 * Takes a power of ten in front of a unit, as of "10^-3 count", off it and returns the power; 0
 * if there is none.
 */
int unit_text_exponent(struct str *unit);

/* The value type that has a unit of this name; of plain numbers one without an exponent. */
struct value_type unit_text_type(struct profile *p, string_id name, struct str unit);
/*
 * Converts a number of the file to a value of value type v, which unit_text_type() returned for a
 * unit that has this text and exponent. False if it does not fit.
 */
bool unit_text_value(struct profile *p, value_id v, const struct unit_text *text, int exponent,
		     int64_t number, int64_t *value);

/*
 * The power of ten that times of the profile's samples are to be written in: the unit that they
 * were read in, if all are whole in it. *unit gets it as a number. 0 and 1 for other values.
 */
int unit_text_power(const struct profile *p, value_id v, int64_t *unit);
/* Appends the unit; times are written in 10^power nanoseconds. */
void buf_add_unit(struct buf *b, const struct profile *p, value_id v, int power);

#endif
