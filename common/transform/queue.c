#include "common/transform/queue.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

/* Ranges are powers of two from 2^-10 to 2^80 in so many steps; the last has what is above. */
enum { STEP_BITS = 6, LOWEST = 1023 - 10, HEAPS = 90 << STEP_BITS };

/* It becomes a heap when it is the highest that has something. */
struct heap {
	struct candidate *items;
	size_t count, cap;
	bool ordered;
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

static void sift_up(struct heap *h, size_t i, struct candidate c)
{
	for (; i && before(&c, &h->items[(i - 1) / 2]); i = (i - 1) / 2)
		h->items[i] = h->items[(i - 1) / 2];
	h->items[i] = c;
}

static void sift_down(struct heap *h, size_t i, struct candidate c)
{
	size_t child;

	while ((child = 2 * i + 1) < h->count) {
		if (child + 1 < h->count && before(&h->items[child + 1], &h->items[child]))
			child++;
		if (!before(&h->items[child], &c))
			break;
		h->items[i] = h->items[child];
		i = child;
	}
	h->items[i] = c;
}

static void order(struct heap *h)
{
	for (size_t i = h->count / 2; i-- > 0;)
		sift_down(h, i, h->items[i]);
	h->ordered = true;
}

void queue_push(struct queue *q, struct candidate c)
{
	size_t range = range_of(c.worth);
	struct heap *h = &q->heaps[range];

	ARRAY_ROOM(h->items, h->count, h->cap);
	if (!h->count)
		h->ordered = true;
	if (range < q->top && h->count)
		h->ordered = false;
	if (h->ordered)
		sift_up(h, h->count++, c);
	else
		h->items[h->count++] = c;
	q->count++;
	if (range > q->top)
		q->top = range;
}

struct candidate queue_pop(struct queue *q)
{
	struct candidate top;
	struct heap *h;

	while (!q->heaps[q->top].count)
		q->top--;
	h = &q->heaps[q->top];
	if (!h->ordered)
		order(h);
	top = h->items[0];
	q->count--;
	if (--h->count)
		sift_down(h, 0, h->items[h->count]);
	return top;
}

const struct candidate *queue_next(const struct queue *q, size_t i)
{
	const struct heap *h = &q->heaps[q->top];

	return i < h->count ? &h->items[i] : NULL;
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
