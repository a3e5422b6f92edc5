/*
 * graph_half - costs, arcs, jumps and totals
 */
#include <string.h>

#include "common/base/alloc.h"
#include "common/profile/profile.h"

static uint64_t place_hash(struct place at)
{
	return hash_mix((uint64_t)at.file << 32 | at.line, at.address);
}

static bool place_eq(struct place a, struct place b)
{
	return a.file == b.file && a.line == b.line && a.address == b.address;
}

/* --- costs --- */

static uint32_t cost_row(struct profile *p, struct cost c)
{
	uint64_t hash = hash_mix((uint64_t)c.thread << 32 | c.function, place_hash(c.at));

	for (struct probe at = index_probe(&p->cost_index, hash);
	     index_next(&p->cost_index, &at);) {
		const struct cost *have = &p->costs[at.row];

		if (have->thread == c.thread && have->function == c.function &&
		    place_eq(have->at, c.at))
			return at.row;
	}
	ARRAY_ROOM(p->costs, p->cost_count, p->cost_cap);
	p->costs[p->cost_count++] = c;
	index_add(&p->cost_index, hash, (uint32_t)p->cost_count - 1);
	return values_new_row(&p->cost_values);
}

void profile_cost(struct profile *p, struct cost c, const int64_t *values)
{
	uint32_t row = cost_row(p, c);

	if (values)
		values_add_row(&p->cost_values, row, values);
}

/* --- arcs --- */

static bool arc_same(const struct arc *a, const struct arc *b)
{
	return a->thread == b->thread && a->caller == b->caller &&
	       a->callee == b->callee && place_eq(a->site, b->site) &&
	       place_eq(a->target, b->target) && a->rule == b->rule &&
	       a->valued == b->valued && a->self_known == b->self_known &&
	       a->running == b->running;
}

static uint32_t arc_row(struct profile *p, struct arc a)
{
	uint64_t hash = hash_mix((uint64_t)a.caller << 32 | a.callee,
				 place_hash(a.site) + place_hash(a.target) * 3 + a.thread);

	for (struct probe at = index_probe(&p->arc_index, hash);
	     index_next(&p->arc_index, &at);)
		if (arc_same(&p->arcs[at.row], &a))
			return at.row;
	ARRAY_ROOM(p->arcs, p->arc_count, p->arc_cap);
	p->arcs[p->arc_count] = a;
	p->arcs[p->arc_count].calls = p->arcs[p->arc_count].primitive = 0;
	index_add(&p->arc_index, hash, (uint32_t)p->arc_count);
	p->arc_count++;
	return values_new_row(&p->arc_values);
}

uint32_t profile_arc(struct profile *p, struct arc a, const int64_t *values,
		     const int64_t *self)
{
	uint32_t row;

	a.self_known = self != NULL;
	row = arc_row(p, a);
	i64_add_to(&p->arcs[row].calls, a.calls);
	i64_add_to(&p->arcs[row].primitive, a.primitive);
	if (values)
		values_add_row(&p->arc_values, row, values);
	if (self) {
		if (p->arc_self.rows <= row)
			values_resize(&p->arc_self, row + 1);
		values_add_row(&p->arc_self, row, self);
	}
	return row;
}

/* --- jumps --- */

void profile_jump(struct profile *p, struct jump j)
{
	uint64_t hash = hash_mix((uint64_t)j.from << 32 | j.to,
				 place_hash(j.at) + place_hash(j.target) * 3 + j.thread);
	struct jump *have;

	for (struct probe at = index_probe(&p->jump_index, hash);
	     index_next(&p->jump_index, &at);) {
		have = &p->jumps[at.row];
		if (have->thread == j.thread && have->from == j.from && have->to == j.to &&
		    have->conditional == j.conditional && place_eq(have->at, j.at) &&
		    place_eq(have->target, j.target)) {
			i64_add_to(&have->executed, j.executed);
			i64_add_to(&have->followed, j.followed);
			return;
		}
	}
	ARRAY_ROOM(p->jumps, p->jump_count, p->jump_cap);
	p->jumps[p->jump_count] = j;
	index_add(&p->jump_index, hash, (uint32_t)p->jump_count++);
}

/* --- totals --- */

void profile_total(struct profile *p, function_id f, int64_t calls, int64_t primitive,
		   const int64_t *inclusive)
{
	if (f >= p->total_count) {
		if (f >= p->total_cap)
			p->totals = alloc_grow(p->totals, &p->total_cap, (size_t)f + 1,
					       sizeof *p->totals);
		memset(p->totals + p->total_count, 0,
		       (f + 1 - p->total_count) * sizeof *p->totals);
		p->total_count = (size_t)f + 1;
		values_resize(&p->total_values, p->total_count);
	}
	p->totals[f].known = true;
	i64_add_to(&p->totals[f].calls, calls);
	i64_add_to(&p->totals[f].primitive, primitive);
	if (inclusive)
		values_add_row(&p->total_values, f, inclusive);
}
