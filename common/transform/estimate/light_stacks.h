/*
 * light_stacks - merges the stacks of an estimate that are too light to be told from noise
 *
 * A graph of a hundred functions can have a million stacks, each of a millionth of the total:
 * a thousand times the file, and no reader sees one of them. A context that weighs less than
 * min_weight, with all below it, is not written. Its values go, by function, to its caller,
 * from there to the caller's caller, and so on, until those of one function that have come
 * together weigh enough; there they stand under a frame [unplaced]:
 *
 * 	main;a;b;f 1   main;a;c;f 1   main;a;d 9   ->   main;a;[unplaced];f 2   main;a;d 9
 *
 * So self totals are exact, every context that is written keeps nearly all of its inclusive
 * value, and no line is lighter than min_weight, except those at the root, of which each
 * function has one.
 */
#ifndef TRANSFORM_ESTIMATE_LIGHT_STACKS_H
#define TRANSFORM_ESTIMATE_LIGHT_STACKS_H

#include "common/transform/estimate/shares.h"

/* What is merged of a function. */
struct light_stack {
	uint32_t context; /* below this one, or NO_ID: below none */
	uint32_t node;
	struct share value;
};

struct light_stacks {
	double min_weight;        /* lighter contexts are merged; 0: none is */
	double *weight;           /* by context: all values at and below it */
	struct light_stack *list; /* those of one context are together, NO_ID comes last */
	size_t count, cap;
	uint32_t *first; /* by context: the position of its first in the list + 1, or 0 */
	double value;    /* all that is merged */
};

/*
 * Chooses the smallest min_weight with which all stacks, written in full, a line each, have at
 * most so many times the bytes of a file of this graph.
 */
void light_stacks_find(const struct profile *p, const struct call_flow *w,
		       const struct unfolding *u, const struct shares *shares,
		       struct light_stacks *out);
void light_stacks_free(struct light_stacks *l);

static inline bool light_stacks_merge(const struct light_stacks *l, uint32_t context)
{
	return l->min_weight > 0 && l->weight[context] < l->min_weight;
}

#endif
