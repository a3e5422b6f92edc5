/*
 * merge - the sum of profiles, independent of their order and grouping
 *
 * Values, calls and counts of equal rows are added. Everything else is combined so that any
 * order, any sharding and any tree of merges gives the same content:
 *
 * - Metadata (a header line) is kept if all profiles have it, or all that have its thread.
 *   Recorded sums are dropped. Creators of one dialect become "several"; creators of several
 *   dialects are dropped.
 * - Value types of one name and unit are added; a profile that lacks one has zeros of it.
 * - The title of a value type is kept if all agree; so is the unit in which its numbers are
 *   written, or else the coarsest one is taken; the number of decimals is the largest one.
 * - Profiles whose functions are lines (line_functions) become profiles of functions if
 *   others are.
 * - The recording begins at the first start and lasts as long as all together; the default
 *   value type and the period are kept if all have the same.
 * - The source format is not kept: a merge of merges would report another one.
 * - The sum is marked as estimated, or its calls as samples, if one profile is.
 */
#ifndef RESHAPE_MERGE_H
#define RESHAPE_MERGE_H

#include "common/profile/profile.h"

struct merge {
	struct profile *sum;       /* NULL before the first profile */
	uint64_t count;            /* number of profiles added */
	uint64_t *metadata_counts; /* by row of the sum's metadata: how many profiles have it */
	size_t metadata_cap;
	uint64_t *thread_counts; /* by thread of the sum: how many profiles have it */
	size_t thread_cap, threads;
	string_id creator; /* the creator of all so far, a string of the sum */
	enum { CREATOR_NONE, CREATOR_ONE, CREATOR_SEVERAL } creators;
	bool outermost;        /* some arc counts only outermost activations */
	uint64_t *type_counts; /* by value type of the sum: how many profiles have it */
	value_id *type_groups; /* by value type: the first of those that go together, see below */
	size_t type_cap, type_group_cap, types;
};

/* True if the value types of one are all in the other. */
bool merge_agrees(const struct merge *m, const struct profile *p);

/*
 * Whether two value types of the sum are in one profile, or in profiles that have another one in
 * common, or so on. Where two are not, there is no sum of what they count.
 */
bool merge_goes_together(const struct merge *m, value_id a, value_id b);

/* Whether all profiles have the value type of the sum. */
bool merge_is_common(const struct merge *m, value_id v);

/* Removes the value types that some profile lacks. False, and nothing done, if that is all. */
bool merge_keep_common(struct merge *m);

/* Adds p. p may be changed; the caller still owns it. */
void merge_add(struct merge *m, struct profile *p);

/* Returns the sum, which the caller frees, and resets m. NULL if nothing was added. */
struct profile *merge_finish(struct merge *m);

#endif
