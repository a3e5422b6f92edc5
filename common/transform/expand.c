#include "common/transform/expand.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/fetch.h"
#include "common/io/limits.h"
#include "common/transform/queue.h"

/* Contexts worth less than this many units, all below them included, round to nothing. */
static const double least_worth = 1e-3;
enum { WHOLLY = 10000, ROUNDS = 60 };
/* Bounds for graphs made to be slow: steps along paths, and returns kept. */
static const uint64_t most_steps = 2000000000, most_backs = 20000000;

/* A context may come back to an ancestor: `part` of one unit of its share does. */
struct back {
	uint32_t context, ancestor;
	double part;
};

/* What is needed of a node for each of its contexts, at one place in memory. */
struct kind {
	double below;        /* its worth without what is its own */
	double most;         /* worth of its first arc */
	uint32_t first, end; /* of its arcs */
	bool cyclic;
};

struct grower {
	const struct flow *w;
	struct kind *kinds;  /* by node */
	struct expansion *e;
	uint64_t most;
	struct queue queue;
	struct back *backs;
	size_t back_count, back_cap;
	uint32_t *on_path;   /* by node: context + 1 on the path to `here` */
	uint32_t here;       /* context, or NO_ID */
	double pending;      /* worth of all that could still be expanded */
	uint64_t steps, frames;
	bool *rooted;        /* by node: it has a root context */
};

static void push(struct grower *g, struct candidate c)
{
	if (c.worth >= least_worth)
		queue_push(&g->queue, c);
}

/* --- paths --- */

static uint32_t component_at(const struct grower *g, uint32_t c)
{
	return g->w->cycles.component[g->e->contexts[c].node];
}

/* The next context up that could be returned to: of the same component. */
static uint32_t above(const struct grower *g, uint32_t c)
{
	uint32_t up = g->e->contexts[c].parent;

	return up != NO_ID && component_at(g, up) == component_at(g, c) ? up : NO_ID;
}

static bool in_cycle(const struct grower *g, uint32_t c)
{
	return g->kinds[g->e->contexts[c].node].cyclic;
}

/*
 * Moves along the tree so that on_path[] is about the path to context c, as far as
 * it lies in c's component: nothing else can be met again.
 */
static void go_to(struct grower *g, uint32_t c)
{
	const struct context *k = g->e->contexts;
	uint32_t at, meet = c;

	if (!in_cycle(g, c))
		return;
	while (meet != NO_ID && g->on_path[k[meet].node] != meet + 1) {
		meet = above(g, meet);
		g->steps++;
	}
	for (at = g->here; at != meet && at != NO_ID; at = above(g, at)) {
		g->on_path[k[at].node] = 0;
		g->steps++;
	}
	for (at = c; at != meet; at = above(g, at))
		g->on_path[k[at].node] = at + 1;
	g->here = c;
}

/* --- growing --- */

/* Puts the next callee of c, where the path leads to, among the candidates. */
static void offer_next(struct grower *g, uint32_t c)
{
	struct context *k = &g->e->contexts[c];
	const struct flow *w = g->w;
	const struct kind *kind = &g->kinds[k->node];

	while (k->next < kind->end) {
		if (!kind->cyclic || !g->on_path[w->arcs[k->next].callee])
			break;
		k->next++;
	}
	if (k->next < kind->end)
		push(g, (struct candidate){
			k->share * (k->next == kind->first ? kind->most
							   : w->arcs[k->next].worth),
			c, k->next });
}

static void note_backs(struct grower *g, uint32_t c)
{
	const struct context *k = &g->e->contexts[c];
	const struct flow *w = g->w;

	if (!in_cycle(g, c))
		return;
	for (uint32_t a = w->first[k->node]; a < w->first[k->node + 1]; a++) {
		uint32_t met = g->on_path[w->arcs[a].callee];

		if (!met || !(w->arcs[a].part > 0))
			continue;
		ARRAY_ROOM(g->backs, g->back_count, g->back_cap);
		g->backs[g->back_count++] = (struct back){ c, met - 1, w->arcs[a].part };
	}
}

static void add_context(struct grower *g, uint32_t parent, uint32_t node, double part)
{
	struct expansion *e = g->e;
	struct context k = { .parent = parent, .node = node, .part = part,
			     .next = g->kinds[node].first };

	k.share = part;
	if (parent != NO_ID) {
		k.share *= e->contexts[parent].share;
		k.depth = e->contexts[parent].depth + 1;
	}
	g->frames += k.depth;
	ARRAY_ROOM(e->contexts, e->count, e->cap);
	e->contexts[e->count++] = k;
}

/* Contexts and arcs come in no order: most of the time goes by waiting for memory. */
FETCHING fetch_next(const struct grower *g)
{
	const struct candidate *c = queue_next(&g->queue, 0);

	if (c && c->context != NO_ID)
		FETCH(&g->kinds[g->w->arcs[c->at].callee]);
	for (size_t i = 1; (c = queue_next(&g->queue, i)) && i < 4; i++)
		if (c->context != NO_ID) {
			FETCH(&g->e->contexts[c->context]);
			FETCH(&g->w->arcs[c->at]);
		}
}

static void accept(struct grower *g, struct candidate c)
{
	struct expansion *e = g->e;
	uint32_t made = (uint32_t)e->count;

	fetch_next(g);
	g->pending -= c.worth;
	if (c.context == NO_ID) {
		add_context(g, NO_ID, c.at, g->w->root[c.at]);
		g->rooted[c.at] = true;
	} else {
		e->contexts[c.context].next++;
		add_context(g, c.context, g->w->arcs[c.at].callee, g->w->arcs[c.at].part);
	}
	/* the rest of its worth is below it, or returns and is spread anew */
	g->pending += e->contexts[made].share * g->kinds[e->contexts[made].node].below;
	if (c.context != NO_ID) {
		go_to(g, c.context);
		offer_next(g, c.context);
	}
	go_to(g, made);
	note_backs(g, made);
	offer_next(g, made);
}

static bool enough(const struct grower *g, double rest)
{
	return g->e->count >= g->most || g->steps > most_steps ||
	       g->frames > EXPAND_FRAMES || g->back_count > most_backs ||
	       (g->e->count >= WHOLLY && g->pending <= rest * g->w->total);
}

/* --- solving --- */

/* Returns on their way up: a list for each context, in one pool. */
struct entry {
	uint32_t ancestor, next; /* next entry + 1 */
	double part;
};

struct solver {
	struct entry *pool;
	size_t count, cap;
	uint32_t free;     /* entry + 1 */
	uint32_t *list;    /* by context: entry + 1 */
	double *sum;       /* by context, while one list is being added up */
	uint32_t *touched;
	size_t touched_count, touched_cap;
	uint64_t work;
};

static void put_entry(struct solver *s, uint32_t context, uint32_t ancestor, double part)
{
	uint32_t at = s->free;

	if (at) {
		s->free = s->pool[at - 1].next;
	} else {
		ARRAY_ROOM(s->pool, s->count, s->cap);
		at = (uint32_t)++s->count;
	}
	s->pool[at - 1] = (struct entry){ ancestor, s->list[context], part };
	s->list[context] = at;
}

/* Adds up a context's list by ancestor; the entries become free. */
static void take_list(struct solver *s, uint32_t context)
{
	uint32_t at = s->list[context], next;

	s->touched_count = 0;
	for (; at; at = next) {
		struct entry *e = &s->pool[at - 1];

		next = e->next;
		if (s->sum[e->ancestor] == 0) {
			ARRAY_ROOM(s->touched, s->touched_count, s->touched_cap);
			s->touched[s->touched_count++] = e->ancestor;
		}
		s->sum[e->ancestor] += e->part;
		e->next = s->free;
		s->free = at;
	}
	s->list[context] = 0;
}

static void pass_up(struct solver *s, struct context *contexts, uint32_t c)
{
	struct context *k = &contexts[c];
	double scale, least;

	take_list(s, c);
	s->work += s->touched_count;
	/* too little to matter: less returns, and the rest is unplaced */
	least = s->work < 200000000 ? 1e-15 : 1e-6;
	k->returned = s->sum[c] < 1 ? s->sum[c] : 1 - 1e-12;
	s->sum[c] = 0;
	scale = k->part / (1 - k->returned);
	for (size_t i = 0; i < s->touched_count; i++) {
		uint32_t ancestor = s->touched[i];
		double part = s->sum[ancestor] * scale;

		s->sum[ancestor] = 0;
		if (ancestor != c && part > least)
			put_entry(s, k->parent, ancestor, part);
	}
}

/*
 * The shares of all contexts at once: what returns is added up from the leaves to
 * the root, what flows in from the root to the leaves.
 */
static void solve(struct grower *g)
{
	struct expansion *e = g->e;
	struct solver s = {
		.list = alloc_zero(e->count, sizeof *s.list),
		.sum = alloc_zero(e->count, sizeof *s.sum),
	};

	for (size_t i = 0; i < g->back_count; i++)
		put_entry(&s, g->backs[i].context, g->backs[i].ancestor, g->backs[i].part);
	for (size_t c = e->count; c-- > 0;)
		pass_up(&s, e->contexts, (uint32_t)c);
	for (size_t c = 0; c < e->count; c++) {
		struct context *k = &e->contexts[c];
		double in = k->part;

		if (k->parent != NO_ID)
			in *= e->contexts[k->parent].share;
		k->share = in / (1 - k->returned);
	}
	free(s.pool);
	free(s.list);
	free(s.sum);
	free(s.touched);
}

static void offer_roots(struct grower *g)
{
	for (uint32_t n = 0; n < g->w->nodes; n++)
		if (g->w->root[n] > 0 && !g->rooted[n]) {
			double worth = g->w->root[n] * g->w->worth[n];

			g->pending += worth;
			push(g, (struct candidate){ worth, NO_ID, n });
		}
}

static void offer_once_more(struct grower *g, uint32_t c)
{
	const struct context *k = &g->e->contexts[c];

	go_to(g, c);
	for (uint32_t a = k->next; a < g->w->first[k->node + 1]; a++)
		if (!in_cycle(g, c) || !g->on_path[g->w->arcs[a].callee])
			g->pending += k->share * g->w->arcs[a].worth;
	offer_next(g, c);
}

/* A context's place is behind all that lies below its older siblings. */
uint32_t *expansion_order(const struct expansion *e)
{
	uint32_t *order = alloc_zero(e->count, sizeof *order);
	uint32_t *size = alloc_zero(e->count, sizeof *size); /* with all below it */
	uint32_t *next = alloc_zero(e->count, sizeof *next); /* place of the next child */
	uint32_t next_root = 0;

	for (size_t c = e->count; c-- > 0;) {
		uint32_t parent = e->contexts[c].parent;

		size[c]++;
		if (parent != NO_ID)
			size[parent] += size[c];
	}
	for (size_t c = 0; c < e->count; c++) {
		uint32_t parent = e->contexts[c].parent;
		uint32_t *place = parent == NO_ID ? &next_root : &next[parent];

		order[*place] = (uint32_t)c;
		next[c] = *place + 1;
		*place += size[c];
	}
	free(size);
	free(next);
	return order;
}

/* The candidates anew, by the shares that are known now; depth first, so that paths
 * change little from one context to the next. */
static void offer_again(struct grower *g)
{
	uint32_t *order = expansion_order(g->e);

	queue_clear(&g->queue);
	g->pending = 0;
	for (size_t i = 0; i < g->e->count; i++)
		offer_once_more(g, order[i]);
	offer_roots(g);
	free(order);
}

static void find_kinds(struct grower *g)
{
	const struct flow *w = g->w;

	g->kinds = alloc_zero(w->nodes, sizeof *g->kinds);
	for (size_t n = 0; n < w->nodes; n++) {
		double own = (double)w->self[n];

		own = (own < 0 ? -own : own) + (double)w->unattributed[n];
		g->kinds[n] = (struct kind){
			.below = w->worth[n] - own, .cyclic = w->cyclic[n],
			.first = w->first[n], .end = w->first[n + 1],
		};
		if (w->first[n] < w->first[n + 1])
			g->kinds[n].most = w->arcs[w->first[n]].worth;
	}
}

void expand(const struct flow *w, uint64_t most, double rest, struct expansion *out)
{
	struct grower g = { .w = w, .e = out, .here = NO_ID };
	size_t before_round;

	*out = (struct expansion){ 0 };
	g.most = most < NO_ID - 1 ? most : NO_ID - 1;
	g.on_path = alloc_zero(w->nodes, sizeof *g.on_path);
	g.rooted = alloc_zero(w->nodes, sizeof *g.rooted);
	find_kinds(&g);
	queue_open(&g.queue);
	offer_roots(&g);
	for (int round = 0; round < ROUNDS; round++) {
		before_round = out->count;
		while (g.queue.count && !enough(&g, rest)) {
			accept(&g, queue_pop(&g.queue));
			limit_clock();
		}
		if (!g.back_count || out->count == before_round)
			break;
		solve(&g);
		offer_again(&g);
	}
	out->rest = w->total > 0 ? g.pending / w->total : 0;
	queue_close(&g.queue);
	free(g.kinds);
	free(g.backs);
	free(g.on_path);
	free(g.rooted);
}

void expand_free(struct expansion *e)
{
	free(e->contexts);
	*e = (struct expansion){ 0 };
}
