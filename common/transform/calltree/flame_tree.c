#include "common/transform/calltree/flame_tree.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/transform/calltree/flame_shape.h"

/* --- boxes: the functions, sorted, those that differ in nothing shown as one --- */

struct box {
	struct str name, home;
	uint32_t line;
	function_id function;
};

/* A function of p->line_functions is one line of several: they are one box. */
static struct box box_of(const struct profile *p, function_id f)
{
	return (struct box){ function_name(p, f), function_home(p, f),
			     p->line_functions ? 0 : p->functions[f].line, f };
}

static int compare_shown(const struct box *a, const struct box *b)
{
	int order = str_compare(a->name, b->name);

	if (!order)
		order = str_compare(a->home, b->home);
	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int compare_boxes(const void *left, const void *right)
{
	const struct box *a = left, *b = right;
	int order = compare_shown(a, b);

	return order ? order : (a->function > b->function) - (a->function < b->function);
}

static void sort_boxes(struct flame_maker *m)
{
	const struct profile *p = m->c->p;
	size_t n = p->function_count;
	struct flame_tree *t = m->t;
	struct box *sorted = alloc_zero(n, sizeof *sorted);

	for (size_t f = 0; f < n; f++)
		sorted[f] = box_of(p, (function_id)f);
	qsort(sorted, n, sizeof *sorted, compare_boxes);
	m->box = alloc_zero(n, sizeof *m->box);
	t->boxes = alloc_zero(n, sizeof *t->boxes);
	for (size_t i = 0; i < n; i++) {
		if (!i || compare_shown(&sorted[i - 1], &sorted[i]))
			t->boxes[t->box_count++] = sorted[i].function;
		m->box[sorted[i].function] = (uint32_t)t->box_count - 1;
	}
	alloc_free(sorted);
}

static void find_bases(struct flame_maker *m)
{
	struct flame_tree *t = m->t;

	m->is_base = alloc_zero(t->box_count, sizeof *m->is_base);
	for (size_t b = 0; b < t->box_count; b++)
		for (size_t i = 0; i < m->how->base_count; i++)
			m->is_base[b] |= str_eq(function_name(t->p, t->boxes[b]),
						m->how->base[i]);
}

/* --- nodes and their own values --- */

bool flame_is_difference(const struct flame_how *how)
{
	return how->width != WIDTH_FIRST;
}

int64_t flame_width_of(const struct flame_how *how, int64_t first, int64_t second)
{
	switch (how->width) {
	case WIDTH_NEW: return second;
	case WIDTH_LARGER: return first > second ? first : second;
	default: return first;
	}
}

static void more(void **column, size_t size, size_t from, size_t to)
{
	*column = alloc_again(*column, to, size);
	memset((char *)*column + from * size, 0, (to - from) * size);
}

static void more_values(struct flame_values *v, size_t from, size_t to)
{
	more((void **)&v->self, sizeof *v->self, from, to);
	more((void **)&v->hidden, sizeof *v->hidden, from, to);
}

void flame_room(struct flame_maker *m)
{
	struct flame_tree *t = m->t;
	size_t from = m->cap, to = from;

	while (to < t->nodes.count)
		to = to ? 2 * to : 64;
	if (to == from)
		return;
	more((void **)&t->line, sizeof *t->line, from, to);
	more_values(&t->width, from, to);
	if (flame_is_difference(m->how)) {
		more_values(&t->base, from, to);
		more_values(&t->fresh, from, to);
	}
	m->cap = to;
}

void flame_add_self(struct flame_maker *m, uint32_t node, const int64_t *values)
{
	struct flame_tree *t = m->t;

	if (flame_is_difference(m->how)) {
		t->base.self[node] += values[0];
		t->fresh.self[node] += values[1];
	} else {
		t->width.self[node] += values[0];
	}
}

uint32_t flame_line(const struct profile *p, frame_id frame)
{
	const struct frame_row *f = &p->frames[frame];

	return f->line || !p->line_functions ? f->line : p->functions[f->function].line;
}

/* Returns the node of each context. */
static uint32_t *merge_contexts(struct flame_maker *m)
{
	const struct contexts *c = m->c;
	struct flame_tree *t = m->t;
	uint32_t *node = alloc_zero(c->count, sizeof *node);

	for (uint32_t i = 1; i < c->count; i++) {
		uint32_t box = m->box[c->p->frames[c->frame[i]].function];
		uint32_t line = flame_line(c->p, c->frame[i]);
		size_t before = t->nodes.count;

		node[i] = stacks_push(&t->nodes, m->is_base[box] ? 0 : node[c->parent[i]], box);
		flame_room(m);
		if (t->nodes.count > before)
			t->line[node[i]] = line;
		else if (t->line[node[i]] != line)
			t->line[node[i]] = 0;
	}
	return node;
}

static void add_hidden(struct flame_maker *m, uint32_t node, const int64_t *values)
{
	struct flame_tree *t = m->t;

	if (flame_is_difference(m->how)) {
		t->base.hidden[node] += values[0];
		t->fresh.hidden[node] += values[1];
	} else {
		t->width.hidden[node] += values[0];
	}
}

static void merge(struct flame_maker *m)
{
	const struct contexts *c = m->c;
	uint32_t *node = merge_contexts(m);
	bool any = c->p->value_count > 0;

	for (size_t i = 0; any && i < c->self.values.rows; i++)
		flame_add_self(m, node[c->self.at[i]], values_row(&c->self.values, i));
	for (size_t i = 0; any && i < c->hidden.values.rows; i++)
		add_hidden(m, node[c->hidden.at[i]], values_row(&c->hidden.values, i));
	m->t->guessed = alloc_zero(m->t->nodes.count, sizeof *m->t->guessed);
	for (uint32_t i = 1; m->how->guessed && i < c->count; i++)
		m->t->guessed[node[i]] |= m->how->guessed[i];
	alloc_free(node);
}

/* --- totals, children, places --- */

static void sum_totals(const struct stacks *nodes, struct flame_values *v)
{
	v->total = alloc_zero(nodes->count, sizeof *v->total);
	for (size_t i = nodes->count; i-- > 0;) {
		v->total[i] += v->self[i] + v->hidden[i];
		if (i)
			v->total[nodes->parent[i]] += v->total[i];
	}
}

static void find_widths(struct flame_maker *m)
{
	struct flame_tree *t = m->t;

	bool derive = flame_is_difference(m->how) && !m->widths_known;

	for (size_t i = 0; derive && i < t->nodes.count; i++) {
		t->width.self[i] = flame_width_of(m->how, t->base.self[i], t->fresh.self[i]);
		t->width.hidden[i] = flame_width_of(m->how, t->base.hidden[i],
						    t->fresh.hidden[i]);
	}
	sum_totals(&t->nodes, &t->width);
	if (flame_is_difference(m->how)) {
		sum_totals(&t->nodes, &t->base);
		sum_totals(&t->nodes, &t->fresh);
	}
}

static uint32_t *nodes_by_box(const struct flame_tree *t)
{
	size_t *start = alloc_zero(t->box_count + 1, sizeof *start);
	uint32_t *order = alloc_zero(t->nodes.count, sizeof *order);

	for (size_t i = 1; i < t->nodes.count; i++)
		start[t->nodes.frame[i] + 1]++;
	for (size_t b = 0; b < t->box_count; b++)
		start[b + 1] += start[b];
	for (size_t i = 1; i < t->nodes.count; i++)
		order[start[t->nodes.frame[i]]++] = (uint32_t)i;
	alloc_free(start);
	return order;
}

/* Each to the front of its parent's list, the last one first. */
static void link_children(struct flame_tree *t, bool sorted)
{
	uint32_t *order = sorted ? nodes_by_box(t) : NULL;
	size_t bytes = t->nodes.count * sizeof *t->first;

	t->first = memset(alloc(bytes), 0xff, bytes);
	t->next = memset(alloc(bytes), 0xff, bytes);
	for (size_t i = t->nodes.count - 1; i--;) {
		uint32_t node = order ? order[i] : (uint32_t)i + 1, parent = t->nodes.parent[node];

		t->next[node] = t->first[parent];
		t->first[parent] = node;
	}
	alloc_free(order);
}

/* A parent has its place before its children have: its number is smaller. */
static void place(struct flame_tree *t)
{
	t->depth = alloc_zero(t->nodes.count, sizeof *t->depth);
	for (uint32_t i = 1; i < t->nodes.count; i++)
		t->depth[i] = t->depth[t->nodes.parent[i]] + 1;
	if (t->x)
		return;
	t->x = alloc_zero(t->nodes.count, sizeof *t->x);
	for (uint32_t i = 0; i < t->nodes.count; i++) {
		int64_t x = t->x[i] + t->width.self[i];

		for (uint32_t k = t->first[i]; k != NO_ID; k = t->next[k]) {
			t->x[k] = x;
			x += t->width.total[k];
		}
	}
}

void flame_finish(struct flame_maker *m, bool sorted)
{
	index_free(&m->t->nodes.index);
	m->t->nodes.index = (struct index){ 0 };
	find_widths(m);
	link_children(m->t, sorted);
	place(m->t);
}

/* --- all of it --- */

static void count_contexts(struct flame_tree *t)
{
	bool *seen = alloc_zero(t->box_count, sizeof *seen);

	t->several = alloc_zero(t->box_count, sizeof *t->several);
	for (size_t i = 1; i < t->nodes.count; i++) {
		uint32_t box = t->nodes.frame[i];

		if (!t->width.total[i])
			continue;
		t->several[box] |= seen[box];
		seen[box] = true;
	}
	alloc_free(seen);
}

/* From the leaves a function's direct callers are known; if one has several contexts, no more. */
static void guess_callers(struct flame_tree *t)
{
	t->guessed = alloc_zero(t->nodes.count, sizeof *t->guessed);
	for (size_t i = 1; t->p->estimated && i < t->nodes.count; i++) {
		uint32_t parent = t->nodes.parent[i];

		t->guessed[i] = t->guessed[parent] ||
				(t->depth[parent] > 1 && t->several[t->nodes.frame[parent]]);
	}
}

struct flame_tree *flame_tree_new(const struct contexts *c, const struct flame_how *how)
{
	struct flame_tree *t = alloc_zero(1, sizeof *t);
	struct flame_maker m = { .c = c, .how = how, .t = t };

	t->p = c->p;
	stacks_init(&t->nodes);
	sort_boxes(&m);
	find_bases(&m);
	flame_room(&m);
	if (how->shape == FLAME_IN_TIME)
		flame_in_time(&m);
	else
		merge(&m);
	flame_finish(&m, how->shape != FLAME_IN_TIME && !how->unsorted);
	count_contexts(t);
	if (how->shape == FLAME_CALLERS) {
		t = flame_callers(&m);
		guess_callers(t);
	}
	alloc_free(m.box);
	alloc_free(m.is_base);
	return t;
}

static void free_values(struct flame_values *v)
{
	alloc_free(v->self);
	alloc_free(v->hidden);
	alloc_free(v->total);
}

void flame_tree_free(struct flame_tree *t)
{
	stacks_free(&t->nodes);
	alloc_free(t->boxes);
	alloc_free(t->several);
	alloc_free(t->guessed);
	alloc_free(t->first);
	alloc_free(t->next);
	alloc_free(t->line);
	alloc_free(t->depth);
	alloc_free(t->x);
	free_values(&t->width);
	free_values(&t->base);
	free_values(&t->fresh);
	alloc_free(t);
}
