/*
 * rooms - contexts by the room they have left, the largest first
 *
 * The largest few hundred stand in order, the others wait in a heap: only the largest are
 * ever looked at. Equal ones are in the order of their contexts, on every machine.
 */
#ifndef TRANSFORM_ESTIMATE_ROOMS_H
#define TRANSFORM_ESTIMATE_ROOMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct room {
	double size;      /* above 0 */
	uint64_t tag;     /* the caller's; the same for a context as long as it has a room */
	uint32_t context;
};

struct rooms {
	struct room *top; /* largest first */
	size_t top_count, top_cap;
	struct room *heap; /* of the others; those that changed since are stale */
	size_t heap_count, heap_cap;
	double *size;     /* by context, for those that have a room */
	bool *in_top;     /* by context */
	size_t contexts_cap;
};

/* The room of a context is so large from now on; 0: it has none. */
void rooms_set(struct rooms *r, uint32_t context, double size, uint64_t tag);
/*
 * Orders so many of the largest, and returns how many there are: r->top has them, until the
 * next rooms_set(). At most ROOMS_ORDERED.
 */
enum { ROOMS_ORDERED = 512 };
size_t rooms_order(struct rooms *r, size_t wanted);
void rooms_clear(struct rooms *r);
void rooms_close(struct rooms *r);

#endif
