#include "common/transform/reshape/referenced.h"

#include <stdlib.h>

#include "common/base/alloc.h"

static void mark_stacks(struct referenced *u, const struct profile *p)
{
	for (size_t i = 0; i < p->sample_count; i++)
		u->stacks[p->samples[i].stack] = true;
	for (size_t i = p->stacks.count; i-- > 1;)
		if (u->stacks[i]) {
			u->stacks[p->stacks.parent[i]] = true;
			u->frames[p->stacks.frame[i]] = true;
			u->functions[p->frames[p->stacks.frame[i]].function] = true;
		}
}

static void mark_functions(struct referenced *u, const struct profile *p)
{
	for (size_t i = 0; i < p->cost_count; i++)
		u->functions[p->costs[i].function] = true;
	for (size_t i = 0; i < p->arc_count; i++)
		u->functions[p->arcs[i].caller] = u->functions[p->arcs[i].callee] = true;
	for (size_t i = 0; i < p->jump_count; i++)
		u->functions[p->jumps[i].from] = u->functions[p->jumps[i].to] = true;
	for (function_id f = 0; f < p->total_count; f++)
		u->functions[f] |= p->totals[f].known;
}

void referenced_find(struct referenced *u, const struct profile *p)
{
	*u = (struct referenced){
		.functions = alloc_zero(p->function_count, sizeof *u->functions),
		.frames = alloc_zero(p->frame_count, sizeof *u->frames),
		.stacks = alloc_zero(p->stacks.count, sizeof *u->stacks),
	};
	mark_stacks(u, p);
	mark_functions(u, p);
}

void referenced_free(struct referenced *u)
{
	alloc_free(u->functions);
	alloc_free(u->frames);
	alloc_free(u->stacks);
}
