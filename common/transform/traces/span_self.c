/* span_self - the duration of a span without the union of its children */
#include "common/base/num.h"
#include "common/transform/traces/span_trees_internal.h"

/*
 * Formats of whole microseconds round start and duration down one by one, so a child may seem to
 * end up to a microsecond behind its parent, and siblings to overlap by as much.
 */
enum { COARSE_NOISE = 2000 };

bool span_time_is_real(const struct span_row *row, int64_t time)
{
	return time >= (row->coarse ? COARSE_NOISE : 1);
}

static void count_outside(struct span_trees *t, const struct span_row *parent,
			  const struct span_row *child)
{
	if (parent->untimed || child->untimed)
		return;
	if (span_time_is_real(child, child->end - parent->end)) {
		t->counts.late++;
		i64_add_to(&t->counts.late_time,
			   child->end - (child->start > parent->end ? child->start : parent->end));
	}
	t->counts.early += span_time_is_real(child, parent->start - child->start);
}

/* The union of the children of a node, within it. */
static int64_t covered_time(struct span_trees *t, uint32_t i)
{
	const struct span_row *parent = span_node_row(t, i);
	int64_t covered = 0, reached = parent->start;

	for (uint32_t c = t->nodes[i].first_child; c != NO_SPAN; c = t->nodes[c].next_sibling) {
		const struct span_row *child = span_node_row(t, c);
		int64_t from = child->start > parent->start ? child->start : parent->start;
		int64_t to = child->end < parent->end ? child->end : parent->end;
		int64_t common = (to < reached ? to : reached) - from;

		count_outside(t, parent, child);
		if (common > 0 && span_time_is_real(child, common))
			i64_add_to(&t->counts.overlap_time, common);
		if (to > reached && to > from) {
			covered += to - (from > reached ? from : reached);
			reached = to;
		}
	}
	return covered;
}

void span_self_union(struct span_trees *t, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct span_row *row = span_node_row(t, i);

		t->nodes[i].self = row->end - row->start - covered_time(t, i);
	}
}

int64_t span_self_wall_time(const struct span_trees *t, uint32_t count)
{
	int64_t time = 0, reached = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct span_row *row = span_node_row(t, i);

		if (row->end > reached) {
			time += row->end - (row->start > reached ? row->start : reached);
			reached = row->end;
		}
	}
	return time;
}
