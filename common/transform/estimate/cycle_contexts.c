/* cycle_contexts - contexts of a cycle, their spare values and weights */
#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/transform/estimate/cycle_internal.h"

/* --- heaps --- */

static bool before(const struct cycle_task *a, const struct cycle_task *b, bool smallest)
{
	if (a->weight != b->weight)
		return smallest ? a->weight < b->weight : a->weight > b->weight;
	if (a->place != b->place)
		return b->place;
	return a->id < b->id;
}

void cycle_heap_push(struct cycle_heap *h, struct cycle_task item, bool smallest)
{
	size_t i = h->count;

	ARRAY_ROOM(h->items, h->count, h->cap);
	h->count++;
	for (; i && before(&item, &h->items[(i - 1) / 2], smallest); i = (i - 1) / 2)
		h->items[i] = h->items[(i - 1) / 2];
	h->items[i] = item;
}

struct cycle_task cycle_heap_pop(struct cycle_heap *h, bool smallest)
{
	struct cycle_task top = h->items[0], last = h->items[--h->count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < h->count) {
		if (child + 1 < h->count &&
		    before(&h->items[child + 1], &h->items[child], smallest))
			child++;
		if (!before(&h->items[child], &last, smallest))
			break;
		h->items[i] = h->items[child];
		i = child;
	}
	if (h->count)
		h->items[i] = last;
	return top;
}

/* The list of arcs or members with their sort keys. */
void cycle_list_clear(struct cycle_work *k)
{
	k->list_count = 0;
}

void cycle_list_add(struct cycle_work *k, double weight, uint32_t id)
{
	ARRAY_ROOM(k->list, k->list_count, k->list_cap);
	k->list[k->list_count++] = (struct weighted_id){ weight, id };
}

void cycle_list_sort(struct cycle_work *k)
{
	k->steps += k->list_count * HEAP_STEPS;
	weighted_sort(k->list, k->list_count);
}

/* --- rooms --- */

void cycle_set_spare(struct cycle_work *k, uint32_t c, double spare)
{
	*cycle_spare_of(k, c) = spare;
	spare_queue_set(&k->spare_queue, c, spare > k->min_opened ? spare : 0,
			k->in_cycle[c].nodes);
	k->version++;
}

void cycle_queue_arc(struct cycle_work *k, uint32_t a)
{
	double left = k->u->left[a];

	if (left > k->min_opened)
		cycle_heap_push(&k->queue, (struct cycle_task){ left * k->u->urgency[a], a, true },
				false);
}

void cycle_queue_context(struct cycle_work *k, uint32_t c, double weight)
{
	weight *= k->u->urgency[k->u->u->contexts[c].arc];
	cycle_heap_push(&k->queue, (struct cycle_task){ weight, c, false }, false);
}

void cycle_wait_for_spare(struct cycle_work *k, uint32_t arc)
{
	k->is_waiting[arc] = true;
	cycle_heap_push(&k->waiting, (struct cycle_task){ k->u->left[arc], arc, true }, true);
}

/* Reduces an arc by what was placed; if it waits, a smaller spare value will do now. */
static void use_up(struct cycle_work *k, uint32_t arc, double weight)
{
	double *left = &k->u->left[arc];

	*left = *left > weight ? *left - weight : 0;
	if (k->is_waiting[arc] && *left > k->min_opened)
		cycle_heap_push(&k->waiting, (struct cycle_task){ *left, arc, true }, true);
}

/* --- contexts --- */

/* Sets how much of a context is spare; arcs that wait for it are considered again. */
void cycle_add_spare(struct cycle_work *k, uint32_t c, double spare)
{
	cycle_set_spare(k, c, spare);
	while (k->waiting.count && k->waiting.items[0].weight * CYCLE_FITS <= spare + 1 &&
	       k->steps <= k->u->max_steps) {
		uint32_t arc = cycle_heap_pop(&k->waiting, true).id;

		k->steps += HEAP_STEPS;
		if (!k->is_waiting[arc])
			continue;
		k->is_waiting[arc] = false;
		cycle_queue_arc(k, arc);
	}
}

/* Registers a context that is new to the cycle. */
void cycle_note_context(struct cycle_work *k, uint32_t c)
{
	const struct context *x = &k->u->u->contexts[c];
	struct cycle_context *i;

	if (c >= k->in_cycle_cap)
		k->in_cycle = alloc_grow(k->in_cycle, &k->in_cycle_cap, (size_t)c + 1,
					 sizeof *k->in_cycle);
	i = &k->in_cycle[c];
	*i = (struct cycle_context){ .nodes = cycle_bit_of(cycle_arc_at(k, c)->callee),
				     .arcs = cycle_bit_of(x->arc) };
	if (cycle_has(k, x->parent)) {
		i->nodes |= k->in_cycle[x->parent].nodes;
		i->arcs |= k->in_cycle[x->parent].arcs;
	}
}

/* Adds weight to the context below `parent` by way of an arc, see cycle_internal.h. */
uint32_t cycle_add_weight(struct cycle_work *k, uint32_t parent, uint32_t arc, double weight,
			  bool first_on_path)
{
	struct unfolder *u = k->u;
	const struct flow_arc *a = &u->w->arcs[arc];
	uint64_t hash = hash_mix((uint64_t)parent << 32 | arc, 0);
	uint32_t c = NO_ID;

	for (struct probe at = index_probe(&k->children, hash);
	     c == NO_ID && index_next(&k->children, &at);)
		if (u->u->contexts[at.row].parent == parent && u->u->contexts[at.row].arc == arc)
			c = at.row;
	if (c != NO_ID) {
		u->u->contexts[c].weight += weight;
		if (first_on_path && k->in_cycle[c].opened && cycle_recursive(k, a->callee)) {
			cycle_add_spare(k, c, *cycle_spare_of(k, c) + weight);
		} else if (first_on_path && k->in_cycle[c].opened) {
			*cycle_spare_of(k, c) = weight;
			cycle_queue_context(k, c, weight);
		}
	} else {
		c = unfold_context(u, parent, arc, weight);
		if (c == NO_ID)
			return NO_ID;
		index_add(&k->children, hash, c);
		cycle_note_context(k, c);
		u->frames += u->u->contexts[c].depth + 1;
		if (first_on_path && a->inner)
			cycle_queue_context(k, c, weight);
	}
	if (first_on_path || a->every)
		use_up(k, arc, weight);
	return c;
}

/* The part of the inflow of a context that is self value of its function. */
double cycle_take_self(struct cycle_work *k, uint32_t c, double weight)
{
	struct context *x = &k->u->u->contexts[c];
	const struct flow_arc *a = cycle_arc_at(k, c);
	double self = a->inclusive > 0 ? a->self * (weight / a->inclusive) : 0;

	self = fmin(self, fmin(weight, k->u->self_left[x->arc]));
	x->self += self;
	k->u->self_left[x->arc] -= self;
	return self;
}
