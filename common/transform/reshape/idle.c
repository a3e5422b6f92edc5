#include "common/transform/reshape/idle.h"

#include "common/transform/reshape/coarsen.h"

/* pstat and valgrind have words for an unknown file. */
static bool has_location(const struct profile *p, function_id f)
{
	struct str location = function_location(p, f);

	return location.n && !str_eq(location, S("~")) && !str_eq(location, S("???"));
}

function_id idle_function(const struct profile *p)
{
	for (function_id f = 0; f < p->function_count; f++)
		if (str_eq(function_name(p, f), S(IDLE_NAME)) && !has_location(p, f))
			return f;
	return NO_ID;
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

stack_id idle_push(struct profile *p)
{
	struct function f = { .name = profile_string(p, S(IDLE_NAME)) };
	frame_id frame = profile_frame(p, (struct frame){ .function = profile_function(p, f) });

	return stacks_push(&p->stacks, EMPTY_STACK, frame);
}

void idle_name_rows(struct profile *p)
{
	stack_id idle = idle_push(p);

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
