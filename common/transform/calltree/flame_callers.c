/*
 * flame_callers - a tree turned round: who led to the functions that took the time
 *
 * On the root lies each function with its self value, on it its callers with the part
 * of that value which came through them, and so on to the first caller. Made from the
 * places where the merged tree has self values: a cursor at each climbs one caller at a
 * time, and cursors at equal functions are one node.
 *
 * All of them can be as many as the tree's nodes times its depth. So children of nodes
 * that are too narrow are not made, and of the others those of the widest come first,
 * until there are how->most: what can be seen is there.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/calltree/flame_internal.h"

struct cursor {
	uint32_t at;   /* the next caller; 0: there is none */
	uint32_t box;  /* of it */
	uint32_t from; /* the node whose self value is carried */
};

/* A node whose children are still to be made, and its cursors. */
struct growing {
	int64_t width;
	uint32_t node;
	size_t begin, end;
};

struct turner {
	struct flame_builder *m;
	const struct flame_tree *from;
	struct cursor *cursors;
	struct growing *heap; /* the widest first */
	size_t heap_count, heap_cap;
};

/* --- the widest of what can grow --- */

static bool is_before(const struct growing *a, const struct growing *b)
{
	return a->width != b->width ? a->width > b->width : a->node < b->node;
}

static void heap_push(struct turner *u, struct growing g)
{
	size_t at = u->heap_count, above;

	ARRAY_ROOM(u->heap, u->heap_count, u->heap_cap);
	u->heap_count++;
	for (; at && is_before(&g, &u->heap[above = (at - 1) / 2]); at = above)
		u->heap[at] = u->heap[above];
	u->heap[at] = g;
}

static struct growing heap_pop(struct turner *u)
{
	struct growing top = u->heap[0], last = u->heap[--u->heap_count];
	size_t at = 0, below;

	while ((below = 2 * at + 1) < u->heap_count) {
		below += below + 1 < u->heap_count &&
			 is_before(&u->heap[below + 1], &u->heap[below]);
		if (!is_before(&u->heap[below], &last))
			break;
		u->heap[at] = u->heap[below];
		at = below;
	}
	u->heap[at] = last;
	return top;
}

/* --- cursors --- */

static int compare_cursors(const void *left, const void *right)
{
	const struct cursor *a = left, *b = right;

	if (a->box != b->box)
		return a->box < b->box ? -1 : 1;
	return (a->from > b->from) - (a->from < b->from);
}

static struct cursor cursor_at(const struct turner *u, uint32_t at, uint32_t from)
{
	/* no box: sorted behind all boxes */
	return (struct cursor){ at, at ? u->from->nodes.frame[at] : NO_ID, from };
}

static size_t start_cursors(struct turner *u)
{
	const struct flame_tree *t = u->from;
	size_t count = 0;

	u->cursors = alloc_zero(t->nodes.count, sizeof *u->cursors);
	for (uint32_t i = 1; i < t->nodes.count; i++)
		if (t->width.self[i])
			u->cursors[count++] = cursor_at(u, i, i);
	return count;
}

/* Self values of a node there are self or hidden values of a node here. */
static void carry(const struct turner *u, uint32_t from, uint32_t to, bool descendants_pruned)
{
	const struct flame_tree *f = u->from;
	struct flame_tree *t = u->m->t;

	*(descendants_pruned ? &t->width.descendants_pruned[to]
			     : &t->width.self[to]) += f->width.self[from];
	if (!flame_is_difference(u->m->options))
		return;
	*(descendants_pruned ? &t->base.descendants_pruned[to]
			     : &t->base.self[to]) += f->base.self[from];
	*(descendants_pruned ? &t->new_values.descendants_pruned[to]
			     : &t->new_values.self[to]) += f->new_values.self[from];
}

static int64_t width_between(const struct turner *u, size_t begin, size_t end)
{
	int64_t width = 0;

	for (; begin < end; begin++)
		width += u->from->width.self[u->cursors[begin].from];
	return width;
}

static uint32_t new_node(struct turner *u, uint32_t parent, uint32_t box)
{
	uint32_t node = stacks_push(&u->m->t->nodes, parent, box);

	flame_grow(u->m);
	return node;
}

/* Makes one node for all cursors in one box; they move on to their callers. */
static void add_callers(struct turner *u, uint32_t parent, size_t begin, size_t end)
{
	uint32_t node = new_node(u, parent, u->cursors[begin].box);
	const uint32_t *lines = u->from->line;
	uint32_t line = lines[u->cursors[begin].at];

	for (size_t i = begin; i < end; i++) {
		struct cursor *k = &u->cursors[i];

		if (lines[k->at] != line)
			line = 0;
		*k = cursor_at(u, u->from->nodes.parent[k->at], k->from);
	}
	u->m->t->line[node] = line;
	heap_push(u, (struct growing){ width_between(u, begin, end), node, begin, end });
}

/*
 * Its cursors' values are its own where no caller is left, and where children are not
 * made: hidden.
 */
static void expand(struct turner *u, const struct growing *g)
{
	size_t begin = g->begin, end = g->end, next;
	double min_share = u->m->options->min_share * (double)u->from->width.total[0];
	bool narrow = g->node && (double)g->width < min_share;
	bool late = g->node && !narrow && u->m->t->nodes.count > u->m->options->max_nodes;

	if (end > begin)
		qsort(u->cursors + begin, end - begin, sizeof *u->cursors, compare_cursors);
	/* cursors without a caller come last */
	u->m->t->cut |= late && u->cursors[begin].at;
	narrow |= late;
	for (; begin < end; begin = next) {
		next = begin + 1;
		if (u->cursors[begin].at && !narrow) {
			while (next < end && u->cursors[next].box == u->cursors[begin].box)
				next++;
			add_callers(u, g->node, begin, next);
		} else {
			carry(u, u->cursors[begin].from, g->node, narrow);
		}
	}
}

/*
 * The root keeps what is in no function. Of pruned values only the function is known, so they
 * are treated as having no caller.
 */
static void add_rest(struct turner *u)
{
	const struct thread_rows *pruned = &u->m->c->pruned;
	const struct flame_tree_options *options = u->m->options;
	bool difference = flame_is_difference(options);
	struct flame_tree *t = u->m->t;

	carry(u, 0, 0, false);
	for (size_t i = 0; i < pruned->values.rows; i++) {
		const int64_t *values = values_row(&pruned->values, i);
		uint32_t node = new_node(u, 0, u->m->box[pruned->at[i]]);

		t->width.self[node] += flame_width_of(options, values[0],
						      difference ? values[1] : 0);
		if (!difference)
			continue;
		t->base.self[node] += values[0];
		t->new_values.self[node] += values[1];
	}
}

/* The new tree takes over the boxes of the old one, and what is known of them. */
static struct flame_tree *new_tree(struct flame_tree *from)
{
	struct flame_tree *t = alloc_zero(1, sizeof *t);

	t->p = from->p;
	t->boxes = from->boxes;
	t->box_count = from->box_count;
	t->multi_context = from->multi_context;
	from->boxes = NULL;
	from->multi_context = NULL;
	stacks_init(&t->nodes);
	return t;
}

struct flame_tree *flame_callers(struct flame_builder *m)
{
	struct flame_tree *from = m->t;
	struct turner u = { .m = m, .from = from };
	size_t count = start_cursors(&u);

	m->t = new_tree(from);
	m->cap = 0;
	m->widths_known = true;
	flame_grow(m);
	add_rest(&u);
	heap_push(&u, (struct growing){ INT64_MAX, 0, 0, count });
	while (u.heap_count) {
		struct growing widest = heap_pop(&u);

		expand(&u, &widest);
	}
	flame_finish(m, true);
	alloc_free(u.cursors);
	alloc_free(u.heap);
	flame_tree_free(from);
	return m->t;
}
