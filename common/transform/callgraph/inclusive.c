/*
 * inclusive - totals of functions from their arcs
 *
 * An arc that enters a component from outside starts an outermost activation: the
 * callee cannot be running yet, or it would reach its caller and both were in one
 * component. So the sum of these arcs is exact under both rules of counting. Arcs
 * inside a cycle are not: a -> b -> a -> b of 10 each way is "a calls b 20" in
 * callgrind (every activation), and what b used is 10 to 20.
 */
#include "common/transform/callgraph/inclusive.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/csr.h"

/* Sums of one function or of one component. */
struct inclusive_sums {
	int64_t self;
	int64_t entering; /* arcs from other components */
	int64_t leaving;  /* arcs to other components */
	int64_t inner;    /* arcs between different members of one component, by callee */
};

static int64_t sum(int64_t a, int64_t b)
{
	i64_add_to(&a, b);
	return a;
}

/* The one with the larger absolute value: differences of profiles have negative values. */
static int64_t larger(int64_t a, int64_t b)
{
	uint64_t size_a = a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
	uint64_t size_b = b < 0 ? 0 - (uint64_t)b : (uint64_t)b;

	return size_a >= size_b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return larger(a, b) == a ? b : a;
}

void scc_of_profile(const struct profile *p, struct scc *c)
{
	struct csr callees;

	csr_open(&callees, p->function_count, p->arc_count);
	for (size_t i = 0; i < p->arc_count; i++)
		csr_count(&callees, p->arcs[i].caller);
	csr_sum(&callees);
	for (size_t i = 0; i < p->arc_count; i++)
		csr_put(&callees, p->arcs[i].caller, p->arcs[i].callee);
	scc_find(p->function_count, callees.first, callees.item, c);
	csr_free(&callees);
}

static void sum_arcs(const struct profile *p, value_id v, const struct scc *c,
		     struct inclusive_sums *functions)
{
	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];
		int64_t value;

		if (!a->values_known || a->caller == a->callee)
			continue;
		value = values_row(&p->arc_values, i)[v];
		if (c->component[a->caller] == c->component[a->callee]) {
			i64_add_to(&functions[a->callee].inner, value);
		} else {
			i64_add_to(&functions[a->caller].leaving, value);
			i64_add_to(&functions[a->callee].entering, value);
		}
	}
}

static struct inclusive_sums *sum_components(const struct scc *c,
					     const struct inclusive_sums *functions, size_t count)
{
	struct inclusive_sums *all = alloc_zero(c->count, sizeof *all);

	for (size_t f = 0; f < count; f++) {
		struct inclusive_sums *one = &all[c->component[f]];

		i64_add_to(&one->self, functions[f].self);
		i64_add_to(&one->entering, functions[f].entering);
		i64_add_to(&one->leaving, functions[f].leaving);
	}
	return all;
}

/*
 * What came in, or what was used, whichever is known to be more. If every call is in an arc, it
 * is what came in: of coroutines that wait at the same time a caller has less than the sum.
 */
static int64_t known_part(const struct profile *p, const struct inclusive_sums *s)
{
	if (p->all_callers && s->entering)
		return larger(s->entering, s->self);
	return larger(s->entering, sum(s->self, s->leaving));
}

int64_t *inclusive_totals(const struct profile *p, value_id v, size_t *estimated)
{
	size_t n = p->function_count, estimates = 0;
	int64_t *totals = alloc_zero(n, sizeof *totals);
	struct inclusive_sums *functions = alloc_zero(n, sizeof *functions), *components;
	struct scc c;

	scc_of_profile(p, &c);
	for (size_t i = 0; i < p->cost_count; i++)
		i64_add_to(&functions[p->costs[i].function].self,
			   values_row(&p->cost_values, i)[v]);
	sum_arcs(p, v, &c, functions);
	components = sum_components(&c, functions, n);
	for (function_id f = 0; f < n; f++) {
		uint32_t of = c.component[f];

		if (profile_has_total(p, f)) {
			totals[f] = values_row(&p->total_values, f)[v];
			continue;
		}
		totals[f] = known_part(p, &functions[f]);
		if (scc_size(&c, of) > 1) {
			int64_t all = sum(functions[f].entering, functions[f].inner);

			totals[f] = larger(totals[f], smaller(all, known_part(p, &components[of])));
			estimates++;
		}
	}
	if (estimated)
		*estimated = estimates;
	alloc_free(functions);
	alloc_free(components);
	scc_free(&c);
	return totals;
}
