/*
 * group_by - renames functions, merging those that become equal
 *
 * Used for renaming, for viewing files, modules or lines instead of functions, and for
 * merging small functions: each function gets a new name, file, object and line, and what
 * is then equal is summed. Samples and call graph are both changed.
 *
 * For samples this is exact, inclusive values included. In a call graph, self values, calls
 * and arcs between groups are exact. The recorded inclusive total of a group is the sum of
 * those of its functions, less what they called of each other directly; it is too large if
 * they called each other through functions of another group.
 */
#ifndef RESHAPE_GROUP_BY_H
#define RESHAPE_GROUP_BY_H

#include "common/profile/profile.h"

struct group_by_options {
	/* by function: what it becomes; the texts are string ids of the profile itself */
	const struct function *functions;
	bool base_names;        /* strips directories from the files of inlined code */
	bool drop_lines;        /* frames and values lose line, column and address; jumps are
				    dropped */
	bool line_functions;    /* samples: appends a frame's line to the name of its function */
	bool address_functions; /* samples: appends a frame's address */
	const bool *chains;     /* by function: consecutive frames or calls of it are merged,
				    without lines */
};

struct profile *profile_group_by(const struct profile *p, const struct group_by_options *options);

/* A copy of the functions of p, for the caller to change and to free. */
struct function *group_by_functions(const struct profile *p);

#endif
