#include "common/transform/flame_tree.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

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

/* Fills t->boxes and returns the box of each function. */
static uint32_t *sort_boxes(struct flame_tree *t, const struct profile *p)
{
	size_t n = p->function_count;
	struct box *sorted = alloc_zero(n, sizeof *sorted);
	uint32_t *box = alloc_zero(n, sizeof *box), count = 0;

	for (size_t f = 0; f < n; f++)
		sorted[f] = box_of(p, (function_id)f);
	qsort(sorted, n, sizeof *sorted, compare_boxes);
	t->boxes = alloc_zero(n, sizeof *t->boxes);
	for (size_t i = 0; i < n; i++) {
		if (!i || compare_shown(&sorted[i - 1], &sorted[i]))
			t->boxes[count++] = sorted[i].function;
		box[sorted[i].function] = count - 1;
	}
	free(sorted);
	return box;
}

/* --- nodes: stacks whose frames are in the same boxes are one --- */

static uint32_t frame_line(const struct profile *p, frame_id frame)
{
	const struct frame *f = &p->frames[frame];

	return f->line || !p->line_functions ? f->line : p->functions[f->function].line;
}

static void agree_on_line(struct flame_tree *t, uint32_t node, uint32_t line, bool fresh)
{
	if (fresh)
		t->line[node] = line;
	else if (t->line[node] != line)
		t->line[node] = 0;
}

/* Whether every frame has a box of its own: then every stack is a node as it is. */
static bool frames_are_boxes(const struct profile *p, const uint32_t *box)
{
	bool *taken = alloc_zero(p->function_count, sizeof *taken), own = true;

	for (size_t i = 0; i < p->frame_count && own; i++) {
		bool *mine = &taken[box[p->frames[i].function]];

		own = !*mine;
		*mine = true;
	}
	free(taken);
	return own;
}

static void copy_stacks(struct flame_tree *t, const struct profile *p, const uint32_t *box)
{
	const struct stacks *s = &p->stacks;

	t->nodes.count = s->count;
	t->nodes.parent = alloc_zero(s->count, sizeof *t->nodes.parent);
	t->nodes.frame = alloc_zero(s->count, sizeof *t->nodes.frame);
	memcpy(t->nodes.parent, s->parent, s->count * sizeof *s->parent);
	for (stack_id id = 1; id < s->count; id++) {
		t->nodes.frame[id] = box[p->frames[s->frame[id]].function];
		t->line[id] = frame_line(p, s->frame[id]);
	}
}

/* Fills node, by stack. */
static void merge_stacks(struct flame_tree *t, const struct profile *p, const uint32_t *box,
			 uint32_t *node)
{
	const struct stacks *s = &p->stacks;

	stacks_init(&t->nodes);
	for (stack_id id = 1; id < s->count; id++) {
		size_t before = t->nodes.count;
		function_id f = p->frames[s->frame[id]].function;

		node[id] = stacks_push(&t->nodes, node[s->parent[id]], box[f]);
		agree_on_line(t, node[id], frame_line(p, s->frame[id]),
			      t->nodes.count > before);
	}
	index_free(&t->nodes.index);
	t->nodes.index = (struct index){ 0 };
}

/* Returns the node of each stack, or NULL: the one of the same number. */
static uint32_t *make_nodes(struct flame_tree *t, const struct profile *p, const uint32_t *box)
{
	uint32_t *node;

	t->line = alloc_zero(p->stacks.count, sizeof *t->line);
	if (frames_are_boxes(p, box)) {
		copy_stacks(t, p, box);
		return NULL;
	}
	node = alloc_zero(p->stacks.count, sizeof *node);
	merge_stacks(t, p, box, node);
	return node;
}

static void sum_values(struct flame_tree *t, const struct profile *p, const uint32_t *node)
{
	t->self = alloc_zero(t->nodes.count, sizeof *t->self);
	t->total = alloc_zero(t->nodes.count, sizeof *t->total);
	for (size_t row = 0; p->value_count && row < p->sample_count; row++) {
		stack_id stack = p->samples[row].stack;

		t->self[node ? node[stack] : stack] += values_row(&p->sample_values, row)[0];
	}
	memcpy(t->total, t->self, t->nodes.count * sizeof *t->total);
	for (size_t i = t->nodes.count; i-- > 1;)
		t->total[t->nodes.parent[i]] += t->total[i];
}

/* --- children: counting sort by box, then each to the front of its parent's list --- */

static uint32_t *nodes_by_box(const struct flame_tree *t, size_t boxes)
{
	size_t *start = alloc_zero(boxes + 1, sizeof *start);
	uint32_t *order = alloc_zero(t->nodes.count, sizeof *order);

	for (size_t i = 1; i < t->nodes.count; i++)
		start[t->nodes.frame[i] + 1]++;
	for (size_t b = 0; b < boxes; b++)
		start[b + 1] += start[b];
	for (size_t i = 1; i < t->nodes.count; i++)
		order[start[t->nodes.frame[i]]++] = (uint32_t)i;
	free(start);
	return order;
}

static void link_children(struct flame_tree *t, size_t boxes)
{
	uint32_t *order = nodes_by_box(t, boxes);
	size_t bytes = t->nodes.count * sizeof *t->first;

	t->first = memset(alloc(bytes), 0xff, bytes);
	t->next = memset(alloc(bytes), 0xff, bytes);
	for (size_t i = t->nodes.count - 1; i--;) {
		uint32_t node = order[i], parent = t->nodes.parent[node];

		t->next[node] = t->first[parent];
		t->first[parent] = node;
	}
	free(order);
}

struct flame_tree *flame_tree_new(const struct profile *p)
{
	struct flame_tree *t = alloc_zero(1, sizeof *t);
	uint32_t *box = sort_boxes(t, p), *node = make_nodes(t, p, box);

	free(box);
	sum_values(t, p, node);
	free(node);
	link_children(t, p->function_count);
	return t;
}

void flame_tree_free(struct flame_tree *t)
{
	stacks_free(&t->nodes);
	free(t->boxes);
	free(t->first);
	free(t->next);
	free(t->line);
	free(t->self);
	free(t->total);
	free(t);
}

/* The last child ends where its parent ends: x needs no stack to go back up. */
bool flame_tree_walk(const struct flame_tree *t, struct flame_walk *at, bool into)
{
	if (into && t->first[at->node] != NO_ID) {
		at->x += t->self[at->node];
		at->node = t->first[at->node];
		at->depth++;
		return true;
	}
	at->x += t->total[at->node];
	while (at->node && t->next[at->node] == NO_ID) {
		at->node = t->nodes.parent[at->node];
		at->depth--;
	}
	if (!at->node)
		return false;
	at->node = t->next[at->node];
	return true;
}
