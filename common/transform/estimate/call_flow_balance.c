/*
 * call_flow_balance - callees never have more than their callers: see call_flow.h
 */
#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/estimate/call_flow_internal.h"

/*
 * The fraction by which recorded times of one caller may exceed it before they count as
 * overlapping.
 */
static const double tolerated = 1e-3;

/* --- sums over what flows in and out --- */

/* For a function, or for a whole cycle: then only what enters and leaves it. */
struct balance {
	double in, self, out;
	double tolerance;
	bool known; /* `in` and `out` were recorded, not divided by calls */
};

struct balances {
	struct balance *nodes, *cycles;
};

static void sum_all(const struct weigher *g, struct balances *b)
{
	const struct call_flow *w = g->w;

	for (size_t c = 0; c < w->cycles.count; c++)
		b->cycles[c].known = true;
	for (uint32_t n = 0; n < w->node_count; n++) {
		struct balance *whole = &b->cycles[w->cycles.component[n]];

		b->nodes[n].known = w->nodes[n].known || g->p->all_callers;
		whole->known &= b->nodes[n].known;
		whole->self += fabs((double)w->nodes[n].self);
		b->nodes[n].tolerance += g->noise * 2;
		whole->tolerance += g->noise * 2;
	}
	for (size_t a = 0; a < w->arc_count; a++) {
		const struct flow_arc *arc = &w->arcs[a];
		struct balance *to = &b->nodes[arc->callee];

		to->in += arc->inclusive;
		to->self += arc->self;
		to->tolerance += g->noise;
		if (!arc->inner) {
			b->cycles[w->cycles.component[arc->callee]].in += arc->inclusive;
			b->cycles[w->cycles.component[arc->callee]].tolerance += g->noise;
		}
		if (arc->caller == FLOW_OUTSIDE)
			continue;
		b->nodes[arc->caller].out += arc->inclusive;
		b->nodes[arc->caller].known &= arc->values_known;
		b->cycles[w->cycles.component[arc->caller]].known &= arc->values_known;
		b->nodes[arc->caller].tolerance += g->noise;
		if (!arc->inner) {
			b->cycles[w->cycles.component[arc->caller]].out += arc->inclusive;
			b->cycles[w->cycles.component[arc->caller]].tolerance += g->noise;
		}
	}
}

/* --- overlapping --- */

/* More than `available` of one callee is not possible where all together get `spare`. */
static double fair_limit(const double *sorted, size_t count, double spare)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		double limit = (spare - sum) / (double)(count - i);

		if (sorted[i] > limit)
			return limit > 0 ? limit : 0;
		sum += sorted[i];
	}
	return sorted[count - 1];
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * The largest callees are those that overlap: what was called and has returned fits. Each keeps
 * up to a common limit below its caller; what exceeds it was awaited elsewhere.
 */
static void split_awaited(struct weigher *g, const uint32_t *arcs, size_t count, double spare)
{
	struct call_flow *w = g->w;
	double *sorted, limit;

	if (!count)
		return;
	sorted = alloc_zero(count, sizeof *sorted);
	for (size_t i = 0; i < count; i++)
		sorted[i] = w->arcs[arcs[i]].inclusive;
	qsort(sorted, count, sizeof *sorted, ascending);
	limit = fair_limit(sorted, count, spare);
	alloc_free(sorted);
	for (size_t i = 0; i < count; i++) {
		struct flow_arc *arc = &w->arcs[arcs[i]];
		double beyond = arc->inclusive - limit, self;

		if (beyond <= 0)
			continue;
		self = arc->self * (beyond / arc->inclusive);
		w->awaited += beyond;
		arc->inclusive = limit;
		arc->self -= self;
		call_flow_add_entry(g, arc->callee, beyond, 0, true)->self += self;
	}
}

static bool overlaps(const struct weigher *g, const struct balance *b)
{
	return g->noise > 0 && b->known &&
	       b->out > b->in - b->self + b->tolerance + tolerated * b->in;
}

static void find_awaited(struct weigher *g, const struct balances *b)
{
	struct call_flow *w = g->w;
	uint32_t *list = alloc_zero(w->called_count, sizeof *list);

	for (uint32_t c = 0; c < w->cycles.count; c++) {
		const struct balance *whole = &b->cycles[c];
		bool cycle = flow_in_cycle(w, w->cycles.members[w->cycles.first[c]]);
		size_t leaving = 0, count;

		for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++) {
			uint32_t n = w->cycles.members[i];
			const struct balance *own = &b->nodes[n];

			count = 0;
			if (!w->nodes[n].recursive && overlaps(g, own)) {
				for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++)
					list[count++] = a;
				split_awaited(g, list, count, own->in - own->self);
			}
		}
		if (!cycle || !overlaps(g, whole))
			continue;
		for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++)
			for (uint32_t n = w->cycles.members[i], a = w->first[n];
			     a < w->first[n + 1]; a++)
				if (!w->arcs[a].inner)
					list[leaving++] = a;
		split_awaited(g, list, leaving, whole->in - whole->self);
	}
	alloc_free(list);
}

/* --- unattributed --- */

/* The fraction of the inflow of a cycle that comes from true roots and was not awaited. */
static double *find_rooted(const struct weigher *g)
{
	const struct call_flow *w = g->w;
	double *rooted = alloc_zero(w->cycles.count, sizeof *rooted);
	double *in = alloc_zero(w->cycles.count, sizeof *in);

	for (size_t a = w->called_count; a < w->arc_count; a++) {
		uint32_t c = w->cycles.component[w->arcs[a].callee];

		in[c] += w->arcs[a].inclusive;
		rooted[c] += w->arcs[a].awaited ? 0 : w->arcs[a].inclusive;
	}
	for (size_t c = w->cycles.count; c-- > 0;) {
		rooted[c] = in[c] > 0 ? rooted[c] / in[c] : 0;
		for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++)
			for (uint32_t n = w->cycles.members[i], a = w->first[n];
			     a < w->first[n + 1]; a++) {
				uint32_t to = w->cycles.component[w->arcs[a].callee];

				if (to == c)
					continue;
				in[to] += w->arcs[a].inclusive;
				rooted[to] += w->arcs[a].inclusive * rooted[c];
			}
	}
	alloc_free(in);
	return rooted;
}

/* The member with the largest inflow. */
static uint32_t main_member(const struct call_flow *w, const struct balances *b, uint32_t c)
{
	uint32_t best = w->cycles.members[w->cycles.first[c]];

	for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++)
		if (b->nodes[w->cycles.members[i]].in > b->nodes[best].in)
			best = w->cycles.members[i];
	return best;
}

/*
 * The inflow of a function that is neither self value nor flows on. Awaited values have been
 * counted where they were awaited; the total is never more than what the roots have beyond all
 * self values.
 */
static void find_loose(struct weigher *g, const struct balances *b)
{
	struct call_flow *w = g->w;
	double *rooted = find_rooted(g), *loose = alloc_zero(w->node_count, sizeof *loose);
	double sum = 0, available = 0;

	for (size_t a = w->called_count; a < w->arc_count; a++)
		available += w->arcs[a].awaited ? 0 : w->arcs[a].inclusive;
	for (uint32_t c = 0; c < w->cycles.count; c++) {
		const struct balance *whole = &b->cycles[c];
		double gap = whole->in - whole->self - whole->out;
		uint32_t n = main_member(w, b, c);

		available -= whole->self;
		if (gap <= whole->tolerance)
			continue;
		loose[n] = gap * rooted[c];
		sum += loose[n];
	}
	if (available < 0)
		available = 0;
	for (size_t n = 0; n < w->node_count; n++)
		w->nodes[n].loose = i64_nearest(sum > available ? loose[n] * (available / sum)
								: loose[n]);
	alloc_free(loose);
	alloc_free(rooted);
}

/* Likewise if the file does not say that this is by intent: something was not recorded. */
static void find_doubts(struct weigher *g, const struct balances *b)
{
	struct call_flow *w = g->w;

	for (uint32_t c = 0; c < w->cycles.count && g->noise > 0; c++) {
		const struct balance *whole = &b->cycles[c];
		double gap = whole->in - whole->self - whole->out;

		if (gap <= whole->tolerance + tolerated * whole->in)
			continue;
		w->doubtful++;
		w->doubt += gap;
		if (gap > w->max_doubt) {
			w->max_doubt = gap;
			w->max_doubtful = main_member(w, b, c);
		}
	}
}

void call_flow_balance(struct weigher *g, bool unattributed)
{
	struct call_flow *w = g->w;
	struct balances b = { alloc_zero(w->node_count, sizeof *b.nodes),
			      alloc_zero(w->cycles.count, sizeof *b.cycles) };

	sum_all(g, &b);
	find_awaited(g, &b);
	for (size_t n = 0; n < w->node_count; n++) {
		struct flow_node *node = &w->nodes[n];

		/* if nothing remains besides self values, callees go by the inflow */
		node->for_callees = b.nodes[n].in - b.nodes[n].self;
		node->all_self = node->for_callees <= b.nodes[n].in * 1e-9;
		if (node->all_self)
			node->for_callees = b.nodes[n].in;
	}
	if (unattributed)
		find_loose(g, &b);
	else if (!g->p->inclusive_only)
		find_doubts(g, &b);
	alloc_free(b.nodes);
	alloc_free(b.cycles);
}
