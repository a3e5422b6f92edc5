#include "common/transform/callgraph/graph_from_stacks.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/base/prefetch.h"
#include "common/profile/stack_walk.h"

/*
 * Where arcs come from: a frame that calls a function. There are far fewer than nodes of the trie,
 * whose sums are added up by site before any arc is looked for.
 */
struct sites {
	uint32_t *of;   /* by node: the site whose arc led to it; roots have none */
	uint64_t *keys; /* by site: the caller's frame and the callee's function */
	uint32_t *pair; /* by site: number of its (caller, callee) as functions */
	size_t count, key_cap, pair_cap;
	uint32_t pair_count;
};

/*
 * The nodes of the trie that count: the first one of a function on its path, and the first one
 * of an arc. The others lie below them and are included in their sums.
 */
struct first_nodes {
	bool *function, *arc;
	stack_id *owner; /* by node: the first one of its arc */
};

struct pair_walk {
	const struct profile *p;
	const struct sites *sites;
	uint32_t *on_path;      /* by function: number of occurrences on the path, including the
				   current node */
	uint32_t *pair_on_path; /* the same by pair */
	stack_id *first;        /* by pair: the first node on the path */
};

static function_id function_at(const struct profile *p, stack_id node)
{
	return p->frames[p->stacks.frame[node]].function;
}

/* --- sites --- */

static frame_id caller_of(uint64_t key)
{
	return (frame_id)(key >> 32);
}

static function_id callee_of(uint64_t key)
{
	return (function_id)key;
}

static uint64_t pair_of(const struct profile *p, uint64_t key)
{
	return (uint64_t)p->frames[caller_of(key)].function << 32 | callee_of(key);
}

static uint32_t number_pair(const struct profile *p, struct sites *sites, struct index *index,
			    uint64_t key)
{
	uint64_t pair = pair_of(p, key), hash = hash_mix(pair, 0);

	for (struct probe at = index_probe(index, hash); index_next(index, &at);)
		if (pair_of(p, sites->keys[at.row]) == pair)
			return sites->pair[at.row];
	index_add(index, hash, (uint32_t)sites->count);
	return sites->pair_count++;
}

static uint32_t number_site(const struct profile *p, struct sites *sites, struct index *index,
			    struct index *pairs, uint64_t key)
{
	uint64_t hash = hash_mix(key, 0);

	for (struct probe at = index_probe(index, hash); index_next(index, &at);)
		if (sites->keys[at.row] == key)
			return at.row;
	ARRAY_ROOM(sites->keys, sites->count, sites->key_cap);
	ARRAY_ROOM(sites->pair, sites->count, sites->pair_cap);
	sites->keys[sites->count] = key;
	sites->pair[sites->count] = number_pair(p, sites, pairs, key);
	index_add(index, hash, (uint32_t)sites->count);
	return (uint32_t)sites->count++;
}

/* Of a node that has a caller. */
static uint64_t key_at(const struct profile *p, stack_id node)
{
	return (uint64_t)p->stacks.frame[p->stacks.parent[node]] << 32 | function_at(p, node);
}

PREFETCH_FUNCTION prefetch_site(const struct profile *p, const struct index *index, stack_id node)
{
	if (node < p->stacks.count && p->stacks.parent[node] != EMPTY_STACK && index->slots)
		PREFETCH(&index->slots[index_probe(index, hash_mix(key_at(p, node), 0)).slot]);
}

static void number_sites(const struct profile *p, struct sites *sites)
{
	enum { AHEAD = 8 };
	const struct stacks *s = &p->stacks;
	struct index index = { 0 }, pairs = { 0 };

	sites->of = alloc_zero(s->count, sizeof *sites->of);
	for (stack_id i = 1; i < s->count; i++) {
		prefetch_site(p, &index, i + AHEAD);
		if (s->parent[i] != EMPTY_STACK)
			sites->of[i] = number_site(p, sites, &index, &pairs, key_at(p, i));
	}
	index_free(&index);
	index_free(&pairs);
}

static void free_sites(struct sites *sites)
{
	alloc_free(sites->of);
	alloc_free(sites->keys);
	alloc_free(sites->pair);
}

/* --- first nodes --- */

static void enter(struct pair_walk *w, stack_id node, struct first_nodes *firsts)
{
	uint32_t pair;

	firsts->function[node] = w->on_path[function_at(w->p, node)]++ == 0;
	if (w->p->stacks.parent[node] == EMPTY_STACK)
		return;
	pair = w->sites->pair[w->sites->of[node]];
	firsts->arc[node] = w->pair_on_path[pair]++ == 0;
	if (firsts->arc[node])
		w->first[pair] = node;
	firsts->owner[node] = w->first[pair];
}

static void leave(struct pair_walk *w, stack_id node)
{
	w->on_path[function_at(w->p, node)]--;
	if (w->p->stacks.parent[node] != EMPTY_STACK)
		w->pair_on_path[w->sites->pair[w->sites->of[node]]]--;
}

static void find_firsts(const struct profile *p, const struct sites *sites,
			struct first_nodes *firsts)
{
	struct pair_walk w = {
		.p = p,
		.sites = sites,
		.on_path = alloc_zero(p->function_count, sizeof *w.on_path),
		.pair_on_path = alloc_zero(sites->pair_count, sizeof *w.pair_on_path),
		.first = alloc_zero(sites->pair_count, sizeof *w.first),
	};
	struct stack_walk walk;

	stack_walk_open(&walk, &p->stacks);
	while (stack_walk_next(&walk))
		if (walk.entered)
			enter(&w, walk.node, firsts);
		else
			leave(&w, walk.node);
	stack_walk_close(&walk);
	alloc_free(w.on_path);
	alloc_free(w.pair_on_path);
	alloc_free(w.first);
}

/* --- one thread --- */

/* What the arcs of one site have. */
struct site_sums {
	uint32_t *row;               /* by site: its row + 1, or 0 */
	uint32_t *site_of;           /* by row; rows are in order of first appearance in the trie */
	uint64_t *calls, *primitive; /* by row */
	size_t count, site_cap, calls_cap, primitive_cap;
	struct values sums;
	struct values self; /* what was sampled right below */
};

/* The part of the trie that the samples of one thread touch, with sums over what is below. */
struct thread_part {
	uint32_t *place; /* by node: its position in `nodes` + 1, or 0 */
	stack_id *nodes;
	size_t count, cap;
	struct values sums;
	uint64_t *calls; /* by position: number of samples at or below, or of counted calls of
			    the node's frame */
	size_t calls_cap;
	int64_t *zeros; /* a row of values */
	struct site_sums sites;
};

static void touch(struct thread_part *t, const struct stacks *s, stack_id node)
{
	for (; node != EMPTY_STACK && !t->place[node]; node = s->parent[node]) {
		ARRAY_ROOM(t->nodes, t->count, t->cap);
		ARRAY_ROOM(t->calls, t->count, t->calls_cap);
		t->nodes[t->count] = node;
		t->calls[t->count] = 0;
		values_new_row(&t->sums);
		t->place[node] = (uint32_t)++t->count;
	}
}

static uint32_t site_row(struct site_sums *sites, uint32_t site)
{
	if (!sites->row[site]) {
		ARRAY_ROOM(sites->site_of, sites->count, sites->site_cap);
		ARRAY_ROOM(sites->calls, sites->count, sites->calls_cap);
		ARRAY_ROOM(sites->primitive, sites->count, sites->primitive_cap);
		sites->site_of[sites->count] = site;
		sites->calls[sites->count] = sites->primitive[sites->count] = 0;
		values_new_row(&sites->sums);
		values_new_row(&sites->self);
		sites->row[site] = (uint32_t)++sites->count;
	}
	return sites->row[site] - 1;
}

static void add_self(struct profile *p, const struct sample_row *s, const int64_t *values)
{
	frame_id frame = p->stacks.frame[s->stack];
	const struct frame_row *f = &p->frames[frame];
	struct cost c = { s->thread, f->function, { 0, f->line, profile_frame_address(p, frame) } };

	profile_cost(p, c, values);
}

static void add_node(struct profile *p, const struct first_nodes *firsts, const struct sites *sites,
		     struct thread_part *t, stack_id node)
{
	uint32_t place = t->place[node] - 1, row;
	const int64_t *sums = values_row(&t->sums, place);
	int64_t n = (int64_t)t->calls[place];

	if (firsts->function[node])
		profile_total(p, function_at(p, node), n, n, sums);
	else if (p->counts_calls)
		profile_total(p, function_at(p, node), n, 0, t->zeros);
	if (p->stacks.parent[node] == EMPTY_STACK || !(firsts->arc[node] || p->counts_calls))
		return;
	row = site_row(&t->sites, sites->of[node]);
	t->sites.calls[row] += (uint64_t)n;
	if (!firsts->arc[node])
		return;
	t->sites.primitive[row] += (uint64_t)n;
	values_add_row(&t->sites.sums, row, sums);
}

static void add_arc(struct profile *p, uint64_t key, const struct site_sums *sums, uint32_t row,
		    thread_id thread)
{
	const struct frame_row *caller = &p->frames[caller_of(key)];

	profile_arc(p,
		    (struct arc){
			    .thread = thread,
			    .caller = caller->function,
			    .callee = callee_of(key),
			    .site = { 0, caller->line, profile_frame_address(p, caller_of(key)) },
			    .target.line = p->functions[callee_of(key)].line,
			    .calls = (int64_t)sums->calls[row],
			    .primitive = (int64_t)sums->primitive[row],
			    .rule = RULE_OUTERMOST,
			    .values_known = true,
		    },
		    values_row(&sums->sums, row), values_row(&sums->self, row));
}

static void add_arcs(struct profile *p, const struct sites *sites, struct site_sums *sums,
		     thread_id thread)
{
	for (uint32_t row = 0; row < sums->count; row++) {
		add_arc(p, sites->keys[sums->site_of[row]], sums, row, thread);
		sums->row[sums->site_of[row]] = 0;
	}
	sums->count = 0;
	values_resize(&sums->sums, 0);
	values_resize(&sums->self, 0);
}

/*
 * The ids of children are larger than those of their parents, so sums are complete from the
 * last one up.
 */
static int later_first(const void *a, const void *b)
{
	stack_id x = *(const stack_id *)a, y = *(const stack_id *)b;

	return (x < y) - (x > y);
}

/* One pass over the trie where a thread has most of it, else a sort of its nodes. */
static void sort_nodes(struct thread_part *t, const struct stacks *s)
{
	enum { FEW = 16 }; /* a sort costs about that much more for each node */
	size_t count = 0;

	if (t->count < s->count / FEW) {
		qsort(t->nodes, t->count, sizeof *t->nodes, later_first);
		return;
	}
	for (size_t node = s->count; node-- > 1;)
		if (t->place[node])
			t->nodes[count++] = (stack_id)node;
}

static void add_thread(struct profile *p, const struct first_nodes *firsts,
		       const struct sites *sites, struct thread_part *t, const uint32_t *rows,
		       size_t count)
{
	const struct stacks *s = &p->stacks;

	for (size_t i = 0; i < count; i++) {
		const struct sample_row *sample = &p->samples[rows[i]];
		const int64_t *values = values_row(&p->sample_values, rows[i]);

		if (sample->stack == EMPTY_STACK)
			continue;
		touch(t, s, sample->stack);
		values_add_row(&t->sums, t->place[sample->stack] - 1, values);
		t->calls[t->place[sample->stack] - 1] += sample->count;
		add_self(p, sample, values);
	}
	if (!t->count)
		return; /* idle all the time */
	sort_nodes(t, s);
	for (size_t i = 0; i < t->count; i++) {
		stack_id node = t->nodes[i], parent = s->parent[node];
		uint32_t from = t->place[node] - 1, to = t->place[parent] - 1;

		if (parent != EMPTY_STACK) {
			values_add_row(&t->sums, to, values_row(&t->sums, from));
			if (!p->counts_calls)
				t->calls[to] += t->calls[from];
		}
	}
	/* first seen comes first: the oldest nodes are last in this order */
	for (size_t i = t->count; i-- > 0;)
		add_node(p, firsts, sites, t, t->nodes[i]);
	for (size_t i = 0; i < count; i++) {
		stack_id owner = firsts->owner[p->samples[rows[i]].stack];

		if (owner != EMPTY_STACK)
			values_add_row(&t->sites.self, site_row(&t->sites, sites->of[owner]),
				       values_row(&p->sample_values, rows[i]));
	}
	add_arcs(p, sites, &t->sites, p->samples[rows[0]].thread);
	for (size_t i = 0; i < t->count; i++)
		t->place[t->nodes[i]] = 0;
	t->count = 0;
	values_resize(&t->sums, 0);
}

/* Rows of samples by thread, in their order within a thread. */
static uint32_t *rows_by_thread(const struct profile *p, size_t *starts)
{
	uint32_t *rows = alloc_zero(p->sample_count, sizeof *rows);

	for (size_t i = 0; i < p->sample_count; i++)
		starts[p->samples[i].thread + 1]++;
	for (size_t t = 0; t < p->thread_count; t++)
		starts[t + 1] += starts[t];
	for (size_t i = 0; i < p->sample_count; i++)
		rows[starts[p->samples[i].thread]++] = (uint32_t)i;
	for (size_t t = p->thread_count; t > 0; t--)
		starts[t] = starts[t - 1];
	starts[0] = 0;
	return rows;
}

void graph_from_stacks(struct profile *p)
{
	struct first_nodes firsts = {
		alloc_zero(p->stacks.count, sizeof(bool)),
		alloc_zero(p->stacks.count, sizeof(bool)),
		alloc_zero(p->stacks.count, sizeof(stack_id)),
	};
	struct sites sites = { 0 };
	struct thread_part part = {
		.place = alloc_zero(p->stacks.count, sizeof *part.place),
		.zeros = alloc_zero(p->value_count, sizeof *part.zeros),
		.sums.width = (uint32_t)p->value_count,
		.sites.sums.width = (uint32_t)p->value_count,
		.sites.self.width = (uint32_t)p->value_count,
	};
	size_t *starts = alloc_zero(p->thread_count + 2, sizeof *starts);
	uint32_t *rows = rows_by_thread(p, starts);

	number_sites(p, &sites);
	find_firsts(p, &sites, &firsts);
	part.sites.row = alloc_zero(sites.count, sizeof *part.sites.row);
	for (size_t t = 0; t < p->thread_count; t++)
		if (starts[t + 1] > starts[t])
			add_thread(p, &firsts, &sites, &part, rows + starts[t],
				   starts[t + 1] - starts[t]);
	p->calls_sampled |= !p->counts_calls;
	alloc_free(firsts.function);
	alloc_free(firsts.arc);
	alloc_free(firsts.owner);
	alloc_free(part.place);
	alloc_free(part.nodes);
	alloc_free(part.calls);
	alloc_free(part.zeros);
	values_free(&part.sums);
	free_sites(&sites);
	alloc_free(part.sites.row);
	alloc_free(part.sites.site_of);
	alloc_free(part.sites.calls);
	alloc_free(part.sites.primitive);
	values_free(&part.sites.sums);
	values_free(&part.sites.self);
	alloc_free(starts);
	alloc_free(rows);
}
