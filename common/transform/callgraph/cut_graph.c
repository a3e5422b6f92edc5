#include "common/transform/callgraph/cut_graph.h"

#include "common/base/alloc.h"
#include "common/transform/callgraph/cut_graph_internal.h"

/* --- what is where --- */

static bool fail(struct cut_graph *g, uint32_t node)
{
	g->unknown = g->nodes[node].function;
	return false;
}

static bool in_cycle(const struct cut_graph *g, uint32_t n)
{
	return scc_size(&g->cycles, g->cycles.component[n]) > 1;
}

static bool calls_nothing(const struct cut_graph *g, uint32_t n)
{
	return g->out.first[n] == g->out.first[n + 1] && !g->nodes[n].calls_itself;
}

/*
 * Whether each call of a node says how much of the node it was: it calls nothing, and the calls
 * to it hold no more than its self values (a profiler that does not follow it may record more).
 */
static bool calls_divide(const struct cut_graph *g, uint32_t n)
{
	return calls_nothing(g, n) && !g->exceeded[g->cycles.component[n]];
}

static const struct cut_arc *in_arc(const struct cut_graph *g, uint32_t n)
{
	return &g->arcs[g->in.item[g->in.first[n]]];
}

/* The number of callers, if it is 0 or 1; otherwise 2. */
static int callers_of(const struct cut_graph *g, uint32_t n)
{
	for (size_t i = g->in.first[n]; i < g->in.first[n + 1]; i++)
		if (g->arcs[g->in.item[i]].caller != in_arc(g, n)->caller)
			return 2;
	return g->in.first[n] < g->in.first[n + 1];
}

/*
 * By component: whether part of its time is in no arc to it, because the profiler was started in
 * it; and whether arcs to it hold more than it does. A thousandth is rounding.
 */
static void compare_with_callers(struct cut_graph *g)
{
	size_t count = g->cycles.count;
	bool *called = alloc_zero(count, 1);
	double *sums = alloc_zero(count * 2, sizeof *sums), *in = sums + count;

	for (uint32_t v = 0; v < g->node_self.width; v++) {
		memset(sums, 0, count * 2 * sizeof *sums);
		for (size_t n = 0; n < g->node_count; n++)
			sums[g->cycles.component[n]] += (double)values_row(&g->node_self, n)[v];
		for (size_t i = 0; i < g->out.first[g->node_count]; i++) {
			const struct cut_arc *a = &g->arcs[g->out.item[i]];
			uint32_t from = g->cycles.component[a->caller];
			uint32_t to = g->cycles.component[a->callee];
			double value = (double)values_row(&g->arc_values, g->out.item[i])[v];

			if (from == to)
				continue;
			sums[from] += value;
			in[to] += value;
			called[to] = true;
		}
		for (size_t c = 0; c < count; c++) {
			g->entered[c] |= !called[c] || sums[c] - in[c] > sums[c] / 1000 + 1;
			g->exceeded[c] |= in[c] - sums[c] > in[c] / 1000 + 1;
		}
	}
	alloc_free(called);
	alloc_free(sums);
}

static bool is_entered(const struct cut_graph *g, uint32_t n)
{
	return g->entered[g->cycles.component[n]];
}

static void index_rows(struct cut_graph *g)
{
	cut_graph_index(g);
	alloc_free(g->entered);
	alloc_free(g->exceeded);
	g->entered = alloc_zero(g->cycles.count, sizeof *g->entered);
	g->exceeded = alloc_zero(g->cycles.count, sizeof *g->exceeded);
	compare_with_callers(g);
}

/* Marks what the marked nodes lead to (themselves included), or what leads to them. */
static void spread(struct cut_graph *g, bool down)
{
	const struct csr *arcs = down ? &g->out : &g->in;
	uint32_t *queue = alloc_zero(g->node_count, sizeof *queue);
	bool *seen = alloc_zero(g->node_count, sizeof *seen);
	size_t count = 0;

	for (uint32_t n = 0; n < g->node_count; n++)
		if (g->nodes[n].marked) {
			seen[n] = true;
			queue[count++] = n;
		}
	for (size_t i = 0; i < count; i++)
		for (size_t k = arcs->first[queue[i]]; k < arcs->first[queue[i] + 1]; k++) {
			const struct cut_arc *a = &g->arcs[arcs->item[k]];
			uint32_t next = down ? a->callee : a->caller;

			if (seen[next])
				continue;
			seen[next] = true;
			queue[count++] = next;
		}
	for (uint32_t n = 0; n < g->node_count; n++)
		*(down ? &g->nodes[n].below : &g->nodes[n].above) = seen[n];
	alloc_free(queue);
	alloc_free(seen);
}

static void mark(struct cut_graph *g, const bool *functions)
{
	index_rows(g);
	for (uint32_t n = 0; n < g->node_count; n++)
		g->nodes[n].marked = functions[g->nodes[n].function];
	spread(g, true);
	spread(g, false);
}

/*
 * Finds what is below marked nodes and has other callers too: of which the graph knows how much
 * is below only if its calls divide it.
 */
static bool find_shared(struct cut_graph *g)
{
	for (uint32_t n = 0; n < g->node_count; n++) {
		struct cut_node *node = &g->nodes[n];

		node->shared = node->empty = false;
		if (!node->below || node->marked)
			continue;
		for (size_t i = g->in.first[n]; i < g->in.first[n + 1]; i++)
			node->shared |= !g->nodes[g->arcs[g->in.item[i]].caller].below;
		if (is_entered(g, n) || (node->shared && !calls_divide(g, n)))
			return fail(g, n);
	}
	return true;
}

/* A circle through a marked function and others: how often it was taken is unknown. */
static bool check_circles(struct cut_graph *g)
{
	bool *circle = alloc_zero(g->cycles.count, sizeof *circle), good = true;

	for (uint32_t n = 0; n < g->node_count; n++)
		circle[g->cycles.component[n]] |= g->nodes[n].marked;
	for (uint32_t n = 0; n < g->node_count && good; n++)
		if (circle[g->cycles.component[n]] && !g->nodes[n].marked)
			good = fail(g, n);
	alloc_free(circle);
	return good;
}

/* --- changing it --- */

/* Leaves of a shared node what its callers above, or not above, are left of it. */
static void divide_shared(struct cut_graph *g, bool below)
{
	bool *shared = alloc_zero(g->node_count, sizeof *shared);
	uint32_t width = g->cost_values.width;
	int64_t *sum = alloc_zero(width, sizeof *sum);

	for (uint32_t n = 0; n < g->node_count; n++)
		shared[n] = g->nodes[n].shared;
	cut_graph_drop_costs(g, shared);
	for (uint32_t n = 0; n < g->node_count; n++) {
		function_id f = g->nodes[n].function;
		struct total total = { .known = g->totals[f].known };

		if (!shared[n])
			continue;
		memset(sum, 0, width * sizeof *sum);
		for (size_t i = g->in.first[n]; i < g->in.first[n + 1]; i++) {
			struct cut_arc *a = &g->arcs[g->in.item[i]];

			a->gone |= g->nodes[a->caller].below != below;
			if (a->gone)
				continue;
			for (uint32_t v = 0; v < width; v++)
				i64_add_to(&sum[v], values_row(&g->arc_values, g->in.item[i])[v]);
			i64_add_to(&total.calls, a->row.calls);
			i64_add_to(&total.primitive, a->row.primitive);
		}
		cut_graph_add_cost(g, n, (struct place){ .line = g->p->functions[f].line }, sum);
		/* of several threads the totals are summed: then they follow from the rows */
		total.known &= g->p->thread_count == 1;
		g->totals[f] = total;
		values_set_row(&g->total_values, f, sum);
	}
	alloc_free(shared);
	alloc_free(sum);
}

static bool is_ancestor(const struct cut_graph *g, uint32_t n)
{
	return g->nodes[n].above && !g->nodes[n].below;
}

/* Sets a row to the part, or takes the part from it. */
static void replace(struct values *t, size_t row, const int64_t *part, bool keep)
{
	for (uint32_t v = 0; v < t->width; v++)
		values_set(t, row, v, keep ? part[v] : values_row(t, row)[v] - part[v]);
}

static void change_total(struct cut_graph *g, uint32_t n, const int64_t *through, bool keep)
{
	function_id f = g->nodes[n].function;

	if (!g->totals[f].known)
		return;
	g->totals[f].known = g->p->thread_count == 1;
	replace(&g->total_values, f, through, keep);
}

static bool any_value(const struct values *t, size_t row)
{
	bool any = false;

	for (uint32_t v = 0; v < t->width; v++)
		any |= values_row(t, row)[v] != 0;
	return any;
}

/* A node of which nothing is left: it only led to what is dropped. */
static void forget(struct cut_graph *g, uint32_t n)
{
	for (size_t i = g->in.first[n]; i < g->in.first[n + 1]; i++)
		g->arcs[g->in.item[i]].gone = true;
	g->nodes[n].empty = true;
}

/* What comes to marked nodes through each ancestor; `keep` leaves that of it, or the rest. */
struct division {
	struct values through; /* by node */
	int64_t *sum;          /* of the ancestor that is divided */
	bool keep;
};

/* What an arc leads to marked nodes, or NULL if it does not. */
static const int64_t *part_of(const struct cut_graph *g, const struct division *d, uint32_t row)
{
	uint32_t callee = g->arcs[row].callee;

	if (is_ancestor(g, callee))
		return values_row(&d->through, callee);
	return g->nodes[callee].marked ? values_row(&g->arc_values, row) : NULL;
}

static bool divide_arc(struct cut_graph *g, struct division *d, uint32_t row)
{
	struct cut_arc *a = &g->arcs[row];
	const int64_t *part = part_of(g, d, row);
	bool divided = is_ancestor(g, a->callee);

	if (!divided)
		a->gone = d->keep == !part;
	for (uint32_t v = 0; part && v < d->through.width; v++)
		i64_add_to(&d->sum[v], part[v]);
	if (divided) {
		replace(&g->arc_values, row, part, d->keep);
		for (uint32_t v = 0; d->keep && v < d->through.width; v++)
			values_set(&g->arc_self, row, v, 0);
	}
	return !a->gone;
}

/* An ancestor that is called by an ancestor needs one arc to it. */
static bool divide_ancestor(struct cut_graph *g, struct division *d, uint32_t n)
{
	bool left = false;

	if (in_cycle(g, n) || g->nodes[n].calls_itself)
		return fail(g, n);
	memset(d->sum, 0, d->through.width * sizeof *d->sum);
	for (size_t i = g->out.first[n]; i < g->out.first[n + 1]; i++) {
		uint32_t callee = g->arcs[g->out.item[i]].callee;

		if (is_ancestor(g, callee) && g->in.first[callee + 1] - g->in.first[callee] != 1)
			return fail(g, callee);
		left |= divide_arc(g, d, g->out.item[i]);
	}
	values_set_row(&d->through, n, d->sum);
	change_total(g, n, d->sum, d->keep);
	if (!left && !any_value(&g->node_self, n))
		forget(g, n);
	return true;
}

/* Callees first: components are in that order. */
static bool divide_ancestors(struct cut_graph *g, bool keep)
{
	uint32_t width = g->cost_values.width;
	struct division d = { { .width = width }, alloc_zero(width, sizeof *d.sum), keep };
	bool good = true;

	values_resize(&d.through, g->node_count);
	for (size_t i = 0; i < g->node_count && good; i++)
		if (is_ancestor(g, g->cycles.members[i]))
			good = divide_ancestor(g, &d, g->cycles.members[i]);
	values_free(&d.through);
	alloc_free(d.sum);
	return good;
}

/* --- the verbs --- */

/* Keeps what is below, and with `above` what leads there, or drops what is below. */
static void keep_region(struct cut_graph *g, bool below, bool above)
{
	bool *drop = alloc_zero(g->node_count, sizeof *drop);

	for (uint32_t n = 0; n < g->node_count; n++) {
		const struct cut_node *node = &g->nodes[n];

		drop[n] = below ? !node->below && !(above && node->above)
				: node->empty || (node->below && !node->shared);
	}
	cut_graph_drop(g, drop);
	alloc_free(drop);
}

static bool show_from(struct cut_graph *g, const bool *functions)
{
	mark(g, functions);
	if (!find_shared(g) || !check_circles(g))
		return false;
	divide_shared(g, true);
	keep_region(g, true, false);
	return true;
}

static bool focus(struct cut_graph *g, const bool *functions)
{
	bool *ancestors;

	mark(g, functions);
	if (!find_shared(g) || !check_circles(g) || !divide_ancestors(g, true))
		return false;
	divide_shared(g, true);
	ancestors = alloc_zero(g->node_count, sizeof *ancestors);
	for (uint32_t n = 0; n < g->node_count; n++)
		ancestors[n] = is_ancestor(g, n);
	cut_graph_drop_costs(g, ancestors);
	alloc_free(ancestors);
	keep_region(g, true, true);
	return true;
}

static bool ignore(struct cut_graph *g, const bool *functions)
{
	mark(g, functions);
	if (!find_shared(g) || !check_circles(g) || !divide_ancestors(g, false))
		return false;
	divide_shared(g, false);
	keep_region(g, false, false);
	return true;
}

/* What a marked node called is its own from now on. */
static void take_callees(struct cut_graph *g, uint32_t n)
{
	for (size_t i = g->out.first[n]; i < g->out.first[n + 1]; i++) {
		struct cut_arc *a = &g->arcs[g->out.item[i]];

		if (g->nodes[a->callee].marked)
			continue;
		cut_graph_add_cost(g, n, a->row.site, values_row(&g->arc_values, g->out.item[i]));
		a->gone = true;
	}
	g->nodes[n].self_changed = true;
}

static bool prune_from(struct cut_graph *g, const bool *functions)
{
	bool *drop;

	mark(g, functions);
	for (uint32_t n = 0; n < g->node_count; n++)
		if (g->nodes[n].below && g->nodes[n].above && !g->nodes[n].marked)
			return fail(g, n);
	if (!find_shared(g))
		return false;
	for (uint32_t n = 0; n < g->node_count; n++)
		if (g->nodes[n].marked)
			take_callees(g, n);
	divide_shared(g, false);
	drop = alloc_zero(g->node_count, sizeof *drop);
	for (uint32_t n = 0; n < g->node_count; n++)
		drop[n] = g->nodes[n].below && !g->nodes[n].marked && !g->nodes[n].shared;
	cut_graph_drop(g, drop);
	alloc_free(drop);
	return true;
}

/* --- taking functions out --- */

/* Gives a node's self values to its callers: to one all, or to each what the arcs say. */
static void give_self(struct cut_graph *g, uint32_t n)
{
	bool single = callers_of(g, n) == 1;

	for (size_t i = g->in.first[n]; i < g->in.first[n + 1]; i++) {
		const struct cut_arc *a = &g->arcs[g->in.item[i]];

		if (!single || calls_divide(g, n)) {
			cut_graph_add_cost(g, a->caller, a->row.site,
					   values_row(&g->arc_values, g->in.item[i]));
		} else if (i == g->in.first[n]) {
			cut_graph_add_cost(g, a->caller, a->row.site, values_row(&g->node_self, n));
		}
		g->nodes[a->caller].self_changed = true;
	}
}

/* Its only caller calls what it called. */
static void give_callees(struct cut_graph *g, uint32_t n)
{
	for (size_t i = g->out.first[n]; i < g->out.first[n + 1]; i++) {
		struct cut_arc a = g->arcs[g->out.item[i]];
		const struct cut_arc *above = in_arc(g, n);
		int64_t *copy = alloc_zero((size_t)g->arc_values.width * 2, sizeof *copy);
		size_t bytes = g->arc_values.width * sizeof *copy;

		a.caller = above->caller;
		a.row.site = above->row.site;
		/* the tables may move when a row is added */
		memcpy(copy, values_row(&g->arc_values, g->out.item[i]), bytes);
		memcpy(copy + g->arc_values.width, values_row(&g->arc_self, g->out.item[i]), bytes);
		cut_graph_add_arc(g, &a, copy, copy + g->arc_values.width);
		alloc_free(copy);
	}
}

/*
 * Takes out marked nodes, each only if no neighbour was taken out since the lists were made.
 * The number of those taken out.
 */
static size_t hide_some(struct cut_graph *g, bool *gone)
{
	bool *touched = alloc_zero(g->node_count, sizeof *touched);
	size_t count = 0;

	for (uint32_t n = 0; n < g->node_count; n++) {
		int callers = callers_of(g, n);

		if (!g->nodes[n].marked || touched[n] || in_cycle(g, n) ||
		    (callers && is_entered(g, n)) || (callers > 1 && !calls_divide(g, n)))
			continue;
		for (size_t i = g->in.first[n]; i < g->in.first[n + 1]; i++)
			touched[g->arcs[g->in.item[i]].caller] = true;
		for (size_t i = g->out.first[n]; i < g->out.first[n + 1]; i++)
			touched[g->arcs[g->out.item[i]].callee] = true;
		if (callers)
			give_self(g, n);
		if (callers)
			give_callees(g, n);
		g->nodes[n].marked = false;
		gone[n] = true;
		count++;
	}
	alloc_free(touched);
	return count;
}

static bool hide(struct cut_graph *g, const bool *functions)
{
	uint32_t left = NO_ID;
	size_t count = 1;

	mark(g, functions);
	while (count) {
		bool *gone = alloc_zero(g->node_count, sizeof *gone);

		count = hide_some(g, gone);
		cut_graph_drop(g, gone);
		alloc_free(gone);
		index_rows(g);
	}
	for (uint32_t n = 0; n < g->node_count; n++)
		if (g->nodes[n].marked)
			left = n;
	return left == NO_ID || fail(g, left);
}

static bool show(struct cut_graph *g, const bool *functions)
{
	bool *others = alloc_zero(g->p->function_count, sizeof *others), good;

	for (function_id f = 0; f < g->p->function_count; f++)
		others[f] = !functions[f];
	good = hide(g, others);
	alloc_free(others);
	return good;
}

struct profile *cut_graph(const struct profile *p, const struct filter_options *options,
			  function_id *unknown)
{
	struct profile *to = NULL;
	struct cut_graph g;

	if (!cut_graph_open(&g, p)) {
		*unknown = g.unknown;
		cut_graph_close(&g);
		return NULL;
	}
	if ((!options->focus || focus(&g, options->focus)) &&
	    (!options->ignore || ignore(&g, options->ignore)) &&
	    (!options->hide || hide(&g, options->hide)) &&
	    (!options->show || show(&g, options->show)) &&
	    (!options->show_from || show_from(&g, options->show_from)) &&
	    (!options->prune_from || prune_from(&g, options->prune_from)))
		to = cut_graph_profile(&g);
	*unknown = g.unknown;
	cut_graph_close(&g);
	return to;
}
