/*
 * coarsen - a profile seen more coarsely
 *
 * Builds a new profile in which functions or threads that the projection makes
 * equal are one, and their values are added up.
 */
#ifndef RESHAPE_COARSEN_H
#define RESHAPE_COARSEN_H

#include "common/profile/profile.h"

struct coarsen_options {
	const bool *threads;    /* by thread: keep it; NULL: all */
	bool fold_threads;      /* all threads are one */
	bool fold_parts;        /* parts of a thread are one */
	bool fold_objects;      /* functions that differ in their object alone */
	bool lines_to_places;   /* a function's line becomes the line of its costs, call
				   sites and frames: for profiles of line functions */
	unsigned drop;          /* FEATURE_* bits of what is left out, see remap.h */
	bool thread_frames;     /* a thread's name becomes the root frame of its stacks */
};

#define COARSEN_NONE { .threads = NULL }

struct profile *profile_coarsen(const struct profile *p, const struct coarsen_options *options);

/* Leaves one value type in place: a copy of a large profile is as large. */
void profile_keep_value(struct profile *p, value_id v);

/* "main thread 12", for a thread that has no name of its own too. */
void thread_title(const struct profile *p, thread_id t, struct buf *out);

/* A function of that name in `to`, for a thread of `from`. */
function_id thread_function(struct profile *to, const struct profile *from, thread_id t);

#endif
