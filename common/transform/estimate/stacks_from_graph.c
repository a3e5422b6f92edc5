#include "common/transform/estimate/stacks_from_graph.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/csr.h"
#include "common/base/prefetch.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/transform/estimate/best_tree.h"

/*
 * Integers out of shares: what a node's contexts have got so far is rounded as a
 * whole, so each gets its share to one unit and all of them together the exact sum.
 */
struct split {
	double given, loose_given; /* shares handed out */
	double whole, loose_whole; /* the sum of its contexts' weights */
	double wanted;             /* how much of its self value this is */
	int64_t self_placed, loose_placed;
	uint32_t left;  /* contexts to come */
	frame_id frame; /* NO_ID: not needed yet */
};

struct placer {
	struct profile *p;
	const struct call_flow *w;
	const struct unfolding *u;
	struct split *splits; /* by node */
	thread_id thread;
	value_id value;
	stack_id *path; /* by depth, on the path to the context that is being placed */
	stack_id awaited_root;
	frame_id unattributed, unplaced, awaited;
	bool unshared;      /* there were no stacks before, and no function has these names */
	double total, lost; /* sum of the values to be placed */
};

static frame_id named_frame(struct profile *p, struct str name)
{
	struct function f = { .name = profile_string(p, name) };

	return profile_frame(p, (struct frame){ .function = profile_function(p, f) });
}

static void name_frames(struct placer *pl)
{
	struct profile *p = pl->p;
	size_t before = p->function_count;

	pl->unattributed = named_frame(p, S("[unattributed]"));
	pl->unplaced = named_frame(p, S("[unplaced]"));
	pl->awaited = named_frame(p, pl->w->overlaps ? S("[awaited elsewhere]")
						     : S("[unknown caller]"));
	pl->unshared = p->stacks.count == 1 && p->function_count == before + 3;
}

static void split_open(struct placer *pl)
{
	const struct call_flow *w = pl->w;
	size_t deepest = 0;

	pl->splits = alloc_zero(w->node_count, sizeof *pl->splits);
	for (size_t c = 0; c < pl->u->count; c++) {
		const struct context *k = &pl->u->contexts[c];
		struct split *s = &pl->splits[w->arcs[k->arc].callee];

		s->left++;
		s->whole += k->self;
		s->loose_whole += k->spare;
		deepest = k->depth > deepest ? k->depth : deepest;
	}
	pl->path = alloc_zero(deepest + 1, sizeof *pl->path);
	for (size_t n = 0; n < w->node_count; n++) {
		struct split *s = &pl->splits[n];
		double self = fabs((double)w->nodes[n].self);

		s->frame = NO_ID;
		s->wanted = s->whole > self * TREE_NEARLY_ALL ? s->whole : self;
	}
}

/* The next part of `all` after `share` of it has been given out in total. */
static int64_t next_part(int64_t all, double share, bool last, int64_t *given)
{
	int64_t upto, part;

	if (share > 1 || last)
		share = 1;
	upto = share == 1 ? all : (int64_t)llrint((double)all * share);
	/* doubles are coarse beyond 2^53: never give more than there is */
	if (all >= 0 ? upto > all : upto < all)
		upto = all;
	part = upto - *given;
	*given = upto;
	return part;
}

static stack_id push(struct placer *pl, stack_id parent, frame_id frame)
{
	return pl->unshared ? stacks_append(&pl->p->stacks, parent, frame)
			    : stacks_push(&pl->p->stacks, parent, frame);
}

static void add_sample(struct placer *pl, stack_id stack, int64_t value)
{
	if (pl->unshared)
		profile_new_sample(pl->p, pl->thread, stack, pl->value, value);
	else
		profile_sample(pl->p, pl->thread, stack, pl->value, value, 0);
}

static frame_id frame_of(struct placer *pl, uint32_t n)
{
	struct split *s = &pl->splits[n];

	if (s->frame == NO_ID)
		s->frame = profile_frame(pl->p,
					 (struct frame){ .function = pl->w->nodes[n].function });
	return s->frame;
}

/* The stack that a context is placed below. */
static stack_id stack_above(struct placer *pl, const struct context *k)
{
	if (k->depth)
		return pl->path[k->depth - 1];
	if (!pl->w->arcs[k->arc].awaited)
		return EMPTY_STACK;
	if (pl->awaited_root == EMPTY_STACK)
		pl->awaited_root = push(pl, EMPTY_STACK, pl->awaited);
	return pl->awaited_root;
}

static void place_context(struct placer *pl, size_t c)
{
	const struct context *k = &pl->u->contexts[c];
	uint32_t n = pl->w->arcs[k->arc].callee;
	const struct flow_node *node = &pl->w->nodes[n];
	struct split *s = &pl->splits[n];
	bool last = --s->left == 0;
	stack_id stack = push(pl, stack_above(pl, k), frame_of(pl, n));
	int64_t value;

	pl->path[k->depth] = stack;
	s->given += k->self;
	value = s->wanted > 0 ? next_part(node->self, s->given / s->wanted,
					  last && s->wanted == s->whole, &s->self_placed)
			      : 0;
	if (value)
		add_sample(pl, stack, value);
	if (!node->loose)
		return;
	s->loose_given += k->spare;
	value = s->loose_whole > 0 ? next_part(node->loose, s->loose_given / s->loose_whole, last,
					       &s->loose_placed)
				   : 0;
	if (value)
		add_sample(pl, push(pl, stack, pl->unattributed), value);
}

/* Keeps what no context got, by function, so that its total is exact. */
static void place_remainder(struct placer *pl, uint32_t n, stack_id *unplaced)
{
	const struct flow_node *node = &pl->w->nodes[n];
	const struct split *s = &pl->splits[n];
	int64_t self = node->self - s->self_placed, loose = node->loose - s->loose_placed;
	stack_id stack;

	pl->total += fabs((double)node->self) + (double)node->loose;
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

/* Contexts are far apart in this order, so they and what they refer to are prefetched. */
PREFETCH_FUNCTION prefetch_ahead(const struct placer *pl, const uint32_t *order, size_t i)
{
	enum { FAR = 24, NEAR = 16, NEXT = 8 };
	const struct context *k = pl->u->contexts;

	if (i + FAR >= pl->u->count)
		return;
	PREFETCH(&k[order[i + FAR]]);
	PREFETCH(&pl->w->arcs[k[order[i + NEAR]].arc]);
	PREFETCH(&pl->splits[pl->w->arcs[k[order[i + NEXT]].arc].callee]);
}

/*
 * Depth first, because viewers that show samples in the order of the file then draw a context
 * as a whole.
 */
static void place(struct placer *pl, const uint32_t *order)
{
	stack_id unplaced = EMPTY_STACK;

	split_open(pl);
	for (size_t i = 0; i < pl->u->count; i++) {
		prefetch_ahead(pl, order, i);
		place_context(pl, order[i]);
	}
	for (uint32_t n = 0; n < pl->w->node_count; n++)
		place_remainder(pl, n, &unplaced);
	alloc_free(pl->path);
	alloc_free(pl->splits);
}

/* --- threads --- */

/* Threads that differ only in their part are one: the id of the first of them. */
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

static void add_results(struct estimate *estimate, const struct call_flow *w,
			const struct deviation *d)
{
	size_t uncertain = call_flow_uncertain(w);

	if (uncertain > estimate->uncertain)
		estimate->uncertain = uncertain;
	estimate->deviated += d->functions;
	estimate->recorded += d->functions_recorded;
	*(w->overlaps ? &estimate->awaited : &estimate->unknown) += w->awaited;
	estimate->entered += w->total;
	if (d->worst != NO_ID && (estimate->worst == NO_ID ||
				  fabs(d->worst_drawn - d->worst_recorded) >
					  fabs(estimate->worst_drawn - estimate->worst_recorded))) {
		estimate->worst = w->nodes[d->worst].function;
		estimate->worst_drawn = d->worst_drawn;
		estimate->worst_recorded = d->worst_recorded;
	}
	for (size_t n = 0; n < w->node_count; n++)
		i64_add_to(&estimate->unattributed_value, w->nodes[n].loose);
}

static void note_overflow(struct profile *p, const struct call_flow *w, value_id v)
{
	for (size_t n = 0; n < w->node_count; n++)
		if (w->nodes[n].overflow && !p->sample_values.overflow) {
			p->sample_values.overflow = true;
			p->sample_values.overflowed = v;
		}
}

static void one_thread(struct profile *p, thread_id t, const struct flow_rows *rows,
		       struct estimate *estimate)
{
	struct call_flow w;
	value_id values = (value_id)p->value_count;

	call_flow_open(&w, p, rows);
	for (value_id v = 0; v < values; v++) {
		struct best_tree tree;
		struct placer pl = {
			.p = p, .w = &w, .u = &tree.unfolding, .thread = t, .value = v
		};

		call_flow_set_values(&w, p, rows, v, estimate->unattributed);
		note_overflow(p, &w, v);
		best_tree_find(&w, estimate->contexts, estimate->max_unplaced, &tree);
		name_frames(&pl);
		place(&pl, tree.order);
		if (v == 0) {
			add_results(estimate, &w, &tree.deviation);
			estimate->unplaced += pl.lost;
			estimate->total += pl.total;
		}
		best_tree_free(&tree);
	}
	call_flow_close(&w);
}

static void sort_rows(struct csr *rows, size_t threads, size_t count, const thread_id *thread_of)
{
	csr_open(rows, threads, count);
	for (size_t i = 0; i < count; i++)
		csr_count(rows, thread_of[i]);
	csr_sum(rows);
	for (size_t i = 0; i < count; i++)
		csr_put(rows, thread_of[i], (uint32_t)i);
}

/* The rows of the call graph by thread; parts of one thread are together. */
struct graph_rows {
	thread_id *first, *of_cost, *of_arc;
	struct csr costs, arcs;
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
	sort_rows(&g->costs, threads, p->cost_count, g->of_cost);
	sort_rows(&g->arcs, threads, p->arc_count, g->of_arc);
	for (size_t t = 0; t < threads; t++)
		active += g->costs.first[t + 1] > g->costs.first[t] ||
			  g->arcs.first[t + 1] > g->arcs.first[t];
	g->rows.totals = active == 1;
	g->rows.node_of = alloc_zero(p->function_count, sizeof *g->rows.node_of);
}

/* Moves to the next thread with rows. */
static bool rows_next(struct graph_rows *g, const struct profile *p, thread_id *t)
{
	while (g->next < p->thread_count) {
		*t = g->next++;
		g->rows.costs = g->costs.item + g->costs.first[*t];
		g->rows.cost_count = g->costs.first[*t + 1] - g->costs.first[*t];
		g->rows.arcs = g->arcs.item + g->arcs.first[*t];
		g->rows.arc_count = g->arcs.first[*t + 1] - g->arcs.first[*t];
		if (g->rows.cost_count || g->rows.arc_count)
			return true;
	}
	return false;
}

static void rows_close(struct graph_rows *g)
{
	csr_free(&g->costs);
	csr_free(&g->arcs);
	alloc_free(g->rows.node_of);
	alloc_free(g->of_cost);
	alloc_free(g->of_arc);
	alloc_free(g->first);
}

static void clear_results(struct estimate *estimate)
{
	*estimate = (struct estimate){ .contexts = estimate->contexts,
				       .max_unplaced = estimate->max_unplaced,
				       .unattributed = estimate->unattributed,
				       .worst = NO_ID };
}

void stacks_from_graph(struct profile *p, struct estimate *estimate)
{
	struct graph_rows g;
	thread_id t;

	clear_results(estimate);
	limit_clock_start();
	rows_open(&g, p);
	while (rows_next(&g, p, &t)) {
		one_thread(p, t, &g.rows, estimate);
		limit_clock();
	}
	rows_close(&g);
}

void estimate_results(const struct profile *p, value_id v, struct estimate *estimate)
{
	struct graph_rows g;
	thread_id t;

	clear_results(estimate);
	limit_clock_start();
	rows_open(&g, p);
	while (v < p->value_count && rows_next(&g, p, &t)) {
		struct call_flow w;
		struct best_tree tree;

		call_flow_open(&w, p, &g.rows);
		call_flow_set_values(&w, p, &g.rows, v, estimate->unattributed);
		best_tree_find(&w, estimate->contexts, estimate->max_unplaced, &tree);
		add_results(estimate, &w, &tree.deviation);
		estimate->unplaced += tree.unplaced;
		estimate->total += tree.total;
		best_tree_free(&tree);
		call_flow_close(&w);
	}
	rows_close(&g);
}

static void add_facts(struct graph_facts *f, const struct call_flow *w)
{
	*(w->overlaps ? &f->awaited : &f->unknown) += w->awaited;
	f->entered += w->total;
	f->doubtful += w->doubtful;
	f->doubt += w->doubt;
	if (w->max_doubt > f->max_doubt) {
		f->max_doubt = w->max_doubt;
		f->max_doubtful = w->nodes[w->max_doubtful].function;
	}
	for (size_t n = 0; n < w->node_count; n++)
		i64_add_to(&f->unattributed, w->nodes[n].loose);
}

void graph_facts_find(const struct profile *p, value_id v, struct graph_facts *out)
{
	struct graph_rows g;
	struct call_flow w;
	thread_id t;

	*out = (struct graph_facts){ .max_doubtful = NO_ID };
	rows_open(&g, p);
	while (v < p->value_count && rows_next(&g, p, &t)) {
		call_flow_open(&w, p, &g.rows);
		call_flow_set_values(&w, p, &g.rows, v, true);
		add_facts(out, &w);
		call_flow_close(&w);
	}
	rows_close(&g);
}
