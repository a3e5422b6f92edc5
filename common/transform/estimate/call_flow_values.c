/* call_flow_values - sets the numbers of one value type: see call_flow.h */
#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/estimate/call_flow_internal.h"

/* --- what was recorded --- */

static void clear(struct call_flow *w)
{
	w->arc_count = w->called_count;
	w->total = w->awaited = w->doubt = w->max_doubt = 0;
	w->doubtful = 0;
	for (size_t a = 0; a < w->called_count; a++) {
		struct flow_arc *arc = &w->arcs[a];

		arc->calls = arc->primitive = 0;
		arc->self = arc->inclusive = 0;
		arc->values_known = arc->self_known = true;
		arc->every = arc->repeats = false;
	}
	for (size_t n = 0; n < w->node_count; n++)
		w->nodes[n] = (struct flow_node){ .function = w->nodes[n].function };
}

static void add_arc_row(struct weigher *g, size_t i)
{
	uint32_t row = g->rows->arcs[i];
	const struct arc *a = &g->p->arcs[row];
	int64_t value = values_row(&g->p->arc_values, row)[g->value];
	struct flow_arc *arc = &g->w->arcs[g->w->place_of[g->w->arc_of_row[i]]];

	i64_add_to(&arc->calls, a->calls);
	i64_add_to(&arc->primitive, a->primitive);
	if (value > 0)
		arc->inclusive += (double)value;
	arc->values_known &= a->values_known && !g->p->arcs_estimated;
	arc->self_known &= a->self_known;
	arc->every |= a->rule == RULE_EVERY;
	if (a->self_known)
		arc->self += fabs((double)values_row(&g->p->arc_self, row)[g->value]);
}

static void add_rows(struct weigher *g)
{
	const struct profile *p = g->p;
	const struct flow_rows *rows = g->rows;
	struct call_flow *w = g->w;

	for (uint32_t n = 0; n < w->node_count; n++) {
		struct flow_node *node = &w->nodes[n];
		function_id f = node->function;

		rows->node_of[f] = n;
		if (!rows->totals || !profile_has_total(p, f))
			continue;
		/* Python's profile module has a root whose values are all 0 */
		node->known = p->totals[f].calls || values_row(&p->total_values, f)[g->value];
		node->inclusive = (double)values_row(&p->total_values, f)[g->value];
		node->calls = p->totals[f].calls;
		node->primitive = p->totals[f].primitive;
	}
	for (size_t i = 0; i < rows->cost_count; i++) {
		uint32_t row = rows->costs[i];
		struct flow_node *node = &w->nodes[rows->node_of[p->costs[row].function]];
		int64_t value = values_row(&p->cost_values, row)[g->value], sum;

		node->overflow |= !i64_add(node->self, value, &sum);
		i64_add_to(&node->self, value);
	}
	for (size_t n = 0; n < w->node_count; n++)
		rows->node_of[w->nodes[n].function] = 0;
	for (size_t i = 0; i < rows->arc_count; i++)
		add_arc_row(g, i);
}

static void sum_incoming(struct weigher *g)
{
	struct call_flow *w = g->w;

	for (size_t n = 0; n < w->node_count; n++)
		g->in[n] = (struct incoming){ .self_known = true };
	for (size_t a = 0; a < w->arc_count; a++) {
		const struct flow_arc *arc = &w->arcs[a];
		struct incoming *in = &g->in[arc->callee];

		in->arcs++;
		i64_add_to(&in->calls, arc->calls);
		in->inclusive += arc->inclusive;
		in->self += arc->self;
		in->self_known &= arc->self_known;
		in->values_unknown |= !arc->values_known;
		if (arc->inner)
			continue;
		in->entering += arc->inclusive;
		in->entered |= arc->calls > 0 || arc->inclusive > 0;
	}
}

/* --- what has no value yet --- */

/*
 * Python's profile module counts a caller's calls and no times: the callee's total is shared
 * out by calls. So is the need of a function whose every arc is worth nothing: what it spent
 * came from somewhere. Callees first, as a caller's need holds its callees'.
 */
static bool value_arcs_by_calls(struct weigher *g)
{
	struct call_flow *w = g->w;
	bool any = false;

	for (size_t i = 0; i < w->node_count; i++) {
		uint32_t n = w->cycles.members[i];
		const struct flow_node *node = &w->nodes[n];
		struct incoming *in = &g->in[n];
		double need = fabs((double)node->self);

		for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++) {
			struct flow_arc *arc = &w->arcs[a];

			if (g->in[arc->callee].per_call > 0)
				arc->inclusive = (double)arc->calls * g->in[arc->callee].per_call;
			if (!arc->inner)
				need += arc->inclusive;
		}
		if (in->calls <= 0)
			continue;
		if (in->values_unknown && node->known)
			in->per_call = node->inclusive / (double)in->calls;
		else if (in->values_unknown || in->inclusive <= 0) /* the other calls belong to an
								      entry */
			in->per_call = need / (double)(node->known && node->calls > in->calls
							       ? node->calls
							       : in->calls);
		any |= in->per_call > 0;
	}
	/* within a cycle, a caller may precede its callee */
	for (size_t a = 0; a < w->called_count; a++)
		if (w->arcs[a].inner && g->in[w->arcs[a].callee].per_call > 0)
			w->arcs[a].inclusive = (double)w->arcs[a].calls *
					       g->in[w->arcs[a].callee].per_call;
	return any;
}

/* --- what enters from outside --- */

struct flow_arc *call_flow_add_entry(struct weigher *g, uint32_t callee, double inclusive,
				     int64_t calls, bool awaited)
{
	struct call_flow *w = g->w;
	uint32_t *place = awaited ? &g->in[callee].awaited : &g->in[callee].entry;
	struct flow_arc *arc;

	if (!*place) {
		ARRAY_ROOM(w->arcs, w->arc_count, w->arc_cap);
		w->arcs[w->arc_count] = (struct flow_arc){ .caller = FLOW_OUTSIDE,
							   .callee = callee,
							   .id = (uint32_t)w->arc_count,
							   .awaited = awaited,
							   .values_known = true,
							   .self_known = true };
		*place = (uint32_t)++w->arc_count;
	}
	arc = &w->arcs[*place - 1];
	arc->inclusive += inclusive;
	i64_add_to(&arc->calls, calls);
	arc->primitive = arc->calls;
	return arc;
}

/* The part of what enters a cycle below which it is rounding. */
#define MIN_ENTRY 1e-6

/* The sums of a component. */
struct whole {
	double self, leaving, entering, recorded;
	double tolerance; /* possible deviation by rounding alone */
	bool known, entered;
};

static struct whole sum_component(const struct weigher *g, uint32_t c)
{
	const struct call_flow *w = g->w;
	struct whole sum = { .known = true };

	for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++) {
		uint32_t n = w->cycles.members[i];
		const struct flow_node *node = &w->nodes[n];

		sum.self += fabs((double)node->self);
		sum.entering += g->in[n].entering;
		sum.entered |= g->in[n].entered;
		sum.known &= node->known;
		if (node->known && node->inclusive > sum.recorded)
			sum.recorded = node->inclusive;
		sum.tolerance += g->noise * (2 + g->in[n].arcs + w->first[n + 1] - w->first[n]);
		for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++)
			if (!w->arcs[a].inner)
				sum.leaving += w->arcs[a].inclusive;
	}
	return sum;
}

/* The number of calls that no arc explains. */
static int64_t unexplained_calls(const struct weigher *g, uint32_t n)
{
	const struct flow_node *node = &g->w->nodes[n];

	return node->known && node->calls > g->in[n].calls ? node->calls - g->in[n].calls : 0;
}

/*
 * The member where a component is entered from outside: the one with most unexplained calls, or
 * the heaviest.
 */
static uint32_t entry_member(const struct weigher *g, uint32_t c)
{
	const struct call_flow *w = g->w;
	uint32_t best = w->cycles.members[w->cycles.first[c]];
	int64_t best_calls = -1;
	double best_value = -1;

	for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++) {
		uint32_t n = w->cycles.members[i];
		int64_t calls = unexplained_calls(g, n);
		double value = w->nodes[n].known
				       ? w->nodes[n].inclusive
				       : g->in[n].inclusive + fabs((double)w->nodes[n].self);

		if (calls > best_calls || (calls == best_calls && value > best_value)) {
			best = n;
			best_calls = calls;
			best_value = value;
		}
	}
	return best;
}

/*
 * Handles a function that was also called by none: what its callers do not have of its total.
 * Returns how much enters there.
 */
static double enter_function(struct weigher *g, uint32_t n)
{
	const struct flow_node *node = &g->w->nodes[n];
	const struct incoming *in = &g->in[n];
	int64_t calls = unexplained_calls(g, n);
	double own = fabs((double)node->self) - in->self, rest = node->inclusive - in->entering;

	if (!node->known || (!calls && in->arcs))
		return 0;
	if (own > rest && in->self_known)
		rest = own;
	if (rest <= g->noise * (double)in->arcs)
		return 0;
	call_flow_add_entry(g, n, rest, calls, false);
	return rest;
}

/* What a member gives to others and to itself beyond what its callers gave it. */
static double beyond_callers(const struct weigher *g, uint32_t n)
{
	const struct call_flow *w = g->w;
	double beyond = fabs((double)w->nodes[n].self) - g->in[n].inclusive;

	for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++)
		beyond += w->arcs[a].inclusive;
	return beyond > 0 ? beyond : 0;
}

/*
 * Callgrind has no totals but counts each activation: finds members that give more than they
 * got.
 */
static void enter_cycle(struct weigher *g, uint32_t c, double rest)
{
	const struct call_flow *w = g->w;
	double all = 0;
	bool known = false;

	for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++) {
		all += beyond_callers(g, w->cycles.members[i]);
		known |= w->nodes[w->cycles.members[i]].known;
	}
	if (known || all <= 0) {
		call_flow_add_entry(g, entry_member(g, c), rest, 1, false);
		return;
	}
	for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++) {
		uint32_t n = w->cycles.members[i];
		double beyond = beyond_callers(g, n);

		if (beyond > all * MIN_ENTRY)
			call_flow_add_entry(g, n, rest * (beyond / all), 1, false);
	}
}

/*
 * What a member of a cycle has beyond other cycles may have come from its own cycle too: all
 * entries together are no more than what the cycle took, nor less than the largest. Returns
 * how much enters now.
 */
static double limit_entries(struct weigher *g, uint32_t c, double entered, double wanted)
{
	struct call_flow *w = g->w;
	double largest = 0, share;

	for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++) {
		uint32_t entry = g->in[w->cycles.members[i]].entry;

		if (entry && w->arcs[entry - 1].inclusive > largest)
			largest = w->arcs[entry - 1].inclusive;
	}
	if (g->p->inclusive_only || !(entered > fmax(wanted, largest)))
		return entered;
	share = fmax(wanted, largest) / entered;
	for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++) {
		uint32_t entry = g->in[w->cycles.members[i]].entry;

		if (entry)
			w->arcs[entry - 1].inclusive *= share;
	}
	return entered * share;
}

static void find_entries(struct weigher *g)
{
	struct call_flow *w = g->w;

	for (uint32_t c = 0; c < w->cycles.count; c++) {
		struct whole sum = sum_component(g, c);
		double need = sum.self + sum.leaving, entered = 0, rest;

		for (uint32_t i = w->cycles.first[c]; i < w->cycles.first[c + 1]; i++)
			entered += enter_function(g, w->cycles.members[i]);
		entered = limit_entries(g, c, entered, need - sum.entering);
		/*
		 * all calls are explained: values beyond them overlap, see call_flow_balance()
		 */
		if ((sum.known || g->p->all_callers) && (sum.entered || entered > 0))
			continue;
		if (sum.recorded > need)
			need = sum.recorded;
		rest = need - sum.entering - entered;
		if (rest > (sum.entered || entered > 0 ? sum.tolerance : 0))
			enter_cycle(g, c, rest);
	}
}

/* --- whose self value is whose --- */

static void share_self(struct weigher *g)
{
	struct call_flow *w = g->w;

	for (size_t a = 0; a < w->arc_count; a++) {
		struct flow_arc *arc = &w->arcs[a];
		const struct incoming *in = &g->in[arc->callee];
		struct flow_node *node = &w->nodes[arc->callee];
		double own = fabs((double)node->self), recorded = in->self;

		/* an entry has what the callers do not have */
		if (in->self_known && in->entry && own >= recorded) {
			if (arc->caller == FLOW_OUTSIDE)
				arc->self = own - recorded;
		} else if (in->self_known && recorded > 0) {
			arc->self *= own / recorded;
		} else {
			node->shared_self = in->arcs > 1 && own > 0;
			arc->self = in->inclusive > 0 ? own * (arc->inclusive / in->inclusive)
				    : in->calls > 0 ? own * ((double)arc->calls / (double)in->calls)
						    : own / in->arcs;
		}
		if (arc->inclusive < arc->self)
			arc->inclusive = arc->self;
	}
}

/* They are incoming values too, although they were not recorded. */
static void add_entries(struct weigher *g)
{
	for (size_t a = g->w->called_count; a < g->w->arc_count; a++) {
		struct incoming *in = &g->in[g->w->arcs[a].callee];

		in->arcs++;
		in->inclusive += g->w->arcs[a].inclusive;
		i64_add_to(&in->calls, g->w->arcs[a].calls);
	}
}

/* --- which functions and arcs may be inside themselves --- */

/* Where calls were not counted (pyinstrument), whatever is in a cycle may. */
static void find_recursion(struct weigher *g)
{
	struct call_flow *w = g->w;

	for (uint32_t n = 0; n < w->node_count; n++) {
		struct flow_node *node = &w->nodes[n];

		if (node->known && node->calls && !g->in[n].every)
			node->recursive = node->calls > node->primitive;
		else if (scc_size(&w->cycles, w->cycles.component[n]) > 1)
			node->recursive = g->in[n].calls != 1;
		for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++)
			node->recursive |= w->arcs[a].callee == n &&
					   (w->arcs[a].calls > 0 ||
					    (!node->calls && w->arcs[a].inclusive > 0));
	}
	for (size_t a = 0; a < w->called_count; a++) {
		struct flow_arc *arc = &w->arcs[a];
		bool counted = !arc->every && arc->values_known && w->nodes[arc->callee].known &&
			       w->nodes[arc->callee].calls;

		arc->repeats = arc->inner &&
			       (counted ? arc->calls > arc->primitive
					: arc->calls != 1 && w->nodes[arc->caller].recursive &&
						  w->nodes[arc->callee].recursive);
	}
}

/* --- order --- */

static int largest_first(const void *a, const void *b)
{
	const struct flow_arc *x = a, *y = b;

	if (x->inclusive != y->inclusive)
		return x->inclusive > y->inclusive ? -1 : 1;
	return (x->callee > y->callee) - (x->callee < y->callee);
}

static void sort_list(struct flow_arc *arcs, size_t n)
{
	enum { FEW = 32 };

	if (n > FEW) {
		qsort(arcs, n, sizeof *arcs, largest_first);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct flow_arc arc = arcs[i];
		size_t at = i;

		if (largest_first(&arcs[i - 1], &arc) <= 0)
			continue;
		for (; at && largest_first(&arc, &arcs[at - 1]) < 0; at--)
			arcs[at] = arcs[at - 1];
		arcs[at] = arc;
	}
}

static void sort_arcs(struct call_flow *w)
{
	for (size_t n = 0; n < w->node_count; n++)
		sort_list(w->arcs + w->first[n], w->first[n + 1] - w->first[n]);
	for (size_t a = 0; a < w->called_count; a++)
		w->place_of[w->arcs[a].id] = (uint32_t)a;
}

void call_flow_set_values(struct call_flow *w, const struct profile *p,
			  const struct flow_rows *rows, value_id v, bool unattributed)
{
	struct weigher g = { .w = w, .p = p, .rows = rows, .value = v };

	g.noise = p->value_types[v].unit == UNIT_TIME;
	g.in = alloc_zero(w->node_count, sizeof *g.in);
	clear(w);
	add_rows(&g);
	sum_incoming(&g);
	if (value_arcs_by_calls(&g))
		sum_incoming(&g);
	find_entries(&g);
	add_entries(&g);
	find_recursion(&g);
	share_self(&g);
	w->overlaps = p->inclusive_only || p->all_callers;
	call_flow_balance(&g, unattributed && p->inclusive_only);
	sort_arcs(w);
	for (size_t a = w->called_count; a < w->arc_count; a++)
		w->total += w->arcs[a].inclusive;
	alloc_free(g.in);
}
