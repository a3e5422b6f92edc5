/*
 * cut_graph - filter.h's verbs on a call graph, where the graph determines the result
 *
 * A graph does not record which callers led to which callees beyond one step, so it determines
 * what a verb leaves only under conditions:
 *
 * 	show_from b     all that b leads to is called by b, or from below it
 * 	prune_from b    the same, and nothing below b leads to b again
 * 	focus b         what leads to b has one caller each, or none
 * 	ignore b        both of this
 * 	hide b          b has one caller, or none, or no callees
 *
 * What calls nothing may have any callers: each arc to it says how much of it that was. Then
 * values and calls of the result are those that were recorded, and stacks would have the
 * same values if they had been recorded.
 */
#ifndef CALLGRAPH_CUT_GRAPH_H
#define CALLGRAPH_CUT_GRAPH_H

#include "common/transform/reshape/filter.h"

/*
 * The call graph of p, cut by focus, ignore, hide, show, show_from and prune_from, with their
 * meaning and order. NULL if it is not determined; *unknown is then a function of which the
 * graph does not tell what concerns the verbs.
 */
struct profile *cut_graph(const struct profile *p, const struct filter_options *options,
			  function_id *unknown);

#endif
