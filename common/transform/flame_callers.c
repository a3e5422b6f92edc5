/*
 * flame_callers - a tree turned round: who led to the functions that took the time
 *
 * On the root lies each function with its self value, on it its callers with the part
 * of that value which came through them, and so on to the first caller. Made level by
 * level from the places where the merged tree has self values: a cursor at each climbs
 * one caller at a time, and cursors at equal functions are one node. Children of nodes
 * that are too narrow are not made: all of them together can be as many as the tree's
 * nodes times its depth.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/flame_shape.h"

struct cursor {
	uint32_t at;         /* the caller that comes next; 0: there is none */
	uint32_t box;        /* of it */
	uint32_t from;       /* the node whose self value it carries */
};

struct turner {
	struct flame_maker *m;
	const struct flame_tree *from;
	struct cursor *cursors;
	size_t *begin, *end;       /* by node: its cursors */
	size_t begin_cap, end_cap;
};

static int compare_cursors(const void *left, const void *right)
{
	const struct cursor *a = left, *b = right;

	if (a->box != b->box)
		return a->box < b->box ? -1 : 1;
	return (a->from > b->from) - (a->from < b->from);
}

static struct cursor cursor_at(const struct turner *u, uint32_t at, uint32_t from)
{
	/* no box: behind all of them */
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
static void carry(const struct turner *u, uint32_t from, uint32_t to, bool hidden)
{
	const struct flame_tree *f = u->from;
	struct flame_tree *t = u->m->t;

	*(hidden ? &t->width.hidden[to] : &t->width.self[to]) += f->width.self[from];
	if (!flame_is_difference(u->m->how))
		return;
	*(hidden ? &t->base.hidden[to] : &t->base.self[to]) += f->base.self[from];
	*(hidden ? &t->fresh.hidden[to] : &t->fresh.self[to]) += f->fresh.self[from];
}

static int64_t width_between(const struct turner *u, size_t begin, size_t end)
{
	int64_t width = 0;

	for (; begin < end; begin++)
		width += u->from->width.self[u->cursors[begin].from];
	return width;
}

static uint32_t new_node(struct turner *u, uint32_t parent, uint32_t box, size_t begin, size_t end)
{
	uint32_t node = stacks_push(&u->m->t->nodes, parent, box);

	flame_room(u->m);
	if (node >= u->begin_cap)
		u->begin = alloc_grow(u->begin, &u->begin_cap, node + 1, sizeof *u->begin);
	if (node >= u->end_cap)
		u->end = alloc_grow(u->end, &u->end_cap, node + 1, sizeof *u->end);
	u->begin[node] = begin;
	u->end[node] = end;
	return node;
}

/* One node for all cursors in one box; they climb on to their callers. */
static void add_callers(struct turner *u, uint32_t parent, size_t begin, size_t end)
{
	uint32_t node = new_node(u, parent, u->cursors[begin].box, begin, end);
	const uint32_t *lines = u->from->line;
	uint32_t line = lines[u->cursors[begin].at];

	for (size_t i = begin; i < end; i++) {
		struct cursor *k = &u->cursors[i];

		if (lines[k->at] != line)
			line = 0;
		*k = cursor_at(u, u->from->nodes.parent[k->at], k->from);
	}
	u->m->t->line[node] = line;
}

/*
 * Its cursors' values are its own where no caller is left, and where they are too few
 * to be gone after: hidden.
 */
static void expand(struct turner *u, uint32_t node)
{
	size_t begin = u->begin[node], end = u->end[node], next;
	double least = u->m->how->least * (double)u->from->width.total[0];
	bool narrow = node && (double)width_between(u, begin, end) < least;

	if (end > begin)
		qsort(u->cursors + begin, end - begin, sizeof *u->cursors, compare_cursors);
	for (; begin < end; begin = next) {
		next = begin + 1;
		if (u->cursors[begin].at && !narrow) {
			while (next < end && u->cursors[next].box == u->cursors[begin].box)
				next++;
			add_callers(u, node, begin, next);
		} else {
			carry(u, u->cursors[begin].from, node, narrow);
		}
	}
}

/* The root keeps what is in no function; of what was pruned only the function is known,
 * no caller: as if it had none. */
static void add_rest(struct turner *u)
{
	const struct thread_rows *pruned = &u->m->c->pruned;
	const struct flame_how *how = u->m->how;
	bool difference = flame_is_difference(how);
	struct flame_tree *t = u->m->t;

	carry(u, 0, 0, false);
	for (size_t i = 0; i < pruned->values.rows; i++) {
		const int64_t *values = values_row(&pruned->values, i);
		uint32_t node = new_node(u, 0, u->m->box[pruned->at[i]], 0, 0);

		t->width.self[node] += flame_width_of(how, values[0], difference ? values[1] : 0);
		if (!difference)
			continue;
		t->base.self[node] += values[0];
		t->fresh.self[node] += values[1];
	}
}

/* The tree here has the boxes of the one there, and what is known of them. */
static struct flame_tree *new_tree(struct flame_tree *from)
{
	struct flame_tree *t = alloc_zero(1, sizeof *t);

	t->p = from->p;
	t->boxes = from->boxes;
	t->box_count = from->box_count;
	t->several = from->several;
	from->boxes = NULL;
	from->several = NULL;
	stacks_init(&t->nodes);
	return t;
}

struct flame_tree *flame_callers(struct flame_maker *m)
{
	struct flame_tree *from = m->t;
	struct turner u = { .m = m, .from = from };
	size_t count = start_cursors(&u);

	m->t = new_tree(from);
	m->cap = 0;
	m->widths_known = true;
	u.begin = alloc_grow(u.begin, &u.begin_cap, 1, sizeof *u.begin);
	u.end = alloc_grow(u.end, &u.end_cap, 1, sizeof *u.end);
	u.begin[0] = 0;
	u.end[0] = count;
	flame_room(m);
	add_rest(&u);
	for (uint32_t node = 0; node < m->t->nodes.count; node++)
		expand(&u, node);
	flame_finish(m, true);
	free(u.cursors);
	free(u.begin);
	free(u.end);
	flame_tree_free(from);
	return m->t;
}
