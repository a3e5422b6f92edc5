#include "common/transform/reshape/idle.h"

#include "common/base/alloc.h"
#include "common/profile/own_name.h"
#include "common/transform/reshape/coarsen.h"

/* Which functions call or are called, as what is idle does not. */
static bool *find_calling(const struct profile *p)
{
	bool *calling = alloc_zero(p->function_count, sizeof *calling);

	for (stack_id i = 1; i < p->stacks.count; i++) {
		stack_id parent = p->stacks.parent[i];

		if (parent != EMPTY_STACK)
			calling[p->frames[p->stacks.frame[i]].function] =
				calling[p->frames[p->stacks.frame[parent]].function] = true;
	}
	for (size_t i = 0; i < p->arc_count; i++)
		calling[p->arcs[i].caller] = calling[p->arcs[i].callee] = true;
	return calling;
}

/* The first name that no function has which calls or is called, and the function of it or NO_ID. */
static function_id find_idle(const struct profile *p, struct buf *name)
{
	uint32_t *functions = own_name_functions(p, S(IDLE_NAME), NULL);
	bool *calling = functions[1] ? find_calling(p) : NULL;
	size_t n = 1;
	function_id f;

	while (functions[n] && calling[functions[n] - 1])
		n++;
	f = functions[n] ? functions[n] - 1 : NO_ID;
	own_name_spell(name, S(IDLE_NAME), n);
	alloc_free(functions);
	alloc_free(calling);
	return f;
}

function_id idle_function(const struct profile *p)
{
	struct buf name = { 0 };
	function_id f = find_idle(p, &name);

	buf_free(&name);
	return f;
}

bool idle_has_samples(const struct profile *p)
{
	for (size_t i = 0; i < p->sample_count; i++)
		if (p->samples[i].stack == EMPTY_STACK)
			return true;
	return false;
}

bool idle_is_stack(const struct profile *p, function_id idle, stack_id stack)
{
	return stack != EMPTY_STACK && p->stacks.parent[stack] == EMPTY_STACK &&
	       p->frames[p->stacks.frame[stack]].function == idle;
}

stack_id idle_stack(const struct profile *p)
{
	function_id idle = idle_function(p);

	for (stack_id i = 1; idle != NO_ID && i < p->stacks.count; i++)
		if (idle_is_stack(p, idle, i))
			return i;
	return EMPTY_STACK;
}

struct profile *idle_named(const struct profile *p)
{
	struct coarsen_options options = COARSEN_NONE;

	options.idle = COARSEN_IDLE_NAMED;
	return profile_coarsen(p, &options);
}

void idle_name(struct profile **p)
{
	if (idle_has_samples(*p))
		profile_replace(p, idle_named(*p));
}

stack_id idle_push(struct profile *to, const struct profile *from)
{
	struct buf name = { 0 };
	struct function f = { 0 };
	frame_id frame;

	find_idle(from, &name);
	f.name = profile_string(to, buf_str(&name));
	buf_free(&name);
	frame = profile_frame(to, (struct frame){ .function = profile_function(to, f) });
	return stacks_push(&to->stacks, EMPTY_STACK, frame);
}

void idle_name_rows(struct profile *p)
{
	stack_id idle = idle_push(p, p);

	for (size_t i = 0; i < p->sample_count; i++)
		if (p->samples[i].stack == EMPTY_STACK)
			p->samples[i].stack = idle;
}

void idle_drop(struct profile **p)
{
	struct coarsen_options options = COARSEN_NONE;

	options.idle = COARSEN_IDLE_DROPPED;
	if (idle_has_samples(*p) || idle_function(*p) != NO_ID)
		profile_replace(p, profile_coarsen(*p, &options));
}

int64_t idle_total(const struct profile *p, value_id v)
{
	function_id idle = idle_function(p);
	int64_t total = 0;

	for (size_t i = 0; i < p->sample_count; i++)
		if (p->samples[i].stack == EMPTY_STACK ||
		    idle_is_stack(p, idle, p->samples[i].stack))
			i64_add_to(&total, values_row(&p->sample_values, i)[v]);
	for (size_t i = 0; i < p->cost_count; i++)
		if (p->costs[i].function == idle)
			i64_add_to(&total, values_row(&p->cost_values, i)[v]);
	return total;
}
