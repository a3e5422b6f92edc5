/* locations - numbers of locations, functions and mappings */
#include "common/profile/locations.h"

#include "common/base/alloc.h"
#include "common/base/hash.h"

/* --- locations --- */

static bool is_inlined(const struct profile *p, frame_id frame)
{
	return frame < p->frame_detail_count && p->frame_details[frame].inlined;
}

/* Whether an inlined frame is where the one that called it is: both are one location. */
static bool continues(const struct profile *p, bool by_kind, stack_id stack)
{
	stack_id parent = p->stacks.parent[stack];
	struct frame f = profile_frame_at(p, p->stacks.frame[stack]), c;

	if (parent == EMPTY_STACK)
		return false;
	c = profile_frame_at(p, p->stacks.frame[parent]);
	return !c.unsymbolised && !f.unsymbolised && f.address == c.address &&
	       f.mapping == c.mapping && (f.kind == c.kind || !by_kind);
}

bool locations_lose_inlined(const struct profile *p, bool by_kind)
{
	bool *used, lost = false;

	if (!p->frame_detail_count)
		return false;
	used = alloc_zero(p->stacks.count, sizeof *used);
	for (size_t i = 0; i < p->sample_count; i++)
		used[p->samples[i].stack] = true;
	for (stack_id i = (stack_id)p->stacks.count; i-- > 1 && !lost;) {
		used[p->stacks.parent[i]] |= used[i];
		lost = used[i] && is_inlined(p, p->stacks.frame[i]) && !continues(p, by_kind, i);
	}
	alloc_free(used);
	return lost;
}

/* The path of locations for each stack, in nodes[].location, and the callers. */
static void find_paths(struct locations *l)
{
	const struct stacks *s = &l->p->stacks;
	stack_id *alone = alloc_zero(l->p->frame_count, sizeof *alone); /* by frame */

	for (stack_id i = 1; i < s->count; i++) {
		frame_id frame = s->frame[i];
		stack_id parent = s->parent[i];

		if (is_inlined(l->p, frame) && continues(l->p, l->by_kind, i)) {
			l->nodes[i] = (struct location_node){
				stacks_push(&l->paths, l->nodes[parent].location, frame),
				l->nodes[parent].caller
			};
			continue;
		}
		if (!alone[frame])
			alone[frame] = stacks_push(&l->paths, EMPTY_STACK, frame);
		l->nodes[i] = (struct location_node){ alone[frame], parent };
	}
	alloc_free(alone);
}

/* Replaces paths by numbers, in the order of the stacks. */
static void number_paths(struct locations *l)
{
	const struct profile *p = l->p;
	bool *used = alloc_zero(p->stacks.count, sizeof *used);
	uint32_t *numbers = alloc_zero(l->paths.count, sizeof *numbers);

	for (size_t i = 0; i < p->sample_count; i++)
		used[p->samples[i].stack] = true;
	for (stack_id i = (stack_id)p->stacks.count; i-- > 1;)
		if (used[i])
			used[l->nodes[i].caller] = true;
	for (stack_id i = 1; i < p->stacks.count; i++) {
		stack_id path = l->nodes[i].location;

		if (used[i] && !numbers[path]) {
			ARRAY_ROOM(l->order, l->count, l->cap);
			l->order[l->count++] = path;
			numbers[path] = (uint32_t)l->count;
		}
		l->nodes[i].location = used[i] ? numbers[path] : 0;
	}
	alloc_free(used);
	alloc_free(numbers);
}

void locations_init(struct locations *l, const struct profile *p, bool by_kind)
{
	*l = (struct locations){ .p = p, .by_kind = by_kind };
	stacks_init(&l->paths);
	l->nodes = alloc_zero(p->stacks.count, sizeof *l->nodes);
	find_paths(l);
	number_paths(l);
}

void locations_free(struct locations *l)
{
	stacks_free(&l->paths);
	index_free(&l->function_index);
	alloc_free(l->nodes);
	alloc_free(l->order);
	alloc_free(l->functions);
	alloc_free(l->objects);
	alloc_free(l->object_numbers);
}

void locations_list(const struct locations *l, struct location_list *lists, size_t count)
{
	bool more = true;

	for (size_t i = 0; i < count; i++)
		lists[i].count = 0;
	while (more) {
		more = false;
		for (size_t i = 0; i < count; i++) {
			struct location_list *list = &lists[i];

			if (list->next == EMPTY_STACK)
				continue;
			ARRAY_ROOM(list->numbers, list->count, list->cap);
			list->numbers[list->count++] = l->nodes[list->next].location;
			list->next = l->nodes[list->next].caller;
			more = true;
		}
	}
}

struct frame locations_outermost(const struct locations *l, size_t i)
{
	stack_id path = l->order[i];

	while (l->paths.parent[path] != EMPTY_STACK)
		path = l->paths.parent[path];
	return profile_frame_at(l->p, l->paths.frame[path]);
}

/* --- functions --- */

static bool is_function(const struct profile *p, function_id a, function_id b)
{
	const struct function_row *x = &p->functions[a], *y = &p->functions[b];

	return x->name == y->name && x->file == y->file && x->line == y->line &&
	       profile_system_name(p, a) == profile_system_name(p, b);
}

uint64_t locations_function(struct locations *l, function_id f)
{
	const struct function_row *row = &l->p->functions[f];
	uint64_t hash = hash_mix((uint64_t)row->name << 32 | row->file,
				 (uint64_t)profile_system_name(l->p, f) << 32 | row->line);

	for (struct probe at = index_probe(&l->function_index, hash);
	     index_next(&l->function_index, &at);)
		if (is_function(l->p, l->functions[at.row], f))
			return at.row + 1;
	index_add(&l->function_index, hash, (uint32_t)l->function_count);
	ARRAY_ROOM(l->functions, l->function_count, l->function_cap);
	l->functions[l->function_count++] = f;
	return l->function_count;
}

/* --- mappings --- */

static size_t own_mappings(const struct locations *l)
{
	return l->p->mapping_count ? l->p->mapping_count - 1 : 0;
}

uint64_t locations_mapping(struct locations *l, const struct frame *f)
{
	string_id object = l->p->functions[f->function].object;

	if (f->mapping)
		return f->mapping;
	if (!object)
		return 0;
	if (!l->object_numbers)
		l->object_numbers = alloc_zero(l->p->strings.count, sizeof *l->object_numbers);
	if (!l->object_numbers[object]) {
		ARRAY_ROOM(l->objects, l->object_count, l->object_cap);
		l->objects[l->object_count++] = object;
		l->object_numbers[object] = (uint32_t)l->object_count;
	}
	return own_mappings(l) + l->object_numbers[object];
}

size_t locations_mapping_count(const struct locations *l)
{
	return own_mappings(l) + l->object_count;
}

struct mapping locations_mapping_at(const struct locations *l, size_t i)
{
	size_t own = own_mappings(l);

	return i < own ? l->p->mappings[i + 1] : (struct mapping){ .object = l->objects[i - own] };
}
