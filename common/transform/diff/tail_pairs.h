/*
 * tail_pairs - which of two sets of paths are one file in two places
 *
 *	/home/a/lib/x.py      ./lib/x.py      the tail "lib/x.py" is theirs alone
 *
 * Two paths are a pair if each has no longer tail of whole components in common with any path
 * of the other set, and with no second one one that is as long. A pair that is found leaves
 * others that were ambiguous before, so pairs are found from the longest tails to the shortest.
 */
#ifndef DIFF_TAIL_PAIRS_H
#define DIFF_TAIL_PAIRS_H

#include <stdbool.h>

#include "common/base/str.h"

struct tail_path {
	struct str path;
	uint32_t index; /* the caller's */
	bool second;    /* of the second set */
};

struct tail_pair {
	uint32_t first, second; /* indexes of the callers */
};

/*
 * Fills pairs, which has room for `count` of them, and returns how many there are. Sorts the
 * paths.
 */
size_t tail_pairs_find(struct tail_path *paths, size_t count, struct tail_pair *pairs);

/*
 * The length of the longest common tail of whole path components; 0: not even the last one is
 * equal. '/' and '\\' are one.
 */
size_t tail_in_common(struct str a, struct str b);

/* What follows the last slash or backslash. */
struct str tail_component(struct str path);

#endif
