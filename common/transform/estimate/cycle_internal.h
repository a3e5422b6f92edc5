/*
 * cycle_internal - what the parts of unfolding a cycle share
 *
 *	unfold_cycle.c    the queue of contexts to open and arcs to place
 *	cycle_contexts.c  contexts, their rooms and weights; the heaps
 *	cycle_open.c      opening a context: its function's arcs get their weights
 *	cycle_places.c    where an arc fits
 *	cycle_fill.c      what fills the rooms in the end
 */
#ifndef TRANSFORM_ESTIMATE_CYCLE_INTERNAL_H
#define TRANSFORM_ESTIMATE_CYCLE_INTERNAL_H

#include "common/base/index.h"
#include "common/transform/estimate/spare_queue.h"
#include "common/transform/estimate/unfold_internal.h"
#include "common/transform/estimate/weighted.h"

/* An arc fits where so much of it does. */
#define CYCLE_FITS 0.98
/* What a change of a heap, or a turn of a sort, counts as in steps along a path. */
enum { HEAP_STEPS = 16 };

struct cycle_task {
	double weight;
	uint32_t id;
	bool place;         /* an arc is to be placed; else a context opened */
};

struct cycle_heap {
	struct cycle_task *items;
	size_t count, cap;
};

/* What is known of a context within the cycle. */
struct cycle_context {
	uint64_t nodes, arcs; /* a bit for each function and arc on its path; several share one */
	uint64_t stretch;     /* the same of functions from here up to `same` */
	uint32_t same;        /* the next context above of the same function; NO_ID: none, or below */
	bool same_known;
	bool opened;
	bool dead_end;        /* nothing repeats from there */
};

struct cycle_work {
	struct unfolder *u;
	uint32_t component;
	struct cycle_heap queue;  /* largest first */
	struct cycle_heap waiting; /* arcs that fit nowhere now, smallest first */
	struct cycle_heap left_over; /* scratch: arcs to be placed in part */
	bool *is_waiting;         /* by arc */
	struct spare_queue spare_queue;
	uint32_t *nowhere[2];     /* by arc: at which version of the rooms, in part and whole */
	uint32_t version;
	struct index children;    /* contexts by parent and arc */
	struct cycle_context *in_cycle; /* by context */
	size_t in_cycle_cap;
	uint32_t *arc_seen, *node_seen; /* by arc and node: stamp of the path last walked */
	uint32_t stamp;
	uint32_t *inner;          /* arcs of the component with both ends in it */
	size_t inner_count, inner_cap;
	uint32_t *chain, *stretch; /* arcs: a stretch that is repeated, and scratch */
	size_t chain_count, chain_cap, stretch_count, stretch_cap;
	struct weighted_id *list;        /* scratch: arcs or members that are sorted */
	size_t list_count, list_cap;
	double *coming;           /* by node: what its contexts that are not opened yet have for callees */
	double *entering;         /* by node: inclusive, of arcs from elsewhere */
	double *need, *space, *given; /* by node, for what fills the rooms in the end */
	double *arc_spare, *self_filled; /* by arc, for the same */
	double min_opened;        /* lighter contexts are not opened, lighter arcs not placed */
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

/* A list of arcs, contexts or members with what they are sorted by. */
void cycle_list_clear(struct cycle_work *k);
void cycle_list_add(struct cycle_work *k, double weight, uint32_t id);
void cycle_list_sort(struct cycle_work *k);

void cycle_set_spare(struct cycle_work *k, uint32_t c, double spare);
/* A context has so much room now: arcs that waited for it are looked at again. */
void cycle_add_spare(struct cycle_work *k, uint32_t c, double spare);
void cycle_queue_arc(struct cycle_work *k, uint32_t a);
void cycle_queue_context(struct cycle_work *k, uint32_t c, double weight);
void cycle_wait_for_spare(struct cycle_work *k, uint32_t arc);
/* A context that is new to the cycle. */
void cycle_note_context(struct cycle_work *k, uint32_t c);
/*
 * More weight for the context below `parent` by way of an arc, which is made if it is not
 * there; NO_ID if it cannot be. What repeats an arc that is on the path already is not
 * `first_on_path`: it is passed on at once, and nothing is opened for it.
 */
uint32_t cycle_add_weight(struct cycle_work *k, uint32_t parent, uint32_t arc, double weight,
			  bool first_on_path);
/* The function's own of what flows into a context. */
double cycle_take_self(struct cycle_work *k, uint32_t c, double weight);

/* --- cycle_open.c --- */

/* Called once: it is in one place, whole. */
bool cycle_is_whole(const struct cycle_work *k, uint32_t arc);
/* Of a function that is never inside itself, and of one that may be. */
void cycle_open_member(struct cycle_work *k, uint32_t c);
void cycle_open_recursive(struct cycle_work *k, uint32_t c);

/* --- cycle_places.c --- */

/*
 * Whether context c can come to function f by repeating a stretch of its own path, and then
 * take the arc (NO_ID: none is taken); the stretch is k->chain. The path: ... x, stretch to f,
 * ..., x, where x is c's function.
 */
bool cycle_can_repeat(struct cycle_work *k, uint32_t c, uint32_t f, uint32_t arc);
/* The room for an arc: the least that holds it whole, or the largest. NO_ID if there is none. */
uint32_t cycle_find_spare(struct cycle_work *k, uint32_t arc, bool whole);
/* Moves weight from a context's room along k->chain, and on through the arc unless it is NO_ID. */
uint32_t cycle_settle(struct cycle_work *k, uint32_t c, uint32_t arc, double weight);
/* As much of the arc as c has room for. */
void cycle_place(struct cycle_work *k, uint32_t arc, uint32_t c);
/* The heaviest context that may have this arc below it, or NO_ID. */
uint32_t cycle_heaviest_for(struct cycle_work *k, uint32_t arc);

/* --- cycle_fill.c --- */

/* Which fraction of what enters the cycle has come: the rest was too light for a context. */
double cycle_fraction_come(const struct cycle_work *k);
/* Rooms are filled with what leaves the cycle and with self values. */
void cycle_fill_spare(struct cycle_work *k);
/* Self values become those of the arcs and functions; what leaves the cycle leaves it wholly. */
void cycle_add_up(struct cycle_work *k, uint32_t first_made, double fraction);

#endif
