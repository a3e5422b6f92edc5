/*
 * queue - candidates for expansion, the one worth most first
 *
 * One heap for each narrow range of worths: most candidates wait in the ranges that are
 * never reached, and the heap that is being emptied stays small. Equal ones come in the
 * order of their contexts: it is the same on every machine.
 */
#ifndef TRANSFORM_QUEUE_H
#define TRANSFORM_QUEUE_H

#include <stddef.h>
#include <stdint.h>

/* A candidate: the next callee of a context, or a root. */
struct candidate {
	double worth;     /* above 0 */
	uint32_t context; /* NO_ID: a root */
	uint32_t at;      /* an arc, or the node of a root */
};

struct queue {
	struct heap *heaps;
	size_t top;       /* those above it are empty */
	size_t count;
};

void queue_open(struct queue *q);
void queue_push(struct queue *q, struct candidate c);
/* The queue must not be empty. */
struct candidate queue_pop(struct queue *q);
/* Those that will mostly be next, from 0, to fetch what they need; NULL: not known. */
const struct candidate *queue_next(const struct queue *q, size_t i);
void queue_clear(struct queue *q);
void queue_close(struct queue *q);

#endif
