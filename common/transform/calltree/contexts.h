/*
 * contexts - the calling contexts of a profile, at most so many
 *
 * What a picture of the stacks is made from and what is kept in it: the trie of
 * contexts in preorder with the self values by thread, and where a profile has more
 * contexts than asked for, the heaviest of them. A context is kept only with all its
 * callers. Of the others the values are still there, twice: `descendants_pruned` by the kept
 * context that they lie under, so that inclusive values stay what they were, and
 * `pruned` by function, so that the self totals of all functions do.
 *
 *	main 0, main;a 9, main;b 1, at most 2 contexts: main 0 (hidden 1), main;a 9; pruned b 1
 *
 * How heavy a context is: the sum of its inclusive values' shares of their totals
 * over the value types. Context 0 is the empty stack; a parent's number is smaller
 * than its children's, and children are in order of first appearance.
 */
#ifndef CALLTREE_CONTEXTS_H
#define CALLTREE_CONTEXTS_H

#include "common/profile/profile.h"

/* Rows of values by thread: those of t are first[t] up to first[t + 1]. */
struct thread_rows {
	size_t *first;        /* threads + 1 */
	uint32_t *at;         /* the context or function of a row */
	/* what else is known of rows of self values: of the first so many, nothing of the others */
	label_set_id *labels; /* a context has a row for each of its label sets */
	int64_t *times;       /* of samples in time; NO_TIME: unknown */
	size_t label_count, label_cap, time_count, time_cap;
	struct values values;
	size_t cap;
};

struct contexts {
	const struct profile *p;
	uint32_t count;       /* with context 0 */
	uint32_t *parent;
	frame_id *frame;      /* NO_ID for 0 */
	bool in_time;         /* rows are in the profile's order, each a stretch of time */
	struct thread_rows self, descendants_pruned, pruned;
	uint64_t pruned_count;
};

/*
 * At most `max_contexts` contexts (0: all). In time: the samples one by one in their order
 * instead of added up by context; then all contexts are kept. p must outlive it.
 */
struct contexts *contexts_new(const struct profile *p, uint64_t max_contexts, bool in_time);
void contexts_free(struct contexts *c);

#endif
