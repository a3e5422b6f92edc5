#include "common/transform/estimate/guessed.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/csr.h"
#include "common/transform/estimate/weighted.h"

/*
 * How many other contexts of a function are looked at, and the fraction from which one counts
 * as equally heavy.
 */
enum { LOOKED_AT = 256 };
static const double as_heavy = 0.999;

struct guesser {
	const struct contexts *c;
	double *total;          /* by context: inclusive */
	double *taken;          /* by context: by callees that are certain */
	bool *local;            /* by context: certain if its caller is */
	uint32_t *places;       /* by function: number of contexts below the current caller */
	struct csr own, called; /* contexts by function, the heaviest of one first */
};

static function_id function_of(const struct contexts *c, uint32_t context)
{
	return c->p->frames[c->frame[context]].function;
}

static void add_rows(const struct thread_rows *rows, double *total)
{
	for (size_t i = 0; i < rows->values.rows; i++)
		total[rows->at[i]] += (double)values_row(&rows->values, i)[0];
}

static double *sum_totals(const struct contexts *c)
{
	double *total = alloc_zero(c->count, sizeof *total);

	add_rows(&c->self, total);
	add_rows(&c->descendants_pruned, total);
	for (uint32_t i = c->count; i-- > 1;)
		total[c->parent[i]] += total[i];
	return total;
}

static void sort_groups(const struct guesser *g, struct csr *all)
{
	size_t count = all->first[g->c->p->function_count];
	struct weighted_id *w = alloc_zero(count, sizeof *w);

	for (size_t i = 0; i < count; i++)
		w[i] = (struct weighted_id){ g->total[all->item[i]], all->item[i] };
	for (function_id f = 0; f < g->c->p->function_count; f++)
		weighted_sort(w + all->first[f], all->first[f + 1] - all->first[f]);
	for (size_t i = 0; i < count; i++)
		all->item[i] = w[i].id;
	alloc_free(w);
}

/*
 * Groups contexts by their own function, or by that of their caller; without a caller they are
 * then in no group.
 */
static void group(const struct guesser *g, bool by_caller, struct csr *out)
{
	const struct contexts *c = g->c;

	csr_open(out, c->p->function_count, c->count);
	for (uint32_t i = 1; i < c->count; i++)
		if (!by_caller || c->parent[i])
			csr_count(out, function_of(c, by_caller ? c->parent[i] : i));
	csr_sum(out);
	for (uint32_t i = 1; i < c->count; i++)
		if (!by_caller || c->parent[i])
			csr_put(out, function_of(c, by_caller ? c->parent[i] : i), i);
	sort_groups(g, out);
}

/* Whether another context of the caller's function could hold it. */
static bool fits_elsewhere(const struct guesser *g, function_id caller, uint32_t context)
{
	const struct csr *own = &g->own;
	double wanted = g->total[context] * as_heavy;

	for (size_t i = own->first[caller]; i < own->first[caller + 1]; i++) {
		uint32_t other = own->item[i];

		if (g->total[other] < wanted)
			return false;
		if (i - own->first[caller] == LOOKED_AT)
			return true;
		if (other != g->c->parent[context] && g->total[other] - g->taken[other] >= wanted)
			return true;
	}
	return false;
}

static void look_at_callees(struct guesser *g, function_id caller)
{
	const struct csr *called = &g->called;
	bool single = g->own.first[caller + 1] - g->own.first[caller] == 1;

	for (size_t i = called->first[caller]; !single && i < called->first[caller + 1]; i++)
		g->places[function_of(g->c, called->item[i])]++;
	for (size_t i = called->first[caller]; i < called->first[caller + 1]; i++) {
		uint32_t context = called->item[i];

		/* in several places: how much is in which is unknown */
		g->local[context] = single || (g->places[function_of(g->c, context)] == 1 &&
					       !fits_elsewhere(g, caller, context));
		if (g->local[context])
			g->taken[g->c->parent[context]] += g->total[context];
	}
	for (size_t i = called->first[caller]; i < called->first[caller + 1]; i++)
		g->places[function_of(g->c, called->item[i])] = 0;
}

bool *contexts_guessed(const struct contexts *c)
{
	bool *guessed = alloc_zero(c->count, sizeof *guessed);
	struct guesser g = { .c = c };

	if (!c->p->estimated || c->in_time || !c->p->value_count)
		return guessed;
	g.total = sum_totals(c);
	g.taken = alloc_zero(c->count, sizeof *g.taken);
	g.local = alloc_zero(c->count, sizeof *g.local);
	g.places = alloc_zero(c->p->function_count, sizeof *g.places);
	group(&g, false, &g.own);
	group(&g, true, &g.called);
	for (function_id f = 0; f < c->p->function_count; f++)
		look_at_callees(&g, f);
	for (uint32_t i = 1; i < c->count; i++)
		guessed[i] = c->parent[i] && (guessed[c->parent[i]] || !g.local[i]);
	alloc_free(g.total);
	alloc_free(g.taken);
	alloc_free(g.local);
	alloc_free(g.places);
	csr_free(&g.own);
	csr_free(&g.called);
	return guessed;
}
