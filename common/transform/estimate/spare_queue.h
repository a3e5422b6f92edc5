/*
 * spare_queue - contexts by the room they have left, the largest first
 *
 * The largest few hundred stand in order, the others wait in a heap: only the largest are
 * ever looked at. Equal ones are in the order of their contexts, on every machine.
 */
#ifndef TRANSFORM_ESTIMATE_SPARE_QUEUE_H
#define TRANSFORM_ESTIMATE_SPARE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spare {
	double size;      /* above 0 */
	uint64_t tag;     /* the caller's; the same for a context as long as it has a room */
	uint32_t context;
};

struct spare_queue {
	struct spare *top; /* largest first */
	size_t top_count, top_cap;
	struct spare *heap; /* of the others; those that changed since are stale */
	size_t heap_count, heap_cap;
	double *size;     /* by context, for those that have a room */
	bool *in_top;     /* by context */
	size_t contexts_cap;
};

/* The room of a context is so large from now on; 0: it has none. */
void spare_queue_set(struct spare_queue *r, uint32_t context, double size, uint64_t tag);
/*
 * Orders so many of the largest, and returns how many there are: r->top has them, until the
 * next spare_queue_set(). At most SPARE_QUEUE_ORDERED.
 */
enum { SPARE_QUEUE_ORDERED = 512 };
size_t spare_queue_order(struct spare_queue *r, size_t wanted);
void spare_queue_clear(struct spare_queue *r);
void spare_queue_close(struct spare_queue *r);

#endif
