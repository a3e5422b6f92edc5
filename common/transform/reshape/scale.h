/*
 * scale - all values times a number
 */
#ifndef RESHAPE_SCALE_H
#define RESHAPE_SCALE_H

#include "common/profile/profile.h"

/* numerator / denominator, which is positive. */
struct factor {
	int64_t numerator, denominator;
};

/* "0.25", "1e3" or "1/3". False if it is none of these, or too long. */
bool factor_read(struct str text, struct factor *factor);

/*
 * Every value of both halves; calls and numbers of samples stay. Value types that are no
 * times get as many decimals as it takes, at most 9. What is rounded is counted in
 * p->rounded; what does not fit is an overflow of p.
 */
void profile_scale(struct profile *p, struct factor factor);

#endif
