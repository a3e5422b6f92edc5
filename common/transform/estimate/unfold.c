#include "common/transform/estimate/unfold.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/prefetch.h"
#include "common/io/limits.h"
#include "common/transform/estimate/unfold_internal.h"

/*
 * The number of frames on all paths that end in a value: proportional to the file, whatever it
 * claims.
 */
enum { FRAMES_ALWAYS = 5000000, FRAMES_PER_ARC = 50 };

uint32_t unfold_context(struct unfolder *u, uint32_t parent, uint32_t arc, double weight)
{
	struct unfolding *t = u->u;
	uint32_t made = (uint32_t)t->count, node = u->w->arcs[arc].callee;
	uint32_t depth = parent == NO_ID ? 0 : t->contexts[parent].depth + 1;

	if (u->full || t->count >= u->max_contexts) {
		u->full = true;
		return NO_ID;
	}
	if (u->frames > u->max_frames) {
		t->cut = true;
		return NO_ID;
	}
	ARRAY_ROOM(t->contexts, t->count, t->cap);
	t->contexts[t->count++] = (struct context){ .parent = parent,
						    .arc = arc,
						    .depth = depth,
						    .next = u->contexts_of[node],
						    .weight = weight };
	u->contexts_of[node] = made + 1;
	return made;
}

/* --- functions that are never inside themselves --- */

static void open_plain(struct unfolder *u, uint32_t n)
{
	const struct call_flow *w = u->w;
	const struct flow_node *node = &w->nodes[n];
	const struct flow_arc *arcs = w->arcs;

	for (uint32_t c = u->contexts_of[n]; c && !u->full;) {
		struct context *k = &u->u->contexts[c - 1];
		const struct flow_arc *in = &arcs[k->arc];
		double left, share;
		uint32_t at = c - 1;

		limit_clock();
		c = k->next;
		if (c)
			PREFETCH(&u->u->contexts[c - 1]);
		k->self = in->inclusive > 0 ? k->weight * (in->self / in->inclusive) : 0;
		if (k->self >= UNFOLD_MIN_VALUE)
			u->frames += k->depth + 1;
		left = k->spare = k->weight - k->self;
		share = node->for_callees > 0
				? (node->all_self ? k->weight : left) / node->for_callees
				: 0;
		for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++) {
			double weight = arcs[a].inclusive * share;

			if (weight < u->min_weight || weight <= 0)
				break;
			if (unfold_context(u, at, a, weight) == NO_ID)
				break;
			left -= weight;
		}
		u->u->contexts[at].spare = left > 0 ? left : 0;
	}
}

static void enter(struct unfolder *u)
{
	const struct call_flow *w = u->w;

	for (size_t a = w->called_count; a < w->arc_count; a++)
		if (w->arcs[a].inclusive > 0 && w->arcs[a].inclusive >= u->min_weight) {
			unfold_context(u, NO_ID, (uint32_t)a, w->arcs[a].inclusive);
			u->left[a] = 0;
		}
}

void unfold(const struct call_flow *w, const struct unfold_bounds *bounds, struct unfolding *out)
{
	struct unfolder u = { .w = w,
			      .u = out,
			      .min_weight = bounds->min_weight,
			      .max_contexts = bounds->max_contexts,
			      .max_steps = bounds->max_steps,
			      .modes = bounds->modes,
			      .urgency = bounds->urgency,
			      .whole_calls = bounds->whole_calls };

	*out = (struct unfolding){ 0 };
	if (u.max_contexts > NO_ID - 1)
		u.max_contexts = NO_ID - 1;
	u.max_frames = FRAMES_ALWAYS + (uint64_t)FRAMES_PER_ARC * w->arc_count;
	u.contexts_of = alloc_zero(w->node_count, sizeof *u.contexts_of);
	u.left = alloc_zero(w->arc_count, sizeof *u.left);
	u.self_left = alloc_zero(w->arc_count, sizeof *u.self_left);
	for (size_t a = 0; a < w->arc_count; a++) {
		u.left[a] = w->arcs[a].inclusive;
		u.self_left[a] = w->arcs[a].self;
	}
	enter(&u);
	for (size_t c = w->cycles.count; c-- > 0 && !u.full;) {
		uint32_t n = w->cycles.members[w->cycles.first[c]];

		if (flow_in_cycle(w, n))
			unfold_cycle(&u, (uint32_t)c);
		else
			open_plain(&u, n);
		limit_clock();
	}
	out->complete = !u.full;
	unfold_cycle_close(&u);
	alloc_free(u.contexts_of);
	out->left = u.left;
	alloc_free(u.self_left);
}

void unfolding_free(struct unfolding *u)
{
	alloc_free(u->contexts);
	alloc_free(u->left);
	*u = (struct unfolding){ 0 };
}

/* A context is placed behind everything below its older siblings. */
uint32_t *unfolding_order(const struct unfolding *u)
{
	uint32_t *order = alloc_zero(u->count, sizeof *order);
	uint32_t *size = alloc_zero(u->count, sizeof *size); /* with all below it */
	uint32_t *next = alloc_zero(u->count, sizeof *next); /* position of the next child */
	uint32_t next_root = 0;

	for (size_t c = u->count; c-- > 0;) {
		uint32_t parent = u->contexts[c].parent;

		size[c]++;
		if (parent != NO_ID)
			size[parent] += size[c];
	}
	for (size_t c = 0; c < u->count; c++) {
		uint32_t parent = u->contexts[c].parent;
		uint32_t *place = parent == NO_ID ? &next_root : &next[parent];

		order[*place] = (uint32_t)c;
		next[c] = *place + 1;
		*place += size[c];
	}
	alloc_free(size);
	alloc_free(next);
	return order;
}
