/*
 * cycle_internal - shared by the source files that unfold a cycle
 *
 *	unfold_cycle.c    the queue of contexts to open and arcs to place
 *	cycle_contexts.c  contexts, their spare values and weights; the heaps
 *	cycle_open.c      opening a context: its function's arcs get their weights
 *	cycle_places.c    finding where an arc fits
 *	cycle_fill.c      filling the spare values in the end
 */
#ifndef TRANSFORM_ESTIMATE_CYCLE_INTERNAL_H
#define TRANSFORM_ESTIMATE_CYCLE_INTERNAL_H

#include "common/base/index.h"
#include "common/transform/estimate/spare_queue.h"
#include "common/transform/estimate/unfold_internal.h"
#include "common/transform/estimate/weighted.h"

/* An arc fits if this fraction of it does. */
#define CYCLE_FITS 0.98
/* The cost of a heap operation, or of one sorting step, in steps along a path. */
enum { HEAP_STEPS = 16 };

struct cycle_task {
	double weight;
	uint32_t id;
	bool place; /* true: place an arc; false: open a context */
};

struct cycle_heap {
	struct cycle_task *items;
	size_t count, cap;
};

/* A context within the cycle. */
struct cycle_context {
	uint64_t nodes, arcs; /* a bit for each function and arc on its path; several share a bit */
	uint64_t stretch;     /* bits of the functions from here up to `same` */
	uint32_t same;        /* the next context above it with the same function; NO_ID: none,
			         or not computed yet */
	bool same_known;
	bool opened;
	bool dead_end; /* no arc of it can repeat */
};

struct cycle_work {
	struct unfolder *u;
	uint32_t component;
	struct cycle_heap queue;     /* largest first */
	struct cycle_heap waiting;   /* arcs that fit nowhere at present, smallest first */
	struct cycle_heap left_over; /* scratch: arcs to be placed partly */
	bool *is_waiting;            /* by arc */
	struct spare_queue spare_queue;
	uint32_t *nowhere[2]; /* by arc: the version of the spare queue in which it did not
				     fit, partly and whole */
	uint32_t version;
	struct index children;          /* index of contexts by parent and arc */
	struct cycle_context *in_cycle; /* by context */
	size_t in_cycle_cap;
	uint32_t *arc_seen, *node_seen; /* by arc and node: stamp of the path that was walked
					   last */
	uint32_t stamp;
	uint32_t *inner; /* the arcs with both ends in the component */
	size_t inner_count, inner_cap;
	uint32_t *chain, *stretch; /* arcs: the stretch that is repeated, and scratch */
	size_t chain_count, chain_cap, stretch_count, stretch_cap;
	struct weighted_id *list; /* scratch: arcs or members to be sorted */
	size_t list_count, list_cap;
	double *coming;               /* by node: what its contexts that are not yet opened have for
				     callees */
	double *entering;             /* by node: inclusive value of the arcs from elsewhere */
	double *need, *space, *given; /* by node: used when spare values are filled */
	double *arc_spare, *self_filled; /* by arc: likewise */
	double min_opened; /* lighter contexts are not opened, lighter arcs are not placed */
	uint64_t steps;
};

/* --- small questions --- */

static inline const struct flow_arc *cycle_arc_at(const struct cycle_work *k, uint32_t c)
{
	return &k->u->w->arcs[k->u->u->contexts[c].arc];
}

static inline bool cycle_has(const struct cycle_work *k, uint32_t c)
{
	return c != NO_ID && k->u->w->cycles.component[cycle_arc_at(k, c)->callee] == k->component;
}

static inline bool cycle_recursive(const struct cycle_work *k, uint32_t node)
{
	return k->u->w->nodes[node].recursive;
}

static inline double *cycle_spare_of(struct cycle_work *k, uint32_t c)
{
	return &k->u->u->contexts[c].spare;
}

static inline uint64_t cycle_bit_of(uint32_t id)
{
	return UINT64_C(1) << (id * UINT32_C(0x9e3779b1) >> 26);
}

/* --- cycle_contexts.c --- */

void cycle_heap_push(struct cycle_heap *h, struct cycle_task item, bool smallest);
struct cycle_task cycle_heap_pop(struct cycle_heap *h, bool smallest);

/* The list of arcs, contexts or members with their sort keys. */
void cycle_list_clear(struct cycle_work *k);
void cycle_list_add(struct cycle_work *k, double weight, uint32_t id);
void cycle_list_sort(struct cycle_work *k);

void cycle_set_spare(struct cycle_work *k, uint32_t c, double spare);
/* Sets how much of a context is spare; arcs that wait for it are considered again. */
void cycle_add_spare(struct cycle_work *k, uint32_t c, double spare);
void cycle_queue_arc(struct cycle_work *k, uint32_t a);
void cycle_queue_context(struct cycle_work *k, uint32_t c, double weight);
void cycle_wait_for_spare(struct cycle_work *k, uint32_t arc);
/* Registers a context that is new to the cycle. */
void cycle_note_context(struct cycle_work *k, uint32_t c);
/*
 * Adds weight to the context below `parent` by way of an arc, and creates it if needed; NO_ID
 * if it cannot be created. If the arc is on the path already, first_on_path is false: the
 * weight is passed on at once and nothing is opened for it.
 */
uint32_t cycle_add_weight(struct cycle_work *k, uint32_t parent, uint32_t arc, double weight,
			  bool first_on_path);
/* The part of the weight flowing into a context that is self value of its function. */
double cycle_take_self(struct cycle_work *k, uint32_t c, double weight);

/* --- cycle_open.c --- */

/* The arc was called once: it is placed whole, in one context. */
bool cycle_is_whole(const struct cycle_work *k, uint32_t arc);
/* Open a context of a function that is never inside itself; of one that may be. */
void cycle_open_member(struct cycle_work *k, uint32_t c);
void cycle_open_recursive(struct cycle_work *k, uint32_t c);

/* --- cycle_places.c --- */

/*
 * Whether context c can reach function f by repeating a stretch of its own path and then take
 * the arc (NO_ID: no arc). The stretch is stored in k->chain. The path is: ... x, stretch to f,
 * ..., x, where x is the function of c.
 */
bool cycle_can_repeat(struct cycle_work *k, uint32_t c, uint32_t f, uint32_t arc);
/*
 * The context whose spare value takes the arc: the smallest one that takes it whole, or the
 * largest one. NO_ID if there is none.
 */
uint32_t cycle_find_spare(struct cycle_work *k, uint32_t arc, bool whole);
/*
 * Moves weight from the spare value of a context along k->chain, and on through the arc unless
 * it is NO_ID.
 */
uint32_t cycle_settle(struct cycle_work *k, uint32_t c, uint32_t arc, double weight);
/* Places as much of the arc as the spare value of c allows. */
void cycle_place(struct cycle_work *k, uint32_t arc, uint32_t c);
/* The heaviest context that may have this arc below it, or NO_ID. */
uint32_t cycle_heaviest_for(struct cycle_work *k, uint32_t arc);

/* --- cycle_fill.c --- */

/*
 * The fraction of what enters the cycle that has arrived; the remainder was too light for a
 * context.
 */
double cycle_fraction_come(const struct cycle_work *k);
/* Fills spare values with what leaves the cycle and with self values. */
void cycle_fill_spare(struct cycle_work *k);
/*
 * Makes self values add up to those of the arcs and functions; everything that leaves the cycle
 * leaves it.
 */
void cycle_add_up(struct cycle_work *k, uint32_t first_made, double fraction);

#endif
