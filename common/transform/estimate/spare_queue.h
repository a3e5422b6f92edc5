/*
 * spare_queue - contexts by their spare value, the largest first
 *
 * The spare value of a context is the part of its weight that is not yet assigned to self or
 * to callees. Only the largest few hundred are ever looked at: these are kept sorted, the
 * others in a heap. Ties are ordered by context, so the order is the same on every machine.
 */
#ifndef TRANSFORM_ESTIMATE_SPARE_QUEUE_H
#define TRANSFORM_ESTIMATE_SPARE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spare {
	double size;  /* greater than 0 */
	uint64_t tag; /* a value of the caller, constant for a context as long as it is
			     queued */
	uint32_t context;
};

struct spare_queue {
	struct spare *top; /* sorted, the largest first */
	size_t top_count, top_cap;
	struct spare *heap; /* the others; entries that have changed since are stale */
	size_t heap_count, heap_cap;
	double *size; /* by context, if it is queued */
	bool *in_top; /* by context */
	size_t contexts_cap;
};

/* Sets the spare value of a context; 0 removes it. */
void spare_queue_set(struct spare_queue *r, uint32_t context, double size, uint64_t tag);
/*
 * Sorts the `wanted` largest entries and returns how many there are: r->top holds them, until
 * the next spare_queue_set(). At most SPARE_QUEUE_ORDERED.
 */
enum { SPARE_QUEUE_ORDERED = 512 };
size_t spare_queue_order(struct spare_queue *r, size_t wanted);
void spare_queue_clear(struct spare_queue *r);
void spare_queue_close(struct spare_queue *r);

#endif
