/*
 * deferred - what readers keep until the last file of a run has been read
 *
 * Most readers add rows while they read. Some cannot: the parent of a span may be in a later
 * file. Such a reader keeps a state of its own in the profile, one of each kind, which all files
 * of the run add to; profile_finish() makes rows of it.
 *
 * Whoever reads files into a profile calls profile_finish() behind the last one, before anything
 * looks at samples. Until then a profile may be merged into another one: the state is joined too.
 */
#ifndef PROFILE_DEFERRED_H
#define PROFILE_DEFERRED_H

#include "common/profile/profile.h"

struct deferred_kind {
	/*
	 * Called for all states before the first of them is finished: adds to states of other
	 * kinds, and the samples that these may look at. May be NULL.
	 */
	void (*settle)(struct profile *p, void *state);
	/* Adds the rows to p. The state is freed afterwards. May be NULL. */
	void (*finish)(struct profile *p, void *state);
	/* Adds the state of another profile to that of `to`, by copying: that one may go. */
	void (*join)(struct profile *to, const void *state);
	void (*release)(void *state);
};

struct deferred {
	const struct deferred_kind *kind;
	void *state;
};

/* The state of that kind, or NULL. */
void *profile_deferred(const struct profile *p, const struct deferred_kind *kind);
/* The caller guarantees that p has none of that kind; p owns the state from now on. */
void profile_defer(struct profile *p, const struct deferred_kind *kind, void *state);

/*
 * Calls settle() of all states, for callers that make something else than rows of one of them and
 * free all then.
 */
void profile_settle(struct profile *p);
/* Settles and finishes all. */
void profile_finish(struct profile *p);
void profile_join_deferred(struct profile *to, const struct profile *from);
void profile_free_deferred(struct profile *p);

#endif
