/*
 * span_wall - each instant divided equally among the running spans without a running child
 *
 * One sweep over starts and ends. A clock runs at 1/k of the speed of time while k such leaves
 * run, so the share of a leaf is how far the clock has moved meanwhile, however many others there
 * are. The clock counts 2^-32 ns; what a division leaves goes into the next one, so no time is
 * lost.
 */
#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "common/transform/traces/span_trees_internal.h"

struct span_time {
	int64_t ns;
	uint32_t fraction; /* of 2^32 */
};

static struct span_time add_times(struct span_time a, struct span_time b)
{
	uint64_t fraction = (uint64_t)a.fraction + b.fraction;

	return (struct span_time){ a.ns + b.ns + (int64_t)(fraction >> 32), (uint32_t)fraction };
}

static struct span_time subtract_times(struct span_time a, struct span_time b)
{
	uint64_t fraction = (uint64_t)a.fraction - b.fraction;

	return (struct span_time){ a.ns - b.ns - (a.fraction < b.fraction), (uint32_t)fraction };
}

struct span_sweep {
	struct span_trees *t;
	struct span_time clock;
	struct span_time *since; /* by node: the clock when it became a leaf */
	struct span_time *share;
	bool *runs;
	int64_t now;
	uint64_t leaves;
	uint64_t carry; /* of 2^-32 ns */
};

static void advance(struct span_sweep *w, int64_t now)
{
	uint64_t time = (uint64_t)(now - w->now), k = w->leaves, fraction;

	w->now = now;
	if (!k || !time)
		return;
	fraction = ((time % k) << 32) + w->carry;
	w->carry = fraction % k;
	fraction /= k;
	w->clock = add_times(w->clock, (struct span_time){ (int64_t)(time / k + (fraction >> 32)),
							   (uint32_t)fraction });
}

static void begin_leaf(struct span_sweep *w, uint32_t i)
{
	w->leaves++;
	w->since[i] = w->clock;
}

static void end_leaf(struct span_sweep *w, uint32_t i)
{
	w->leaves--;
	w->share[i] = add_times(w->share[i], subtract_times(w->clock, w->since[i]));
}

static void begin_span(struct span_sweep *w, uint32_t i)
{
	struct span_node *nodes = w->t->nodes;
	uint32_t parent = nodes[i].parent;

	w->runs[i] = true;
	if (!nodes[i].running)
		begin_leaf(w, i);
	if (parent != NO_SPAN && nodes[parent].running++ == 0 && w->runs[parent])
		end_leaf(w, parent);
}

static void end_span(struct span_sweep *w, uint32_t i)
{
	struct span_node *nodes = w->t->nodes;
	uint32_t parent = nodes[i].parent;

	w->runs[i] = false;
	if (!nodes[i].running)
		end_leaf(w, i);
	if (parent != NO_SPAN && --nodes[parent].running == 0 && w->runs[parent])
		begin_leaf(w, parent);
}

static int order_ends(uint32_t a, uint32_t b, const void *context)
{
	const struct span_row *x = span_node_row(context, a), *y = span_node_row(context, b);

	return (x->end > y->end) - (x->end < y->end);
}

/* The nodes that last some time, by their ends; returns how many they are. */
static uint32_t sort_by_end(const struct span_trees *t, uint32_t count, uint32_t *ends)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++)
		if (span_node_row(t, i)->end > span_node_row(t, i)->start)
			ends[n++] = i;
	sort_ids(ends, n, order_ends, t);
	return n;
}

static void sweep(struct span_sweep *w, uint32_t count, const uint32_t *ends, uint32_t ended)
{
	const struct span_trees *t = w->t;
	uint32_t end = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct span_row *row = span_node_row(t, i);

		for (; end < ended && span_node_row(t, ends[end])->end <= row->start; end++) {
			advance(w, span_node_row(t, ends[end])->end);
			end_span(w, ends[end]);
		}
		advance(w, row->start);
		if (row->end > row->start)
			begin_span(w, i);
	}
	for (; end < ended; end++) {
		advance(w, span_node_row(t, ends[end])->end);
		end_span(w, ends[end]);
	}
}

/*
 * Sums are rounded to the nearest, so what a share loses the next one gets. The carry, which is less
 * than a nanosecond, belongs to the first one.
 */
static void round_shares(const struct span_sweep *w, uint32_t count)
{
	const struct span_time half = { 0, UINT32_C(1) << 31 };
	struct span_time sum = add_times(half, (struct span_time){ 0, (uint32_t)w->carry });

	for (uint32_t i = 0; i < count; i++) {
		int64_t before = sum.ns;

		sum = add_times(sum, w->share[i]);
		w->t->nodes[i].self = sum.ns - before;
	}
}

void span_self_wall(struct span_trees *t, uint32_t count)
{
	struct span_sweep w = {
		.t = t,
		.since = alloc_zero(count, sizeof *w.since),
		.share = alloc_zero(count, sizeof *w.share),
		.runs = alloc_zero(count, sizeof *w.runs),
	};
	uint32_t *ends = alloc_zero(count, sizeof *ends);

	w.now = count ? span_node_row(t, 0)->start : 0;
	sweep(&w, count, ends, sort_by_end(t, count, ends));
	round_shares(&w, count);
	alloc_free(w.since);
	alloc_free(w.share);
	alloc_free(w.runs);
	alloc_free(ends);
}
