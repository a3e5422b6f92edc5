/*
 * call_table - arcs folded by pair, and what they do not say
 *
 * An arc may not tell the callee's self part (callgrind), or no value at all but
 * only calls (Python's profile). Then the callee's value is divided among its callers
 * in proportion to their inclusive values, or to their calls:
 *
 *	f: 10 calls, self 50, inclusive 100; a calls it 4 times, b 6 times
 *	a -> f: inclusive 40, self 20          b -> f: inclusive 60, self 30
 *
 * What no caller accounts for stays undivided, and the parts add up exactly.
 */
#include "common/transform/callgraph/call_table.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/csr.h"
#include "common/base/prefetch.h"
#include "common/transform/callgraph/scc.h"
#include "common/transform/callgraph/inclusive.h"

/* More about each arc, while the row of its callee is filled. */
struct open_arc {
	int64_t calls;  /* those without a value */
	bool self_open; /* part of its self value is unknown */
	bool every;     /* its value counts every activation of a recursion */
};

struct call_table_builder {
	const struct profile *p;
	const uint32_t *row_of;
	value_id v;
	struct call_table *t;
	struct csr arcs;       /* the profile's arcs by callee row */
	uint32_t *place;       /* by caller row: its arc + 1 to the current callee */
	struct open_arc *open; /* by place in the current callee's arcs */
	size_t open_cap;
	size_t count, cap; /* arcs of t */
};

static int64_t at_least(int64_t value, int64_t min)
{
	return value < min ? min : value;
}

static int64_t at_most(int64_t value, int64_t max)
{
	return value > max ? max : value;
}

/* The part of a value that corresponds to `upto` of `whole`; never beyond it. */
static int64_t part(int64_t value, double upto, double whole)
{
	double share = upto / whole;

	if (!(whole > 0))
		return 0;
	return share < 1 ? (int64_t)((double)value * share) : value;
}

/* --- rows --- */

static void sum_functions(struct call_table_builder *k)
{
	const struct profile *p = k->p;
	int64_t *inclusive = inclusive_totals(p, k->v, &k->t->in_cycles);

	for (size_t i = 0; i < p->cost_count; i++)
		i64_add_to(&k->t->rows[k->row_of[p->costs[i].function]].self,
			   values_row(&p->cost_values, i)[k->v]);
	for (function_id f = 0; f < p->function_count; f++) {
		struct call_row *row;

		if (k->row_of[f] == NO_ID)
			continue;
		row = &k->t->rows[k->row_of[f]];
		i64_add_to(&row->inclusive, inclusive[f]);
		if (profile_has_total(p, f)) {
			i64_add_to(&row->calls, p->totals[f].calls);
			i64_add_to(&row->primitive, p->totals[f].primitive);
		}
	}
	alloc_free(inclusive);
}

/*
 * Lines of one function that call each other are in the same samples, which count once:
 *
 *	fib:14 has 20 ms, fib:13 has 5 ms, all of them from fib:14: fib has 20 ms
 */
static void join_lines(struct call_table_builder *k)
{
	const struct profile *p = k->p;
	int64_t *most = alloc_zero(k->t->count, sizeof *most);

	for (size_t row = 0; row < k->t->count; row++)
		most[row] = INT64_MIN; /* differences have totals below zero */
	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];
		uint32_t row = k->row_of[a->callee];

		if (a->caller != a->callee && a->values_known && row == k->row_of[a->caller])
			i64_add_to(&k->t->rows[row].inclusive,
				   -values_row(&p->arc_values, i)[k->v]);
	}
	for (function_id f = 0; f < p->function_count; f++)
		if (k->row_of[f] != NO_ID && profile_has_total(p, f))
			most[k->row_of[f]] = at_least(values_row(&p->total_values, f)[k->v],
						      most[k->row_of[f]]);
	for (size_t row = 0; row < k->t->count; row++)
		k->t->rows[row].inclusive = at_least(k->t->rows[row].inclusive, most[row]);
	alloc_free(most);
}

/*
 * Sets the calls of functions whose calls were not recorded: all calls of callers, and
 * primitive calls without those of itself.
 */
static void sum_calls(struct call_table_builder *k)
{
	for (size_t i = 0; i < k->p->arc_count; i++) {
		const struct arc *a = &k->p->arcs[i];
		struct call_row *row = &k->t->rows[k->row_of[a->callee]];

		if (profile_has_total(k->p, a->callee))
			continue;
		i64_add_to(&row->calls, a->calls);
		if (a->caller != a->callee)
			i64_add_to(&row->primitive, a->calls);
	}
}

/* --- arcs --- */

static void sort_arcs(struct call_table_builder *k, size_t rows)
{
	const struct profile *p = k->p;

	csr_open(&k->arcs, rows, p->arc_count);
	for (size_t i = 0; i < p->arc_count; i++)
		csr_count(&k->arcs, k->row_of[p->arcs[i].callee]);
	csr_sum(&k->arcs);
	for (size_t i = 0; i < p->arc_count; i++)
		csr_put(&k->arcs, k->row_of[p->arcs[i].callee], (uint32_t)i);
}

/* The arc from `caller` among those of the current callee, which begin at `start`. */
static size_t find_arc(struct call_table_builder *k, uint32_t caller, size_t start)
{
	size_t at = k->place[caller];

	if (at > start)
		return at - 1;
	ARRAY_ROOM(k->t->arcs, k->count, k->cap);
	k->t->arcs[k->count] = (struct call_arc){ .caller = caller };
	ARRAY_ROOM(k->open, k->count - start, k->open_cap);
	k->open[k->count - start] = (struct open_arc){ 0 };
	k->place[caller] = (uint32_t)++k->count;
	return k->count - 1;
}

static void take_arc(struct call_table_builder *k, uint32_t number, size_t start)
{
	const struct arc *a = &k->p->arcs[number];
	size_t at = find_arc(k, k->row_of[a->caller], start);
	struct call_arc *to = &k->t->arcs[at];
	struct open_arc *open = &k->open[at - start];

	i64_add_to(&to->calls, a->calls);
	i64_add_to(&to->primitive, a->values_known ? a->primitive : a->calls);
	if (a->values_known)
		i64_add_to(&to->inclusive, values_row(&k->p->arc_values, number)[k->v]);
	else
		i64_add_to(&open->calls, a->calls);
	if (a->values_known && a->self_known)
		i64_add_to(&to->self, values_row(&k->p->arc_self, number)[k->v]);
	else
		open->self_open = true;
	open->every |= a->rule == RULE_EVERY;
}

/*
 * Divides values among arcs that have only calls. A call of a function to itself is part of the
 * value of others.
 */
static void divide_inclusive(struct call_table_builder *k, uint32_t callee, size_t start)
{
	const struct call_row *row = &k->t->rows[callee];
	int64_t rest = row->inclusive, given = 0;
	double calls = 0, upto = 0, whole;

	for (size_t i = start; i < k->count; i++) {
		const struct call_arc *a = &k->t->arcs[i];

		if (a->caller == callee)
			continue;
		calls += (double)k->open[i - start].calls;
		rest -= at_least(at_most(a->inclusive, rest), 0);
	}
	whole = (double)row->primitive > calls ? (double)row->primitive : calls;
	for (size_t i = start; i < k->count; i++) {
		struct call_arc *a = &k->t->arcs[i];
		int64_t open = k->open[i - start].calls, before = given;

		if (!open)
			continue;
		if (a->caller == callee) {
			i64_add_to(&a->inclusive, part(row->inclusive, (double)open,
						       (double)at_least(row->calls, open)));
			continue;
		}
		upto += (double)open;
		given = part(rest, upto, whole);
		i64_add_to(&a->inclusive, given - before);
	}
	k->t->by_calls++;
}

/* Divides self values among arcs without a self part. */
static void divide_self(struct call_table_builder *k, uint32_t callee, size_t start, bool by_calls)
{
	const struct call_row *row = &k->t->rows[callee];
	int64_t rest = row->self, given = 0;
	double sum = 0, upto = 0, whole = i64_magnitude(by_calls ? row->calls : row->inclusive);

	for (size_t i = start; i < k->count; i++) {
		const struct call_arc *a = &k->t->arcs[i];

		sum += i64_magnitude(by_calls ? a->calls : a->inclusive);
		if (!k->open[i - start].self_open)
			rest -= a->self;
	}
	if (sum > whole)
		whole = sum;
	for (size_t i = start; i < k->count; i++) {
		struct call_arc *a = &k->t->arcs[i];
		int64_t before = given;

		if (!k->open[i - start].self_open)
			continue;
		upto += i64_magnitude(by_calls ? a->calls : a->inclusive);
		given = part(rest, upto, whole);
		a->self = given - before;
	}
}

/* The rows of one callee are far apart in the profile, so they are prefetched. */
PREFETCH_FUNCTION prefetch_ahead(const struct call_table_builder *k, uint32_t i)
{
	enum { AHEAD = 12 };
	uint32_t row;

	if (i + AHEAD >= k->p->arc_count)
		return;
	row = k->arcs.item[i + AHEAD];
	PREFETCH(&k->p->arcs[row]);
	PREFETCH(&k->p->arcs[row].calls);
	values_prefetch(&k->p->arc_values, row);
}

static void fill_callee(struct call_table_builder *k, uint32_t callee)
{
	size_t start = k->count;
	int64_t max = k->t->rows[callee].inclusive;
	bool open = false, self_open = false;

	for (uint32_t i = k->arcs.first[callee]; i < k->arcs.first[callee + 1]; i++) {
		prefetch_ahead(k, i);
		take_arc(k, k->arcs.item[i], start);
	}
	for (size_t i = start; i < k->count; i++) {
		if (k->open[i - start].every)
			k->t->arcs[i].inclusive = at_most(k->t->arcs[i].inclusive, max);
		open |= k->open[i - start].calls != 0;
		self_open |= k->open[i - start].self_open;
	}
	if (open)
		divide_inclusive(k, callee, start);
	if (self_open)
		divide_self(k, callee, start, open || !max);
}

/*
 * Python's profile and hotshot have a pseudo root whose values are all 0: what it calls would
 * be in no inclusive value.
 */
static void fill_empty_callers(struct call_table *t)
{
	bool *empty = alloc_zero(t->count, sizeof *empty);

	for (size_t r = 0; r < t->count; r++)
		empty[r] = !t->rows[r].self && !t->rows[r].inclusive;
	for (uint32_t r = 0; r < t->count; r++)
		for (uint32_t i = t->first[r]; i < t->first[r + 1]; i++)
			if (empty[t->arcs[i].caller] && t->arcs[i].caller != r)
				i64_add_to(&t->rows[t->arcs[i].caller].inclusive,
					   t->arcs[i].inclusive);
	alloc_free(empty);
}

void call_table_make(struct call_table *t, const struct profile *p, value_id v,
		     const uint32_t *row_of, size_t rows)
{
	struct call_table_builder k = { .p = p, .row_of = row_of, .v = v, .t = t };

	*t = (struct call_table){ .count = rows };
	t->rows = alloc_zero(rows, sizeof *t->rows);
	t->first = alloc_zero(rows + 1, sizeof *t->first);
	sum_functions(&k);
	if (p->line_functions)
		join_lines(&k);
	sum_calls(&k);
	sort_arcs(&k, rows);
	k.place = alloc_zero(rows, sizeof *k.place);
	for (uint32_t r = 0; r < rows; r++) {
		fill_callee(&k, r);
		t->first[r + 1] = (uint32_t)k.count;
	}
	fill_empty_callers(t);
	csr_free(&k.arcs);
	alloc_free(k.place);
	alloc_free(k.open);
}

void call_table_free(struct call_table *t)
{
	alloc_free(t->rows);
	alloc_free(t->first);
	alloc_free(t->arcs);
	*t = (struct call_table){ 0 };
}

/* --- roots --- */

static bool calls_within(const struct call_table *t, const struct scc *c, uint32_t row)
{
	for (uint32_t i = t->first[row]; i < t->first[row + 1]; i++)
		if (c->component[t->arcs[i].caller] != c->component[row])
			return false;
	return true;
}

/* The member with the largest value, of a component without outside callers; or NO_ID. */
static uint32_t entry_of(const struct call_table *t, const struct scc *c, uint32_t component)
{
	uint32_t best = c->members[c->first[component]];

	for (uint32_t i = c->first[component]; i < c->first[component + 1]; i++) {
		uint32_t row = c->members[i];

		if (!calls_within(t, c, row))
			return NO_ID;
		if (t->rows[row].inclusive > t->rows[best].inclusive)
			best = row;
	}
	return best;
}

static void find_cycles(const struct call_table *t, struct scc *c)
{
	size_t arcs = t->first[t->count];
	uint32_t *callers = alloc_zero(arcs, sizeof *callers);

	for (size_t i = 0; i < arcs; i++)
		callers[i] = t->arcs[i].caller;
	scc_find(t->count, t->first, callers, c);
	alloc_free(callers);
}

int64_t call_table_entries(const struct call_table *t, bool *entries)
{
	int64_t entered = 0, self = 0;
	struct scc c;

	find_cycles(t, &c);
	for (uint32_t i = 0; i < c.count; i++) {
		uint32_t row = entry_of(t, &c, i);

		if (row == NO_ID)
			continue;
		entries[row] = true;
		i64_add_to(&entered, t->rows[row].inclusive);
	}
	for (size_t i = 0; i < t->count; i++)
		i64_add_to(&self, t->rows[i].self);
	scc_free(&c);
	return at_least(entered, self);
}
