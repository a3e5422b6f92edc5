/*
 * group_by - functions under other names, where some become one
 *
 * Renaming, looking at files or modules instead of functions, at lines as functions, and
 * taking small functions together: all of it gives each function a new name, file, object
 * and line, and adds up what then is the same. Both halves of a profile are regrouped.
 *
 * Stacks: exactly, with inclusive values. Call graphs: self values, calls and arcs between
 * groups exactly. A group's recorded inclusive total is the sum of its functions' less
 * what they called of each other directly; it is too much where they did so through others.
 */
#ifndef RESHAPE_GROUP_BY_H
#define RESHAPE_GROUP_BY_H

#include "common/profile/profile.h"

struct group_by_options {
	/* by function: what it becomes; the texts are strings of the profile itself */
	const struct function *functions;
	bool base_names;         /* files of inlined code lose their directories */
	bool drop_lines;         /* frames and figures have no line, column or address; no jumps */
	bool line_functions;     /* stacks: a frame's line is added to its function's name */
	const bool *chains;      /* by function: several in a row are one frame or call, no lines */
};

struct profile *profile_group_by(const struct profile *p, const struct group_by_options *options);

/* The functions of p as they are, for the caller to change and to free. */
struct function *group_by_functions(const struct profile *p);

#endif
