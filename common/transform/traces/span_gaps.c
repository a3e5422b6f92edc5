#include "common/transform/traces/span_gaps.h"

#include "common/base/alloc.h"
#include "common/base/csr.h"
#include "common/base/sort.h"
#include "common/transform/traces/span_trees.h"

static int order_starts(uint32_t a, uint32_t b, const void *context)
{
	const struct span_row *rows = context;

	return (rows[a].start > rows[b].start) - (rows[a].start < rows[b].start);
}

static void add_gap(struct span_gaps *g, int64_t from, int64_t to)
{
	if (to <= from)
		return;
	ARRAY_ROOM(g->gaps, g->count, g->cap);
	g->gaps[g->count++] = (struct span_gap){ from, to };
}

/* Children come by start. */
static void add_span(struct span_gaps *g, const struct spans *s, const struct span_row *row,
		     const uint32_t *children, size_t count)
{
	int64_t reached = row->start;

	for (size_t i = 0; i < count; i++) {
		const struct span_row *child = &s->rows[children[i]];

		add_gap(g, reached, child->start < row->end ? child->start : row->end);
		if (child->end > reached)
			reached = child->end;
	}
	add_gap(g, reached, row->end);
}

void span_gaps_open(struct span_gaps *g, const struct spans *s, const uint32_t *parents)
{
	uint32_t *by_start = alloc_zero(s->count, sizeof *by_start);
	struct csr children;

	*g = (struct span_gaps){ .first = alloc_zero(s->count + 1, sizeof *g->first) };
	for (size_t i = 0; i < s->count; i++)
		by_start[i] = (uint32_t)i;
	sort_ids(by_start, s->count, order_starts, s->rows);
	csr_open(&children, s->count, s->count);
	for (size_t i = 0; i < s->count; i++)
		if (parents[i] != NO_SPAN)
			csr_count(&children, parents[i]);
	csr_sum(&children);
	for (size_t i = 0; i < s->count; i++)
		if (parents[by_start[i]] != NO_SPAN)
			csr_put(&children, parents[by_start[i]], by_start[i]);
	for (size_t i = 0; i < s->count; i++) {
		g->first[i] = g->count;
		add_span(g, s, &s->rows[i], children.item + children.first[i],
			 children.first[i + 1] - children.first[i]);
	}
	g->first[s->count] = g->count;
	csr_free(&children);
	alloc_free(by_start);
}

int64_t span_gaps_within(const struct span_gaps *g, uint32_t row, int64_t from, int64_t to)
{
	size_t low = g->first[row], end = g->first[row + (size_t)1], high = end;
	int64_t sum = 0;

	/* the first that ends behind `from` */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->gaps[middle].to <= from)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < end && g->gaps[low].from < to; low++) {
		int64_t start = g->gaps[low].from > from ? g->gaps[low].from : from;
		int64_t stop = g->gaps[low].to < to ? g->gaps[low].to : to;

		sum += stop - start;
	}
	return sum;
}

void span_gaps_close(struct span_gaps *g)
{
	alloc_free(g->gaps);
	alloc_free(g->first);
}
