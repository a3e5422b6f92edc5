/*
 * timeline - samples in the order of time, and windows of time
 *
 * Each thread has a time line for each value type. It begins where the source says, and each
 * sample takes as long as its value:
 *
 * 	thread 1 starts at 10: main;a 5, main;b 3      a from 10 to 15, b from 15 to 18
 * 	window 12:16                                   main;a 3, main;b 1
 */
#ifndef CALLTREE_TIMELINE_H
#define CALLTREE_TIMELINE_H

#include "common/profile/profile.h"

/* Whether p has an order in time: samples one by one, or call events. */
bool timeline_is_ordered(const struct profile *p);

/* Enter and leave become samples in order. NULL if p has none: it is as it should be. */
struct profile *timeline_samples(const struct profile *p);

/*
 * What lies between two times, in each value type's own measure (by value type; INT64_MIN
 * and INT64_MAX are no limits). p is in order and has no call events. Negative values
 * take no time.
 */
struct profile *timeline_window(const struct profile *p, const int64_t *from, const int64_t *to);

#endif
