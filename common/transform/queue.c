#include "common/transform/queue.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

/* Ranges are powers of two from 2^-10 to 2^80 in so many steps; the last has what is above. */
enum { STEP_BITS = 6, LOWEST = 1023 - 10, HEAPS = 90 << STEP_BITS };

struct heap {
	struct candidate *items;
	size_t count, cap;
};

/* The bits of a positive double ascend with it. */
static size_t range_of(double worth)
{
	uint64_t bits;

	memcpy(&bits, &worth, sizeof bits);
	bits >>= 52 - STEP_BITS;
	if (bits < (uint64_t)LOWEST << STEP_BITS)
		return 0;
	bits -= (uint64_t)LOWEST << STEP_BITS;
	return bits < HEAPS ? (size_t)bits : HEAPS - 1;
}

static bool before(const struct candidate *a, const struct candidate *b)
{
	if (a->worth != b->worth)
		return a->worth > b->worth;
	if (a->context != b->context)
		return a->context < b->context;
	return a->at < b->at;
}

void queue_open(struct queue *q)
{
	*q = (struct queue){ .heaps = alloc_zero(HEAPS, sizeof *q->heaps) };
}

void queue_push(struct queue *q, struct candidate c)
{
	size_t range = range_of(c.worth), i;
	struct heap *h = &q->heaps[range];

	ARRAY_ROOM(h->items, h->count, h->cap);
	for (i = h->count++; i && before(&c, &h->items[(i - 1) / 2]); i = (i - 1) / 2)
		h->items[i] = h->items[(i - 1) / 2];
	h->items[i] = c;
	q->count++;
	if (range > q->top)
		q->top = range;
}

struct candidate queue_pop(struct queue *q)
{
	struct candidate top, last;
	struct heap *h;
	size_t i = 0, child;

	while (!q->heaps[q->top].count)
		q->top--;
	h = &q->heaps[q->top];
	top = h->items[0];
	last = h->items[--h->count];
	q->count--;
	while ((child = 2 * i + 1) < h->count) {
		if (child + 1 < h->count && before(&h->items[child + 1], &h->items[child]))
			child++;
		if (!before(&h->items[child], &last))
			break;
		h->items[i] = h->items[child];
		i = child;
	}
	h->items[i] = last;
	return top;
}

const struct candidate *queue_next(const struct queue *q)
{
	const struct heap *h = &q->heaps[q->top];

	return h->count ? h->items : NULL;
}

void queue_clear(struct queue *q)
{
	for (size_t i = 0; i < HEAPS; i++)
		q->heaps[i].count = 0;
	q->count = q->top = 0;
}

void queue_close(struct queue *q)
{
	for (size_t i = 0; i < HEAPS; i++)
		free(q->heaps[i].items);
	free(q->heaps);
}
