/*
 * cut_graph_rows - the rows of a call graph that is being cut
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/transform/callgraph/cut_graph_internal.h"
#include "common/transform/reshape/remap.h"

/* --- out of a profile --- */

static uint32_t node_for(struct cut_graph *g, thread_id t, function_id f)
{
	uint64_t hash = hash_mix((uint64_t)t << 32 | f, 0);

	for (struct probe at = index_probe(&g->index, hash); index_next(&g->index, &at);)
		if (g->nodes[at.row].thread == t && g->nodes[at.row].function == f)
			return at.row;
	ARRAY_ROOM(g->nodes, g->node_count, g->node_cap);
	g->nodes[g->node_count] = (struct cut_node){ .thread = t, .function = f };
	index_add(&g->index, hash, (uint32_t)g->node_count);
	return (uint32_t)g->node_count++;
}

uint32_t cut_graph_add_arc(struct cut_graph *g, const struct cut_arc *arc, const int64_t *values,
			   const int64_t *self)
{
	ARRAY_ROOM(g->arcs, g->arc_count, g->arc_cap);
	g->arcs[g->arc_count] = *arc;
	values_append(&g->arc_values, values);
	values_append(&g->arc_self, self);
	return (uint32_t)g->arc_count++;
}

void cut_graph_add_cost(struct cut_graph *g, uint32_t node, struct place at, const int64_t *values)
{
	ARRAY_ROOM(g->costs, g->cost_count, g->cost_cap);
	g->costs[g->cost_count++] = (struct cut_cost){ .node = node, .at = at };
	values_append(&g->cost_values, values);
}

static void copy_arc(struct cut_graph *g, size_t row)
{
	const struct profile *p = g->p;
	struct arc a = p->arcs[row];
	struct cut_arc arc = { .caller = node_for(g, a.thread, a.caller),
			       .callee = node_for(g, a.thread, a.callee),
			       .row = a };

	cut_graph_add_arc(g, &arc, values_row(&p->arc_values, row),
			  a.self_known ? values_row(&p->arc_self, row) : NULL);
}

bool cut_graph_open(struct cut_graph *g, const struct profile *p)
{
	uint32_t width = (uint32_t)p->value_count;

	*g = (struct cut_graph){ .p = p,
				 .unknown = NO_ID,
				 .arc_values.width = width,
				 .arc_self.width = width,
				 .cost_values.width = width,
				 .total_values.width = width,
				 .node_self.width = width };
	for (size_t i = 0; i < p->arc_count; i++)
		if (!p->arcs[i].values_known) {
			g->unknown = p->arcs[i].callee;
			return false;
		}
	for (size_t i = 0; i < p->cost_count; i++) {
		struct cost c = profile_cost_row(p, i);

		cut_graph_add_cost(g, node_for(g, c.thread, c.function), c.at,
				   values_row(&p->cost_values, i));
	}
	for (size_t i = 0; i < p->arc_count; i++)
		copy_arc(g, i);
	g->totals = alloc_zero(p->function_count, sizeof *g->totals);
	for (function_id f = 0; f < p->function_count; f++) {
		bool known = profile_has_total(p, f);

		if (known)
			g->totals[f] = p->totals[f];
		values_append(&g->total_values, known ? values_row(&p->total_values, f) : NULL);
	}
	return true;
}

static void free_index(struct cut_graph *g)
{
	csr_free(&g->out);
	csr_free(&g->in);
	scc_free(&g->cycles);
	values_free(&g->node_self);
}

void cut_graph_close(struct cut_graph *g)
{
	free_index(g);
	alloc_free(g->entered);
	alloc_free(g->exceeded);
	alloc_free(g->nodes);
	index_free(&g->index);
	alloc_free(g->arcs);
	values_free(&g->arc_values);
	values_free(&g->arc_self);
	alloc_free(g->costs);
	values_free(&g->cost_values);
	alloc_free(g->totals);
	values_free(&g->total_values);
}

/* --- lists --- */

static void list_arcs(const struct cut_graph *g, struct csr *list, bool by_caller)
{
	csr_open(list, g->node_count, g->arc_count);
	for (size_t i = 0; i < g->arc_count; i++) {
		const struct cut_arc *a = &g->arcs[i];

		if (!a->gone && a->caller != a->callee)
			csr_count(list, by_caller ? a->caller : a->callee);
	}
	csr_sum(list);
	for (size_t i = 0; i < g->arc_count; i++) {
		const struct cut_arc *a = &g->arcs[i];

		if (!a->gone && a->caller != a->callee)
			csr_put(list, by_caller ? a->caller : a->callee, (uint32_t)i);
	}
}

static void find_cycles(struct cut_graph *g)
{
	size_t count = g->out.first[g->node_count];
	uint32_t *target = alloc_zero(count, sizeof *target);

	for (size_t i = 0; i < count; i++)
		target[i] = g->arcs[g->out.item[i]].callee;
	scc_find(g->node_count, g->out.first, target, &g->cycles);
	alloc_free(target);
}

void cut_graph_index(struct cut_graph *g)
{
	free_index(g);
	list_arcs(g, &g->out, true);
	list_arcs(g, &g->in, false);
	find_cycles(g);
	g->node_self = (struct values){ .width = g->cost_values.width };
	values_resize(&g->node_self, g->node_count);
	for (size_t i = 0; i < g->cost_count; i++)
		if (!g->costs[i].gone)
			values_add_row(&g->node_self, g->costs[i].node,
				       values_row(&g->cost_values, i));
	for (size_t n = 0; n < g->node_count; n++)
		g->nodes[n].calls_itself = false;
	for (size_t i = 0; i < g->arc_count; i++)
		if (!g->arcs[i].gone && g->arcs[i].caller == g->arcs[i].callee)
			g->nodes[g->arcs[i].caller].calls_itself = true;
}

void cut_graph_drop_costs(struct cut_graph *g, const bool *nodes)
{
	for (size_t i = 0; i < g->cost_count; i++)
		g->costs[i].gone |= nodes[g->costs[i].node];
}

void cut_graph_drop(struct cut_graph *g, const bool *nodes)
{
	bool *left = alloc_zero(g->p->function_count, sizeof *left);

	cut_graph_drop_costs(g, nodes);
	for (size_t i = 0; i < g->arc_count; i++)
		g->arcs[i].gone |= nodes[g->arcs[i].caller] || nodes[g->arcs[i].callee];
	for (size_t n = 0; n < g->node_count; n++)
		left[g->nodes[n].function] |= !nodes[n];
	for (size_t n = 0; n < g->node_count; n++)
		g->totals[g->nodes[n].function].known &= left[g->nodes[n].function];
	alloc_free(left);
}

/* --- into a profile --- */

static struct place moved(struct remap *w, struct place at)
{
	at.file = remap_string(w, at.file);
	return at;
}

static void write_rows(const struct cut_graph *g, struct remap *w)
{
	for (size_t i = 0; i < g->cost_count; i++) {
		const struct cut_cost *c = &g->costs[i];
		const struct cut_node *n = &g->nodes[c->node];

		if (!c->gone)
			profile_cost(w->to,
				     (struct cost){ w->threads[n->thread],
						    w->functions[n->function], moved(w, c->at) },
				     values_row(&g->cost_values, i));
	}
	for (size_t i = 0; i < g->arc_count; i++) {
		struct arc a = g->arcs[i].row;

		if (g->arcs[i].gone)
			continue;
		a.self_known &= !g->nodes[g->arcs[i].callee].self_changed;
		a.thread = w->threads[a.thread];
		a.caller = w->functions[g->nodes[g->arcs[i].caller].function];
		a.callee = w->functions[g->nodes[g->arcs[i].callee].function];
		a.site = moved(w, a.site);
		a.target = moved(w, a.target);
		profile_arc(w->to, a, values_row(&g->arc_values, i),
			    a.self_known ? values_row(&g->arc_self, i) : NULL);
	}
	for (function_id f = 0; f < g->p->function_count; f++)
		if (g->totals[f].known)
			profile_total(w->to, w->functions[f], g->totals[f].calls,
				      g->totals[f].primitive, values_row(&g->total_values, f));
}

/* Only of functions of which no cost is gone: nobody knows whose the jumps were. */
static void write_jumps(const struct cut_graph *g, struct remap *w)
{
	bool *partial = alloc_zero(g->p->function_count, sizeof *partial);

	for (size_t i = 0; i < g->cost_count; i++)
		partial[g->nodes[g->costs[i].node].function] |= g->costs[i].gone;
	for (size_t i = 0; i < g->p->jump_count; i++)
		if (!partial[g->p->jumps[i].from] && !partial[g->p->jumps[i].to])
			remap_jump(w, i);
	alloc_free(partial);
}

struct profile *cut_graph_profile(const struct cut_graph *g)
{
	struct profile *to = profile_new();
	struct remap w;

	remap_open(&w, g->p, to);
	remap_facts(&w);
	remap_value_types(&w);
	remap_threads(&w);
	remap_metadata(&w, "summary"); /* recorded sums concern the whole graph */
	for (function_id f = 0; f < g->p->function_count; f++)
		w.functions[f] = profile_function(to, remap_function(&w, f));
	write_rows(g, &w);
	write_jumps(g, &w);
	remap_close(&w);
	return to;
}
