#include "common/transform/stack_lines.h"

#include <stdlib.h>

#include "common/base/alloc.h"

/*
 * Below a context two things follow for each callee f: the stack that ends there, "f",
 * and all that go on, "f;...". No text holds a ';', so the latter lie together; sorting
 * these two kinds of items among siblings sorts the lines. ("std 3", "std::x 1",
 * "std;y 2" is the right order, though the last belongs below the first.)
 */
struct item {
	uint32_t rank; /* of "f" or "f;" among all of them; odd ranks go on */
	stack_id node;
};

struct lines {
	struct strings names;  /* each text once */
	uint32_t *end_rank;    /* by name: the rank of "f" */
	uint32_t *more_rank;   /* by name: the rank of "f;" */
	struct stacks tree;    /* of names in place of frames */
	struct values sums;    /* by node */
	bool *ends;            /* by node: a sample is there */
	uint32_t *first;       /* by node: its items are first[n] to first[n + 1] */
	struct item *items;
};

/* --- ranks --- */

struct spelling {
	struct str name;
	bool more;     /* followed by ';' */
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
	/* what follows the common part: a byte, the ';', or the end */
	next_x = x->name.n > n ? (unsigned char)x->name.p[n] : x->more ? ';' : -1;
	next_y = y->name.n > n ? (unsigned char)y->name.p[n] : y->more ? ';' : -1;
	return next_x - next_y;
}

static void rank_names(struct lines *l)
{
	size_t n = l->names.count;
	struct spelling *all = alloc_zero(2 * n, sizeof *all);

	l->end_rank = alloc_zero(n, sizeof *l->end_rank);
	l->more_rank = alloc_zero(n, sizeof *l->more_rank);
	for (uint32_t id = 0; id < n; id++) {
		all[2 * id] = (struct spelling){ strings_text(&l->names, id), false, id };
		all[2 * id + 1] = (struct spelling){ strings_text(&l->names, id), true, id };
	}
	qsort(all, 2 * n, sizeof *all, by_bytes);
	for (uint32_t i = 0; i < 2 * n; i++)
		*(all[i].more ? &l->more_rank[all[i].id] : &l->end_rank[all[i].id]) = 2 * i + all[i].more;
	free(all);
}

/* --- the tree --- */

static void build_tree(struct lines *l, const struct profile *p, const struct str *texts)
{
	const struct stacks *s = &p->stacks;
	uint32_t *name_of = alloc_zero(p->frame_count, sizeof *name_of);
	stack_id *node_of = alloc_zero(s->count, sizeof *node_of);

	strings_init(&l->names);
	for (size_t f = 0; f < p->frame_count; f++)
		name_of[f] = strings_add(&l->names, texts[f]);
	stacks_init(&l->tree);
	for (size_t i = 1; i < s->count; i++)
		node_of[i] = stacks_push(&l->tree, node_of[s->parent[i]], name_of[s->frame[i]]);
	l->sums.width = (uint32_t)p->value_count;
	values_resize(&l->sums, l->tree.count);
	l->ends = alloc_zero(l->tree.count, sizeof *l->ends);
	for (size_t i = 0; i < p->sample_count; i++) {
		stack_id node = node_of[p->samples[i].stack];

		l->ends[node] = true;
		values_add_row(&l->sums, node, values_row(&p->sample_values, i));
	}
	index_free(&l->tree.index);
	free(name_of);
	free(node_of);
}

static int by_rank(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->rank > y->rank) - (x->rank < y->rank);
}

/* A context without samples at or below it is on no line. */
static void find_items(struct lines *l)
{
	const struct stacks *t = &l->tree;
	bool *below = alloc_zero(t->count, sizeof *below);

	l->first = alloc_zero(t->count + 2, sizeof *l->first);
	for (size_t n = t->count; n-- > 1;)
		below[t->parent[n]] |= below[n] || l->ends[n];
	for (size_t n = 1; n < t->count; n++)
		l->first[t->parent[n] + 2] += (uint32_t)(l->ends[n] + below[n]);
	for (size_t n = 2; n < t->count + 2; n++)
		l->first[n] += l->first[n - 1];
	l->items = alloc_zero(l->first[t->count + 1], sizeof *l->items);
	for (stack_id n = 1; n < t->count; n++) {
		uint32_t *at = &l->first[t->parent[n] + 1];

		if (l->ends[n])
			l->items[(*at)++] = (struct item){ l->end_rank[t->frame[n]], n };
		if (below[n])
			l->items[(*at)++] = (struct item){ l->more_rank[t->frame[n]], n };
	}
	for (size_t n = 0; n < t->count; n++)
		if (l->first[n + 1] - l->first[n] > 1)
			qsort(l->items + l->first[n], l->first[n + 1] - l->first[n],
			      sizeof *l->items, by_rank);
	free(below);
}

/* --- the walk --- */

/* One level of the walk: which items are to come, and where its text begins. */
struct level {
	uint32_t next, end;
	size_t text;
};

static void walk(struct lines *l, void (*line)(void *, struct str, const int64_t *),
		 void *context)
{
	struct level *levels = NULL;
	size_t depth = 0, cap = 0;
	struct buf text = { 0 };

	ARRAY_ROOM(levels, depth, cap);
	levels[depth++] = (struct level){ l->first[0], l->first[1], 0 };
	while (depth) {
		struct level *top = &levels[depth - 1];
		struct item item;

		if (top->next == top->end) {
			depth--;
			continue;
		}
		item = l->items[top->next++];
		text.n = top->text;
		buf_add(&text, strings_text(&l->names, l->tree.frame[item.node]));
		if (item.rank % 2 == 0) {
			line(context, buf_str(&text), values_row(&l->sums, item.node));
			continue;
		}
		buf_byte(&text, ';');
		ARRAY_ROOM(levels, depth, cap);
		levels[depth++] = (struct level){ l->first[item.node], l->first[item.node + 1],
						  text.n };
	}
	free(levels);
	buf_free(&text);
}

void stack_lines(const struct profile *p, const struct str *texts,
		 void (*line)(void *context, struct str stack, const int64_t *values),
		 void *context)
{
	struct lines l = { 0 };

	build_tree(&l, p, texts);
	rank_names(&l);
	find_items(&l);
	if (l.ends[EMPTY_STACK])
		line(context, S(""), values_row(&l.sums, EMPTY_STACK));
	walk(&l, line, context);
	strings_free(&l.names);
	stacks_free(&l.tree);
	values_free(&l.sums);
	free(l.end_rank);
	free(l.more_rank);
	free(l.ends);
	free(l.first);
	free(l.items);
}
