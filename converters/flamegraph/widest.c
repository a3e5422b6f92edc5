/* flamegraph/widest - chooses the frames that become elements of the file */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/flamegraph/internal.h"

enum {
	/* more elements make a page slow to open; the script draws the others on demand */
	MAX_ELEMENTS = 1000,
	/* number of frames as wide as the last one that are kept too */
	MAX_TIED = 10000,
};

static int compare_totals(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a < b) - (a > b);
}

static double width_of(const struct flame_writer *v, uint32_t node)
{
	return (double)v->tree->width.total[node];
}

/*
 * If very many are just as wide, those nearest the root are drawn: whole rows, until there are
 * enough.
 */
static uint32_t deepest_tied(const struct flame_writer *v, size_t room)
{
	const struct flame_tree *t = v->tree;
	size_t *tied = alloc_zero(t->nodes.count, sizeof *tied), count = 0;
	uint32_t depth = 0;

	for (uint32_t i = 0; i < t->nodes.count; i++)
		tied[t->depth[i]] += width_of(v, i) == v->min_value;
	while (count < room)
		count += tied[depth++];
	alloc_free(tied);
	return depth - 1;
}

void flame_draw_the_widest(struct flame_writer *v)
{
	const struct flame_tree *t = v->tree;
	int64_t *totals = alloc_zero(t->nodes.count, sizeof *totals);
	size_t count = 0, wider = 0, tied = 0;

	for (uint32_t i = 0; i < t->nodes.count; i++)
		if (width_of(v, i) >= v->min_value && t->width.total[i])
			totals[count++] = t->width.total[i];
	qsort(totals, count, sizeof *totals, compare_totals);
	if (count > MAX_ELEMENTS)
		v->min_value = (double)totals[MAX_ELEMENTS - 1];
	while (wider < count && (double)totals[wider] > v->min_value)
		wider++;
	while (wider + tied < count && (double)totals[wider + tied] == v->min_value)
		tied++;
	if (count > MAX_ELEMENTS && tied > MAX_TIED)
		v->tied_depth = deepest_tied(v, MAX_ELEMENTS - wider);
	alloc_free(totals);
}

bool flame_is_drawn(const struct flame_writer *v, uint32_t node)
{
	if (!node)
		return v->total > 0;
	return v->tree->width.total[node] > 0 && width_of(v, node) >= v->min_value &&
	       (width_of(v, node) > v->min_value || v->tree->depth[node] <= v->tied_depth);
}
