/*
 * totals_from_stacks - what is self and what is inclusive, without any arc
 *
 * The stacks are walked depth first with a running sum of all samples. What is added to it
 * between the first frame of a function on the path and its return is what the function has.
 */
#include <string.h>

#include "common/base/alloc.h"
#include "common/transform/callgraph/graph_from_stacks.h"

struct totals_walk {
	const struct profile *p;
	stack_id *child, *sibling; /* lists, in order of id */
	uint32_t *row, *next;      /* samples by stack: row + 1, and the same behind it */
	stack_id *path;            /* in place of lists, where the order of ids is depth first */
	size_t path_cap;
	uint32_t *on_path; /* by function: frames of it on the path */
	size_t width;      /* of the rows below: the values, samples, rows of samples */
	/* sums wrap: only differences count, and these fit if the totals do */
	uint64_t *sum, *entered, *inclusive; /* one row; by function; by function */
	uint64_t *self;                      /* by function, the same */
};

static function_id function_at(const struct profile *p, stack_id node)
{
	return p->frames[p->stacks.frame[node]].function;
}

static void link_children(struct totals_walk *w)
{
	const struct stacks *s = &w->p->stacks;

	w->child = alloc_zero(s->count, sizeof *w->child);
	w->sibling = alloc_zero(s->count, sizeof *w->sibling);
	for (size_t i = s->count; i-- > 1;) {
		w->sibling[i] = w->child[s->parent[i]];
		w->child[s->parent[i]] = (stack_id)i;
	}
}

static void link_rows(struct totals_walk *w)
{
	for (size_t i = w->p->sample_count; i-- > 0;) {
		stack_id stack = w->p->samples[i].stack;

		w->next[i] = w->row[stack];
		w->row[stack] = (uint32_t)i + 1;
	}
}

static void add_samples(struct totals_walk *w, stack_id node, uint64_t *self)
{
	for (uint32_t i = w->row[node]; i; i = w->next[i - 1]) {
		const int64_t *values = values_row(&w->p->sample_values, i - 1);
		size_t v = 0;

		for (; v < w->p->value_count; v++) {
			w->sum[v] += (uint64_t)values[v];
			self[v] += (uint64_t)values[v];
		}
		w->sum[v++] += w->p->samples[i - 1].count;
		w->sum[v]++;
		self[v]++;
	}
}

static void enter(struct totals_walk *w, stack_id node)
{
	function_id f = function_at(w->p, node);

	if (w->on_path[f]++ == 0)
		memcpy(w->entered + f * w->width, w->sum, w->width * sizeof *w->sum);
	if (w->row[node])
		add_samples(w, node, w->self + f * w->width);
}

static void leave(struct totals_walk *w, stack_id node)
{
	function_id f = function_at(w->p, node);

	const uint64_t *entered = w->entered + f * w->width;
	uint64_t *inclusive = w->inclusive + f * w->width;

	if (--w->on_path[f])
		return;
	for (size_t i = 0; i < w->width; i++)
		inclusive[i] += w->sum[i] - entered[i];
}

/*
 * Takes from the path what does not call the node, and appends the node; `each` sees what is
 * taken. False: its parent is not on the path, so the ids are not in depth-first order.
 */
static bool extend_path(struct totals_walk *w, size_t *depth, stack_id node,
			void (*each)(struct totals_walk *w, stack_id node))
{
	stack_id parent = w->p->stacks.parent[node];

	while (*depth && w->path[*depth - 1] != parent) {
		if (each)
			each(w, w->path[*depth - 1]);
		--*depth;
	}
	if (!*depth && parent != EMPTY_STACK)
		return false;
	ARRAY_ROOM(w->path, *depth, w->path_cap);
	w->path[(*depth)++] = node;
	return true;
}

static bool is_depth_first(struct totals_walk *w)
{
	size_t depth = 0;

	for (stack_id node = 1; node < w->p->stacks.count; node++)
		if (!extend_path(w, &depth, node, NULL))
			return false;
	return true;
}

static void walk_in_order(struct totals_walk *w)
{
	size_t depth = 0;

	for (stack_id node = 1; node < w->p->stacks.count; node++) {
		extend_path(w, &depth, node, leave);
		enter(w, node);
	}
	while (depth)
		leave(w, w->path[--depth]);
}

/* Not recursive: parents lead back. */
static void walk_lists(struct totals_walk *w)
{
	stack_id node = EMPTY_STACK;

	for (;;) {
		if (w->child[node]) {
			node = w->child[node];
		} else {
			while (node != EMPTY_STACK && !w->sibling[node]) {
				leave(w, node);
				node = w->p->stacks.parent[node];
			}
			if (node == EMPTY_STACK)
				return;
			leave(w, node);
			node = w->sibling[node];
		}
		enter(w, node);
	}
}

static void add_rows(struct totals_walk *w, struct profile *p)
{
	size_t values = p->value_count;
	int64_t *row = alloc_zero(values, sizeof *row);

	for (function_id f = 0; f < p->function_count; f++) {
		const uint64_t *self = w->self + f * w->width, *all = w->inclusive + f * w->width;

		if (!all[values + 1])
			continue; /* in no sample */
		memcpy(row, self, values * sizeof *row);
		if (self[values + 1])
			profile_cost(p, (struct cost){ .function = f }, row);
		memcpy(row, all, values * sizeof *row);
		profile_total(p, f, (int64_t)all[values], (int64_t)all[values], row);
	}
	alloc_free(row);
}

void totals_from_stacks(struct profile *p)
{
	struct totals_walk w = {
		.p = p,
		.row = alloc_zero(p->stacks.count, sizeof *w.row),
		.next = alloc_zero(p->sample_count, sizeof *w.next),
		.on_path = alloc_zero(p->function_count, sizeof *w.on_path),
		.width = p->value_count + 2,
	};

	w.sum = alloc_zero(w.width, sizeof *w.sum);
	w.entered = alloc_zero(p->function_count, w.width * sizeof *w.entered);
	w.inclusive = alloc_zero(p->function_count, w.width * sizeof *w.inclusive);
	w.self = alloc_zero(p->function_count, w.width * sizeof *w.self);
	link_rows(&w);
	if (is_depth_first(&w)) {
		walk_in_order(&w);
	} else {
		link_children(&w);
		walk_lists(&w);
	}
	add_rows(&w, p);
	p->calls_sampled = true;
	alloc_free(w.child);
	alloc_free(w.sibling);
	alloc_free(w.path);
	alloc_free(w.row);
	alloc_free(w.next);
	alloc_free(w.on_path);
	alloc_free(w.sum);
	alloc_free(w.entered);
	alloc_free(w.inclusive);
	alloc_free(w.self);
}
