#include "common/transform/stacks_from_graph.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/expand.h"

/*
 * Integers out of shares: what a node's contexts have got so far is rounded as a
 * whole, so each gets its share to one unit and all of them together the exact sum.
 */
struct split {
	double *given;      /* by node: shares handed out */
	int64_t *self;      /* by node: self value handed out */
	int64_t *loose;     /* by node: unattributed value handed out */
	uint32_t *left;     /* by node: contexts to come */
	double *whole;      /* by node: the sum of its contexts' shares, if that is nearly 1 */
};

struct placer {
	struct profile *p;
	const struct flow *w;
	const struct expansion *e;
	struct split split;
	thread_id thread;
	value_id value;
	stack_id *stacks;   /* by context */
	frame_id unattributed, unplaced;
	double total, lost; /* of the values that were to be placed */
};

static frame_id named_frame(struct profile *p, struct str name)
{
	struct function f = { .name = profile_string(p, name) };

	return profile_frame(p, (struct frame){ profile_function(p, f), 0, 0 });
}

static void split_open(struct placer *pl)
{
	const struct flow *w = pl->w;
	struct split *s = &pl->split;

	s->given = alloc_zero(w->nodes, sizeof *s->given);
	s->self = alloc_zero(w->nodes, sizeof *s->self);
	s->loose = alloc_zero(w->nodes, sizeof *s->loose);
	s->left = alloc_zero(w->nodes, sizeof *s->left);
	s->whole = alloc_zero(w->nodes, sizeof *s->whole);
	for (size_t c = 0; c < pl->e->count; c++) {
		s->left[pl->e->contexts[c].node]++;
		s->whole[pl->e->contexts[c].node] += pl->e->contexts[c].share;
	}
	/* the last digits of floating point are not a context that was left out */
	for (size_t n = 0; n < w->nodes; n++)
		if (s->whole[n] < 1 - 1e-9)
			s->whole[n] = 0;
}

static void split_close(struct split *s)
{
	free(s->given);
	free(s->self);
	free(s->loose);
	free(s->left);
	free(s->whole);
}

/* The next part of `all` when `share` of it has been given out in total. */
static int64_t next_part(int64_t all, double share, bool last, int64_t *given)
{
	int64_t upto, part;

	if (share > 1 || last)
		share = 1;
	upto = share == 1 ? all : (int64_t)llrint((double)all * share);
	/* far beyond 2^53 doubles are coarse: never more than there is */
	if (all >= 0 ? upto > all : upto < all)
		upto = all;
	part = upto - *given;
	*given = upto;
	return part;
}

static void place_context(struct placer *pl, size_t c)
{
	const struct context *k = &pl->e->contexts[c];
	struct split *s = &pl->split;
	uint32_t n = k->node;
	bool last = --s->left[n] == 0 && s->whole[n] > 0;
	struct frame f = { pl->w->function[n], 0, 0 };
	int64_t value;

	pl->stacks[c] = stacks_push(&pl->p->stacks,
				    k->parent == NO_ID ? EMPTY_STACK : pl->stacks[k->parent],
				    profile_frame(pl->p, f));
	s->given[n] += k->share;
	value = next_part(pl->w->self[n], s->given[n], last, &s->self[n]);
	if (value)
		profile_sample(pl->p, pl->thread, pl->stacks[c], pl->value, value, 0);
	value = next_part(pl->w->unattributed[n], s->given[n], last, &s->loose[n]);
	if (value)
		profile_sample(pl->p, pl->thread,
			       stacks_push(&pl->p->stacks, pl->stacks[c], pl->unattributed),
			       pl->value, value, 0);
}

/* What no context got: kept by function, so that its total comes out. */
static void place_rest(struct placer *pl, uint32_t n)
{
	int64_t self = pl->w->self[n] - pl->split.self[n];
	int64_t loose = pl->w->unattributed[n] - pl->split.loose[n];
	struct frame f = { pl->w->function[n], 0, 0 };
	stack_id stack;

	pl->total += fabs((double)pl->w->self[n]) + (double)pl->w->unattributed[n];
	if (!self && !loose)
		return;
	pl->lost += fabs((double)self) + (double)loose;
	stack = stacks_push(&pl->p->stacks, EMPTY_STACK, pl->unplaced);
	stack = stacks_push(&pl->p->stacks, stack, profile_frame(pl->p, f));
	if (self)
		profile_sample(pl->p, pl->thread, stack, pl->value, self, 0);
	if (loose)
		profile_sample(pl->p, pl->thread,
			       stacks_push(&pl->p->stacks, stack, pl->unattributed), pl->value,
			       loose, 0);
}

/* Depth first: viewers that show samples in the order of the file draw a context whole. */
static void place(struct placer *pl)
{
	uint32_t *order = expansion_order(pl->e);

	split_open(pl);
	pl->stacks = alloc_zero(pl->e->count, sizeof *pl->stacks);
	for (size_t i = 0; i < pl->e->count; i++)
		place_context(pl, order[i]);
	free(order);
	for (uint32_t n = 0; n < pl->w->nodes; n++)
		place_rest(pl, n);
	free(pl->stacks);
	split_close(&pl->split);
}

/* Threads that differ in their part alone are one: the id of the first of them. */
static thread_id *first_parts(const struct profile *p)
{
	thread_id *first = alloc_zero(p->thread_count, sizeof *first);
	struct index index = { 0 };

	for (thread_id t = 0; t < p->thread_count; t++) {
		const struct thread *th = &p->threads[t];
		uint64_t hash = hash_mix(th->pid ^ (uint64_t)th->name << 32, th->tid);

		first[t] = NO_ID;
		for (struct probe at = index_probe(&index, hash);
		     first[t] == NO_ID && index_next(&index, &at);) {
			const struct thread *o = &p->threads[at.row];

			if (o->name == th->name && o->pid == th->pid && o->tid == th->tid)
				first[t] = at.row;
		}
		if (first[t] == NO_ID) {
			index_add(&index, hash, t);
			first[t] = t;
		}
	}
	index_free(&index);
	return first;
}

static void one_thread(struct profile *p, thread_id t, const struct flow_rows *rows,
		       struct estimate *how)
{
	struct flow flow;
	size_t several;
	value_id values = (value_id)p->value_count;

	flow_open(&flow, p, rows);
	several = flow_several(&flow);
	if (several > how->several)
		how->several = several;
	for (value_id v = 0; v < values; v++) {
		struct expansion e;
		struct placer pl = { .p = p, .w = &flow, .e = &e, .thread = t, .value = v };

		flow_weigh(&flow, p, rows, v, how->unattributed);
		expand(&flow, how->contexts, how->rest, &e);
		pl.unattributed = named_frame(p, S("[unattributed]"));
		pl.unplaced = named_frame(p, S("[unplaced]"));
		place(&pl);
		if (v == 0) {
			how->lost += pl.lost;
			how->total += pl.total;
		}
		for (size_t n = 0; v == 0 && n < flow.nodes; n++)
			how->unattributed_value += flow.unattributed[n];
		expand_free(&e);
	}
	flow_close(&flow);
}

/* Row numbers thread by thread: those of t are rows[start[t]] to rows[start[t + 1]]. */
struct sorted {
	uint32_t *rows;
	size_t *start;
};

static struct sorted sort_rows(size_t threads, size_t count, const thread_id *thread_of)
{
	struct sorted s = { alloc_zero(count, sizeof *s.rows),
			    alloc_zero(threads + 2, sizeof *s.start) };

	for (size_t i = 0; i < count; i++)
		s.start[thread_of[i] + 2]++;
	for (size_t t = 2; t < threads + 2; t++)
		s.start[t] += s.start[t - 1];
	for (size_t i = 0; i < count; i++)
		s.rows[s.start[thread_of[i] + 1]++] = (uint32_t)i;
	return s;
}

static void sorted_free(struct sorted *s)
{
	free(s->rows);
	free(s->start);
}

/* The graph half's rows by thread; parts of one thread are together. */
struct graph_rows {
	thread_id *first, *of_cost, *of_arc;
	struct sorted costs, arcs;
	struct flow_rows rows;
	thread_id next;
};

static void rows_open(struct graph_rows *g, const struct profile *p)
{
	size_t active = 0, threads = p->thread_count;

	*g = (struct graph_rows){ .first = first_parts(p) };
	g->of_cost = alloc_zero(p->cost_count, sizeof *g->of_cost);
	g->of_arc = alloc_zero(p->arc_count, sizeof *g->of_arc);
	for (size_t i = 0; i < p->cost_count; i++)
		g->of_cost[i] = g->first[p->costs[i].thread];
	for (size_t i = 0; i < p->arc_count; i++)
		g->of_arc[i] = g->first[p->arcs[i].thread];
	g->costs = sort_rows(threads, p->cost_count, g->of_cost);
	g->arcs = sort_rows(threads, p->arc_count, g->of_arc);
	for (size_t t = 0; t < threads; t++)
		active += g->costs.start[t + 1] > g->costs.start[t] ||
			  g->arcs.start[t + 1] > g->arcs.start[t];
	g->rows.totals = active == 1;
	g->rows.node_of = alloc_zero(p->function_count, sizeof *g->rows.node_of);
}

/* The rows of the next thread that has some. */
static bool rows_next(struct graph_rows *g, const struct profile *p, thread_id *t)
{
	while (g->next < p->thread_count) {
		*t = g->next++;
		g->rows.costs = g->costs.rows + g->costs.start[*t];
		g->rows.cost_count = g->costs.start[*t + 1] - g->costs.start[*t];
		g->rows.arcs = g->arcs.rows + g->arcs.start[*t];
		g->rows.arc_count = g->arcs.start[*t + 1] - g->arcs.start[*t];
		if (g->rows.cost_count || g->rows.arc_count)
			return true;
	}
	return false;
}

static void rows_close(struct graph_rows *g)
{
	sorted_free(&g->costs);
	sorted_free(&g->arcs);
	free(g->rows.node_of);
	free(g->of_cost);
	free(g->of_arc);
	free(g->first);
}

void stacks_from_graph(struct profile *p, struct estimate *how)
{
	struct graph_rows g;
	thread_id t;

	rows_open(&g, p);
	while (rows_next(&g, p, &t))
		one_thread(p, t, &g.rows, how);
	rows_close(&g);
}

int64_t unattributed_value(const struct profile *p, value_id v)
{
	struct graph_rows g;
	struct flow flow;
	thread_id t;
	int64_t sum = 0;

	rows_open(&g, p);
	while (v < p->value_count && rows_next(&g, p, &t)) {
		flow_open(&flow, p, &g.rows);
		flow_weigh(&flow, p, &g.rows, v, true);
		for (size_t n = 0; n < flow.nodes; n++)
			i64_add(sum, flow.unattributed[n], &sum);
		flow_close(&flow);
	}
	rows_close(&g);
	return sum;
}
