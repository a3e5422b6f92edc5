/*
 * tags - selects, groups and shows samples by their labels, as pprof does
 *
 * A condition is KEY=REGEX, KEY=RANGE, REGEX or RANGE. A range is a number with or without a
 * unit, or two of them separated by a colon, one of which may be missing: 4kb, 1kb:2mb,
 * :100ms, 100:. Ends are included; times are compared with times and bytes with bytes (1kb is
 * 1024). Without a key, a range applies to every number, and an expression is searched in
 * "KEY:TEXT" of every label. If a sample has a key several times, one match is enough.
 *
 * "thread" and "process" stand for the name of the thread and the number of the process,
 * unless a label of the profile has that key.
 */
#ifndef RESHAPE_TAGS_H
#define RESHAPE_TAGS_H

#include "common/profile/profile.h"

/*
 * Marks the samples that match, by row. 0; 1 if none does; -1 after a message about the option.
 */
int tags_mark(const struct profile *p, const char *option, struct str condition, bool *marks);

/* Marks the labels whose key matches the expression, by label; returns as tags_mark(). */
int tags_mark_keys(const struct profile *p, const char *option, struct str expression, bool *keep);
/* Removes all other labels; samples that become equal are summed. */
struct profile *tags_keep(const struct profile *p, const bool *keep);

/*
 * Turns the labels of a sample under the keys ("a,b,c") into frames above its first or below
 * its last frame, those of the first key nearest to the root: the texts of one key separated
 * by commas, numbers with their unit, "<unknown>" if there are none. The labels are kept.
 */
enum tag_place { TAG_ROOT, TAG_LEAF, TAG_ALONE }; /* alone: instead of the stack */
struct profile *tags_as_frames(const struct profile *p, struct str keys, enum tag_place place);

/* Whether some sample has a label with this key, or the key is "thread" or "process". */
bool tags_has_key(const struct profile *p, struct str key);

#endif
