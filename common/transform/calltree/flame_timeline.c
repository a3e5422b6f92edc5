/*
 * flame_timeline - a tree in the order of time
 *
 * Row after row lies right of the one before it. A frame goes on while the rows'
 * stacks agree on it and all its callers; then it has ended, and the same function
 * later is another box. Threads lie one after the other.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/calltree/flame_internal.h"

struct thread_timeline {
	struct flame_builder *m;
	uint32_t *open; /* nodes by depth; open[0] is the root */
	size_t open_count, open_cap;
	struct timeline_step {
		uint32_t box, line;
	} * steps; /* stack of the current row, leaf first */
	size_t step_count, step_cap;
	int64_t x;
	size_t x_cap;
};

static void list_steps(struct thread_timeline *l, uint32_t context)
{
	const struct contexts *c = l->m->c;

	l->step_count = 0;
	for (; context; context = c->parent[context]) {
		frame_id frame = c->frame[context];
		uint32_t box = l->m->box[c->p->frames[frame].function];

		ARRAY_ROOM(l->steps, l->step_count, l->step_cap);
		l->steps[l->step_count++] = (struct timeline_step){ box, flame_line(c->p, frame) };
		if (l->m->is_base[box])
			break;
	}
}

/* Closes the frames that this row is not in. */
static void leave(struct thread_timeline *l)
{
	struct flame_tree *t = l->m->t;
	size_t depth = 1;

	for (; depth < l->open_count && depth <= l->step_count; depth++) {
		const struct timeline_step *step = &l->steps[l->step_count - depth];
		uint32_t node = l->open[depth];

		if (t->nodes.frame[node] != step->box)
			break;
		if (t->line[node] != step->line)
			t->line[node] = 0;
	}
	l->open_count = depth;
}

/* Always adds a node: stacks_push() would find one that has ended. */
static void enter(struct thread_timeline *l, const struct timeline_step *step)
{
	struct flame_tree *t = l->m->t;
	struct stacks *s = &t->nodes;
	uint32_t node;

	if (s->count >= l->x_cap)
		t->x = alloc_grow(t->x, &l->x_cap, s->count + 1, sizeof *t->x);
	t->x[s->count] = l->x;
	node = stacks_append(s, l->open[l->open_count - 1], step->box);
	ARRAY_ROOM(l->open, l->open_count, l->open_cap);
	l->open[l->open_count++] = node;
	flame_grow(l->m);
	t->line[node] = step->line;
}

static void add_row(struct thread_timeline *l, uint32_t context, const int64_t *values)
{
	const struct flame_tree_options *options = l->m->options;
	int64_t width = flame_width_of(options, values[0],
				       flame_is_difference(options) ? values[1] : 0);

	list_steps(l, context);
	leave(l);
	if (!width)
		return;
	while (l->open_count <= l->step_count)
		enter(l, &l->steps[l->step_count - l->open_count]);
	flame_add_self(l->m, l->open[l->open_count - 1], values);
	l->x += width;
}

void flame_timeline(struct flame_builder *m)
{
	const struct thread_rows *rows = &m->c->self;
	struct thread_timeline l = { .m = m };

	ARRAY_ROOM(l.open, l.open_count, l.open_cap);
	l.open[l.open_count++] = 0;
	m->t->x = alloc_grow(m->t->x, &l.x_cap, 1, sizeof *m->t->x);
	m->t->x[0] = 0;
	for (thread_id t = 0; m->c->p->value_count && t < m->c->p->thread_count; t++) {
		l.open_count = 1;
		for (size_t i = rows->first[t]; i < rows->first[t + 1]; i++)
			add_row(&l, rows->at[i], values_row(&rows->values, i));
	}
	alloc_free(l.open);
	alloc_free(l.steps);
}
