#include "common/transform/estimate/best_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "common/transform/estimate/weighted.h"

/* Trees with fewer contexts are unfolded to the last unit. */
enum { WHOLE_TREE = 10000 };
/*
 * The lightest context as a fraction of what may stay unplaced in total, and the next smaller
 * step.
 */
static const double lightest = 1e-3, finer = 8, coarser = 4;
/* How often a tree with too long paths is made coarser. */
enum { MAX_CUT = 6 };

/*
 * A tree that deviates less is good enough. Limits for the number of trees and for all
 * contexts: a quarter of a second for a graph of a hundred functions, less than one at most.
 */
static const double good_enough = 5e-3;
enum { MAX_CHANGES = 200, MAX_STEPS = 10000000 };
enum { EFFORT = 100000000, EFFORT_PER_ARC = 100000, MAX_EFFORT = 300000000 };
/* The search is started only if this many trees can be tried. */
enum { MIN_TREES = 40 };

/* --- how far to unfold --- */

static double unplaced_of(const struct call_flow *w, const struct unfolding *u)
{
	double *self = alloc_zero(w->node_count, sizeof *self), sum = 0;

	for (size_t c = 0; c < u->count; c++)
		self[w->arcs[u->contexts[c].arc].callee] += u->contexts[c].self;
	for (size_t n = 0; n < w->node_count; n++) {
		double wanted = fabs((double)w->nodes[n].self);

		if (self[n] <= wanted * TREE_NEARLY_ALL)
			sum += wanted - self[n];
	}
	alloc_free(self);
	return sum;
}

static double total_of(const struct call_flow *w)
{
	double sum = 0;

	for (size_t n = 0; n < w->node_count; n++)
		sum += fabs((double)w->nodes[n].self) + (double)w->nodes[n].loose;
	return sum;
}

/*
 * Unfolds with bounds->min_weight or, if this gives too many contexts or too long paths, with a
 * larger one. A single long chain stays too long.
 */
static void unfold_within(const struct call_flow *w, struct unfold_bounds *bounds,
			  struct unfolding *out)
{
	unfold(w, bounds, out);
	for (int cut = 0; !out->complete || (out->cut && cut < MAX_CUT); cut += out->cut) {
		unfolding_free(out);
		bounds->min_weight *= coarser;
		unfold(w, bounds, out);
	}
}

/* Refines until enough is placed, there are too many contexts, or cycles take too long. */
static void unfold_far(const struct call_flow *w, struct unfold_bounds *bounds, double max_unplaced,
		       struct unfolding *out)
{
	double total = total_of(w);
	uint64_t max_contexts = bounds->max_contexts, steps;
	struct unfolding next;
	bool again = true;

	bounds->min_weight = UNFOLD_MIN_VALUE;
	if (max_contexts > WHOLE_TREE)
		bounds->max_contexts = WHOLE_TREE;
	unfold(w, bounds, out);
	bounds->max_contexts = max_contexts;
	if (out->complete && !out->cut)
		return;
	steps = out->steps;
	unfolding_free(out);
	bounds->min_weight = fmax(UNFOLD_MIN_VALUE, total * max_unplaced * lightest);
	unfold_within(w, bounds, out);
	while (again && bounds->min_weight > UNFOLD_MIN_VALUE &&
	       unplaced_of(w, out) > total * max_unplaced) {
		struct unfold_bounds fine = *bounds;

		steps += out->steps;
		if (steps > MAX_STEPS)
			break;
		fine.min_weight = fmax(UNFOLD_MIN_VALUE, fine.min_weight / finer);
		unfold(w, &fine, &next);
		again = next.complete && !next.cut;
		if (again) {
			unfolding_free(out);
			*out = next;
			*bounds = fine;
		} else {
			unfolding_free(&next);
		}
	}
}

/* --- other trees --- */

struct tree_search {
	const struct call_flow *w;
	struct unfold_bounds bounds;
	unsigned char *modes;  /* modes of the best tree, by arc */
	float *urgency;        /* likewise */
	struct best_tree tree; /* the best tree so far */
	uint64_t effort, max_effort;
};

/* The cost of a context in steps: it is made, sorted and measured. */
static uint64_t effort_of(const struct unfolding *u)
{
	enum { STEPS = 100 };

	return u->count * STEPS + u->steps;
}

static void measure(const struct call_flow *w, struct best_tree *t)
{
	t->order = unfolding_order(&t->unfolding);
	deviation_measure(w, &t->unfolding, t->order, &t->deviation);
}

/* Unfolds with other bounds. True if the tree deviates less; it is then the best one. */
static bool improve(struct tree_search *s, struct unfold_bounds bounds)
{
	struct best_tree other = { 0 };

	unfold_within(s->w, &bounds, &other.unfolding);
	measure(s->w, &other);
	s->effort += effort_of(&other.unfolding);
	if (deviation_total(&other.deviation) < deviation_total(&s->tree.deviation) - 1e-6) {
		best_tree_free(&s->tree);
		s->tree = other;
		return true;
	}
	best_tree_free(&other);
	return false;
}

static bool goes_on(const struct tree_search *s)
{
	return deviation_total(&s->tree.deviation) > good_enough && s->effort < s->max_effort;
}

/* --- changing single arcs --- */

/*
 * By arc of a cycle: the spare value that remained below its contexts, and what found no place.
 */
static size_t find_blame(const struct call_flow *w, const struct unfolding *u,
			 struct weighted_id *out)
{
	double *below = alloc_zero(u->count, sizeof *below);
	size_t count = 0;

	for (uint32_t a = 0; a < w->called_count; a++)
		out[a] = (struct weighted_id){ w->arcs[a].inner ? u->left[a] : 0, a };
	for (size_t c = u->count; c-- > 0;) {
		const struct context *k = &u->contexts[c];
		const struct flow_arc *a = &w->arcs[k->arc];

		if (w->nodes[a->callee].recursive)
			below[c] += k->spare;
		if (!a->inner)
			continue;
		if (k->parent != NO_ID)
			below[k->parent] += below[c];
		out[k->arc].weight += below[c];
	}
	for (uint32_t a = 0; a < w->called_count; a++)
		if (out[a].weight > w->total * 1e-6)
			out[count++] = out[a];
	weighted_sort(out, count);
	alloc_free(below);
	return count;
}

/* The possible changes to an arc: another mode, or another factor for its weights. */
enum { MORE_URGENT = UNFOLD_MODES, LESS_URGENT, CHANGES };

/* Tries a change; undoes it unless the tree is better. */
static bool change(struct tree_search *s, uint32_t arc, int what)
{
	struct unfold_bounds bounds = s->bounds;
	unsigned char mode = s->modes[arc];
	float urgency = s->urgency[arc];

	if (what < UNFOLD_MODES)
		s->modes[arc] = (unsigned char)what;
	else
		s->urgency[arc] *= what == MORE_URGENT ? 2.0f : 0.5f;
	bounds.modes = s->modes;
	if (improve(s, bounds))
		return true;
	s->modes[arc] = mode;
	s->urgency[arc] = urgency;
	return false;
}

/*
 * Tries a change of the arc that is most to blame among those not tried. True if the tree is
 * better.
 */
static bool change_one(struct tree_search *s, const struct weighted_id *blame, size_t count,
		       unsigned char *tried, int *changes)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t arc = blame[i].id;

		for (int what = 0; what < CHANGES; what++) {
			if (what == s->modes[arc] || tried[arc] & 1u << what)
				continue;
			if (++*changes > MAX_CHANGES || !goes_on(s))
				return false;
			tried[arc] |= (unsigned char)(1u << what);
			if (change(s, arc, what))
				return true;
			limit_clock();
		}
	}
	return false;
}

static void change_arcs(struct tree_search *s)
{
	struct weighted_id *blame = alloc_zero(s->w->called_count, sizeof *blame);
	unsigned char *tried = alloc_zero(s->w->arc_count, 1);
	int changes = 0;
	bool better = true;

	while (better && goes_on(s)) {
		size_t count = find_blame(s->w, &s->tree.unfolding, blame);

		better = change_one(s, blame, count, tried, &changes);
	}
	alloc_free(blame);
	alloc_free(tried);
}

/* --- where a search begins --- */

/* Starts with the same mode for all arcs; returns the deviation. */
struct start {
	double deviation;
	unsigned char mode;
	bool whole_calls;
};

enum { STARTS = 2 * UNFOLD_MODES };

static int lightest_first(const void *a, const void *b)
{
	const struct start *x = a, *y = b;

	if (x->deviation != y->deviation)
		return x->deviation < y->deviation ? -1 : 1;
	if (x->whole_calls != y->whole_calls)
		return x->whole_calls ? 1 : -1;
	return (x->mode > y->mode) - (x->mode < y->mode);
}

static void start_from(struct tree_search *s, const struct start *start)
{
	memset(s->modes, start->mode, s->w->arc_count + 1);
	for (size_t a = 0; a <= s->w->arc_count; a++)
		s->urgency[a] = 1;
	s->bounds.whole_calls = start->whole_calls;
	unfold_within(s->w, &s->bounds, &s->tree.unfolding);
	measure(s->w, &s->tree);
	s->effort += effort_of(&s->tree.unfolding);
}

static void keep_better(struct best_tree *best, struct best_tree *other)
{
	if (deviation_total(&other->deviation) < deviation_total(&best->deviation)) {
		best_tree_free(best);
		*best = *other;
		*other = (struct best_tree){ 0 };
	} else {
		best_tree_free(other);
	}
}

/* The starts, sorted by deviation; *best is the tree of the first. */
static size_t find_starts(struct tree_search *s, struct start *starts, struct best_tree *best)
{
	size_t count = 0;

	starts[count++] = (struct start){ deviation_total(&best->deviation), UNFOLD_ALL, false };
	for (unsigned char i = 1; i < STARTS && deviation_total(&best->deviation) > good_enough;
	     i++) {
		struct start *start = &starts[count++];

		*start = (struct start){ 0, i % UNFOLD_MODES, i >= UNFOLD_MODES };
		start_from(s, start);
		start->deviation = deviation_total(&s->tree.deviation);
		keep_better(best, &s->tree);
	}
	qsort(starts, count, sizeof *starts, lightest_first);
	return count;
}

/* Searches from the best start, then from the others while effort is left. */
static void search(struct tree_search *s, struct best_tree *best)
{
	struct start starts[STARTS];
	size_t count = find_starts(s, starts, best);

	for (size_t i = 0; i < count && deviation_total(&best->deviation) > good_enough &&
			   s->effort < s->max_effort;
	     i++) {
		start_from(s, &starts[i]);
		change_arcs(s);
		keep_better(best, &s->tree);
	}
}

void best_tree_find(const struct call_flow *w, uint64_t max_contexts, double max_unplaced,
		    struct best_tree *out)
{
	struct tree_search s = { .w = w,
				 .bounds.max_contexts = max_contexts,
				 .bounds.max_steps = MAX_STEPS,
				 .max_effort = EFFORT + (uint64_t)w->arc_count * EFFORT_PER_ARC };
	bool cycles = false;

	if (s.max_effort > MAX_EFFORT)
		s.max_effort = MAX_EFFORT;
	*out = (struct best_tree){ 0 };
	s.modes = alloc_zero(w->arc_count + 1, 1);
	s.urgency = alloc_zero(w->arc_count + 1, sizeof *s.urgency);
	for (size_t a = 0; a <= w->arc_count; a++)
		s.urgency[a] = 1;
	s.bounds.modes = s.modes;
	s.bounds.urgency = s.urgency;
	unfold_far(w, &s.bounds, max_unplaced, &out->unfolding);
	measure(w, out);
	s.effort = effort_of(&out->unfolding);
	for (uint32_t n = 0; n < w->node_count && !cycles; n++)
		cycles = flow_in_cycle(w, n);
	if (cycles && s.effort < s.max_effort / MIN_TREES)
		search(&s, out);
	alloc_free(s.modes);
	alloc_free(s.urgency);
}

void best_tree_free(struct best_tree *t)
{
	unfolding_free(&t->unfolding);
	alloc_free(t->order);
	*t = (struct best_tree){ 0 };
}
