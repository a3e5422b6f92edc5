#include "common/profile/unresolved_stacks.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"

void unresolved_stacks_init(struct unresolved_stacks *l, const struct profile *p)
{
	stacks_init(&l->stacks);
	l->first_call_event = p->call_event_count;
}

void unresolved_stacks_free(struct unresolved_stacks *l)
{
	stacks_free(&l->stacks);
}

stack_id unresolved_stacks_push(struct unresolved_stacks *l, stack_id parent, uint32_t number)
{
	if (l->stacks.count >= UNRESOLVED_STACK)
		diag_die("more than 2 thousand million distinct stacks before their frames");
	return stacks_push(&l->stacks, parent & ~UNRESOLVED_STACK, number) | UNRESOLVED_STACK;
}

/* Rows may have become equal, so all of them are added again. */
static void add_again(struct profile *p)
{
	struct profile old = *p;
	size_t count = p->sample_count;
	struct values values = p->sample_values;

	p->samples = NULL;
	p->sample_count = p->sample_cap = 0;
	p->sample_labels = NULL;
	p->sample_label_count = p->sample_label_cap = 0;
	p->sample_values = (struct values){ .width = values.width,
					    .overflow = values.overflow,
					    .overflowed = values.overflowed };
	p->sample_first_count = 0;
	index_free(&p->sample_index);
	for (size_t i = 0; i < count; i++)
		profile_sample_row(p, profile_sample_at(&old, i), values_row(&values, i));
	alloc_free(old.samples);
	alloc_free(old.sample_labels);
	values_free(&values);
}

void unresolved_stacks_resolve(struct unresolved_stacks *l, struct profile *p,
			       const frame_id *frames)
{
	stack_id *stacks = alloc_zero(l->stacks.count, sizeof *stacks);

	for (size_t i = 1; i < l->stacks.count; i++)
		stacks[i] = stacks_push(&p->stacks, stacks[l->stacks.parent[i]],
					frames[l->stacks.frame[i]]);
	for (size_t i = 0; i < p->sample_count; i++)
		if (p->samples[i].stack & UNRESOLVED_STACK)
			p->samples[i].stack = stacks[p->samples[i].stack & ~UNRESOLVED_STACK];
	for (size_t i = l->first_call_event; i < p->call_event_count; i++)
		p->call_events[i].frame = frames[p->call_events[i].frame];
	alloc_free(stacks);
	if (!p->ordered)
		add_again(p);
}
