#include "common/transform/callgraph/graph_from_stacks.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"

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
	stack_id *child, *sibling; /* lists, in order of id */
	uint32_t *pair;            /* by node: number of its (caller, callee) */
	uint32_t *on_path;         /* by function: number of occurrences on the path, including
				      the current node */
	uint32_t *pair_on_path;    /* the same by pair */
	stack_id *first;           /* by pair: the first node on the path */
};

static function_id function_at(const struct profile *p, stack_id node)
{
	return p->frames[p->stacks.frame[node]].function;
}

static void link_children(struct pair_walk *w)
{
	const struct stacks *s = &w->p->stacks;

	for (size_t i = s->count; i-- > 1;) {
		w->sibling[i] = w->child[s->parent[i]];
		w->child[s->parent[i]] = (stack_id)i;
	}
}

static void number_pairs(struct pair_walk *w)
{
	const struct stacks *s = &w->p->stacks;
	struct index index = { 0 };
	uint32_t count = 0;
	stack_id *example = alloc_zero(s->count, sizeof *example);

	for (stack_id i = 1; i < s->count; i++) {
		function_id callee = function_at(w->p, i), caller;
		uint64_t hash;
		bool found = false;

		if (s->parent[i] == EMPTY_STACK)
			continue;
		caller = function_at(w->p, s->parent[i]);
		hash = hash_mix((uint64_t)caller << 32 | callee, 0);
		for (struct probe at = index_probe(&index, hash);
		     !found && index_next(&index, &at);) {
			stack_id other = example[at.row];

			found = function_at(w->p, other) == callee &&
				function_at(w->p, s->parent[other]) == caller;
			w->pair[i] = at.row;
		}
		if (!found) {
			example[count] = i;
			w->pair[i] = count;
			index_add(&index, hash, count++);
		}
	}
	index_free(&index);
	alloc_free(example);
}

static void enter(struct pair_walk *w, stack_id node, struct first_nodes *firsts)
{
	firsts->function[node] = w->on_path[function_at(w->p, node)]++ == 0;
	if (w->p->stacks.parent[node] == EMPTY_STACK)
		return;
	firsts->arc[node] = w->pair_on_path[w->pair[node]]++ == 0;
	if (firsts->arc[node])
		w->first[w->pair[node]] = node;
	firsts->owner[node] = w->first[w->pair[node]];
}

static void leave(struct pair_walk *w, stack_id node)
{
	w->on_path[function_at(w->p, node)]--;
	if (w->p->stacks.parent[node] != EMPTY_STACK)
		w->pair_on_path[w->pair[node]]--;
}

/* Depth first, not recursive: parents lead back. */
static void find_firsts(const struct profile *p, struct first_nodes *firsts)
{
	const struct stacks *s = &p->stacks;
	struct pair_walk w = {
		.p = p,
		.child = alloc_zero(s->count, sizeof *w.child),
		.sibling = alloc_zero(s->count, sizeof *w.sibling),
		.pair = alloc_zero(s->count, sizeof *w.pair),
		.on_path = alloc_zero(p->function_count, sizeof *w.on_path),
		.pair_on_path = alloc_zero(s->count, sizeof *w.pair_on_path),
		.first = alloc_zero(s->count, sizeof *w.first),
	};
	stack_id node = EMPTY_STACK;

	link_children(&w);
	number_pairs(&w);
	for (;;) {
		if (w.child[node]) {
			node = w.child[node];
		} else {
			while (node != EMPTY_STACK && !w.sibling[node]) {
				leave(&w, node);
				node = s->parent[node];
			}
			if (node == EMPTY_STACK)
				break;
			leave(&w, node);
			node = w.sibling[node];
		}
		enter(&w, node, firsts);
	}
	alloc_free(w.child);
	alloc_free(w.sibling);
	alloc_free(w.pair);
	alloc_free(w.on_path);
	alloc_free(w.pair_on_path);
	alloc_free(w.first);
}

/* The part of the trie that the samples of one thread touch, with sums over what is below. */
struct thread_part {
	uint32_t *place; /* by node: its position in `nodes` + 1, or 0 */
	stack_id *nodes;
	size_t count, cap;
	struct values sums;
	struct values self; /* by place: what was sampled right below this arc */
	uint64_t *samples;  /* by position: number of samples at or below */
	size_t samples_cap;
};

static void touch(struct thread_part *t, const struct stacks *s, stack_id node)
{
	for (; node != EMPTY_STACK && !t->place[node]; node = s->parent[node]) {
		ARRAY_ROOM(t->nodes, t->count, t->cap);
		ARRAY_ROOM(t->samples, t->count, t->samples_cap);
		t->nodes[t->count] = node;
		t->samples[t->count] = 0;
		values_new_row(&t->sums);
		values_new_row(&t->self);
		t->place[node] = (uint32_t)++t->count;
	}
}

static void add_self(struct profile *p, const struct sample_row *s, const int64_t *values)
{
	frame_id frame = p->stacks.frame[s->stack];
	const struct frame_row *f = &p->frames[frame];
	struct cost c = { s->thread, f->function, { 0, f->line, profile_frame_address(p, frame) } };

	profile_cost(p, c, values);
}

static void add_node(struct profile *p, const struct first_nodes *firsts, struct thread_part *t,
		     thread_id thread, stack_id node)
{
	const struct stacks *s = &p->stacks;
	const struct frame_row *f = &p->frames[s->frame[node]], *up;
	frame_id caller;
	uint32_t place = t->place[node] - 1;
	const int64_t *sums = values_row(&t->sums, place);
	const int64_t *self = values_row(&t->self, place);
	int64_t n = (int64_t)t->samples[place];

	if (firsts->function[node])
		profile_total(p, f->function, n, n, sums);
	if (!firsts->arc[node])
		return;
	caller = s->frame[s->parent[node]];
	up = &p->frames[caller];
	profile_arc(p,
		    (struct arc){
			    .thread = thread,
			    .caller = up->function,
			    .callee = f->function,
			    .site = { 0, up->line, profile_frame_address(p, caller) },
			    .target.line = p->functions[f->function].line,
			    .calls = n,
			    .primitive = n,
			    .rule = RULE_OUTERMOST,
			    .values_known = true,
		    },
		    sums, self);
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

static void add_thread(struct profile *p, const struct first_nodes *firsts, struct thread_part *t,
		       const uint32_t *rows, size_t count)
{
	const struct stacks *s = &p->stacks;
	stack_id owner;

	for (size_t i = 0; i < count; i++) {
		const struct sample_row *sample = &p->samples[rows[i]];
		const int64_t *values = values_row(&p->sample_values, rows[i]);

		if (sample->stack == EMPTY_STACK)
			continue;
		touch(t, s, sample->stack);
		values_add_row(&t->sums, t->place[sample->stack] - 1, values);
		t->samples[t->place[sample->stack] - 1] += sample->count;
		owner = firsts->owner[sample->stack];
		if (owner != EMPTY_STACK)
			values_add_row(&t->self, t->place[owner] - 1, values);
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
			t->samples[to] += t->samples[from];
		}
	}
	/* first seen comes first: the oldest nodes are last in this order */
	for (size_t i = t->count; i-- > 0;)
		add_node(p, firsts, t, p->samples[rows[0]].thread, t->nodes[i]);
	for (size_t i = 0; i < t->count; i++)
		t->place[t->nodes[i]] = 0;
	t->count = 0;
	values_resize(&t->sums, 0);
	values_resize(&t->self, 0);
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
	struct thread_part part = {
		.place = alloc_zero(p->stacks.count, sizeof *part.place),
		.sums.width = (uint32_t)p->value_count,
		.self.width = (uint32_t)p->value_count,
	};
	size_t *starts = alloc_zero(p->thread_count + 2, sizeof *starts);
	uint32_t *rows = rows_by_thread(p, starts);

	find_firsts(p, &firsts);
	for (size_t t = 0; t < p->thread_count; t++)
		if (starts[t + 1] > starts[t])
			add_thread(p, &firsts, &part, rows + starts[t], starts[t + 1] - starts[t]);
	p->calls_sampled = true;
	alloc_free(firsts.function);
	alloc_free(firsts.arc);
	alloc_free(firsts.owner);
	alloc_free(part.place);
	alloc_free(part.nodes);
	alloc_free(part.samples);
	values_free(&part.sums);
	values_free(&part.self);
	alloc_free(starts);
	alloc_free(rows);
}
