/*
 * scale - multiplies all values by a number
 */
#ifndef RESHAPE_SCALE_H
#define RESHAPE_SCALE_H

#include "common/profile/profile.h"

/* The factor is numerator / denominator; the denominator is positive. */
struct factor {
	int64_t numerator, denominator;
};

/* Reads "0.25", "1e3" or "1/3". False if it is none of these, or too long. */
bool factor_read(struct str text, struct factor *factor);

/*
 * The value times the factor, to the nearest; halves are rounded away from zero. False if it does
 * not fit.
 */
bool factor_apply(struct factor f, int64_t value, int64_t *result, bool *rounded);

/*
 * Scales samples and call graph; calls and numbers of samples stay. Value types that are not
 * times get as many decimals as needed, at most 9. Rounded values are counted in p->rounded; a
 * value that does not fit is an overflow of p.
 */
void profile_scale(struct profile *p, struct factor factor);

/* The sum of all self values of a value type. False if it does not fit. */
bool profile_self_total(const struct profile *p, value_id v, int64_t *total);

/*
 * Scales the value type so that its self values add up to `total`, exactly; each is at most 1
 * beside the quotient. Inclusive values of a call graph are rounded one by one. False, and the
 * values are of no use, if that is no number above 0, or the profile has no such total itself, or
 * something does not fit.
 */
bool profile_scale_to(struct profile *p, value_id v, int64_t total);

#endif
