/*
 * flamegraph/widest - which frames are elements of the file
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/flamegraph/internal.h"

enum {
	/* more elements make a page slow to open; the script draws the rest when asked */
	MOST_ELEMENTS = 1000,
	/* so many as wide as the last one of them come in too */
	MOST_TIED = 10000,
};

static int compare_totals(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a < b) - (a > b);
}

static double width_of(const struct picture *v, uint32_t node)
{
	return (double)v->tree->width.total[node];
}

/*
 * Of very many that are just as wide those nearest the root are drawn: whole rows of
 * them, until there are enough.
 */
static uint32_t deepest_tied(const struct picture *v, size_t room)
{
	const struct flame_tree *t = v->tree;
	size_t *tied = alloc_zero(t->nodes.count, sizeof *tied), count = 0;
	uint32_t depth = 0;

	for (uint32_t i = 0; i < t->nodes.count; i++)
		tied[t->depth[i]] += width_of(v, i) == v->least;
	while (count < room)
		count += tied[depth++];
	alloc_free(tied);
	return depth - 1;
}

void flame_draw_the_widest(struct picture *v)
{
	const struct flame_tree *t = v->tree;
	int64_t *totals = alloc_zero(t->nodes.count, sizeof *totals);
	size_t count = 0, wider = 0, tied = 0;

	for (uint32_t i = 0; i < t->nodes.count; i++)
		if (width_of(v, i) >= v->least && t->width.total[i])
			totals[count++] = t->width.total[i];
	qsort(totals, count, sizeof *totals, compare_totals);
	if (count > MOST_ELEMENTS)
		v->least = (double)totals[MOST_ELEMENTS - 1];
	while (wider < count && (double)totals[wider] > v->least)
		wider++;
	while (wider + tied < count && (double)totals[wider + tied] == v->least)
		tied++;
	if (count > MOST_ELEMENTS && tied > MOST_TIED)
		v->tied_depth = deepest_tied(v, MOST_ELEMENTS - wider);
	alloc_free(totals);
}

bool flame_is_drawn(const struct picture *v, uint32_t node)
{
	if (!node)
		return v->total > 0;
	return v->tree->width.total[node] > 0 && width_of(v, node) >= v->least &&
	       (width_of(v, node) > v->least || v->tree->depth[node] <= v->tied_depth);
}
