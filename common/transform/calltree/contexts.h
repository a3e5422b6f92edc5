/*
 * contexts - the calling contexts of a profile, with an upper limit
 *
 * The input of flame graphs: the trie of contexts in preorder with self values by thread. If
 * a profile has more contexts than the limit, only the heaviest are kept, each with all its
 * callers. The values of the others are still there, in two tables: `descendants_pruned` adds
 * them to the kept context above them, so inclusive values stay the same; `pruned` adds them
 * up by function, so the self totals of all functions do.
 *
 * 	main 0, main;a 9, main;b 1, at most 2 contexts:
 * 	main 0 (descendants_pruned 1), main;a 9; pruned b 1
 *
 * The weight of a context is the sum, over the value types, of its inclusive value's share of
 * the total. Context 0 is the empty stack; a parent's number is smaller than its children's;
 * children are in order of first appearance.
 */
#ifndef CALLTREE_CONTEXTS_H
#define CALLTREE_CONTEXTS_H

#include "common/profile/profile.h"

/* Rows of values by thread: those of thread t are first[t] .. first[t + 1] - 1. */
struct thread_rows {
	size_t *first; /* threads + 1 entries */
	uint32_t *at;  /* the context or function of each row */
	/* more about rows of self values: for the first rows, nothing is known of the others */
	label_set_id *labels; /* a context has one row for each of its label sets */
	int64_t *times;       /* of samples in time order; NO_TIME: unknown */
	size_t label_count, label_cap, time_count, time_cap;
	struct values values;
	size_t cap;
};

struct contexts {
	const struct profile *p;
	uint32_t count; /* including context 0 */
	uint32_t *parent;
	frame_id *frame; /* NO_ID for context 0 */
	bool in_time;    /* rows are in the order of the profile, each a stretch of time */
	struct thread_rows self, descendants_pruned, pruned;
	uint64_t pruned_count;
};

/*
 * Keeps at most `max_contexts` contexts (0: all). in_time: rows are single samples in their
 * order, not aggregated by context; then all contexts are kept. p must outlive the result.
 */
struct contexts *contexts_new(const struct profile *p, uint64_t max_contexts, bool in_time);
void contexts_free(struct contexts *c);

#endif
