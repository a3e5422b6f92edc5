/*
 * coarsen - merges functions or threads that become equal
 *
 * Builds a new profile in which the functions or threads that the options make equal are
 * merged and their values summed.
 */
#ifndef RESHAPE_COARSEN_H
#define RESHAPE_COARSEN_H

#include "common/profile/profile.h"

/* What becomes of samples without a stack, see idle.h. */
enum coarsen_idle { COARSEN_IDLE_KEPT, COARSEN_IDLE_NAMED, COARSEN_IDLE_DROPPED };

struct coarsen_options {
	const bool *threads;  /* by thread: keep it; NULL: keep all */
	const bool *values;   /* by value type: keep it; NULL: keep all */
	bool fold_threads;    /* merge all threads */
	bool fold_parts;      /* merge the parts of each thread */
	bool fold_objects;    /* merge functions that differ only in their object */
	bool fold_files;      /* merge functions that differ only in file and line; with
				   fold_objects too, all of one name */
	bool lines_to_places; /* move a function's line to its costs, call sites and frames:
				   for profiles whose functions are lines */
	unsigned drop;        /* FEATURE_* bits to leave out, see remap.h; ORDER too */
	bool thread_frames;   /* make a thread's name the root frame of its stacks */
	enum coarsen_idle idle;
};

#define COARSEN_NONE \
	{ \
		.threads = NULL \
	}

struct profile *profile_coarsen(const struct profile *p, const struct coarsen_options *options);

/* Removes all value types but one, in place, since a copy would need as much memory again. */
void profile_keep_value(struct profile *p, value_id v);

/*
 * Removes the calls of a difference that has them as value types, see profile_has_call_values(): in
 * stacks they mean nothing.
 */
void profile_drop_call_values(struct profile *p);

/* Appends a title such as "main thread 12", also for a thread without a name. */
void thread_title(const struct profile *p, thread_id t, struct buf *out);

/* The function in `to` that is named after a thread of `from`. */
function_id thread_function(struct profile *to, const struct profile *from, thread_id t);

#endif
