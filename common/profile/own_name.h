/*
 * own_name - names of functions that conversions add: "[idle]", "[unattributed]"
 *
 * A function of a source may have such a name too. What is added is then called "[idle 2]",
 * or with the first higher number that no function has, so that both are kept apart.
 */
#ifndef PROFILE_OWN_NAME_H
#define PROFILE_OWN_NAME_H

#include "common/profile/profile.h"

/* The usual name for number 1, otherwise with the number: "[idle 2]". Replaces what is in `out`. */
void own_name_spell(struct buf *out, struct str usual, size_t number);
/* Whether the text is the usual name, or that with a number. */
bool own_name_is(struct str text, struct str usual);

/*
 * The first of these names that no function has which is taken[]; NULL stands for all of them.
 * Functions with a file or an object are not taken for it.
 */
string_id own_name(struct profile *p, struct str usual, const bool *taken);

/* pstat and valgrind have words for an unknown file. */
bool own_name_has_location(const struct profile *p, function_id f);

#endif
