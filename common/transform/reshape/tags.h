/*
 * tags - samples chosen, told apart and drawn by their labels, as pprof does
 *
 * A condition is KEY=REGEX, KEY=RANGE, REGEX or RANGE. A range is a number with or without
 * a unit, or two with a colon between, of which one may be missing: 4kb, 1kb:2mb, :100ms,
 * 100:. Its ends belong to it; times are compared with times and bytes with bytes (1kb is
 * 1024). Without a key a range is about every number, and an expression is searched in
 * "KEY:TEXT" of every label. A key that a sample has several times needs one that fits.
 *
 * "thread" and "process" are the thread's name and the process's number where no label
 * of the profile has that key.
 */
#ifndef RESHAPE_TAGS_H
#define RESHAPE_TAGS_H

#include "common/profile/profile.h"

/*
 * marks[row] of each sample that fits. 0; 1 if none does; -1 after a message about the
 * option.
 */
int tags_mark(const struct profile *p, const char *option, struct str condition, bool *marks);

/* keep[label] of the labels whose key matches the expression; returns as tags_mark(). */
int tags_mark_keys(const struct profile *p, const char *option, struct str expression,
		   bool *keep);
/* Samples have only these labels; those that become equal are added up. */
struct profile *tags_keep(const struct profile *p, const bool *keep);

/*
 * What a sample has under the keys ("a,b,c") becomes frames before its first or behind its
 * last one, those of the first key nearest to the root: the texts of one key with commas
 * between, numbers with their unit, "<unknown>" where it has none. Its labels stay.
 */
enum tag_place { TAG_ROOT, TAG_LEAF, TAG_ALONE }; /* alone: in the place of the stack */
struct profile *tags_as_frames(const struct profile *p, struct str keys, enum tag_place place);

/* Whether some sample has a label with this key, or it is "thread" or "process". */
bool tags_has_key(const struct profile *p, struct str key);

#endif
