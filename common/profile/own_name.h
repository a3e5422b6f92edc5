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
/* The number of such a name; 0 if it is none. */
size_t own_name_number(struct str text, struct str usual);
static inline bool own_name_is(struct str text, struct str usual)
{
	return own_name_number(text, usual) != 0;
}

/*
 * By number, the first function + 1 that has the name, or 0: function_count + 2 of them, so that
 * one from 1 on is free. `taken` and the caller as for own_name(). The caller frees the array.
 */
uint32_t *own_name_functions(const struct profile *p, struct str usual, const bool *taken);
/*
 * The first of these names that no function has which is taken[]; NULL stands for all of them.
 * Functions with a file or an object are not taken for it.
 */
string_id own_name(struct profile *p, struct str usual, const bool *taken);

/* pstat and valgrind have words for an unknown file. */
bool own_name_has_location(const struct profile *p, function_id f);

#endif
