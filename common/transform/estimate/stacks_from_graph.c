#include "common/transform/estimate/stacks_from_graph.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/csr.h"
#include "common/base/prefetch.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/profile/own_name.h"
#include "common/profile/referenced.h"
#include "common/transform/estimate/light_stacks.h"

/* What the frames are called that no function of the graph is. */
struct placer_names {
	string_id unattributed, unplaced, awaited, unknown;
};

struct placer {
	struct profile *p;
	const struct call_flow *w;
	const struct unfolding *u;
	const struct shares *shares;
	const struct light_stacks *light;
	frame_id *frames; /* by node; NO_ID: not needed yet */
	thread_id thread;
	value_id value;
	stack_id *path; /* by depth, on the path to the context that is being placed */
	stack_id awaited_root;
	frame_id unattributed, unplaced, awaited;
	bool unshared; /* there were no stacks before, and no function has these names */
};

static frame_id named_frame(struct profile *p, string_id name)
{
	struct function f = { .name = name };

	return profile_frame(p, (struct frame){ .function = profile_function(p, f) });
}

static void name_frames(struct placer *pl, const struct placer_names *names)
{
	struct profile *p = pl->p;
	size_t before = p->function_count;

	pl->unattributed = named_frame(p, names->unattributed);
	pl->unplaced = named_frame(p, names->unplaced);
	pl->awaited = named_frame(p, pl->w->overlaps ? names->awaited : names->unknown);
	pl->unshared = p->stacks.count == 1 && p->function_count == before + 3;
}

static void open_frames(struct placer *pl)
{
	size_t deepest = 0;

	pl->frames = alloc_zero(pl->w->node_count, sizeof *pl->frames);
	for (size_t n = 0; n < pl->w->node_count; n++)
		pl->frames[n] = NO_ID;
	for (size_t c = 0; c < pl->u->count; c++)
		if (pl->u->contexts[c].depth > deepest)
			deepest = pl->u->contexts[c].depth;
	pl->path = alloc_zero(deepest + 1, sizeof *pl->path);
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
	if (pl->frames[n] == NO_ID)
		pl->frames[n] = profile_frame(pl->p,
					      (struct frame){
						      .function = pl->w->nodes[n].function });
	return pl->frames[n];
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

static void add_share(struct placer *pl, stack_id stack, struct share value)
{
	if (value.self)
		add_sample(pl, stack, value.self);
	if (value.loose)
		add_sample(pl, push(pl, stack, pl->unattributed), value.loose);
}

/* What was merged below the context. */
static void place_light(struct placer *pl, uint32_t c, stack_id stack)
{
	const struct light_stacks *l = pl->light;
	size_t i = l->first ? l->first[c] : 0;
	stack_id above;

	if (!i || l->list[i - 1].context != c)
		return;
	above = push(pl, stack, pl->unplaced);
	for (i--; i < l->count && l->list[i].context == c; i++)
		add_share(pl, push(pl, above, frame_of(pl, l->list[i].node)), l->list[i].value);
}

static void place_context(struct placer *pl, uint32_t c)
{
	const struct context *k = &pl->u->contexts[c];
	uint32_t n = pl->w->arcs[k->arc].callee;
	stack_id stack;

	if (light_stacks_merge(pl->light, c))
		return;
	stack = push(pl, stack_above(pl, k), frame_of(pl, n));
	pl->path[k->depth] = stack;
	add_share(pl, stack, pl->shares->of_context[c]);
	place_light(pl, c, stack);
}

/* Keeps what no context got, by function, so that its total is exact. */
static void place_remainders(struct placer *pl)
{
	const struct light_stacks *l = pl->light;
	stack_id unplaced = EMPTY_STACK;

	for (size_t i = l->count; i-- > 0 && l->list[i].context == NO_ID;) {
		pl->shares->remainder[l->list[i].node].self += l->list[i].value.self;
		pl->shares->remainder[l->list[i].node].loose += l->list[i].value.loose;
	}
	for (uint32_t n = 0; n < pl->w->node_count; n++) {
		struct share value = pl->shares->remainder[n];

		if (!value.self && !value.loose)
			continue;
		if (unplaced == EMPTY_STACK)
			unplaced = push(pl, EMPTY_STACK, pl->unplaced);
		add_share(pl, push(pl, unplaced, frame_of(pl, n)), value);
	}
}

/* Contexts are far apart in this order, so they and what they refer to are prefetched. */
PREFETCH_FUNCTION prefetch_ahead(const struct placer *pl, const uint32_t *order, size_t i)
{
	enum { FAR = 24, NEAR = 16 };
	const struct context *k = pl->u->contexts;

	if (i + FAR >= pl->u->count)
		return;
	PREFETCH(&k[order[i + FAR]]);
	PREFETCH(&pl->w->arcs[k[order[i + NEAR]].arc]);
	PREFETCH(&pl->shares->of_context[order[i + FAR]]);
}

/*
 * Depth first, because viewers that show samples in the order of the file then draw a context
 * as a whole.
 */
static void place(struct placer *pl, const uint32_t *order)
{
	open_frames(pl);
	for (size_t i = 0; i < pl->u->count; i++) {
		prefetch_ahead(pl, order, i);
		place_context(pl, order[i]);
	}
	place_remainders(pl);
	alloc_free(pl->path);
	alloc_free(pl->frames);
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

/* What is to be drawn of one thread and value type. */
struct drawing {
	struct best_tree tree;
	struct shares shares;
	struct light_stacks light;
};

static void drawing_find(const struct profile *p, const struct call_flow *w,
			 const struct estimate *estimate, struct drawing *out)
{
	bool usual = !estimate->contexts && estimate->max_unplaced < 0;
	uint64_t contexts = estimate->contexts ? estimate->contexts : ESTIMATE_CONTEXTS;
	double unplaced = estimate->max_unplaced < 0 ? ESTIMATE_UNPLACED : estimate->max_unplaced;

	best_tree_find(w, contexts, unplaced, &out->tree);
	shares_find(w, &out->tree, &out->shares);
	out->light = (struct light_stacks){ 0 };
	if (usual)
		light_stacks_find(p, w, &out->tree.unfolding, &out->shares, &out->light);
}

static void drawing_free(struct drawing *d)
{
	best_tree_free(&d->tree);
	shares_free(&d->shares);
	light_stacks_free(&d->light);
}

static void add_drawing(struct estimate *estimate, const struct call_flow *w,
			const struct drawing *d)
{
	add_results(estimate, w, &d->tree.deviation);
	estimate->unplaced += d->shares.lost + d->light.value;
	estimate->total += d->shares.total;
	if (d->light.value > 0 && d->light.min_weight > estimate->min_weight)
		estimate->min_weight = d->light.min_weight;
}

static void one_thread(struct profile *p, thread_id t, const struct flow_rows *rows,
		       const struct placer_names *names, struct estimate *estimate)
{
	struct call_flow w;
	value_id values = (value_id)p->value_count;

	call_flow_open(&w, p, rows);
	for (value_id v = 0; v < values; v++) {
		struct drawing d;
		struct placer pl = { .p = p,
				     .w = &w,
				     .u = &d.tree.unfolding,
				     .shares = &d.shares,
				     .light = &d.light,
				     .thread = t,
				     .value = v };

		call_flow_set_values(&w, p, rows, v, estimate->unattributed);
		note_overflow(p, &w, v);
		drawing_find(p, &w, estimate, &d);
		name_frames(&pl, names);
		place(&pl, d.tree.order);
		if (v == 0)
			add_drawing(estimate, &w, &d);
		drawing_free(&d);
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

static void choose_names(struct profile *p, struct placer_names *out)
{
	bool *taken = referenced_by_graph(p);

	*out = (struct placer_names){
		.unattributed = own_name(p, S("[unattributed]"), taken),
		.unplaced = own_name(p, S("[unplaced]"), taken),
		.awaited = own_name(p, S("[awaited elsewhere]"), taken),
		.unknown = own_name(p, S("[unknown caller]"), taken),
	};
	alloc_free(taken);
}

void stacks_from_graph(struct profile *p, struct estimate *estimate)
{
	struct placer_names names;
	struct graph_rows g;
	thread_id t;

	clear_results(estimate);
	limit_clock_start();
	choose_names(p, &names);
	rows_open(&g, p);
	while (rows_next(&g, p, &t)) {
		one_thread(p, t, &g.rows, &names, estimate);
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
		struct drawing d;

		call_flow_open(&w, p, &g.rows);
		call_flow_set_values(&w, p, &g.rows, v, estimate->unattributed);
		drawing_find(p, &w, estimate, &d);
		add_drawing(estimate, &w, &d);
		drawing_free(&d);
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
