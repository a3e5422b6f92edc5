#include "common/transform/traces/span_trees.h"

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/base/sort.h"
#include "common/transform/traces/span_trees_internal.h"

/* --- order --- */

static int order_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int order_ids(const struct spans *s, struct span_id a, struct span_id b)
{
	if (a.unusual != b.unusual)
		return a.unusual ? 1 : -1;
	if (a.unusual)
		return str_compare(strings_text(&s->texts, (string_id)a.number),
				   strings_text(&s->texts, (string_id)b.number));
	return (a.number > b.number) - (a.number < b.number);
}

static int order_texts(const struct spans *s, string_id a, string_id b)
{
	return a == b ? 0 : str_compare(strings_text(&s->texts, a), strings_text(&s->texts, b));
}

/*
 * By start, the longer one first; 0 only for spans that are the same. Kinds and threads are not
 * compared: readers pass over them where they are of no use.
 */
static int order_rows(uint32_t a, uint32_t b, const void *context)
{
	const struct spans *s = context;
	const struct span_row *x = &s->rows[a], *y = &s->rows[b];
	int order = order_numbers(x->start, y->start);

	if (!order)
		order = order_numbers(y->end, x->end);
	if (!order)
		order = order_ids(s, span_row_id(x), span_row_id(y));
	if (!order)
		order = x->shared - y->shared;
	if (!order)
		order = order_ids(s, span_row_parent(x), span_row_parent(y));
	if (!order)
		order = order_texts(s, x->name, y->name);
	if (!order)
		order = order_texts(s, x->service, y->service);
	return order ? order : x->untimed - y->untimed;
}

/* Makes the nodes of a trace; returns how many there are without duplicates. */
static uint32_t sort_nodes(struct span_trees *t, uint32_t *rows, size_t count)
{
	uint32_t n = 0;

	sort_ids(rows, count, order_rows, t->s);
	if (count > t->node_cap)
		t->nodes = alloc_grow(t->nodes, &t->node_cap, count, sizeof *t->nodes);
	for (size_t i = 0; i < count; i++) {
		if (n && order_rows(t->nodes[n - 1].row, rows[i], t->s) == 0) {
			t->counts.duplicates++;
			continue;
		}
		t->nodes[n++] = (struct span_node){
			.row = rows[i],
			.parent = NO_SPAN,
			.first_child = NO_SPAN,
			.next_sibling = NO_SPAN,
			.last_child = NO_SPAN,
			.plain = NO_SPAN,
			.shared = NO_SPAN,
		};
	}
	return n;
}

/* --- parents --- */

static uint64_t hash_of(struct span_id id)
{
	return hash_mix(id.number, id.unusual);
}

/* The first node with that id, or NO_SPAN. */
static uint32_t find_id(const struct span_trees *t, struct span_id id)
{
	for (struct probe at = index_probe(&t->ids, hash_of(id)); index_next(&t->ids, &at);)
		if (span_id_eq(span_row_id(span_node_row(t, at.row)), id))
			return at.row;
	return NO_SPAN;
}

static void index_ids(struct span_trees *t, uint32_t count)
{
	index_clear(&t->ids);
	for (uint32_t i = 0; i < count; i++) {
		const struct span_row *row = span_node_row(t, i);
		uint32_t first = find_id(t, span_row_id(row)), *half;

		if (first == NO_SPAN) {
			first = i;
			index_add(&t->ids, hash_of(span_row_id(row)), i);
		}
		half = row->shared ? &t->nodes[first].shared : &t->nodes[first].plain;
		if (*half == NO_SPAN)
			*half = i;
		else
			t->counts.same_ids++;
	}
}

static uint32_t find_parent(struct span_trees *t, uint32_t i)
{
	const struct span_row *row = span_node_row(t, i);
	struct span_id id = span_row_parent(row);
	uint32_t first;

	if (row->shared) {
		first = find_id(t, span_row_id(row));
		if (t->nodes[first].plain != NO_SPAN)
			return t->nodes[first].plain;
	}
	if (!span_id_known(id))
		return NO_SPAN;
	first = find_id(t, id);
	if (first == NO_SPAN) {
		t->counts.missing++;
		return NO_SPAN;
	}
	return t->nodes[first].shared != NO_SPAN ? t->nodes[first].shared : t->nodes[first].plain;
}

/* Node i is in a cycle: makes the first of its nodes a root. */
static void open_cycle(struct span_trees *t, uint32_t i)
{
	uint32_t first = i;

	for (uint32_t j = t->nodes[i].parent; j != i; j = t->nodes[j].parent)
		if (j < first)
			first = j;
	t->nodes[first].parent = NO_SPAN;
	t->counts.cycles++;
}

/* Each node is passed once: a walk ends where another one, or itself, came by. */
static void open_cycles(struct span_trees *t, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t j = i;

		while (j != NO_SPAN && !t->nodes[j].mark) {
			t->nodes[j].mark = i + 1;
			j = t->nodes[j].parent;
		}
		if (j != NO_SPAN && t->nodes[j].mark == i + 1)
			open_cycle(t, j);
	}
}

/* --- trees --- */

void span_trees_link(struct span_trees *t, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct span_node *parent;

		if (t->nodes[i].parent == NO_SPAN)
			continue;
		parent = &t->nodes[t->nodes[i].parent];
		if (parent->last_child == NO_SPAN)
			parent->first_child = i;
		else
			t->nodes[parent->last_child].next_sibling = i;
		parent->last_child = i;
	}
}

static void make_room(struct span_trees *t, size_t count)
{
	if (count > t->row_cap)
		t->rows = alloc_grow(t->rows, &t->row_cap, count, sizeof *t->rows);
	if (count > t->parent_cap)
		t->parents = alloc_grow(t->parents, &t->parent_cap, count, sizeof *t->parents);
	if (count > t->self_cap)
		t->self = alloc_grow(t->self, &t->self_cap, count, sizeof *t->self);
	if (count > t->stack_cap)
		t->stack = alloc_grow(t->stack, &t->stack_cap, count, sizeof *t->stack);
}

/* Puts the tree below a root behind the `n` elements there are; returns how many there are then. */
static uint32_t put_tree(struct span_trees *t, uint32_t root, uint32_t n)
{
	size_t depth = 0;

	t->stack[depth++] = root;
	while (depth) {
		uint32_t i = t->stack[--depth];
		struct span_node *node = &t->nodes[i];

		node->element = n;
		t->rows[n] = node->row;
		t->parents[n] = node->parent == NO_SPAN ? NO_SPAN : t->nodes[node->parent].element;
		t->self[n++] = node->self;
		i64_add_to(&t->counts.self_time, node->self);
		for (uint32_t c = node->first_child; c != NO_SPAN; c = t->nodes[c].next_sibling)
			t->stack[depth++] = c;
	}
	return n;
}

/* Whether a root is one because the source says so. */
static bool is_true_root(const struct span_trees *t, uint32_t i)
{
	return !span_id_known(span_row_parent(span_node_row(t, i)));
}

/* What a root has in common with those before it, which end at `reached` at the latest. */
static void count_root(struct span_trees *t, const struct span_row *row, int64_t *reached)
{
	int64_t common = (row->end < *reached ? row->end : *reached) - row->start;

	t->counts.roots++;
	i64_add_to(&t->counts.root_time, row->end - row->start);
	if (common > 0 && span_time_is_real(row, common))
		i64_add_to(&t->counts.root_overlap, common);
	if (row->end > *reached)
		*reached = row->end;
}

static void put_trees(struct span_trees *t, struct span_trace *trace)
{
	int64_t reached = 0;
	bool found = false;
	uint32_t n = 0;

	make_room(t, trace->count);
	for (uint32_t i = 0; i < trace->count; i++) {
		const struct span_row *row = span_node_row(t, i);

		t->counts.untimed += row->untimed;
		if (t->nodes[i].parent != NO_SPAN)
			continue;
		count_root(t, row, &reached);
		if (!found && is_true_root(t, i)) {
			found = true;
			trace->root = n;
		}
		n = put_tree(t, i, n);
	}
}

/* --- all of it --- */

struct span_trees *span_trees_open(const struct spans *s, bool wall)
{
	struct span_trees *t = alloc_zero(1, sizeof *t);

	t->s = s;
	t->wall = wall;
	csr_open(&t->by_trace, s->traces.count, s->count);
	for (size_t i = 0; i < s->count; i++)
		csr_count(&t->by_trace, s->rows[i].trace);
	csr_sum(&t->by_trace);
	for (size_t i = 0; i < s->count; i++)
		csr_put(&t->by_trace, s->rows[i].trace, (uint32_t)i);
	return t;
}

static void make_trees(struct span_trees *t, struct span_trace *trace, uint32_t *rows, size_t count)
{
	uint32_t n = trace->count = sort_nodes(t, rows, count);

	index_ids(t, n);
	for (uint32_t i = 0; i < n; i++)
		t->nodes[i].parent = find_parent(t, i);
	open_cycles(t, n);
	span_trees_link(t, n);
	if (t->s->options.repair_siblings)
		span_siblings_repair(t, n);
	if (t->wall)
		span_self_wall(t, n);
	else
		span_self_union(t, n);
	put_trees(t, trace);
	t->counts.traces++;
	t->counts.spans += n;
	i64_add_to(&t->counts.wall_time, span_self_wall_time(t, n));
}

bool span_trees_next(struct span_trees *t, struct span_trace *trace)
{
	for (; t->next < t->by_trace.keys; t->next++) {
		uint32_t first = t->by_trace.first[t->next];
		size_t count = t->by_trace.first[t->next + 1] - first;

		if (!count)
			continue;
		*trace = (struct span_trace){ .trace = t->next++ };
		make_trees(t, trace, t->by_trace.item + first, count);
		trace->rows = t->rows;
		trace->parents = t->parents;
		trace->self = t->self;
		return true;
	}
	return false;
}

void span_trees_close(struct span_trees *t)
{
	csr_free(&t->by_trace);
	index_free(&t->ids);
	alloc_free(t->nodes);
	alloc_free(t->rows);
	alloc_free(t->parents);
	alloc_free(t->stack);
	alloc_free(t->self);
	alloc_free(t);
}
