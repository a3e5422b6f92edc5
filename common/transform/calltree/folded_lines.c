#include "common/transform/calltree/folded_lines.h"

#include <stdlib.h>

#include "common/base/alloc.h"

/*
 * Below a context two things follow for each callee f: the stack that ends there, "f",
 * and all that go on, "f;...". No text holds a ';', so the latter lie together; sorting
 * these two kinds of items among siblings sorts the lines. ("std 3", "std::x 1",
 * "std;y 2" is the right order, though the last belongs below the first.)
 *
 * Most contexts have one item, which needs no list: of an item alone its own callees
 * tell which kind it is.
 */
enum shape { NONE, ONE, MANY };

struct lines {
	struct strings names;      /* each text once */
	const struct stacks *tree; /* the stacks of the profile or, if frames have equal texts,
				      of our own */
	struct stacks own;         /* with names instead of frames */
	struct str *text;          /* by frame of the tree */
	uint32_t *end_rank;        /* rank of "f" among all items of both kinds; that of "f;" is
				      odd */
	uint32_t *more_rank;
	struct values sums;
	uint32_t *row;        /* by node: row of its sum + 1; 0: no stack ends there */
	unsigned char *shape; /* by node */
	uint32_t *first;      /* the node of the ONE item, or the start of the MANY */
	uint64_t *items;      /* rank and node; lists end with END */
};

#define END UINT64_MAX

/* --- ranks --- */

struct spelling {
	struct str name;
	bool more; /* followed by ';' */
	uint32_t id;
};

static int by_bytes(const void *a, const void *b)
{
	const struct spelling *x = a, *y = b;
	size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
	int order = n ? memcmp(x->name.p, y->name.p, n) : 0;
	int next_x, next_y;

	if (order)
		return order;
	/* the character behind the common part: a byte, the ";", or the end */
	next_x = x->name.n > n ? (unsigned char)x->name.p[n] : x->more ? ';' : -1;
	next_y = y->name.n > n ? (unsigned char)y->name.p[n] : y->more ? ';' : -1;
	return next_x - next_y;
}

/* `name_of` is indexed by frame of the tree and has `frames` entries. */
static void rank_names(struct lines *l, const uint32_t *name_of, size_t frames)
{
	size_t n = l->names.count;
	struct spelling *all = alloc_zero(2 * n, sizeof *all);
	uint32_t *rank = alloc_zero(2 * n, sizeof *rank);

	for (uint32_t id = 0; id < n; id++) {
		all[2 * id] = (struct spelling){ strings_text(&l->names, id), false, id };
		all[2 * id + 1] = (struct spelling){ strings_text(&l->names, id), true, id };
	}
	qsort(all, 2 * n, sizeof *all, by_bytes);
	for (uint32_t i = 0; i < 2 * n; i++)
		rank[2 * all[i].id + all[i].more] = 2 * i + all[i].more;
	l->text = alloc_zero(frames, sizeof *l->text);
	l->end_rank = alloc_zero(frames, sizeof *l->end_rank);
	l->more_rank = alloc_zero(frames, sizeof *l->more_rank);
	for (size_t f = 0; f < frames; f++) {
		l->text[f] = strings_text(&l->names, name_of[f]);
		l->end_rank[f] = rank[2 * name_of[f]];
		l->more_rank[f] = rank[2 * name_of[f] + 1];
	}
	alloc_free(rank);
	alloc_free(all);
}

/* --- the tree --- */

/* Builds the stacks again with names instead of frames; returns the node of each stack. */
static stack_id *merge_stacks(struct lines *l, const struct profile *p, uint32_t *name_of)
{
	const struct stacks *s = &p->stacks;
	stack_id *node_of = alloc_zero(s->count, sizeof *node_of);

	stacks_init(&l->own);
	for (size_t i = 1; i < s->count; i++)
		node_of[i] = stacks_push(&l->own, node_of[s->parent[i]], name_of[s->frame[i]]);
	index_free(&l->own.index);
	l->tree = &l->own;
	return node_of;
}

/* `node_of` may be NULL: each stack is its own node. */
static void add_up(struct lines *l, const struct profile *p, const stack_id *node_of)
{
	l->sums.width = (uint32_t)p->value_count;
	l->row = alloc_zero(l->tree->count, sizeof *l->row);
	for (size_t i = 0; i < p->sample_count; i++) {
		stack_id stack = p->samples[i].stack, node = node_of ? node_of[stack] : stack;

		if (!l->row[node])
			l->row[node] = values_new_row(&l->sums) + 1;
		values_add_row(&l->sums, l->row[node] - 1, values_row(&p->sample_values, i));
	}
}

static void build_tree(struct lines *l, const struct profile *p, const struct str *texts)
{
	uint32_t *name_of = alloc_zero(p->frame_count, sizeof *name_of);
	stack_id *node_of = NULL;
	bool empty = false;

	strings_init(&l->names);
	for (size_t f = 0; f < p->frame_count; f++) {
		name_of[f] = strings_add(&l->names, texts[f]);
		empty |= !name_of[f];
	}
	l->tree = &p->stacks;
	if (l->names.count - !empty < p->frame_count) {
		node_of = merge_stacks(l, p, name_of);
		for (uint32_t id = 0; id < l->names.count; id++)
			name_of[id] = id;
		rank_names(l, name_of, l->names.count);
	} else {
		rank_names(l, name_of, p->frame_count);
	}
	add_up(l, p, node_of);
	alloc_free(name_of);
	alloc_free(node_of);
}

/* --- items --- */

/* Counts the items in `first`, callees before their callers. */
static void count_items(struct lines *l)
{
	const struct stacks *t = l->tree;

	l->first = alloc_zero(t->count, sizeof *l->first);
	for (size_t n = t->count; n-- > 1;)
		l->first[t->parent[n]] += (uint32_t)((l->row[n] != 0) + (l->first[n] != 0));
}

/* Sets `first` to the end of each list, which is then filled backwards. */
static void make_lists(struct lines *l)
{
	size_t count = l->tree->count, total = 0, at = 0;

	l->shape = alloc_zero(count, sizeof *l->shape);
	for (size_t n = 0; n < count; n++) {
		l->shape[n] = l->first[n] > 1 ? MANY : l->first[n] ? ONE : NONE;
		if (l->shape[n] == MANY)
			total += l->first[n] + 1;
	}
	l->items = alloc_bytes(total * sizeof *l->items);
	for (size_t n = 0; n < count; n++) {
		if (l->shape[n] != MANY)
			continue;
		at += l->first[n];
		l->first[n] = (uint32_t)at;
		l->items[at++] = END;
	}
}

static void add_item(struct lines *l, stack_id node, uint32_t rank)
{
	stack_id parent = l->tree->parent[node];

	if (l->shape[parent] == ONE)
		l->first[parent] = node;
	else
		l->items[--l->first[parent]] = (uint64_t)rank << 32 | node;
}

static int by_rank(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

enum { FEW = 12 };

static void sort_list(uint64_t *items)
{
	size_t n = 0;

	while (items[n] != END)
		n++;
	if (n > FEW) {
		qsort(items, n, sizeof *items, by_rank);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		uint64_t item = items[i];
		size_t at = i;

		for (; at && items[at - 1] > item; at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

/* A context without samples at or below it is on no line. */
static void find_items(struct lines *l)
{
	const struct stacks *t = l->tree;

	count_items(l);
	make_lists(l);
	for (stack_id n = (stack_id)t->count; n-- > 1;) {
		if (l->shape[n] != NONE)
			add_item(l, n, l->more_rank[t->frame[n]]);
		if (l->row[n])
			add_item(l, n, l->end_rank[t->frame[n]]);
	}
	for (size_t n = 0; n < t->count; n++)
		if (l->shape[n] == MANY)
			sort_list(l->items + l->first[n]);
}

/* --- the walk --- */

/* A list in progress: the next item, and where its text begins. */
struct level {
	uint32_t next;
	size_t text;
};

struct line_walk {
	const struct lines *l;
	struct level *levels;
	size_t depth, cap;
	struct buf text;
	void (*line)(void *context, struct str stack, const int64_t *values);
	void *context;
};

static void add_name(struct line_walk *w, stack_id node)
{
	buf_add(&w->text, w->l->text[w->l->tree->frame[node]]);
}

static void put_line(struct line_walk *w, stack_id node)
{
	w->line(w->context, buf_str(&w->text), values_row(&w->l->sums, w->l->row[node] - 1));
}

/* Continues from a node to a line or to the next list. */
static void go_on(struct line_walk *w, stack_id node)
{
	const struct lines *l = w->l;

	while (l->shape[node] == ONE) {
		node = l->first[node];
		add_name(w, node);
		if (l->row[node]) {
			put_line(w, node);
			return;
		}
		buf_byte(&w->text, ';');
	}
	if (l->shape[node] == NONE)
		return;
	ARRAY_ROOM(w->levels, w->depth, w->cap);
	w->levels[w->depth++] = (struct level){ l->first[node], w->text.n };
}

static void walk(struct line_walk *w)
{
	go_on(w, EMPTY_STACK);
	while (w->depth) {
		struct level *top = &w->levels[w->depth - 1];
		uint64_t item = w->l->items[top->next++];
		stack_id node = (stack_id)item;

		if (item == END) {
			w->depth--;
			continue;
		}
		w->text.n = top->text;
		add_name(w, node);
		if (item >> 32 & 1) {
			buf_byte(&w->text, ';');
			go_on(w, node);
		} else {
			put_line(w, node);
		}
	}
	alloc_free(w->levels);
	buf_free(&w->text);
}

void folded_lines(const struct profile *p, const struct str *texts,
		  void (*line)(void *context, struct str stack, const int64_t *values),
		  void *context)
{
	struct lines l = { 0 };

	build_tree(&l, p, texts);
	find_items(&l);
	if (l.row[EMPTY_STACK])
		line(context, S(""), values_row(&l.sums, l.row[EMPTY_STACK] - 1));
	walk(&(struct line_walk){ .l = &l, .line = line, .context = context });
	strings_free(&l.names);
	stacks_free(&l.own);
	values_free(&l.sums);
	alloc_free(l.text);
	alloc_free(l.end_rank);
	alloc_free(l.more_rank);
	alloc_free(l.row);
	alloc_free(l.shape);
	alloc_free(l.first);
	alloc_free(l.items);
}
