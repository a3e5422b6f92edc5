#include "common/transform/stacks_from_graph.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/fetch.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/transform/expand.h"

/*
 * Integers out of shares: what a node's contexts have got so far is rounded as a
 * whole, so each gets its share to one unit and all of them together the exact sum.
 */
struct split {
	double given;        /* shares handed out */
	double whole;        /* the sum of its contexts' shares, if that is nearly 1 */
	int64_t self, loose; /* self and unattributed value */
	int64_t self_given, loose_given;
	uint32_t left;       /* contexts to come */
	frame_id frame;      /* NO_ID: not needed yet */
};

struct placer {
	struct profile *p;
	const struct flow *w;
	const struct expansion *e;
	struct split *splits; /* by node */
	thread_id thread;
	value_id value;
	stack_id *path;     /* by depth, to the context that is placed */
	frame_id unattributed, unplaced;
	bool fresh;         /* there were no stacks before, and no function has these names */
	double total, lost; /* of the values that were to be placed */
};

static frame_id named_frame(struct profile *p, struct str name)
{
	struct function f = { .name = profile_string(p, name) };

	return profile_frame(p, (struct frame){ profile_function(p, f), 0, 0 });
}

static void name_frames(struct placer *pl)
{
	struct profile *p = pl->p;
	size_t before = p->function_count;

	pl->unattributed = named_frame(p, S("[unattributed]"));
	pl->unplaced = named_frame(p, S("[unplaced]"));
	pl->fresh = p->stacks.count == 1 && p->function_count == before + 2;
}

static void split_open(struct placer *pl)
{
	const struct flow *w = pl->w;
	size_t deepest = 0;

	pl->splits = alloc_zero(w->nodes, sizeof *pl->splits);
	for (size_t c = 0; c < pl->e->count; c++) {
		const struct context *k = &pl->e->contexts[c];
		struct split *s = &pl->splits[k->node];

		s->left++;
		s->whole += k->share;
		deepest = k->depth > deepest ? k->depth : deepest;
	}
	pl->path = alloc_zero(deepest + 1, sizeof *pl->path);
	for (size_t n = 0; n < w->nodes; n++) {
		struct split *s = &pl->splits[n];

		/* the last digits of floating point are not a context that was left out */
		if (s->whole < 1 - 1e-9)
			s->whole = 0;
		s->self = w->self[n];
		s->loose = w->unattributed[n];
		s->frame = NO_ID;
	}
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

static stack_id push(struct placer *pl, stack_id parent, frame_id frame)
{
	return pl->fresh ? stacks_append(&pl->p->stacks, parent, frame)
			 : stacks_push(&pl->p->stacks, parent, frame);
}

static void add_sample(struct placer *pl, stack_id stack, int64_t value)
{
	if (pl->fresh)
		profile_new_sample(pl->p, pl->thread, stack, pl->value, value);
	else
		profile_sample(pl->p, pl->thread, stack, pl->value, value, 0);
}

static frame_id frame_of(struct placer *pl, uint32_t n)
{
	struct split *s = &pl->splits[n];

	if (s->frame == NO_ID)
		s->frame = profile_frame(pl->p, (struct frame){ pl->w->function[n], 0, 0 });
	return s->frame;
}

static void place_context(struct placer *pl, size_t c)
{
	const struct context *k = &pl->e->contexts[c];
	struct split *s = &pl->splits[k->node];
	bool last = --s->left == 0 && s->whole > 0;
	stack_id stack = push(pl, k->depth ? pl->path[k->depth - 1] : EMPTY_STACK,
			      frame_of(pl, k->node));
	int64_t value;

	pl->path[k->depth] = stack;
	s->given += k->share;
	value = next_part(s->self, s->given, last, &s->self_given);
	if (value)
		add_sample(pl, stack, value);
	value = next_part(s->loose, s->given, last, &s->loose_given);
	if (value)
		add_sample(pl, push(pl, stack, pl->unattributed), value);
}

/* What no context got: kept by function, so that its total comes out. */
static void place_rest(struct placer *pl, uint32_t n, stack_id *unplaced)
{
	const struct split *s = &pl->splits[n];
	int64_t self = s->self - s->self_given, loose = s->loose - s->loose_given;
	stack_id stack;

	pl->total += fabs((double)s->self) + (double)s->loose;
	if (!self && !loose)
		return;
	pl->lost += fabs((double)self) + (double)loose;
	if (*unplaced == EMPTY_STACK)
		*unplaced = push(pl, EMPTY_STACK, pl->unplaced);
	stack = push(pl, *unplaced, frame_of(pl, n));
	if (self)
		add_sample(pl, stack, self);
	if (loose)
		add_sample(pl, push(pl, stack, pl->unattributed), loose);
}

/* Contexts are far apart in this order: they and their nodes are fetched ahead. */
FETCHING fetch_ahead(const struct placer *pl, const uint32_t *order, size_t i)
{
	enum { FAR = 16, NEAR = 8 };
	const struct context *k = pl->e->contexts;

	if (i + FAR >= pl->e->count)
		return;
	FETCH(&k[order[i + FAR]]);
	FETCH(&pl->splits[k[order[i + NEAR]].node]);
}

/* Depth first: viewers that show samples in the order of the file draw a context whole. */
static void place(struct placer *pl)
{
	uint32_t *order = expansion_order(pl->e);
	stack_id unplaced = EMPTY_STACK;

	split_open(pl);
	for (size_t i = 0; i < pl->e->count; i++) {
		fetch_ahead(pl, order, i);
		place_context(pl, order[i]);
	}
	free(order);
	for (uint32_t n = 0; n < pl->w->nodes; n++)
		place_rest(pl, n, &unplaced);
	free(pl->path);
	free(pl->splits);
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
		if (flow.overflow && !p->sample_values.overflow) {
			p->sample_values.overflow = true;
			p->sample_values.overflowed = v;
		}
		if (v + 1 == values)
			flow_weighed(&flow);
		expand(&flow, how->contexts, how->rest, &e);
		name_frames(&pl);
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

	limit_clock_start();
	rows_open(&g, p);
	while (rows_next(&g, p, &t)) {
		one_thread(p, t, &g.rows, how);
		limit_clock();
	}
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
