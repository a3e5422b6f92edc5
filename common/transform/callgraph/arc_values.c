#include "common/transform/callgraph/arc_values.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/callgraph/inclusive.h"

/* Sums over the arcs of one callee. */
struct callee {
	int64_t calls;        /* number of arcs without values */
	int64_t values_known; /* sum of the other arcs */
	int64_t left;         /* the value to divide, and among how many calls */
	int64_t calls_left;
	size_t arcs;
};

static bool counts(const struct arc *a)
{
	return a->caller != a->callee;
}

/* Each arc takes its part of what is left, so that the last one takes the remainder. */
static int64_t next_part(struct callee *c, int64_t calls)
{
	int64_t part = c->left;

	if (calls < c->calls_left)
		part = i64_of((double)c->left * ((double)calls / (double)c->calls_left));
	if (part > c->left)
		part = c->left;
	c->left -= part;
	c->calls_left -= calls;
	return part;
}

static void value_one_type(struct profile *p, value_id v, struct callee *callees)
{
	int64_t *totals = inclusive_totals(p, v, NULL);

	for (function_id f = 0; f < p->function_count; f++)
		callees[f] = (struct callee){ 0 };
	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];
		struct callee *c = &callees[a->callee];

		if (a->values_known && counts(a))
			i64_add_to(&c->values_known, values_row(&p->arc_values, i)[v]);
		if (a->values_known || !counts(a))
			continue;
		i64_add_to(&c->calls, a->calls);
		c->arcs++;
	}
	for (function_id f = 0; f < p->function_count; f++) {
		callees[f].left = totals[f] > callees[f].values_known
					  ? totals[f] - callees[f].values_known
					  : 0;
		callees[f].calls_left = callees[f].calls;
	}
	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];

		if (!a->values_known && counts(a))
			values_set(&p->arc_values, i, v, next_part(&callees[a->callee], a->calls));
	}
	alloc_free(totals);
}

size_t arc_values_estimate(struct profile *p)
{
	struct callee *callees = alloc_zero(p->function_count, sizeof *callees);
	size_t several = 0, open = 0;

	for (size_t i = 0; i < p->arc_count; i++)
		open += !p->arcs[i].values_known;
	for (value_id v = 0; open && v < p->value_count; v++)
		value_one_type(p, v, callees);
	for (function_id f = 0; open && f < p->function_count; f++)
		several += callees[f].arcs > 1;
	for (size_t i = 0; i < p->arc_count; i++)
		p->arcs[i].values_known = true;
	p->arcs_estimated |= several > 0;
	alloc_free(callees);
	return several;
}
