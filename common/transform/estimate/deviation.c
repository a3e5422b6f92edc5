#include "common/transform/estimate/deviation.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"

struct drawn {
	const struct call_flow *w;
	const struct unfolding *u;
	double *inclusive;      /* by context */
	double *function, *arc; /* by node and arc: inclusive value of the outermost ones on
				      each path */
	uint32_t *on_path, *arc_on_path; /* number of occurrences, for members of cycles */
	uint32_t *path;                  /* contexts, by depth */
	size_t path_count;
};

/* Adds the values that no self value holds to the inclusive values. */
static void sum_inclusive(struct drawn *d)
{
	const struct call_flow *w = d->w;
	const struct context *contexts = d->u->contexts;
	double *spare = alloc_zero(w->node_count, sizeof *spare);

	for (size_t c = 0; c < d->u->count; c++)
		spare[w->arcs[contexts[c].arc].callee] += contexts[c].spare;
	for (size_t c = d->u->count; c-- > 0;) {
		uint32_t n = w->arcs[contexts[c].arc].callee;

		d->inclusive[c] += contexts[c].self;
		if (w->nodes[n].loose && spare[n] > 0)
			d->inclusive[c] += (double)w->nodes[n].loose *
					   (contexts[c].spare / spare[n]);
		if (contexts[c].parent != NO_ID)
			d->inclusive[contexts[c].parent] += d->inclusive[c];
	}
	alloc_free(spare);
}

static void leave_to(struct drawn *d, uint32_t depth)
{
	while (d->path_count > depth) {
		uint32_t c = d->path[--d->path_count], arc = d->u->contexts[c].arc;

		d->on_path[d->w->arcs[arc].callee]--;
		d->arc_on_path[arc]--;
	}
}

/* Goes depth first, so the path to a context is known. */
static void sum_outermost(struct drawn *d, const uint32_t *order)
{
	for (size_t i = 0; i < d->u->count; i++) {
		const struct context *k = &d->u->contexts[order[i]];
		const struct flow_arc *a = &d->w->arcs[k->arc];

		leave_to(d, k->depth);
		d->path[d->path_count++] = order[i];
		if (!d->on_path[a->callee]++)
			d->function[a->callee] += d->inclusive[order[i]];
		if (!d->arc_on_path[k->arc]++ || a->every)
			d->arc[k->arc] += d->inclusive[order[i]];
	}
}

static void compare_functions(const struct drawn *d, struct deviation *out)
{
	const struct call_flow *w = d->w;
	double *in = alloc_zero(w->node_count, sizeof *in), far = 0;

	for (size_t a = 0; a < w->arc_count; a++)
		in[w->arcs[a].callee] += w->arcs[a].inclusive;
	for (uint32_t n = 0; n < w->node_count; n++) {
		double recorded = w->nodes[n].known ? w->nodes[n].inclusive : in[n];
		double off = fabs(d->function[n] - recorded);

		if (!w->nodes[n].known && flow_in_cycle(w, n))
			continue; /* its arcs do not tell */
		out->functions += off;
		out->functions_recorded += recorded;
		if (off > far) {
			far = off;
			out->worst = n;
			out->worst_drawn = d->function[n];
			out->worst_recorded = recorded;
		}
	}
	alloc_free(in);
}

static int largest_first(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

/* An arc cannot have more contexts than calls: the lighter contexts are too many. */
static double sum_beyond_calls(const struct drawn *d)
{
	const struct call_flow *w = d->w;
	size_t *end = alloc_zero(w->arc_count + 1, sizeof *end);
	double *list = alloc_zero(d->u->count, sizeof *list), sum = 0;

	for (size_t c = 0; c < d->u->count; c++)
		end[d->u->contexts[c].arc + 1]++;
	for (size_t a = 0; a < w->arc_count; a++)
		end[a + 1] += end[a];
	/* filled from the start of each arc, which becomes its end */
	for (size_t c = 0; c < d->u->count; c++)
		list[end[d->u->contexts[c].arc]++] = d->inclusive[c];
	for (size_t a = 0, first = 0; a < w->arc_count; first = end[a++]) {
		size_t count = end[a] - first, calls = (size_t)w->arcs[a].calls;

		if (!calls || count <= calls)
			continue;
		qsort(list + first, count, sizeof *list, largest_first);
		for (size_t i = first + calls; i < end[a]; i++)
			sum += list[i];
	}
	alloc_free(end);
	alloc_free(list);
	return sum;
}

void deviation_measure(const struct call_flow *w, const struct unfolding *u, const uint32_t *order,
		       struct deviation *out)
{
	struct drawn d = { .w = w, .u = u };
	uint32_t deepest = 0;

	*out = (struct deviation){ .worst = NO_ID };
	for (size_t c = 0; c < u->count; c++)
		if (u->contexts[c].depth > deepest)
			deepest = u->contexts[c].depth;
	d.inclusive = alloc_zero(u->count, sizeof *d.inclusive);
	d.function = alloc_zero(w->node_count, sizeof *d.function);
	d.arc = alloc_zero(w->arc_count, sizeof *d.arc);
	d.on_path = alloc_zero(w->node_count, sizeof *d.on_path);
	d.arc_on_path = alloc_zero(w->arc_count, sizeof *d.arc_on_path);
	d.path = alloc_zero((size_t)deepest + 1, sizeof *d.path);
	sum_inclusive(&d);
	sum_outermost(&d, order);
	compare_functions(&d, out);
	for (size_t a = 0; a < w->called_count; a++) {
		out->arcs += fabs(d.arc[a] - w->arcs[a].inclusive);
		out->arcs_recorded += w->arcs[a].inclusive;
	}
	out->beyond_calls = sum_beyond_calls(&d);
	alloc_free(d.inclusive);
	alloc_free(d.function);
	alloc_free(d.arc);
	alloc_free(d.on_path);
	alloc_free(d.arc_on_path);
	alloc_free(d.path);
}

double deviation_total(const struct deviation *d)
{
	/* calls say little here: two calls of an arc need not be in two places */
	const double calls_count = 0.3;
	double of = d->functions_recorded > 0 ? d->functions / d->functions_recorded : 0;

	if (d->arcs_recorded > 0)
		of += (d->arcs + d->beyond_calls * calls_count) / d->arcs_recorded;
	return of;
}
