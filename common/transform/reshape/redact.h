/*
 * redact - removes what should not be shown to others
 *
 * Both functions return a new profile with the same values, calls and shape; functions that
 * become equal are merged.
 */
#ifndef RESHAPE_REDACT_H
#define RESHAPE_REDACT_H

#include "common/profile/profile.h"

/* Removes the directories from files and objects. */
struct profile *profile_strip_dirs(struct profile *p);

/*
 * Replaces every name of a function, file, object and thread by a letter and 16 hexadecimal
 * digits of its HMAC-SHA256 under the key. Equal names stay equal everywhere, and without the
 * key nobody can test guesses (with an empty key anybody can). Each component of a path is
 * replaced separately. Metadata (commands, creators, titles), labels of samples, the time of
 * recording, mappings, addresses, system names and system thread numbers are dropped. Lines,
 * counts and value types are kept, and so are the names that profpipe itself creates, such as
 * "[root]".
 */
struct profile *profile_anonymize(const struct profile *p, struct str key);

#endif
