#include "common/base/sort.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

/* Below this count, insertion costs less than merging. */
enum { SHORT = 8 };

struct sorter {
	sort_order *compare;
	const void *context;
	uint32_t *half; /* buffer for the first half of a merge */
};

static void insert_each(const struct sorter *s, uint32_t *ids, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		uint32_t id = ids[i];
		size_t at = i;

		for (; at && s->compare(ids[at - 1], id, s->context) > 0; at--)
			ids[at] = ids[at - 1];
		ids[at] = id;
	}
}

/*
 * Merges two sorted runs, the first of `middle` ids. What remains of the second one is already
 * in place.
 */
static void merge(const struct sorter *s, uint32_t *ids, size_t middle, size_t count)
{
	size_t a = 0, b = middle, to = 0;

	/* input is often sorted already */
	if (s->compare(ids[middle - 1], ids[middle], s->context) <= 0)
		return;
	memcpy(s->half, ids, middle * sizeof *ids);
	while (a < middle && b < count)
		ids[to++] = s->compare(s->half[a], ids[b], s->context) <= 0 ? s->half[a++]
									    : ids[b++];
	memcpy(ids + to, s->half + a, (middle - a) * sizeof *ids);
}

/* Recursion depth is logarithmic in count. */
static void sort_part(const struct sorter *s, uint32_t *ids, size_t count)
{
	size_t middle = count / 2;

	if (count <= SHORT) {
		insert_each(s, ids, count);
		return;
	}
	sort_part(s, ids, middle);
	sort_part(s, ids + middle, count - middle);
	merge(s, ids, middle, count);
}

void sort_ids(uint32_t *ids, size_t count, sort_order *compare, const void *context)
{
	struct sorter s = { compare, context, NULL };

	if (count > SHORT)
		s.half = alloc_zero(count / 2, sizeof *s.half);
	sort_part(&s, ids, count);
	alloc_free(s.half);
}
