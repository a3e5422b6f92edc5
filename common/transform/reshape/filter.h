/*
 * filter - stacks chosen and cut, by pprof's verbs with pprof's meaning and order
 *
 * For stacks, root first, with the functions that an option matched marked by *:
 *
 *	focus       keeps stacks with a marked frame
 *	ignore      drops stacks with a marked frame; stronger than focus
 *	hide        takes marked frames out of stacks; show, all others. A stack that has
 *	            none left is dropped
 *	show_from   a;b*;c;b*   -> b;c;b   all above the first; without one it is dropped
 *	prune_from  a;b*;c;b*;d -> a;b;c;b all below the last
 *	flatten     a;b;c;b;d   -> a;b;d   a function is in a stack once: what calls itself
 *	            goes back to where it began; its self value stays its own
 *	root        a;b         -> root;a;b
 *	samples     those alone, and what they name
 *
 * Focus and ignore look at whole stacks, before anything is hidden. What a frame that
 * goes had of its own is its caller's, in show_from of nobody. Samples without a stack
 * (idle time) fall to focus, show and show_from.
 */
#ifndef RESHAPE_FILTER_H
#define RESHAPE_FILTER_H

#include "common/profile/profile.h"

struct filter_options {
	/* by function: marked; NULL: the verb was not given */
	const bool *focus, *ignore, *hide, *show, *show_from, *prune_from;
	const bool *samples; /* by sample: it stays; NULL: all do */
	bool flatten;
	const char *root;
	bool keep_graph;  /* for root alone: the others cannot cut it */
};

/* The stack half of p, without its call graph unless that shall be kept. */
struct profile *profile_filter(const struct profile *p, const struct filter_options *options);

#endif
