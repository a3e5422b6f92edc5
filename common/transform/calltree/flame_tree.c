#include "common/transform/calltree/flame_tree.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/transform/calltree/flame_internal.h"

/* --- boxes: the functions, sorted, those that differ in nothing shown as one --- */

struct box {
	struct str name, location;
	uint32_t line;
	function_id function;
};

/* If functions are lines (p->line_functions), all lines of a function share a box. */
static struct box box_of(const struct profile *p, function_id f)
{
	return (struct box){ function_name(p, f), function_location(p, f),
			     p->line_functions ? 0 : p->functions[f].line, f };
}

static int compare_displayed(const struct box *a, const struct box *b)
{
	int order = str_compare(a->name, b->name);

	if (!order)
		order = str_compare(a->location, b->location);
	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int compare_boxes(const void *left, const void *right)
{
	const struct box *a = left, *b = right;
	int order = compare_displayed(a, b);

	return order ? order : (a->function > b->function) - (a->function < b->function);
}

static void sort_boxes(struct flame_builder *m)
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
		if (!i || compare_displayed(&sorted[i - 1], &sorted[i]))
			t->boxes[t->box_count++] = sorted[i].function;
		m->box[sorted[i].function] = (uint32_t)t->box_count - 1;
	}
	alloc_free(sorted);
}

static void find_bases(struct flame_builder *m)
{
	struct flame_tree *t = m->t;

	m->is_base = alloc_zero(t->box_count, sizeof *m->is_base);
	for (size_t b = 0; b < t->box_count; b++)
		for (size_t i = 0; i < m->options->base_count; i++)
			m->is_base[b] |= str_eq(function_name(t->p, t->boxes[b]),
						m->options->base[i]);
}

/* --- nodes and their own values --- */

bool flame_is_difference(const struct flame_tree_options *options)
{
	return options->width != WIDTH_FIRST;
}

int64_t flame_width_of(const struct flame_tree_options *options, int64_t first, int64_t second)
{
	switch (options->width) {
	case WIDTH_NEW: return second;
	case WIDTH_LARGER: return first > second ? first : second;
	default: return first;
	}
}

static void more(void **column, size_t size, size_t from, size_t to)
{
	*column = alloc_resize(*column, to, size);
	memset((char *)*column + from * size, 0, (to - from) * size);
}

static void more_values(struct flame_values *v, size_t from, size_t to)
{
	more((void **)&v->self, sizeof *v->self, from, to);
	more((void **)&v->descendants_pruned, sizeof *v->descendants_pruned, from, to);
}

void flame_grow(struct flame_builder *m)
{
	struct flame_tree *t = m->t;
	size_t from = m->cap, to = from;

	while (to < t->nodes.count)
		to = to ? 2 * to : 64;
	if (to == from)
		return;
	more((void **)&t->line, sizeof *t->line, from, to);
	more_values(&t->width, from, to);
	if (flame_is_difference(m->options)) {
		more_values(&t->base, from, to);
		more_values(&t->new_values, from, to);
	}
	m->cap = to;
}

void flame_add_self(struct flame_builder *m, uint32_t node, const int64_t *values)
{
	struct flame_tree *t = m->t;

	if (flame_is_difference(m->options)) {
		t->base.self[node] += values[0];
		t->new_values.self[node] += values[1];
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
static uint32_t *merge_contexts(struct flame_builder *m)
{
	const struct contexts *c = m->c;
	struct flame_tree *t = m->t;
	uint32_t *node = alloc_zero(c->count, sizeof *node);

	for (uint32_t i = 1; i < c->count; i++) {
		uint32_t box = m->box[c->p->frames[c->frame[i]].function];
		uint32_t line = flame_line(c->p, c->frame[i]);
		size_t before = t->nodes.count;

		node[i] = stacks_push(&t->nodes, m->is_base[box] ? 0 : node[c->parent[i]], box);
		flame_grow(m);
		if (t->nodes.count > before)
			t->line[node[i]] = line;
		else if (t->line[node[i]] != line)
			t->line[node[i]] = 0;
	}
	return node;
}

static void add_descendants_pruned(struct flame_builder *m, uint32_t node, const int64_t *values)
{
	struct flame_tree *t = m->t;

	if (flame_is_difference(m->options)) {
		t->base.descendants_pruned[node] += values[0];
		t->new_values.descendants_pruned[node] += values[1];
	} else {
		t->width.descendants_pruned[node] += values[0];
	}
}

static void merge(struct flame_builder *m)
{
	const struct contexts *c = m->c;
	uint32_t *node = merge_contexts(m);
	bool any = c->p->value_count > 0;

	for (size_t i = 0; any && i < c->self.values.rows; i++)
		flame_add_self(m, node[c->self.at[i]], values_row(&c->self.values, i));
	for (size_t i = 0; any && i < c->descendants_pruned.values.rows; i++)
		add_descendants_pruned(m, node[c->descendants_pruned.at[i]],
				       values_row(&c->descendants_pruned.values, i));
	m->t->guessed = alloc_zero(m->t->nodes.count, sizeof *m->t->guessed);
	for (uint32_t i = 1; m->options->guessed && i < c->count; i++)
		m->t->guessed[node[i]] |= m->options->guessed[i];
	alloc_free(node);
}

/* --- totals, children, places --- */

static void sum_totals(const struct stacks *nodes, struct flame_values *v)
{
	v->total = alloc_zero(nodes->count, sizeof *v->total);
	for (size_t i = nodes->count; i-- > 0;) {
		v->total[i] += v->self[i] + v->descendants_pruned[i];
		if (i)
			v->total[nodes->parent[i]] += v->total[i];
	}
}

static void find_widths(struct flame_builder *m)
{
	struct flame_tree *t = m->t;

	bool derive = flame_is_difference(m->options) && !m->widths_known;

	for (size_t i = 0; derive && i < t->nodes.count; i++) {
		t->width.self[i] = flame_width_of(m->options, t->base.self[i],
						  t->new_values.self[i]);
		t->width.descendants_pruned[i] =
			flame_width_of(m->options, t->base.descendants_pruned[i],
				       t->new_values.descendants_pruned[i]);
	}
	sum_totals(&t->nodes, &t->width);
	if (flame_is_difference(m->options)) {
		sum_totals(&t->nodes, &t->base);
		sum_totals(&t->nodes, &t->new_values);
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

/* Prepends each node to the list of its parent, the last node first. */
static void link_children(struct flame_tree *t, bool sorted)
{
	uint32_t *order = sorted ? nodes_by_box(t) : NULL;
	size_t bytes = t->nodes.count * sizeof *t->first;

	t->first = memset(alloc_bytes(bytes), 0xff, bytes);
	t->next = memset(alloc_bytes(bytes), 0xff, bytes);
	for (size_t i = t->nodes.count - 1; i--;) {
		uint32_t node = order ? order[i] : (uint32_t)i + 1, parent = t->nodes.parent[node];

		t->next[node] = t->first[parent];
		t->first[parent] = node;
	}
	alloc_free(order);
}

/* A parent is placed before its children: its number is smaller. */
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

void flame_finish(struct flame_builder *m, bool sorted)
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

	t->multi_context = alloc_zero(t->box_count, sizeof *t->multi_context);
	for (size_t i = 1; i < t->nodes.count; i++) {
		uint32_t box = t->nodes.frame[i];

		if (!t->width.total[i])
			continue;
		t->multi_context[box] |= seen[box];
		seen[box] = true;
	}
	alloc_free(seen);
}

/*
 * Callers first, the direct callers of a function are known; if one of them has several
 * contexts, nothing beyond is certain.
 */
static void guess_callers(struct flame_tree *t)
{
	t->guessed = alloc_zero(t->nodes.count, sizeof *t->guessed);
	for (size_t i = 1; t->p->estimated && i < t->nodes.count; i++) {
		uint32_t parent = t->nodes.parent[i];

		t->guessed[i] = t->guessed[parent] ||
				(t->depth[parent] > 1 && t->multi_context[t->nodes.frame[parent]]);
	}
}

struct flame_tree *flame_tree_new(const struct contexts *c,
				  const struct flame_tree_options *options)
{
	struct flame_tree *t = alloc_zero(1, sizeof *t);
	struct flame_builder m = { .c = c, .options = options, .t = t };

	t->p = c->p;
	stacks_init(&t->nodes);
	sort_boxes(&m);
	find_bases(&m);
	flame_grow(&m);
	if (options->shape == FLAME_TIMELINE)
		flame_timeline(&m);
	else
		merge(&m);
	flame_finish(&m, options->shape != FLAME_TIMELINE && !options->unsorted);
	count_contexts(t);
	if (options->shape == FLAME_CALLERS) {
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
	alloc_free(v->descendants_pruned);
	alloc_free(v->total);
}

void flame_tree_free(struct flame_tree *t)
{
	stacks_free(&t->nodes);
	alloc_free(t->boxes);
	alloc_free(t->multi_context);
	alloc_free(t->guessed);
	alloc_free(t->first);
	alloc_free(t->next);
	alloc_free(t->line);
	alloc_free(t->depth);
	alloc_free(t->x);
	free_values(&t->width);
	free_values(&t->base);
	free_values(&t->new_values);
	alloc_free(t);
}
