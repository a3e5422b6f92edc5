/*
 * flow_weigh - the weights of a flow's links for one value type: see flow.h
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/flow_inside.h"

/* Sums of a stranger's file stop at the ends of the range. */
static int64_t sum(int64_t a, int64_t b)
{
	i64_add_to(&a, b);
	return a;
}

static int64_t less(int64_t a, int64_t b)
{
	return sum(a, b == INT64_MIN ? INT64_MAX : -b);
}

/* What is known of a node beside its arcs while one value type is weighed. */
struct node {
	int64_t total, calls;  /* recorded */
	bool known;
	int64_t in, in_calls;  /* through arcs from others */
	int64_t pull;          /* the same as parts are shared out */
	int64_t self_calls;    /* from itself */
	int64_t unvalued_calls;
};

/* What is known of a component. */
struct whole {
	int64_t entering, cover, recorded;
	int64_t noise;         /* how far off rounding alone may be */
	bool valued;           /* all values that go in and out were recorded */
	bool known;            /* so were all members' totals */
	bool explained;        /* every recorded call came through an arc */
	bool entered, entered_calls;
};

struct weigher {
	struct flow *w;
	const struct profile *p;
	const struct flow_rows *rows;
	struct node *nodes;
	struct whole *wholes;
	int64_t noise;         /* of one number: times were floating point */
};

static void clear(struct flow *w)
{
	for (size_t n = 0; n < w->nodes; n++) {
		w->self[n] = w->unattributed[n] = 0;
		w->root[n] = w->worth[n] = 0;
	}
	for (size_t a = 0; a < w->first[w->nodes]; a++)
		w->links[a] = (struct flow_link){ .callee = w->links[a].callee, .valued = true };
}

static void add_arc(struct weigher *g, size_t i, value_id v)
{
	const struct arc *a = &g->p->arcs[g->rows->arcs[i]];
	int64_t value = values_row(&g->p->arc_values, g->rows->arcs[i])[v];
	struct flow_link *link = &g->w->links[g->w->link_of[i]];

	if (a->caller == a->callee) {
		i64_add_to(&g->nodes[g->rows->node_of[a->callee]].self_calls, a->calls);
		return;
	}
	i64_add_to(&link->calls, a->calls);
	i64_add_to(&link->weight, value > 0 ? value : 0);
	link->valued &= a->valued;
}

static void add_rows(struct weigher *g, value_id v)
{
	const struct profile *p = g->p;
	const struct flow_rows *rows = g->rows;
	struct flow *w = g->w;

	for (uint32_t n = 0; n < w->nodes; n++) {
		function_id f = w->function[n];

		rows->node_of[f] = n;
		if (rows->totals && profile_has_total(p, f)) {
			g->nodes[n].known = true;
			g->nodes[n].total = values_row(&p->total_values, f)[v];
			g->nodes[n].calls = p->totals[f].calls;
		}
	}
	for (size_t i = 0; i < rows->cost_count; i++) {
		uint32_t row = rows->costs[i];
		int64_t *self = &w->self[rows->node_of[p->costs[row].function]];
		int64_t value = values_row(&p->cost_values, row)[v], sum;

		w->overflow |= !i64_add(*self, value, &sum);
		i64_add_to(self, value);
	}
	for (size_t i = 0; i < rows->arc_count; i++)
		add_arc(g, i, v);
	for (size_t n = 0; n < w->nodes; n++)
		rows->node_of[w->function[n]] = 0;
}

static void sum_incoming(struct weigher *g)
{
	struct flow *w = g->w;

	for (size_t a = 0; a < w->first[w->nodes]; a++) {
		struct node *to = &g->nodes[w->links[a].callee];

		i64_add_to(&to->in, w->links[a].weight);
		i64_add_to(&to->in_calls, w->links[a].calls);
		if (!w->links[a].valued)
			i64_add_to(&to->unvalued_calls, w->links[a].calls);
	}
}

/*
 * Where only calls are known (Python's profile module), the callee's total is shared
 * out by calls; so is a function whose every arc weighs nothing. In a cycle an arc
 * that was called pulls at least one unit, so that every member can be reached.
 */
static void find_pulls(struct weigher *g)
{
	struct flow *w = g->w;

	for (size_t a = 0; a < w->first[w->nodes]; a++) {
		struct flow_link *arc = &w->links[a];
		struct node *to = &g->nodes[arc->callee];
		bool cycle = w->cyclic[arc->callee];

		if (to->unvalued_calls && to->known && to->in_calls)
			arc->weight = i64_of((double)to->total *
					     ((double)arc->calls / (double)to->in_calls));
		arc->pull = to->in && (!to->unvalued_calls || to->known) ? arc->weight
									 : arc->calls;
		if (!arc->pull && arc->calls && cycle)
			arc->pull = 1;
		i64_add_to(&to->pull, arc->pull);
	}
}

static void sum_components(struct weigher *g)
{
	struct flow *w = g->w;

	for (size_t c = 0; c < w->cycles.count; c++)
		g->wholes[c] = (struct whole){ .valued = true, .known = true, .explained = true };
	for (uint32_t n = 0; n < w->nodes; n++) {
		uint32_t own = w->cycles.component[n];
		struct whole *c = &g->wholes[own];
		struct node *node = &g->nodes[n];

		i64_add_to(&c->cover, w->self[n]);
		c->known &= node->known;
		if (node->known && node->total > c->recorded)
			c->recorded = node->total;
		c->explained &= node->known && node->calls <= sum(node->in_calls, node->self_calls);
		c->noise += g->noise * 2;
		for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++) {
			struct whole *to = &g->wholes[w->cycles.component[w->links[a].callee]];

			if (to == c)
				continue;
			i64_add_to(&c->cover, w->links[a].weight);
			i64_add_to(&to->entering, w->links[a].weight);
			c->valued &= w->links[a].valued;
			to->valued &= w->links[a].valued;
			to->entered = true;
			to->entered_calls |= w->links[a].calls > 0;
			c->noise += g->noise;
			to->noise += g->noise;
		}
	}
}

/* The member where a component is entered from nowhere: most unexplained calls, or heaviest. */
static uint32_t entry_member(const struct weigher *g, uint32_t c)
{
	const struct cycles *cy = &g->w->cycles;
	uint32_t best = cy->members[cy->first[c]];
	int64_t best_calls = -1, best_value = -1;

	for (uint32_t i = cy->first[c]; i < cy->first[c + 1]; i++) {
		const struct node *n = &g->nodes[cy->members[i]];
		int64_t calls = n->known ? less(less(n->calls, n->in_calls), n->self_calls) : 0;
		int64_t value = n->known ? n->total : sum(n->in, g->w->self[cy->members[i]]);

		if (calls < 0)
			calls = 0;
		if (calls > best_calls || (calls == best_calls && value > best_value)) {
			best = cy->members[i];
			best_calls = calls;
			best_value = value;
		}
	}
	return best;
}

/*
 * What entered a component beyond its members' self values and what left it again.
 * Arcs into and out of a component never nest, so this holds under recursion and by
 * either rule of counting recursive arcs.
 */
static void find_unattributed(struct weigher *g, uint32_t c)
{
	struct whole *whole = &g->wholes[c];
	int64_t in = whole->known ? whole->recorded : whole->entering, over;

	/* without recorded totals the arcs tell: yappi's callgrind files have the same
	 * hole; valgrind's events have none, and their total is the sum of self */
	if (!whole->valued || (!whole->known && (!whole->entered || !g->noise)))
		return;
	over = less(in, whole->cover);
	if (over <= whole->noise)
		return;
	g->w->unattributed[entry_member(g, c)] += over;
	i64_add_to(&whole->cover, over);
}

static void find_root(struct weigher *g, uint32_t c)
{
	struct whole *whole = &g->wholes[c];
	uint32_t entry = entry_member(g, c);
	int64_t need = whole->cover, rest;

	if (whole->known && whole->recorded > need)
		need = whole->recorded;
	rest = less(need, whole->entering);
	if (!whole->entered || (!whole->entering && !whole->entered_calls))
		rest = need > 0 ? need : 1;
	else if (!whole->entering || rest <= whole->noise || whole->explained)
		return;
	g->w->root[entry] = (double)rest / ((double)g->nodes[entry].pull + (double)rest);
}

/* Weights become parts: with the root they add up to 1 for each function. */
static void find_parts(struct weigher *g)
{
	struct flow *w = g->w;

	for (size_t a = 0; a < w->first[w->nodes]; a++) {
		struct flow_link *arc = &w->links[a];
		double in = (double)g->nodes[arc->callee].pull;

		arc->part = in > 0 ? (1 - w->root[arc->callee]) * (double)arc->pull / in : 0;
	}
}

static double worth_of(const struct flow *w, uint32_t n)
{
	double worth = (double)w->self[n];

	if (worth < 0)
		worth = -worth;
	worth += (double)w->unattributed[n];
	for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++)
		worth += w->links[a].part * w->worth[w->links[a].callee];
	return worth;
}

/*
 * Callees first; inside a cycle by sweeps until nothing changes any more. It only
 * steers the order and the end of the expansion: a bounded effort is enough.
 */
static void find_worth(struct flow *w)
{
	enum { SWEEPS = 2000, EFFORT = 20000000 };

	for (uint32_t c = 0; c < w->cycles.count; c++) {
		size_t effort = 0, size = cycles_size(&w->cycles, c);
		double change = 1;

		for (int sweep = 0; sweep < SWEEPS && effort < EFFORT && change > 1e-9; sweep++) {
			change = 0;
			for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++) {
				uint32_t n = w->cycles.members[i];
				double before = w->worth[n], now = worth_of(w, n);

				w->worth[n] = now;
				if (now > 0 && (now - before) / now > change)
					change = (now - before) / now;
				effort += 1 + w->first[n + 1] - w->first[n];
			}
			if (size == 1)
				break;
		}
	}
	w->total = 0;
	for (size_t n = 0; n < w->nodes; n++)
		w->total += w->root[n] * w->worth[n];
}

static int most_first(const void *a, const void *b)
{
	const struct flow_arc *x = a, *y = b;

	if (x->worth != y->worth)
		return x->worth > y->worth ? -1 : 1;
	return (x->callee > y->callee) - (x->callee < y->callee);
}

enum { FEW = 32 };

static void sort_list(struct flow_arc *arcs, size_t n)
{
	if (n > FEW) {
		qsort(arcs, n, sizeof *arcs, most_first);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct flow_arc arc = arcs[i];
		size_t at = i;

		for (; at && most_first(&arc, &arcs[at - 1]) < 0; at--)
			arcs[at] = arcs[at - 1];
		arcs[at] = arc;
	}
}

static void sort_arcs(struct flow *w)
{
	for (size_t a = 0; a < w->first[w->nodes]; a++) {
		const struct flow_link *link = &w->links[a];

		w->arcs[a] = (struct flow_arc){ link->callee, link->part,
						link->part * w->worth[link->callee] };
	}
	for (size_t n = 0; n < w->nodes; n++)
		sort_list(w->arcs + w->first[n], w->first[n + 1] - w->first[n]);
}

void flow_weigh(struct flow *w, const struct profile *p, const struct flow_rows *rows,
		value_id v, bool unattributed)
{
	struct weigher g = { .w = w, .p = p, .rows = rows };

	g.noise = p->value_types[v].unit == UNIT_TIME;
	g.nodes = alloc_zero(w->nodes, sizeof *g.nodes);
	g.wholes = alloc_zero(w->cycles.count, sizeof *g.wholes);
	clear(w);
	add_rows(&g, v);
	sum_incoming(&g);
	find_pulls(&g);
	sum_components(&g);
	for (uint32_t c = 0; c < w->cycles.count; c++) {
		if (unattributed)
			find_unattributed(&g, c);
		find_root(&g, c);
	}
	find_parts(&g);
	find_worth(w);
	sort_arcs(w);
	free(g.nodes);
	free(g.wholes);
}
