/* cycle_open - opens a context: the arcs of its function get their weights */
#include <math.h>

#include "common/transform/estimate/cycle_internal.h"

/* --- members that are never inside themselves --- */

static bool is_above(struct cycle_work *k, uint32_t c, uint32_t node)
{
	if (!(k->in_cycle[c].nodes & cycle_bit_of(node)))
		return false;
	for (; cycle_has(k, c); c = k->u->u->contexts[c].parent) {
		k->steps++;
		if (cycle_arc_at(k, c)->callee == node)
			return true;
	}
	return false;
}

/* Passes on what has come in since the context was opened last. */
void cycle_open_member(struct cycle_work *k, uint32_t c)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	uint32_t n = cycle_arc_at(k, c)->callee;
	double weight = k->in_cycle[c].opened ? *cycle_spare_of(k, c) : u->u->contexts[c].weight;
	double left = weight - cycle_take_self(k, c, weight), have = fmax(left, k->coming[n]),
	       rest = left;

	k->in_cycle[c].opened = true;
	k->steps += w->first[n + 1] - w->first[n] + HEAP_STEPS;
	k->coming[n] -= left;
	for (uint32_t a = w->first[n]; have > 0 && a < w->first[n + 1]; a++) {
		double part = fmin(u->left[a], u->left[a] * (left / have));

		/*
		 * a function that is never inside itself may appear to be called in a circle:
		 * each time by others
		 */
		if (w->arcs[a].inner && !cycle_recursive(k, w->arcs[a].callee) &&
		    is_above(k, c, w->arcs[a].callee))
			continue;

		if (part >= u->min_weight && part > 0 &&
		    cycle_add_weight(k, c, a, part, true) != NO_ID)
			rest -= part;
	}
	*cycle_spare_of(k, c) = fmax(0, rest);
}

/* --- members that may be --- */

/* Stamps the path above a context within the cycle. True if its own function is on it. */
static bool stamp_path(struct cycle_work *k, uint32_t c)
{
	uint32_t own = cycle_arc_at(k, c)->callee;

	k->stamp++;
	for (uint32_t q = c; cycle_has(k, q); q = k->u->u->contexts[q].parent) {
		k->arc_seen[k->u->u->contexts[q].arc] = k->stamp;
		if (q != c)
			k->node_seen[cycle_arc_at(k, q)->callee] = k->stamp;
		k->steps++;
	}
	return k->node_seen[own] == k->stamp;
}

static bool may_be_first(const struct cycle_work *k, uint32_t arc, uint32_t own)
{
	const struct flow_arc *a = &k->u->w->arcs[arc];

	if (!a->inner || k->u->left[arc] <= k->min_opened)
		return false;
	if (k->arc_seen[arc] == k->stamp && !(a->every && a->repeats))
		return false;
	return (k->node_seen[a->callee] != k->stamp && a->callee != own) ||
	       cycle_recursive(k, a->callee);
}

/* The arc was called once: it is placed whole, in one context. */
bool cycle_is_whole(const struct cycle_work *k, uint32_t arc)
{
	return k->u->whole_calls && k->u->w->arcs[arc].calls == 1;
}

/* Places the arcs called once that fit, provided that other arcs share what they leave. */
static double open_whole(struct cycle_work *k, uint32_t c, double spare)
{
	bool shared = false;

	for (size_t i = 0; i < k->list_count; i++)
		shared |= !cycle_is_whole(k, k->list[i].id);
	for (size_t i = 0; shared && i < k->list_count; i++) {
		double weight = k->u->left[k->list[i].id];

		if (cycle_is_whole(k, k->list[i].id) && weight <= spare &&
		    cycle_add_weight(k, c, k->list[i].id, weight, true) != NO_ID)
			spare -= weight;
	}
	return spare;
}

static double open_shared(struct cycle_work *k, uint32_t c, double spare)
{
	for (size_t i = 0; i < k->list_count && spare > 0; i++) {
		double weight = fmin(k->u->left[k->list[i].id], spare);

		if (!cycle_is_whole(k, k->list[i].id) &&
		    cycle_add_weight(k, c, k->list[i].id, weight, true) != NO_ID)
			spare -= weight;
	}
	return spare;
}

void cycle_open_recursive(struct cycle_work *k, uint32_t c)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	const struct flow_arc *in = cycle_arc_at(k, c);
	uint32_t n = in->callee;
	double spare = u->u->contexts[c].weight;
	bool in_cycle = stamp_path(k, c), dead_end = true;

	k->in_cycle[c].opened = true;
	if (!(in->repeats && in->inner) || in->every)
		spare -= cycle_take_self(k, c, spare);
	cycle_list_clear(k);
	for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++) {
		if (w->arcs[a].inner && w->arcs[a].repeats && k->arc_seen[a] == k->stamp)
			dead_end = false;
		if (u->modes[a] <= (in_cycle ? UNFOLD_ALL : UNFOLD_OUTER) && may_be_first(k, a, n))
			cycle_list_add(k, u->left[a] * u->urgency[a], a);
	}
	k->steps += w->first[n + 1] - w->first[n] + HEAP_STEPS;
	k->in_cycle[c].dead_end = dead_end;
	cycle_list_sort(k);
	if (!in_cycle)
		spare = open_whole(k, c, spare);
	cycle_add_spare(k, c, open_shared(k, c, spare));
}
