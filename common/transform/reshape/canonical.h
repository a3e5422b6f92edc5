/*
 * canonical - the same content, the same rows in the same order
 *
 * However a profile came about, and in whichever order: equal content gives equal tables,
 * so that a writer gives the same bytes.
 *
 * - Functions, frames, threads, stacks and all rows are sorted, texts by their bytes and
 *   stacks depth first. What no sample, cost, arc, jump or total names is left out.
 * - Value types come in a fixed order: those that profilers put first (time, Ir), then
 *   the others by name.
 * - A value type has as few decimals as its values need.
 * - Samples are added up: their order in time, call events and time ranges are given up.
 */
#ifndef RESHAPE_CANONICAL_H
#define RESHAPE_CANONICAL_H

#include "common/profile/profile.h"

struct canonical_options {
	/* what the target does not tell apart, see remap.h */
	bool fold_arcs, outermost;
};

struct profile *profile_canonical(const struct profile *p, const struct canonical_options *options);

#endif
