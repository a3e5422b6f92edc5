#include "common/transform/estimate/spare_queue.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

static bool before(struct spare a, struct spare b)
{
	return a.size != b.size ? a.size > b.size : a.context < b.context;
}

/* --- the heap --- */

static void heap_push(struct spare_queue *r, struct spare item)
{
	size_t i = r->heap_count;

	ARRAY_ROOM(r->heap, r->heap_count, r->heap_cap);
	r->heap_count++;
	for (; i && before(item, r->heap[(i - 1) / 2]); i = (i - 1) / 2)
		r->heap[i] = r->heap[(i - 1) / 2];
	r->heap[i] = item;
}

static struct spare heap_pop(struct spare_queue *r)
{
	struct spare top = r->heap[0], last = r->heap[--r->heap_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < r->heap_count) {
		if (child + 1 < r->heap_count && before(r->heap[child + 1], r->heap[child]))
			child++;
		if (!before(r->heap[child], last))
			break;
		r->heap[i] = r->heap[child];
		i = child;
	}
	if (r->heap_count)
		r->heap[i] = last;
	return top;
}

/* --- the top --- */

/* The position of an entry, or where it would be. */
static size_t find_place(const struct spare_queue *r, struct spare spare)
{
	size_t low = 0, high = r->top_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (before(r->top[middle], spare))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void take_from_top(struct spare_queue *r, struct spare spare)
{
	size_t at = find_place(r, spare);

	r->top_count--;
	memmove(r->top + at, r->top + at + 1, (r->top_count - at) * sizeof *r->top);
	r->in_top[spare.context] = false;
}

static void put_into_top(struct spare_queue *r, struct spare spare)
{
	size_t at = find_place(r, spare);

	ARRAY_ROOM(r->top, r->top_count, r->top_cap);
	memmove(r->top + at + 1, r->top + at, (r->top_count - at) * sizeof *r->top);
	r->top[at] = spare;
	r->top_count++;
	r->in_top[spare.context] = true;
	if (r->top_count > SPARE_QUEUE_ORDERED) {
		struct spare last = r->top[r->top_count - 1];

		take_from_top(r, last);
		heap_push(r, last);
	}
}

/* --- both --- */

static void know_context(struct spare_queue *r, uint32_t context)
{
	size_t known = r->contexts_cap;

	if (context < known)
		return;
	r->size = alloc_grow(r->size, &r->contexts_cap, (size_t)context + 1, sizeof *r->size);
	r->in_top = alloc_resize(r->in_top, r->contexts_cap, sizeof *r->in_top);
	memset(r->size + known, 0, (r->contexts_cap - known) * sizeof *r->size);
	memset(r->in_top + known, 0, (r->contexts_cap - known) * sizeof *r->in_top);
}

void spare_queue_set(struct spare_queue *r, uint32_t context, double size, uint64_t tag)
{
	struct spare spare = { size, tag, context };

	know_context(r, context);
	if (r->size[context] == size)
		return;
	if (r->in_top[context])
		take_from_top(r, (struct spare){ r->size[context], tag, context });
	r->size[context] = size;
	if (!(size > 0))
		return;
	if (!r->heap_count || (r->top_count && before(spare, r->top[r->top_count - 1])))
		put_into_top(r, spare);
	else
		heap_push(r, spare);
}

size_t spare_queue_order(struct spare_queue *r, size_t wanted)
{
	while (r->top_count < wanted && r->heap_count) {
		struct spare next = heap_pop(r);

		if (r->size[next.context] == next.size && !r->in_top[next.context])
			put_into_top(r, next);
	}
	return r->top_count < wanted ? r->top_count : wanted;
}

void spare_queue_clear(struct spare_queue *r)
{
	for (size_t i = 0; i < r->top_count; i++) {
		r->size[r->top[i].context] = 0;
		r->in_top[r->top[i].context] = false;
	}
	for (size_t i = 0; i < r->heap_count; i++)
		r->size[r->heap[i].context] = 0;
	r->top_count = r->heap_count = 0;
}

void spare_queue_close(struct spare_queue *r)
{
	alloc_free(r->top);
	alloc_free(r->heap);
	alloc_free(r->size);
	alloc_free(r->in_top);
	*r = (struct spare_queue){ 0 };
}
