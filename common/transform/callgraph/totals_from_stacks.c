/*
 * totals_from_stacks - what is self and what is inclusive, without any arc
 *
 * The stacks are walked depth first with a running sum of all samples. What is added to it
 * between the first frame of a function on the path and its return is what the function has.
 */
#include <string.h>

#include "common/base/alloc.h"
#include "common/profile/stack_walk.h"
#include "common/transform/callgraph/graph_from_stacks.h"

struct totals_walk {
	const struct profile *p;
	uint32_t *row, *next; /* samples by stack: row + 1, and the same behind it */
	uint32_t *on_path;    /* by function: frames of it on the path */
	uint64_t *primitive;  /* by function: calls from frames of other functions */
	size_t width;         /* of the rows below: the values, samples, rows of samples */
	/* sums wrap: only differences count, and these fit if the totals do */
	uint64_t *sum, *entered, *inclusive; /* one row; by function; by function */
	uint64_t *self;                      /* by function, the same */
};

static function_id function_at(const struct profile *p, stack_id node)
{
	return p->frames[p->stacks.frame[node]].function;
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
		w->sum[v] += w->p->samples[i - 1].count;
		self[v++] += w->p->samples[i - 1].count;
		w->sum[v]++;
		self[v]++;
	}
}

static void enter(struct totals_walk *w, stack_id node)
{
	function_id f = function_at(w->p, node);
	uint64_t *self = w->self + f * w->width, before = self[w->p->value_count];
	bool first = w->on_path[f]++ == 0;

	if (first)
		memcpy(w->entered + f * w->width, w->sum, w->width * sizeof *w->sum);
	if (w->row[node])
		add_samples(w, node, self);
	if (first)
		w->primitive[f] += self[w->p->value_count] - before;
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
		if (p->counts_calls)
			profile_total(p, f, (int64_t)self[values], (int64_t)w->primitive[f], row);
		else
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
	struct stack_walk walk;

	w.primitive = alloc_zero(p->function_count, sizeof *w.primitive);
	w.sum = alloc_zero(w.width, sizeof *w.sum);
	w.entered = alloc_zero(p->function_count, w.width * sizeof *w.entered);
	w.inclusive = alloc_zero(p->function_count, w.width * sizeof *w.inclusive);
	w.self = alloc_zero(p->function_count, w.width * sizeof *w.self);
	link_rows(&w);
	stack_walk_open(&walk, &p->stacks);
	while (stack_walk_next(&walk))
		(walk.entered ? enter : leave)(&w, walk.node);
	stack_walk_close(&walk);
	add_rows(&w, p);
	p->calls_sampled |= !p->counts_calls;
	alloc_free(w.row);
	alloc_free(w.next);
	alloc_free(w.on_path);
	alloc_free(w.primitive);
	alloc_free(w.sum);
	alloc_free(w.entered);
	alloc_free(w.inclusive);
	alloc_free(w.self);
}
