/*
 * redact - a profile that can be shown to others
 *
 * Both give a new profile with the same values, calls and shape; functions that become
 * equal are added up.
 */
#ifndef RESHAPE_REDACT_H
#define RESHAPE_REDACT_H

#include "common/profile/profile.h"

/* Files and objects without their directories. */
struct profile *profile_strip_dirs(struct profile *p);

/*
 * Every name of a function, file, object and thread becomes a letter and 16 hexadecimal
 * digits of its HMAC-SHA256 under the key: the same name is the same everywhere, and
 * who does not have the key cannot try names (with an empty key anybody can). Each part
 * of a path becomes one of its own. Metadata (commands, creators, titles), labels of
 * samples, when it was recorded, mappings, addresses, system names and the system's numbers
 * of threads are left out. Lines, counts and value types stay, and
 * the names that profpipe itself gives: "[root]" and the like.
 */
struct profile *profile_anonymize(const struct profile *p, struct str key);

#endif
