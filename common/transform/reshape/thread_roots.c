#include "common/transform/reshape/thread_roots.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/transform/reshape/coarsen.h"

/* A function in a thread. */
struct subject {
	thread_id thread;
	function_id function;
	bool called; /* by another function of the thread */
};

struct root_finder {
	struct profile *p;
	struct subject *subjects;
	size_t count, cap;
	struct index index;
	struct values inclusive; /* by subject: its self values and what its callees took */
};

static uint32_t subject_for(struct root_finder *f, thread_id t, function_id fn)
{
	uint64_t hash = hash_mix((uint64_t)t << 32 | fn, 0);

	for (struct probe at = index_probe(&f->index, hash); index_next(&f->index, &at);)
		if (f->subjects[at.row].thread == t && f->subjects[at.row].function == fn)
			return at.row;
	ARRAY_ROOM(f->subjects, f->count, f->cap);
	f->subjects[f->count] = (struct subject){ t, fn, false };
	index_add(&f->index, hash, (uint32_t)f->count++);
	return values_new_row(&f->inclusive);
}

static void find_subjects(struct root_finder *f)
{
	const struct profile *p = f->p;

	for (size_t i = 0; i < p->cost_count; i++)
		values_add_row(&f->inclusive,
			       subject_for(f, p->costs[i].thread, p->costs[i].function),
			       values_row(&p->cost_values, i));
	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];
		uint32_t caller = subject_for(f, a->thread, a->caller);
		uint32_t callee = subject_for(f, a->thread, a->callee);

		if (caller == callee)
			continue;
		f->subjects[callee].called = true;
		values_add_row(&f->inclusive, caller, values_row(&p->arc_values, i));
	}
}

/* NULL: each thread's name. */
static void add_roots(struct profile *p, const struct function *named)
{
	struct root_finder f = { .p = p, .inclusive.width = (uint32_t)p->value_count };

	find_subjects(&f);
	for (size_t i = 0; i < f.count; i++) {
		const struct subject *s = &f.subjects[i];

		if (s->called)
			continue;
		profile_arc(p,
			    (struct arc){
				    .thread = s->thread,
				    .caller = named ? profile_function(p, *named)
						    : thread_function(p, p, s->thread),
				    .callee = s->function,
				    .target.line = p->functions[s->function].line,
				    .calls = 1,
				    .primitive = 1,
				    .values_known = true,
			    },
			    values_row(&f.inclusive, i), NULL);
	}
	alloc_free(f.subjects);
	index_free(&f.index);
	values_free(&f.inclusive);
}

void thread_roots(struct profile *p)
{
	add_roots(p, NULL);
}

void thread_roots_named(struct profile *p, struct str name)
{
	struct function f = { .name = profile_string(p, name) };

	add_roots(p, &f);
}
