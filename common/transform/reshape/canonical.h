/*
 * canonical - equal content gives equal tables
 *
 * However a profile was built, and in whichever order, equal content results in equal tables,
 * so that a writer produces the same bytes.
 *
 * - Functions, frames, threads, stacks and all rows are sorted: texts bytewise, stacks depth
 *   first. What no sample, cost, arc, jump or total refers to is removed.
 * - Value types are put in a fixed order: first those that profilers put first (time, Ir),
 *   then the others by name.
 * - A value type keeps only as many decimals as its values need.
 * - Samples are aggregated: their order in time, call events and time ranges are dropped.
 */
#ifndef RESHAPE_CANONICAL_H
#define RESHAPE_CANONICAL_H

#include "common/profile/profile.h"

struct canonical_options {
	/* distinctions that the target does not make, see remap.h */
	bool fold_arcs, outermost;
};

struct profile *profile_canonical(const struct profile *p, const struct canonical_options *options);

#endif
