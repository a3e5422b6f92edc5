/*
 * symbolise - functions in place of addresses for which the source had none
 *
 * A frame of an unsymbolised address becomes the functions that the program has there: the one that
 * is really called, and in it those that were inlined. What has a function already stays. Without
 * mappings the addresses are those of a program that is always loaded at one place, if there is one.
 */
#ifndef RESHAPE_SYMBOLISE_H
#define RESHAPE_SYMBOLISE_H

#include "common/profile/profile.h"
#include "common/syntax/symbols.h"

struct symbolise_program {
	struct symbols *symbols;
	/* set here */
	bool matches;       /* a mapping is of this program, or is taken for it */
	bool other_build;   /* one has its name and another build id: that one is left as it is */
	uint64_t found;     /* frames that have functions now */
	uint64_t not_found; /* frames of its mappings that have none */
};

/*
 * Mappings belong to the program with their build id or, where one of the two has none, to the
 * first one with their name without directories. A new profile.
 */
struct profile *profile_symbolise(const struct profile *p, struct symbolise_program *programs,
				  size_t count);

#endif
