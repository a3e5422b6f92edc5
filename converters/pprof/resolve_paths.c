/* pprof/resolve_paths - the tree of stacks, made of sorted lists of locations */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/prefetch.h"
#include "converters/pprof/resolving.h"

/*
 * Whether stacks of different locations are different stacks of frames: nothing has to be looked
 * up then. So it is in a profile without stacks if no two locations begin with one frame.
 */
static bool are_distinct(const struct pprof_resolver *x)
{
	bool *begins = alloc_zero(x->p->frame_count, sizeof *begins);
	bool distinct = x->p->stacks.count == 1;

	for (size_t i = 0; distinct && i < x->r->reference_count; i++) {
		struct pprof_frames of = x->of_reference[i];

		if (!of.count)
			continue;
		distinct = !begins[x->frames[of.first]];
		begins[x->frames[of.first]] = true;
	}
	alloc_free(begins);
	return distinct;
}

static void refuse_location(const struct pprof_resolver *x, uint32_t number)
{
	const struct pprof_reference *ref = &x->r->references[number];

	input_error_at(x->r->in, ref->at,
		       "expected the id of a location in this sample, got %" PRIu64, ref->id);
}

/* Whether all locations of the paths are there. */
static bool are_known(const struct pprof_resolver *x, const struct paths *paths)
{
	for (size_t i = 0; i < paths->used; i++)
		if (!x->of_reference[paths->numbers[i]].count) {
			refuse_location(x, paths->numbers[i]);
			return false;
		}
	return true;
}

/* Lists are in no order in memory once they are sorted. */
PREFETCH_FUNCTION prefetch_ahead(const struct paths *paths, const uint32_t *order, size_t i)
{
	enum { FAR = 16, NEAR = 8 };

	if (i + FAR < paths->count)
		PREFETCH(&paths->ends[order[i + FAR]]);
	if (i + NEAR < paths->count)
		PREFETCH(paths_at(paths, order[i + NEAR]).numbers);
}

/* How many stacks the sorted paths are, with all that called them. */
static size_t count_stacks(const struct pprof_resolver *x, const struct paths *paths,
			   const uint32_t *order)
{
	struct path last = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < paths->count; i++) {
		struct path path = paths_at(paths, order[i]);

		prefetch_ahead(paths, order, i);
		for (size_t k = path_common(path, last); k < path.count; k++)
			count += x->of_reference[path.numbers[k]].count;
		last = path;
	}
	return count;
}

static stack_id add_location_frames(struct pprof_resolver *x, bool distinct, stack_id stack,
				    uint32_t number)
{
	struct pprof_frames of = x->of_reference[number];
	struct stacks *s = &x->p->stacks;

	for (size_t i = of.first; i < of.first + of.count; i++)
		stack = distinct ? stacks_append_reserved(s, stack, x->frames[i])
				 : stacks_push(s, stack, x->frames[i]);
	return stack;
}

stack_id *pprof_translate_paths(struct pprof_resolver *x, const struct pprof_part *part)
{
	const struct paths *paths = &part->paths;
	bool distinct = are_distinct(x);
	struct path last = { 0 };
	stack_id *stacks, *at = NULL;
	size_t cap = 0, count;
	uint32_t *order;

	if (!are_known(x, paths))
		return NULL;
	order = paths_sort(paths);
	stacks = alloc_zero(paths->count + 1, sizeof *stacks);
	count = count_stacks(x, paths, order);
	if (!stacks_in_proportion(x->p->stacks.count - x->r->stacks_before + count,
				  input_offset(x->r->in)))
		input_error_at(x->r->in, part->samples_at, STACKS_OUT_OF_PROPORTION,
			       MAX_STACKS_PER_BYTE);
	else if (distinct)
		stacks_reserve(&x->p->stacks, count);
	for (size_t i = 0; i < paths->count && !x->r->in->failed; i++) {
		struct path path = paths_at(paths, order[i]);
		size_t k = path_common(path, last);
		stack_id stack = k ? at[k - 1] : EMPTY_STACK;

		prefetch_ahead(paths, order, i);
		for (; k < path.count; k++) {
			stack = add_location_frames(x, distinct, stack, path.numbers[k]);
			ARRAY_ROOM(at, k, cap);
			at[k] = stack;
		}
		stacks[order[i]] = stack;
		last = path;
	}
	alloc_free(order);
	alloc_free(at);
	return stacks;
}
