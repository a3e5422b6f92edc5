/*
 * unfold_cycle - contexts of functions that call each other in a circle
 *
 * A file records of a function, and of an arc, the outermost activations alone (pstat), or
 * each (callgrind). So an arc uses up what is left of it at its first occurrence on a path,
 * and in pstat its repeats are free. Largest first, two kinds of work come from one queue:
 *
 *   - a context is opened: arcs of the cycle that are not on its path yet get what is left of
 *     them, as far as the context has room (if their mode allows it there); what remains is
 *     its room;
 *   - an arc that has something left is placed whole, into the least room that it fits in,
 *     of a context of its caller, or of one that comes to its caller once more by repeating
 *     an earlier stretch of its own path.
 *
 * A big callee holds the small ones, never the reverse: that is why the largest come first.
 * When the queue is empty, what found no place goes in part into the largest room. At the
 * end the room is filled with what leaves the cycle and with self values.
 */
#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "common/transform/estimate/cycle_internal.h"

/* The fraction of the total below which the place of a value cannot be determined. */
#define MIN_SHARE 1e-6

/* --- the queue --- */

static void fill_queue(struct cycle_work *k)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;

	for (uint32_t i = w->cycles.first[k->component]; i < w->cycles.first[k->component + 1];
	     i++) {
		uint32_t n = w->cycles.members[i];

		for (uint32_t c = u->contexts_of[n]; c; c = u->u->contexts[c - 1].next) {
			cycle_note_context(k, c - 1);
			cycle_queue_context(k, c - 1, u->u->contexts[c - 1].weight);
		}
		for (uint32_t a = w->first[n]; cycle_recursive(k, n) && a < w->first[n + 1]; a++)
			if (cycle_is_whole(k, a) || (w->arcs[a].inner && u->modes[a] != UNFOLD_ALL))
				cycle_queue_arc(k, a);
	}
}

static void work_off(struct cycle_work *k, struct cycle_task item)
{
	struct unfolder *u = k->u;
	uint32_t spare;

	if (!item.place) {
		if ((k->in_cycle[item.id].opened ? *cycle_spare_of(k, item.id)
						 : u->u->contexts[item.id].weight) < k->min_opened)
			return;
		if (cycle_recursive(k, cycle_arc_at(k, item.id)->callee))
			cycle_open_recursive(k, item.id);
		else
			cycle_open_member(k, item.id);
		return;
	}
	if (u->left[item.id] <= k->min_opened)
		return;
	spare = cycle_find_spare(k, item.id, true);
	if (spare != NO_ID) {
		cycle_place(k, item.id, spare);
		if (cycle_is_whole(k, item.id))
			u->left[item.id] = 0;
	}
	if (u->left[item.id] > k->min_opened)
		cycle_wait_for_spare(k, item.id);
}

/* The arcs that have a remainder and may be placed: those called once, or the others. */
static void gather_left(struct cycle_work *k, bool whole)
{
	struct unfolder *u = k->u;

	k->steps += k->inner_count * HEAP_STEPS;
	k->left_over.count = 0;
	for (size_t i = 0; i < k->inner_count; i++) {
		uint32_t a = k->inner[i];
		bool open = k->is_waiting[a] || (u->modes[a] == UNFOLD_ALL && !whole);

		if (open && cycle_is_whole(k, a) == whole && u->left[a] > k->min_opened &&
		    cycle_recursive(k, u->w->arcs[a].caller))
			cycle_heap_push(&k->left_over, (struct cycle_task){ u->left[a], a, true },
					false);
	}
}

/*
 * Places arcs partly, the largest first and those called once last. True if something found a
 * place.
 */
static bool place_in_part(struct cycle_work *k)
{
	struct unfolder *u = k->u;
	double top = 0;

	for (int whole = 0; whole < 2 && !(top > 0); whole++) {
		gather_left(k, whole);
		while (k->left_over.count) {
			uint32_t arc = cycle_heap_pop(&k->left_over, false).id, spare;

			k->steps += HEAP_STEPS;
			if (top > 0 &&
			    (whole ||
			     u->left[arc] < top * (u->modes[arc] == UNFOLD_ALL ? 0.5 : 0.9)))
				break;
			spare = cycle_find_spare(k, arc, false);
			if (spare == NO_ID)
				continue;
			if (!(top > 0))
				top = u->left[arc];
			cycle_place(k, arc, spare);
			if (u->left[arc] <= k->min_opened)
				k->is_waiting[arc] = false;
		}
	}
	return top > 0;
}

/*
 * Gives a function that nothing led to, for lack of spare values, a place below the heaviest
 * context of a caller; otherwise its self value had none. True if there was one.
 */
static bool reach_others(struct cycle_work *k)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	bool any = false;

	k->steps += k->inner_count * HEAP_STEPS;
	for (size_t i = 0; i < k->inner_count && k->steps <= u->max_steps && !u->full; i++) {
		uint32_t arc = k->inner[i], below;

		if (u->contexts_of[w->arcs[arc].callee] || !u->contexts_of[w->arcs[arc].caller] ||
		    u->left[arc] < u->min_weight)
			continue;
		below = cycle_heaviest_for(k, arc);
		any |= below != NO_ID &&
		       cycle_add_weight(k, below, arc, u->left[arc], true) != NO_ID;
	}
	return any;
}

/* --- all --- */

static void start_component(struct cycle_work *k, uint32_t component)
{
	const struct call_flow *w = k->u->w;

	k->component = component;
	k->inner_count = 0;
	k->queue.count = k->waiting.count = 0;
	k->version++;
	spare_queue_clear(&k->spare_queue);
	index_clear(&k->children);
	for (uint32_t i = w->cycles.first[component]; i < w->cycles.first[component + 1]; i++) {
		uint32_t n = w->cycles.members[i];

		for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++) {
			const struct flow_arc *arc = &w->arcs[a];

			if (!arc->inner)
				continue;
			ARRAY_ROOM(k->inner, k->inner_count, k->inner_cap);
			k->inner[k->inner_count++] = a;
		}
	}
}

static struct cycle_work *cycle_open(struct unfolder *u)
{
	const struct call_flow *w = u->w;
	struct cycle_work *k = alloc_zero(1, sizeof *k);

	k->u = u;
	k->min_opened = fmax(u->min_weight, w->total * MIN_SHARE);
	k->is_waiting = alloc_zero(w->arc_count, sizeof *k->is_waiting);
	k->nowhere[0] = alloc_zero(w->arc_count, sizeof *k->nowhere[0]);
	k->nowhere[1] = alloc_zero(w->arc_count, sizeof *k->nowhere[1]);
	k->arc_seen = alloc_zero(w->arc_count, sizeof *k->arc_seen);
	k->arc_spare = alloc_zero(w->arc_count, sizeof *k->arc_spare);
	k->self_filled = alloc_zero(w->arc_count, sizeof *k->self_filled);
	k->node_seen = alloc_zero(w->node_count, sizeof *k->node_seen);
	k->need = alloc_zero(w->node_count, sizeof *k->need);
	k->space = alloc_zero(w->node_count, sizeof *k->space);
	k->given = alloc_zero(w->node_count, sizeof *k->given);
	k->coming = alloc_zero(w->node_count, sizeof *k->coming);
	k->entering = alloc_zero(w->node_count, sizeof *k->entering);
	for (size_t a = 0; a < w->arc_count; a++) {
		k->coming[w->arcs[a].callee] += w->arcs[a].inclusive - w->arcs[a].self;
		if (!w->arcs[a].inner)
			k->entering[w->arcs[a].callee] += w->arcs[a].inclusive;
	}
	return k;
}

void unfold_cycle(struct unfolder *u, uint32_t component)
{
	struct cycle_work *k = u->cycle ? u->cycle : (u->cycle = cycle_open(u));
	uint32_t first_made = (uint32_t)u->u->count;
	double fraction;

	start_component(k, component);
	fraction = cycle_fraction_come(k);
	fill_queue(k);
	/* opening ends with the search for places: far beyond what real programs need */
	while (!u->full && k->steps <= 2 * u->max_steps) {
		if (k->queue.count)
			work_off(k, cycle_heap_pop(&k->queue, false));
		else if (!place_in_part(k) && !reach_others(k))
			break;
		limit_clock();
	}
	cycle_fill_spare(k);
	cycle_add_up(k, first_made, fraction);
}

void unfold_cycle_close(struct unfolder *u)
{
	struct cycle_work *k = u->cycle;

	if (!k)
		return;
	u->u->steps = k->steps;
	alloc_free(k->queue.items);
	alloc_free(k->waiting.items);
	alloc_free(k->left_over.items);
	alloc_free(k->is_waiting);
	spare_queue_close(&k->spare_queue);
	alloc_free(k->nowhere[0]);
	alloc_free(k->nowhere[1]);
	index_free(&k->children);
	alloc_free(k->in_cycle);
	alloc_free(k->arc_seen);
	alloc_free(k->arc_spare);
	alloc_free(k->self_filled);
	alloc_free(k->node_seen);
	alloc_free(k->inner);
	alloc_free(k->chain);
	alloc_free(k->stretch);
	alloc_free(k->list);
	alloc_free(k->need);
	alloc_free(k->space);
	alloc_free(k->given);
	alloc_free(k->coming);
	alloc_free(k->entering);
	alloc_free(k);
	u->cycle = NULL;
}
