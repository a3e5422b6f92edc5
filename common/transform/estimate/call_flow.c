/* call_flow - the graph without its values: nodes, arcs, cycles; see call_flow.h */
#include "common/transform/estimate/call_flow.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/csr.h"

enum { MAX_SORTED = 20000 };

struct builder {
	struct call_flow *w;
	uint32_t *node_of; /* by function: node + 1 */
	size_t cap;
};

static uint32_t node_for(struct builder *b, function_id f)
{
	struct call_flow *w = b->w;

	if (!b->node_of[f]) {
		ARRAY_ROOM(w->nodes, w->node_count, b->cap);
		w->nodes[w->node_count] = (struct flow_node){ .function = f };
		b->node_of[f] = (uint32_t)++w->node_count;
	}
	return b->node_of[f] - 1;
}

/* The ends of each row. */
struct ends {
	uint32_t *caller, *callee;
	size_t count;
};

/* The ends sorted by `key`; ties in the order of `from`, or ascending. */
static struct csr order_by(const uint32_t *key, size_t nodes, const uint32_t *from, size_t count)
{
	struct csr order;

	csr_open(&order, nodes, count);
	for (size_t i = 0; i < count; i++)
		csr_count(&order, key[i]);
	csr_sum(&order);
	for (size_t i = 0; i < count; i++) {
		uint32_t at = from ? from[i] : (uint32_t)i;

		csr_put(&order, key[at], at);
	}
	return order;
}

/* Makes one arc for each distinct pair, sorted by caller, and fills first[]. */
static void add_arcs(struct call_flow *w, const struct ends *e)
{
	struct csr by_callee = order_by(e->callee, w->node_count, NULL, e->count);
	struct csr order = order_by(e->caller, w->node_count, by_callee.item, e->count);
	size_t n = 0;

	csr_free(&by_callee);
	w->first = alloc_zero(w->node_count + 1, sizeof *w->first);
	w->arc_cap = e->count + 1;
	w->arcs = alloc_zero(w->arc_cap, sizeof *w->arcs);
	for (size_t i = 0; i < e->count; i++) {
		uint32_t at = order.item[i], last = i ? order.item[i - 1] : 0;

		if (!i || e->caller[at] != e->caller[last] || e->callee[at] != e->callee[last]) {
			w->arcs[n] = (struct flow_arc){ .caller = e->caller[at],
							.callee = e->callee[at],
							.id = (uint32_t)n };
			w->first[e->caller[at] + 1] = (uint32_t)++n;
		}
		w->arc_of_row[at] = (uint32_t)n - 1;
	}
	for (size_t i = 1; i <= w->node_count; i++)
		if (w->first[i] < w->first[i - 1])
			w->first[i] = w->first[i - 1];
	w->called_count = w->arc_count = n;
	w->place_of = alloc_zero(n, sizeof *w->place_of);
	for (size_t a = 0; a < n; a++)
		w->place_of[a] = (uint32_t)a;
	csr_free(&order);
}

static void find_cycles(struct call_flow *w)
{
	uint32_t *target = alloc_zero(w->called_count, sizeof *target);

	for (size_t a = 0; a < w->called_count; a++)
		target[a] = w->arcs[a].callee;
	scc_find(w->node_count, w->first, target, &w->cycles);
	alloc_free(target);
	for (size_t a = 0; a < w->called_count; a++)
		w->arcs[a].inner = w->cycles.component[w->arcs[a].caller] ==
				   w->cycles.component[w->arcs[a].callee];
}

static void find_arcs(struct call_flow *w, struct builder *b, const struct profile *p,
		      const struct flow_rows *rows)
{
	uint32_t *work = alloc_zero(rows->arc_count, 2 * sizeof *work);
	struct ends e = { work, work + rows->arc_count, rows->arc_count };

	w->arc_of_row = alloc_zero(rows->arc_count, sizeof *w->arc_of_row);
	for (size_t i = 0; i < rows->arc_count; i++) {
		const struct arc *a = &p->arcs[rows->arcs[i]];

		e.caller[i] = b->node_of[a->caller] - 1;
		e.callee[i] = b->node_of[a->callee] - 1;
	}
	add_arcs(w, &e);
	alloc_free(work);
}

/* --- the order of nodes --- */

struct ranked_node {
	struct str name, file;
	function_id function;
	uint32_t line;
};

static int by_text(const void *a, const void *b)
{
	const struct ranked_node *x = a, *y = b;
	int order = str_compare(x->name, y->name);

	if (order == 0)
		order = str_compare(x->file, y->file);
	if (order == 0)
		order = (x->line > y->line) - (x->line < y->line);
	return order ? order : (x->function > y->function) - (x->function < y->function);
}

/*
 * Sorts nodes by name: the same graph gives exactly the same tree, whatever the order of rows
 * in a file. In larger graphs only roundings depend on it, and sorting takes time.
 */
static void sort_nodes(struct call_flow *w, const struct profile *p, uint32_t *node_of)
{
	struct ranked_node *ranked;

	if (w->node_count > MAX_SORTED)
		return;
	ranked = alloc_zero(w->node_count, sizeof *ranked);
	for (size_t n = 0; n < w->node_count; n++) {
		function_id f = w->nodes[n].function;

		ranked[n] = (struct ranked_node){ function_name(p, f), function_location(p, f), f,
						  p->functions[f].line };
	}
	qsort(ranked, w->node_count, sizeof *ranked, by_text);
	for (size_t n = 0; n < w->node_count; n++) {
		w->nodes[n].function = ranked[n].function;
		node_of[ranked[n].function] = (uint32_t)n + 1;
	}
	alloc_free(ranked);
}

void call_flow_open(struct call_flow *w, const struct profile *p, const struct flow_rows *rows)
{
	struct builder b = { .w = w, .node_of = rows->node_of };

	*w = (struct call_flow){ 0 };
	for (size_t i = 0; i < rows->cost_count; i++)
		node_for(&b, p->costs[rows->costs[i]].function);
	for (size_t i = 0; i < rows->arc_count; i++) {
		node_for(&b, p->arcs[rows->arcs[i]].caller);
		node_for(&b, p->arcs[rows->arcs[i]].callee);
	}
	sort_nodes(w, p, rows->node_of);
	find_arcs(w, &b, p, rows);
	find_cycles(w);
	for (size_t n = 0; n < w->node_count; n++)
		rows->node_of[w->nodes[n].function] = 0;
}

void call_flow_close(struct call_flow *w)
{
	alloc_free(w->nodes);
	alloc_free(w->first);
	alloc_free(w->arcs);
	alloc_free(w->arc_of_row);
	alloc_free(w->place_of);
	scc_free(&w->cycles);
	*w = (struct call_flow){ 0 };
}

size_t call_flow_uncertain(const struct call_flow *w)
{
	uint32_t *arcs_in = alloc_zero(w->node_count, sizeof *arcs_in);
	bool *several = alloc_zero(w->node_count, sizeof *several);
	bool *uncertain = alloc_zero(w->node_count, sizeof *uncertain);
	size_t count = 0;

	for (size_t a = 0; a < w->arc_count; a++)
		arcs_in[w->arcs[a].callee] += w->arcs[a].inclusive > 0;
	/* callers first: components are numbered callees first */
	for (size_t c = w->cycles.count; c-- > 0;)
		for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++) {
			uint32_t n = w->cycles.members[i];

			several[n] |= arcs_in[n] > 1 || flow_in_cycle(w, n);
			for (uint32_t a = w->first[n]; several[n] && a < w->first[n + 1]; a++)
				if (w->arcs[a].inclusive > 0)
					several[w->arcs[a].callee] = uncertain[w->arcs[a].callee] =
						true;
		}
	for (size_t n = 0; n < w->node_count; n++) {
		/* the callers' shares of its self value were not recorded */
		for (uint32_t a = w->first[n]; !uncertain[n] && a < w->first[n + 1]; a++)
			uncertain[n] = arcs_in[n] > 1 && w->nodes[n].self &&
				       w->nodes[n].shared_self && w->arcs[a].inclusive > 0;
		count += uncertain[n];
	}
	alloc_free(arcs_in);
	alloc_free(several);
	alloc_free(uncertain);
	return count;
}
