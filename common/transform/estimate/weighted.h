/*
 * weighted - ids of arcs, contexts or functions with the weight that they are sorted by
 */
#ifndef TRANSFORM_ESTIMATE_WEIGHTED_H
#define TRANSFORM_ESTIMATE_WEIGHTED_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct weighted_id {
	double weight;
	uint32_t id;
};

static inline int weighted_heaviest_first(const void *a, const void *b)
{
	const struct weighted_id *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Sorts the heaviest first; ties by id, so that the order is the same on every machine. */
static inline void weighted_sort(struct weighted_id *list, size_t count)
{
	if (count > 1)
		qsort(list, count, sizeof *list, weighted_heaviest_first);
}

#endif
