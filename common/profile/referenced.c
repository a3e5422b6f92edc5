#include "common/profile/referenced.h"

#include <stdlib.h>

#include "common/base/alloc.h"

static void mark_stacks(struct referenced *r, const struct profile *p)
{
	for (size_t i = 0; i < p->sample_count; i++)
		r->stacks[p->samples[i].stack] = true;
	for (size_t i = p->stacks.count; i-- > 1;)
		if (r->stacks[i]) {
			r->stacks[p->stacks.parent[i]] = true;
			r->frames[p->stacks.frame[i]] = true;
			r->functions[p->frames[p->stacks.frame[i]].function] = true;
		}
}

static void mark_jumps(struct referenced *r, const struct profile *p)
{
	for (size_t i = 0; i < p->jump_count; i++)
		r->functions[p->jumps[i].from] = r->functions[p->jumps[i].to] = true;
}

bool *referenced_by_graph(const struct profile *p)
{
	bool *functions = alloc_zero(p->function_count, sizeof *functions);

	for (size_t i = 0; i < p->cost_count; i++)
		functions[p->costs[i].function] = true;
	for (size_t i = 0; i < p->arc_count; i++)
		functions[p->arcs[i].caller] = functions[p->arcs[i].callee] = true;
	for (function_id f = 0; f < p->total_count; f++)
		functions[f] |= p->totals[f].known;
	return functions;
}

void referenced_find(struct referenced *r, const struct profile *p)
{
	*r = (struct referenced){
		.functions = referenced_by_graph(p),
		.frames = alloc_zero(p->frame_count, sizeof *r->frames),
		.stacks = alloc_zero(p->stacks.count, sizeof *r->stacks),
	};
	mark_stacks(r, p);
	mark_jumps(r, p);
}

void referenced_free(struct referenced *r)
{
	alloc_free(r->functions);
	alloc_free(r->frames);
	alloc_free(r->stacks);
}
