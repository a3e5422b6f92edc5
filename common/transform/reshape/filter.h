/*
 * filter - selects and cuts stacks, with pprof's verbs, meaning and order
 *
 * For stacks, root first; * marks the functions that an option matched:
 *
 * 	focus       keeps stacks with a marked frame
 * 	ignore      drops stacks with a marked frame; takes precedence over focus
 * 	hide        removes marked frames; show removes all others. A stack without frames
 * 	            left is dropped
 * 	show_from   a;b*;c;b*   -> b;c;b   cuts all above the first one; drops stacks without
 * 	prune_from  a;b*;c;b*;d -> a;b;c;b cuts all below the last one
 * 	drop        a;b*;c;b*;d -> a       cuts the first one that has an unmarked frame above
 * 	                                   it, and all below; before all other verbs
 * 	flatten     a;b;c;b;d   -> a;b;d   each function is in a stack once: a recursive call
 * 	            returns to where the function was first called, and keeps its self value
 * 	root        a;b         -> root;a;b
 * 	samples     keeps these samples and what they name
 *
 * Focus and ignore see whole stacks, before anything is hidden. The self value of a removed
 * frame goes to its caller; show_from drops it. Samples without a stack (idle time) are
 * dropped by focus, show and show_from.
 */
#ifndef RESHAPE_FILTER_H
#define RESHAPE_FILTER_H

#include "common/profile/profile.h"

struct filter_options {
	/* by function: marked; NULL: the verb was not used */
	const bool *focus, *ignore, *hide, *show, *show_from, *prune_from, *drop;
	const bool *hide_frames; /* by frame: as hide, for frames; NULL: none */
	const bool *samples;     /* by sample: keep it; NULL: all */
	bool flatten;
	const char *root;
	bool keep_graph; /* allowed with root only: the other verbs cannot cut a call graph */
};

/* A profile with the filtered samples of p; without its call graph unless keep_graph is set. */
struct profile *profile_filter(const struct profile *p, const struct filter_options *options);

#endif
