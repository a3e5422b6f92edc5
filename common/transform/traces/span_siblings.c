/*
 * span_siblings - children that outlive their parents become their siblings
 *
 *	gather   0 ----------------------- 9        gather   0 ----------------------- 9
 *	  GET 0   1 -------- 5                 =>      GET 0   1 -------- 5
 *	    GET 1   2 ------------ 7                   GET 1   2 ------------ 7
 *	      GET 2   3 -------- 6                       GET 2   3 -------- 6
 *
 * Sentry's SDK for Python does so with asyncio.gather(). GET 2 stays where it is: it may be a part
 * of GET 1. What was not nested into another span is not moved: children of a root stay there.
 *
 * From the top down, each span climbs from its parent until one does not end before it. Ends never
 * decrease on that way, so it goes by leaps: a node has the number of an ancestor far above, such
 * that a walk takes steps in proportion to the logarithm of the depth.
 */
#include "common/base/alloc.h"
#include "common/transform/traces/span_trees_internal.h"

struct span_climb {
	uint32_t depth, leap; /* leap: a node above; of a root, itself */
};

static int64_t end_of(const struct span_trees *t, uint32_t i)
{
	return span_node_row(t, i)->end;
}

static bool is_root(const struct span_trees *t, uint32_t i)
{
	return t->nodes[i].parent == NO_SPAN;
}

/* Whether span i runs longer than a parent that could be its sibling. */
static bool outlives(const struct span_trees *t, uint32_t i, uint32_t parent)
{
	const struct span_row *row = span_node_row(t, i);

	return !is_root(t, parent) && !row->untimed && !span_node_row(t, parent)->untimed &&
	       span_time_is_real(row, row->end - end_of(t, parent));
}

static uint32_t climb(const struct span_trees *t, const struct span_climb *climbs, uint32_t i)
{
	uint32_t parent = t->nodes[i].parent;

	while (outlives(t, i, parent)) {
		uint32_t leap = climbs[parent].leap;

		parent = outlives(t, i, leap) ? leap : t->nodes[parent].parent;
	}
	return parent;
}

static void place(struct span_trees *t, struct span_climb *climbs, uint32_t i)
{
	uint32_t parent, leap;

	if (is_root(t, i)) {
		climbs[i] = (struct span_climb){ 0, i };
		return;
	}
	parent = climb(t, climbs, i);
	t->counts.moved += parent != t->nodes[i].parent;
	t->nodes[i].parent = parent;
	leap = climbs[parent].leap;
	climbs[i] = (struct span_climb){
		climbs[parent].depth + 1,
		climbs[parent].depth - climbs[leap].depth ==
				climbs[leap].depth - climbs[climbs[leap].leap].depth
			? climbs[leap].leap
			: parent,
	};
}

static void unlink_all(struct span_trees *t, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		t->nodes[i].first_child = t->nodes[i].next_sibling = t->nodes[i].last_child =
			NO_SPAN;
}

void span_siblings_repair(struct span_trees *t, uint32_t count)
{
	struct span_climb *climbs = alloc_zero(count, sizeof *climbs);
	uint32_t *order = alloc_zero(count, sizeof *order), n = 0;

	for (uint32_t i = 0; i < count; i++)
		if (is_root(t, i))
			order[n++] = i;
	for (uint32_t at = 0; at < n; at++)
		for (uint32_t c = t->nodes[order[at]].first_child; c != NO_SPAN;
		     c = t->nodes[c].next_sibling)
			order[n++] = c;
	for (uint32_t at = 0; at < n; at++)
		place(t, climbs, order[at]);
	unlink_all(t, count);
	span_trees_link(t, count);
	alloc_free(climbs);
	alloc_free(order);
}
