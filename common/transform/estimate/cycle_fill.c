/* cycle_fill - uses the spare values that remain when all of a cycle is placed */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/transform/estimate/cycle_internal.h"

/* The number of spare values that are looked at for one function. */
enum { LOOKED_AT = 400 };

/* --- what leaves the cycle, and self values --- */

static void sum_needs(struct cycle_work *k, uint32_t n)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;

	k->space[n] = 0;
	for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++)
		if (!w->arcs[a].inner)
			k->need[n] += u->left[a];
	for (uint32_t c = u->contexts_of[n]; c; c = u->u->contexts[c - 1].next)
		k->space[n] += u->u->contexts[c - 1].spare;
}

/*
 * The spare values that could reach n once more, and how much their functions can do without.
 */
static void find_givers(struct cycle_work *k, uint32_t n)
{
	size_t count = spare_queue_order(&k->spare_queue, LOOKED_AT);

	cycle_list_clear(k);
	for (size_t i = 0; i < count && k->steps <= k->u->max_steps; i++) {
		const struct spare *r = &k->spare_queue.top[i];
		uint32_t x = cycle_arc_at(k, r->context)->callee;

		if (x == n || !(r->tag & cycle_bit_of(n)) ||
		    k->space[x] - k->need[x] <= k->min_opened ||
		    !cycle_can_repeat(k, r->context, n, NO_ID))
			continue;
		cycle_list_add(k, r->size, r->context);
		k->given[x] += r->size;
	}
}

/*
 * A function with less spare value than it needs gets some from all that have more, in
 * proportion.
 */
static void move_spare(struct cycle_work *k, uint32_t n)
{
	double lack = k->need[n] - k->space[n], all = 0, share;

	if (lack <= k->min_opened)
		return;
	find_givers(k, n);
	/* the fraction of each spare value that its function can do without */
	for (size_t i = 0; i < k->list_count; i++) {
		uint32_t x = cycle_arc_at(k, k->list[i].id)->callee;

		k->list[i].weight *= fmin(1, (k->space[x] - k->need[x]) / k->given[x]);
		all += k->list[i].weight;
	}
	for (size_t i = 0; i < k->list_count; i++)
		k->given[cycle_arc_at(k, k->list[i].id)->callee] = 0;
	share = all > 0 ? fmin(1, lack / all) : 0;
	for (size_t i = 0; i < k->list_count; i++) {
		uint32_t from = k->list[i].id, x = cycle_arc_at(k, from)->callee, c;
		double weight = k->list[i].weight * share;

		if (weight <= k->min_opened / 10 || !cycle_can_repeat(k, from, n, NO_ID))
			continue;
		c = cycle_settle(k, from, NO_ID, weight);
		if (c == NO_ID)
			break;
		cycle_set_spare(k, c, *cycle_spare_of(k, c) + weight);
		k->space[n] += weight;
		k->space[x] -= weight;
	}
}

/*
 * Gives the remaining self value of an arc to its contexts, in proportion to their spare
 * values.
 */
static void fill_self(struct cycle_work *k, uint32_t n)
{
	struct unfolder *u = k->u;
	struct context *contexts = u->u->contexts;

	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next)
		k->arc_spare[contexts[c - 1].arc] = 0;
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next)
		k->arc_spare[contexts[c - 1].arc] += contexts[c - 1].spare;
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next) {
		struct context *x = &contexts[c - 1];
		double have = u->self_left[x->arc], spare = k->arc_spare[x->arc], self;

		if (have <= 0 || spare <= 0)
			continue;
		self = x->spare * fmin(1, have / spare);
		x->self += self;
		x->spare -= self;
		k->self_filled[x->arc] += self;
	}
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next) {
		uint32_t arc = contexts[c - 1].arc;

		u->self_left[arc] = fmax(0, u->self_left[arc] - k->self_filled[arc]);
		k->self_filled[arc] = 0;
	}
}

static void fill_leaving(struct cycle_work *k, uint32_t n)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	double space = 0, leaving = 0, share;

	for (uint32_t c = u->contexts_of[n]; c; c = u->u->contexts[c - 1].next)
		space += u->u->contexts[c - 1].spare;
	cycle_list_clear(k);
	for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++)
		if (!w->arcs[a].inner && u->left[a] > 0) {
			cycle_list_add(k, u->left[a], a);
			leaving += u->left[a];
		}
	if (space <= 0 || leaving <= 0)
		return;
	share = fmin(1, leaving / space);
	for (uint32_t c = u->contexts_of[n]; c && !u->full; c = u->u->contexts[c - 1].next) {
		double spare = u->u->contexts[c - 1].spare;

		for (size_t i = 0; i < k->list_count; i++) {
			double weight = spare * share * (k->list[i].weight / leaving);

			if (weight >= u->min_weight && weight > 0 &&
			    cycle_add_weight(k, c - 1, k->list[i].id, weight, true) != NO_ID)
				*cycle_spare_of(k, c - 1) -= weight;
		}
	}
}

/* Values that fit nowhere are placed nevertheless. */
static void force_leaving(struct cycle_work *k, uint32_t n)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;

	for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++) {
		uint32_t below;

		if (w->arcs[a].inner || u->left[a] < u->min_weight ||
		    u->left[a] < w->arcs[a].inclusive || !(u->left[a] > 0))
			continue;
		below = cycle_heaviest_for(k, a);
		if (below != NO_ID)
			cycle_add_weight(k, below, a, u->left[a], true);
	}
}

void cycle_fill_spare(struct cycle_work *k)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	uint32_t first = w->cycles.first[k->component], end = w->cycles.first[k->component + 1];
	struct weighted_id *members;
	size_t count;

	for (uint32_t i = first; i < end; i++)
		k->need[w->cycles.members[i]] = 0;
	for (size_t i = 0; i < k->inner_count; i++)
		k->need[w->arcs[k->inner[i]].callee] += u->self_left[k->inner[i]];
	cycle_list_clear(k);
	for (uint32_t i = first; i < end; i++) {
		uint32_t n = w->cycles.members[i];

		sum_needs(k, n);
		if (cycle_recursive(k, n))
			cycle_list_add(k, k->need[n] - k->space[n], n);
	}
	/* the largest lack comes first */
	cycle_list_sort(k);
	members = alloc_zero(k->list_count, sizeof *members);
	count = k->list_count;
	if (count)
		memcpy(members, k->list, count * sizeof *members);
	for (size_t i = 0; i < count; i++)
		move_spare(k, members[i].id);
	for (size_t i = 0; i < count; i++) {
		fill_self(k, members[i].id);
		fill_leaving(k, members[i].id);
	}
	for (uint32_t i = first; i < end; i++)
		force_leaving(k, w->cycles.members[i]);
	alloc_free(members);
}

/* --- what adds up in the end --- */

/*
 * The fraction of what enters the cycle that has arrived; the remainder was too light for a
 * context.
 */
double cycle_fraction_come(const struct cycle_work *k)
{
	const struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	uint32_t first = w->cycles.first[k->component], end = w->cycles.first[k->component + 1];
	double come = 0, expected = 0;

	for (uint32_t i = first; i < end; i++) {
		uint32_t n = w->cycles.members[i];

		expected += k->entering[n];
		for (uint32_t c = u->contexts_of[n]; c; c = u->u->contexts[c - 1].next)
			if (!w->arcs[u->u->contexts[c - 1].arc].inner)
				come += u->u->contexts[c - 1].weight;
	}
	return expected > come ? come / expected : 1;
}

/* Makes self values equal to those of the arcs, and in sum to that of the function. */
static void scale_self(struct cycle_work *k, uint32_t n, double fraction)
{
	struct unfolder *u = k->u;
	const struct flow_arc *arcs = u->w->arcs;
	struct context *contexts = u->u->contexts;
	double self = fabs((double)u->w->nodes[n].self) * fraction, sum = 0, weight = 0;

	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next)
		k->arc_spare[contexts[c - 1].arc] = 0;
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next)
		k->arc_spare[contexts[c - 1].arc] += contexts[c - 1].self;
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next) {
		struct context *x = &contexts[c - 1];

		if (k->arc_spare[x->arc] > 0)
			x->self *= arcs[x->arc].self / k->arc_spare[x->arc];
		sum += x->self;
		weight += x->weight;
	}
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next) {
		struct context *x = &contexts[c - 1];

		x->self = sum > 0      ? x->self * (self / sum)
			  : weight > 0 ? x->weight * (self / weight)
				       : 0;
	}
}

/* Everything that leaves the cycle leaves it, even if its spare values were too small. */
static void scale_leaving(struct cycle_work *k, uint32_t first_made, double fraction)
{
	struct unfolder *u = k->u;

	for (uint32_t c = first_made; c < u->u->count; c++) {
		struct context *x = &u->u->contexts[c];
		const struct flow_arc *a = &u->w->arcs[x->arc];
		double drawn = a->inclusive - u->left[x->arc];

		if (!a->inner && drawn > 0)
			x->weight *= a->inclusive * fraction / drawn;
	}
}

void cycle_add_up(struct cycle_work *k, uint32_t first_made, double fraction)
{
	const struct call_flow *w = k->u->w;

	for (uint32_t i = w->cycles.first[k->component]; i < w->cycles.first[k->component + 1]; i++)
		scale_self(k, w->cycles.members[i], fraction);
	scale_leaving(k, first_made, fraction);
}
