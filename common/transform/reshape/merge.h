/*
 * merge - the sum of profiles, whatever their order and grouping
 *
 * Values, calls and counts of equal rows are added up. All the rest is joined so that
 * any order, any sharding and any tree of merges ends in the same content:
 *
 * - A row of metadata (a header line) stays if all profiles have it, or all that have its thread.
 *   Recorded sums go. Creators of one dialect become "several", of several dialects none.
 * - A value type's title stays if all agree; so does the unit that its numbers are
 *   spelled in, or else the coarsest; its decimals are as many as anyone's.
 * - Profiles of lines (line_functions) become such of functions if others are.
 * - They were recorded from the first start on, for as long as all together; the default
 *   value type and the period stay if all have the same.
 * - Which format they were read from is not said: a merge of merges would say another.
 * - Estimates and sampled calls in one are so in the sum.
 */
#ifndef RESHAPE_MERGE_H
#define RESHAPE_MERGE_H

#include "common/profile/profile.h"

struct merge {
	struct profile *sum;      /* NULL before the first */
	uint64_t count;           /* profiles added */
	uint64_t *metadata_counts;   /* by row of sum's metadata: how many have it */
	size_t metadata_cap;
	uint64_t *thread_counts;  /* by thread of sum: how many have it */
	size_t thread_cap, threads;
	string_id creator;        /* that of all so far, of sum's strings */
	enum { CREATOR_NONE, CREATOR_ONE, CREATOR_SEVERAL } creators;
	bool outermost;           /* some arc counts outermost activations only */
};

/* True if all value types of one are in the other: then the two can be added. */
bool merge_agrees(const struct merge *m, const struct profile *p);

/* Adds p, whose value types agree. p may be changed, and is freed later by the caller. */
void merge_add(struct merge *m, struct profile *p);

/* The sum, which the caller frees; m is empty again. NULL if nothing was added. */
struct profile *merge_finish(struct merge *m);

#endif
