/*
 * pprof/paths - stacks as they are in a file: lists of numbers, each list once
 *
 * A list is stored as it is, without any tree: most files hold each stack once, so a tree of
 * them is made once, from the sorted lists (paths_sort()), and nothing has to be looked up.
 * Numbers of lists are dense, in order of first appearance; 0 is the empty one.
 */
#ifndef PPROF_PATHS_H
#define PPROF_PATHS_H

#include "common/base/index.h"

struct paths {
	uint32_t *numbers; /* of all lists, one behind the other */
	size_t used, cap;
	size_t *ends; /* by list: where it ends; it begins where the one before ends */
	size_t count, end_cap;
	struct index index;
};

void paths_free(struct paths *p);

/* The list with these numbers: found if it is there, else added. */
uint32_t paths_add(struct paths *p, const uint32_t *numbers, size_t count);

struct path {
	const uint32_t *numbers;
	size_t count;
};
static inline struct path paths_at(const struct paths *p, uint32_t list)
{
	size_t begin = list ? p->ends[list - 1] : 0;

	return p->used ? (struct path){ p->numbers + begin, p->ends[list] - begin }
		       : (struct path){ NULL, 0 };
}

/*
 * The lists in an order in which all that begin alike follow each other, shorter ones first.
 * The caller frees it.
 */
uint32_t *paths_sort(const struct paths *p);
/* How many numbers both begin with. */
size_t path_common(struct path a, struct path b);

#endif
