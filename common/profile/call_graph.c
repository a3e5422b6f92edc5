/*
 * call_graph - costs, arcs, jumps and totals
 */
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/prefetch.h"
#include "common/base/hash.h"
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

static uint64_t cost_hash(const struct cost *c)
{
	return hash_mix((uint64_t)c->thread << 32 | c->function, place_hash(c->at));
}

static uint64_t row_hash(const struct profile *p, size_t row)
{
	struct cost c = profile_cost_row(p, row);

	return cost_hash(&c);
}

static bool row_is(const struct profile *p, size_t row, const struct cost *c)
{
	struct cost have = profile_cost_row(p, row);

	return have.thread == c->thread && have.function == c->function && place_eq(have.at, c->at);
}

/* Rows are added to the index when one is searched for, not when they are made. */
static uint32_t cost_row(struct profile *p, struct row_index *among, const struct cost *c)
{
	uint64_t hash = cost_hash(c);

	for (; among->end < p->cost_count; among->end++)
		index_add(&among->index, row_hash(p, among->end), (uint32_t)among->end);
	for (struct probe at = index_probe(&among->index, hash); index_next(&among->index, &at);)
		if (row_is(p, at.row, c))
			return at.row;
	return NO_ID;
}

/* Sets the address of the row that is about to be added, and 0 for earlier rows without one. */
static void add_address(struct profile *p, uint64_t address)
{
	size_t had = p->cost_address_count;

	if (p->cost_count >= p->cost_address_cap)
		p->cost_addresses = alloc_grow(p->cost_addresses, &p->cost_address_cap,
					       p->cost_count + 1, sizeof *p->cost_addresses);
	memset(p->cost_addresses + had, 0, (p->cost_count - had) * sizeof *p->cost_addresses);
	p->cost_addresses[p->cost_count] = address;
	p->cost_address_count = p->cost_count + 1;
}

uint32_t profile_new_cost(struct profile *p, struct cost c, const int64_t *values)
{
	if (c.at.address)
		add_address(p, c.at.address);
	ARRAY_ROOM(p->costs, p->cost_count, p->cost_cap);
	p->costs[p->cost_count++] = (struct cost_row){ c.thread, c.function, c.at.file, c.at.line };
	return values_append(&p->cost_values, values);
}

void profile_cost_among(struct profile *p, struct row_index *among, struct cost c,
			const int64_t *values)
{
	uint32_t row = cost_row(p, among, &c);

	if (row == NO_ID)
		profile_new_cost(p, c, values);
	else if (values)
		values_add_row(&p->cost_values, row, values);
}

void profile_cost(struct profile *p, struct cost c, const int64_t *values)
{
	profile_cost_among(p, &p->cost_rows, c, values);
}

/* --- arcs --- */

static bool arc_same(const struct arc *a, const struct arc *b)
{
	return a->thread == b->thread && a->caller == b->caller && a->callee == b->callee &&
	       place_eq(a->site, b->site) && place_eq(a->target, b->target) && a->rule == b->rule &&
	       a->values_known == b->values_known && a->self_known == b->self_known &&
	       a->running == b->running;
}

uint64_t profile_arc_hash(const struct arc *a)
{
	return hash_mix((uint64_t)a->caller << 32 | a->callee,
			place_hash(a->site) + place_hash(a->target) * 3 + a->thread);
}

static uint32_t arc_row(struct profile *p, struct row_index *among, const struct arc *a,
			uint64_t hash)
{
	for (; among->end < p->arc_count; among->end++)
		index_add(&among->index, profile_arc_hash(&p->arcs[among->end]),
			  (uint32_t)among->end);
	for (struct probe at = index_probe(&among->index, hash); index_next(&among->index, &at);)
		if (arc_same(&p->arcs[at.row], a))
			return at.row;
	return NO_ID;
}

static void add_arc_self(struct profile *p, uint32_t row, const int64_t *self)
{
	if (!self)
		return;
	if (p->arc_self.rows < row)
		values_resize(&p->arc_self, row);
	if (p->arc_self.rows == row)
		values_append(&p->arc_self, self);
	else
		values_add_row(&p->arc_self, row, self);
}

void profile_set_arc_self(struct profile *p, uint32_t row, const int64_t *self)
{
	if (p->arcs[row].self_known)
		return;
	p->arcs[row].self_known = true;
	if (p->arc_self.rows <= row)
		values_resize(&p->arc_self, (size_t)row + 1);
	values_set_row(&p->arc_self, row, self);
}

uint32_t profile_new_arc(struct profile *p, const struct arc *a, const int64_t *values,
			 const int64_t *self)
{
	uint32_t row = values_append(&p->arc_values, values);

	ARRAY_ROOM(p->arcs, p->arc_count, p->arc_cap);
	p->arcs[p->arc_count] = *a;
	p->arcs[p->arc_count++].self_known = self != NULL;
	add_arc_self(p, row, self);
	return row;
}

static uint32_t add_arc(struct profile *p, struct row_index *among, struct arc *a, uint64_t hash,
			const int64_t *values, const int64_t *self)
{
	uint32_t row;

	a->self_known = self != NULL;
	row = arc_row(p, among, a, hash);
	if (row == NO_ID)
		return profile_new_arc(p, a, values, self);
	i64_add_to(&p->arcs[row].calls, a->calls);
	i64_add_to(&p->arcs[row].primitive, a->primitive);
	if (values)
		values_add_row(&p->arc_values, row, values);
	add_arc_self(p, row, self);
	return row;
}

uint32_t profile_arc_among(struct profile *p, struct row_index *among, struct arc a,
			   const int64_t *values, const int64_t *self)
{
	return add_arc(p, among, &a, profile_arc_hash(&a), values, self);
}

uint32_t profile_arc(struct profile *p, struct arc a, const int64_t *values, const int64_t *self)
{
	return add_arc(p, &p->arc_rows, &a, profile_arc_hash(&a), values, self);
}

uint32_t profile_arc_hashed(struct profile *p, struct arc *a, uint64_t hash, const int64_t *values,
			    const int64_t *self)
{
	return add_arc(p, &p->arc_rows, a, hash, values, self);
}

void profile_prefetch_arc(const struct profile *p, uint64_t hash, enum prefetch_step what)
{
	const struct index *index = &p->arc_rows.index;
	struct probe at = index_probe(index, hash);

	if (!index->slots)
		return;
	if (what == PREFETCH_SLOT) {
		PREFETCH(&index->slots[at.slot]);
	} else if (index_next(index, &at)) {
		PREFETCH(&p->arcs[at.row]);
		values_prefetch(&p->arc_values, at.row);
		if (at.row < p->arc_self.rows)
			values_prefetch(&p->arc_self, at.row);
	}
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
		memset(p->totals + p->total_count, 0, (f + 1 - p->total_count) * sizeof *p->totals);
		p->total_count = (size_t)f + 1;
		values_resize(&p->total_values, p->total_count);
	}
	p->totals[f].known = true;
	i64_add_to(&p->totals[f].calls, calls);
	i64_add_to(&p->totals[f].primitive, primitive);
	if (inclusive)
		values_add_row(&p->total_values, f, inclusive);
}
