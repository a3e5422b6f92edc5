/*
 * flow - the graph without its weights: nodes, links, components; see flow.h
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/flow_inside.h"

struct builder {
	struct flow *w;
	uint32_t *node_of;  /* by function: node + 1 */
	size_t cap;
};

static uint32_t node_for(struct builder *b, function_id f)
{
	if (!b->node_of[f]) {
		ARRAY_ROOM(b->w->function, b->w->nodes, b->cap);
		b->w->function[b->w->nodes] = f;
		b->node_of[f] = (uint32_t)++b->w->nodes;
	}
	return b->node_of[f] - 1;
}

/* The ends of each row that is no call of a function to itself. */
struct ends {
	uint32_t *caller, *callee, *row;
	size_t count;
};

/* Numbers of ends in the order of `key`; equal ones as they are in `from`, or ascending. */
static uint32_t *order_by(const uint32_t *key, size_t nodes, const uint32_t *from, size_t count)
{
	uint32_t *order = alloc_zero(count, sizeof *order);
	size_t *start = alloc_zero(nodes + 1, sizeof *start);

	for (size_t i = 0; i < count; i++)
		start[key[i] + 1]++;
	for (size_t n = 1; n <= nodes; n++)
		start[n] += start[n - 1];
	for (size_t i = 0; i < count; i++) {
		uint32_t at = from ? from[i] : (uint32_t)i;

		order[start[key[at]]++] = at;
	}
	free(start);
	return order;
}

/* One link for each distinct pair, sorted: first[] is filled on the way. */
static void add_links(struct flow *w, const struct ends *e)
{
	uint32_t *by_callee = order_by(e->callee, w->nodes, NULL, e->count);
	uint32_t *order = order_by(e->caller, w->nodes, by_callee, e->count);
	size_t n = 0;

	free(by_callee);
	w->first = alloc_zero(w->nodes + 1, sizeof *w->first);
	w->links = alloc_zero(e->count + 1, sizeof *w->links);
	for (size_t i = 0; i < e->count; i++) {
		uint32_t at = order[i], last = i ? order[i - 1] : 0;

		if (!i || e->caller[at] != e->caller[last] || e->callee[at] != e->callee[last]) {
			w->links[n++].callee = e->callee[at];
			w->first[e->caller[at] + 1] = (uint32_t)n;
		}
		w->link_of[e->row[at]] = (uint32_t)n - 1;
	}
	for (size_t i = 1; i <= w->nodes; i++)
		if (w->first[i] < w->first[i - 1])
			w->first[i] = w->first[i - 1];
	w->arcs = alloc_zero(n, sizeof *w->arcs);
	free(order);
}

static void find_components(struct flow *w)
{
	uint32_t *target = alloc_zero(w->first[w->nodes] + 1, sizeof *target);

	for (size_t a = 0; a < w->first[w->nodes]; a++)
		target[a] = w->links[a].callee;
	cycles_find(w->nodes, w->first, target, &w->cycles);
	free(target);
	w->cyclic = alloc_zero(w->nodes, sizeof *w->cyclic);
	for (size_t n = 0; n < w->nodes; n++)
		w->cyclic[n] = cycles_size(&w->cycles, w->cycles.component[n]) > 1;
}

static void find_links(struct flow *w, struct builder *b, const struct profile *p,
		       const struct flow_rows *rows)
{
	uint32_t *work = alloc_zero(rows->arc_count, 3 * sizeof *work);
	struct ends e = { work, work + rows->arc_count, work + 2 * rows->arc_count, 0 };

	w->link_of = alloc_zero(rows->arc_count, sizeof *w->link_of);
	for (size_t i = 0; i < rows->arc_count; i++) {
		const struct arc *a = &p->arcs[rows->arcs[i]];

		e.caller[e.count] = node_for(b, a->caller);
		e.callee[e.count] = node_for(b, a->callee);
		e.row[e.count] = (uint32_t)i;
		e.count += a->caller != a->callee;
	}
	add_links(w, &e);
	free(work);
}

void flow_open(struct flow *w, const struct profile *p, const struct flow_rows *rows)
{
	struct builder b = { .w = w, .node_of = rows->node_of };

	*w = (struct flow){ 0 };
	for (size_t i = 0; i < rows->cost_count; i++)
		node_for(&b, p->costs[rows->costs[i]].function);
	find_links(w, &b, p, rows);
	find_components(w);
	w->self = alloc_zero(w->nodes, sizeof *w->self);
	w->unattributed = alloc_zero(w->nodes, sizeof *w->unattributed);
	w->root = alloc_zero(w->nodes, sizeof *w->root);
	w->worth = alloc_zero(w->nodes, sizeof *w->worth);
	for (size_t n = 0; n < w->nodes; n++)
		rows->node_of[w->function[n]] = 0;
}

void flow_weighed(struct flow *w)
{
	free(w->links);
	free(w->link_of);
	w->links = NULL;
	w->link_of = NULL;
}

void flow_close(struct flow *w)
{
	free(w->function);
	free(w->self);
	free(w->unattributed);
	free(w->root);
	free(w->worth);
	free(w->first);
	free(w->arcs);
	flow_weighed(w);
	free(w->cyclic);
	cycles_free(&w->cycles);
	*w = (struct flow){ 0 };
}

size_t flow_several(const struct flow *w)
{
	uint32_t *callers = alloc_zero(w->nodes, sizeof *callers);
	size_t several = 0;

	for (size_t a = 0; a < w->first[w->nodes]; a++)
		callers[w->links[a].callee]++;
	for (size_t n = 0; n < w->nodes; n++)
		several += callers[n] > 1 || w->cyclic[n];
	free(callers);
	return several;
}
