/* explain/workers - own values of each worker, and what they leave to the leader */
#include "common/base/alloc.h"
#include "common/base/num.h"
#include "converters/explain/fit.h"
#include "converters/explain/spread.h"

/* The entry for the same worker in the node above, or NO_NODE. */
static uint32_t entry_above(const struct plan_spread *s, uint32_t node, uint32_t number)
{
	const struct plan_node *above;
	uint32_t low, high;

	if (!node || plan_is_region(&s->nodes[node]))
		return NO_NODE;
	above = &s->nodes[plan_parent(s, node)];
	low = above->first_worker;
	high = low + above->worker_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (s->plans->workers[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < above->first_worker + above->worker_count &&
			       s->plans->workers[low].number == number
		       ? low - s->first_worker
		       : NO_NODE;
}

/* As fit_column() does it, on the tree of what one worker did; `above` is of each entry. */
static void fit_workers(struct plan_spread *s, enum plan_column c, const uint32_t *above)
{
	struct fit *fits = alloc_zero(s->worker_count, sizeof *fits);
	const struct plan_worker *workers = s->plans->workers + s->first_worker;

	s->worker_self[c] = alloc_zero(s->worker_count, sizeof **s->worker_self);
	for (uint32_t e = 0; e < s->worker_count; e++)
		if (above[e] != NO_NODE)
			fits[above[e]].sum += workers[e].values[c];
	for (uint32_t e = 0; e < s->worker_count; e++) {
		struct fit *f = &fits[e];

		f->said = workers[e].values[c];
		f->whole = above[e] == NO_NODE ? f->said : fit_part(&fits[above[e]], f->said);
		s->worker_self[c][e] = fit_rest(f);
		if (f->sum > f->said && c == PLAN_TIME)
			s->rounding += f->sum - f->said;
	}
	alloc_free(fits);
}

/* Blocks, records and bytes of a node include those of its workers, which have their own rows. */
static void take_from_leader(struct plan_spread *s, enum plan_column c)
{
	for (uint32_t i = 0; i < s->count; i++)
		for (uint32_t w = 0; w < s->nodes[i].worker_count; w++) {
			int64_t *self =
				&s->worker_self[c][s->nodes[i].first_worker - s->first_worker + w];

			if (*self > s->self[c][i]) {
				s->beyond_count += c != PLAN_ROWS;
				*self = s->self[c][i];
			}
			s->self[c][i] -= *self;
		}
}

void plan_spread_workers(struct plan_spread *s)
{
	uint32_t *above;

	s->first_worker = s->nodes[0].first_worker;
	for (uint32_t i = 0; i < s->count; i++)
		s->worker_count += s->nodes[i].worker_count;
	if (!s->worker_count)
		return;
	above = alloc_zero(s->worker_count, sizeof *above);
	for (uint32_t i = 0; i < s->count; i++)
		for (uint32_t w = 0; w < s->nodes[i].worker_count; w++) {
			uint32_t entry = s->nodes[i].first_worker + w;

			above[entry - s->first_worker] =
				entry_above(s, i, s->plans->workers[entry].number);
		}
	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++) {
		if (!s->used[c] || c == PLAN_COST)
			continue;
		if (c == PLAN_ROWS) {
			s->worker_self[c] = alloc_zero(s->worker_count, sizeof **s->worker_self);
			for (uint32_t e = 0; e < s->worker_count; e++)
				s->worker_self[c][e] =
					s->plans->workers[s->first_worker + e].values[c];
		} else {
			fit_workers(s, c, above);
		}
		if (c != PLAN_TIME)
			take_from_leader(s, c);
	}
	alloc_free(above);
}
