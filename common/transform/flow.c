#include "common/transform/flow.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

/* --- the graph --- */

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

struct pair {
	uint32_t caller, callee;
};

static int by_caller(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->caller != y->caller)
		return x->caller < y->caller ? -1 : 1;
	return (x->callee > y->callee) - (x->callee < y->callee);
}

/* One arc for each distinct pair, sorted: first[] is filled on the way. */
static void add_arcs(struct flow *w, struct pair *pairs, size_t count)
{
	size_t n = 0;

	qsort(pairs, count, sizeof *pairs, by_caller);
	w->first = alloc_zero(w->nodes + 1, sizeof *w->first);
	w->arcs = alloc_zero(count + 1, sizeof *w->arcs);
	for (size_t i = 0; i < count; i++) {
		if (i && by_caller(&pairs[i - 1], &pairs[i]) == 0)
			continue;
		w->arcs[n++].callee = pairs[i].callee;
		w->first[pairs[i].caller + 1] = (uint32_t)n;
	}
	for (size_t i = 1; i <= w->nodes; i++)
		if (w->first[i] < w->first[i - 1])
			w->first[i] = w->first[i - 1];
}

static void find_components(struct flow *w)
{
	uint32_t *target = alloc_zero(w->first[w->nodes] + 1, sizeof *target);

	for (size_t a = 0; a < w->first[w->nodes]; a++)
		target[a] = w->arcs[a].callee;
	cycles_find(w->nodes, w->first, target, &w->cycles);
	free(target);
}

void flow_open(struct flow *w, const struct profile *p, const struct flow_rows *rows)
{
	struct builder b = { .w = w, .node_of = rows->node_of };
	struct pair *pairs = alloc_zero(rows->arc_count, sizeof *pairs);
	size_t count = 0;

	*w = (struct flow){ 0 };
	for (size_t i = 0; i < rows->cost_count; i++)
		node_for(&b, p->costs[rows->costs[i]].function);
	for (size_t i = 0; i < rows->arc_count; i++) {
		const struct arc *a = &p->arcs[rows->arcs[i]];

		pairs[count] = (struct pair){ node_for(&b, a->caller), node_for(&b, a->callee) };
		count += a->caller != a->callee;
	}
	add_arcs(w, pairs, count);
	find_components(w);
	w->self = alloc_zero(w->nodes, sizeof *w->self);
	w->unattributed = alloc_zero(w->nodes, sizeof *w->unattributed);
	w->root = alloc_zero(w->nodes, sizeof *w->root);
	w->worth = alloc_zero(w->nodes, sizeof *w->worth);
	for (size_t n = 0; n < w->nodes; n++)
		rows->node_of[w->function[n]] = 0;
	free(pairs);
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
	cycles_free(&w->cycles);
	*w = (struct flow){ 0 };
}

size_t flow_several(const struct flow *w)
{
	uint32_t *callers = alloc_zero(w->nodes, sizeof *callers);
	size_t several = 0;

	for (size_t a = 0; a < w->first[w->nodes]; a++)
		callers[w->arcs[a].callee]++;
	for (size_t n = 0; n < w->nodes; n++)
		several += callers[n] > 1 || cycles_size(&w->cycles, w->cycles.component[n]) > 1;
	free(callers);
	return several;
}

/* --- weights --- */

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

static struct flow_arc *arc_between(struct flow *w, uint32_t from, uint32_t to)
{
	uint32_t low = w->first[from], high = w->first[from + 1];

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (w->arcs[middle].callee <= to)
			low = middle;
		else
			high = middle;
	}
	return &w->arcs[low];
}

static int by_callee(const void *a, const void *b)
{
	const struct flow_arc *x = a, *y = b;

	return (x->callee > y->callee) - (x->callee < y->callee);
}

static void clear(struct flow *w)
{
	for (size_t n = 0; n < w->nodes; n++) {
		w->self[n] = w->unattributed[n] = 0;
		w->root[n] = w->worth[n] = 0;
		/* a weighing before this one has sorted them otherwise */
		if (w->first[n + 1] > w->first[n])
			qsort(w->arcs + w->first[n], w->first[n + 1] - w->first[n],
			      sizeof *w->arcs, by_callee);
	}
	for (size_t a = 0; a < w->first[w->nodes]; a++) {
		uint32_t callee = w->arcs[a].callee;

		w->arcs[a] = (struct flow_arc){ .callee = callee, .valued = true };
	}
}

static void add_arc(struct weigher *g, const struct arc *a, int64_t value)
{
	const uint32_t *node_of = g->rows->node_of;
	struct flow_arc *arc;

	if (a->caller == a->callee) {
		i64_add_to(&g->nodes[node_of[a->callee]].self_calls, a->calls);
		return;
	}
	arc = arc_between(g->w, node_of[a->caller], node_of[a->callee]);
	i64_add_to(&arc->calls, a->calls);
	i64_add_to(&arc->weight, value > 0 ? value : 0);
	arc->valued &= a->valued;
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

		i64_add_to(&w->self[rows->node_of[p->costs[row].function]],
		    values_row(&p->cost_values, row)[v]);
	}
	for (size_t i = 0; i < rows->arc_count; i++)
		add_arc(g, &p->arcs[rows->arcs[i]],
			values_row(&p->arc_values, rows->arcs[i])[v]);
	for (size_t n = 0; n < w->nodes; n++)
		rows->node_of[w->function[n]] = 0;
}

static void sum_incoming(struct weigher *g)
{
	struct flow *w = g->w;

	for (size_t a = 0; a < w->first[w->nodes]; a++) {
		struct node *to = &g->nodes[w->arcs[a].callee];

		i64_add_to(&to->in, w->arcs[a].weight);
		i64_add_to(&to->in_calls, w->arcs[a].calls);
		if (!w->arcs[a].valued)
			i64_add_to(&to->unvalued_calls, w->arcs[a].calls);
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
		struct flow_arc *arc = &w->arcs[a];
		struct node *to = &g->nodes[arc->callee];
		bool cycle = cycles_size(&w->cycles, w->cycles.component[arc->callee]) > 1;

		if (to->unvalued_calls && to->known && to->in_calls)
			arc->weight = (int64_t)((double)to->total *
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
		c->explained &= node->known && node->calls <= node->in_calls + node->self_calls;
		c->noise += g->noise * 2;
		for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++) {
			struct whole *to = &g->wholes[w->cycles.component[w->arcs[a].callee]];

			if (to == c)
				continue;
			i64_add_to(&c->cover, w->arcs[a].weight);
			i64_add_to(&to->entering, w->arcs[a].weight);
			c->valued &= w->arcs[a].valued;
			to->valued &= w->arcs[a].valued;
			to->entered = true;
			to->entered_calls |= w->arcs[a].calls > 0;
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
		int64_t calls = n->known ? n->calls - n->in_calls - n->self_calls : 0;
		int64_t value = n->known ? n->total : n->in + g->w->self[cy->members[i]];

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
	over = in - whole->cover;
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
	rest = need - whole->entering;
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
		struct flow_arc *arc = &w->arcs[a];
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
		worth += w->arcs[a].part * w->worth[w->arcs[a].callee];
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

static const double *sorting_by; /* worth, by callee: qsort() passes nothing */

static int most_first(const void *a, const void *b)
{
	const struct flow_arc *x = a, *y = b;
	double vx = x->part * sorting_by[x->callee], vy = y->part * sorting_by[y->callee];

	if (vx != vy)
		return vx > vy ? -1 : 1;
	return (x->callee > y->callee) - (x->callee < y->callee);
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
	sorting_by = w->worth;
	for (size_t n = 0; n < w->nodes; n++)
		qsort(w->arcs + w->first[n], w->first[n + 1] - w->first[n], sizeof *w->arcs,
		      most_first);
	free(g.nodes);
	free(g.wholes);
}
