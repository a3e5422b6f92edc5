/*
 * time_text - points in time as text: RFC 3339 and what ISO 8601 has of it
 *
 * 	2026-11-27T07:52:46.471510Z      2026-11-27 07:52:46+01:00      2026-11-27T07:52:46
 */
#ifndef BASE_TIME_TEXT_H
#define BASE_TIME_TEXT_H

#include "common/base/str.h"

/*
 * Reads a date and a time into nanoseconds since 1970 without leap seconds, as POSIX counts them.
 * Without an offset it is UTC; digits below a nanosecond are cut off. False if the text is
 * anything else, or before 1678 or after 2261.
 */
bool time_text_read(struct str text, int64_t *ns);

#endif
