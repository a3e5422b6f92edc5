#include "common/transform/diff/difference_graph.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/profile/own_name.h"
#include "common/transform/callgraph/call_table.h"
#include "common/transform/diff/statistics.h"

/* What one run has of the calls from one row to another. */
struct call_numbers {
	uint32_t pair, run;
	int side;
	int64_t inclusive, calls;
};

struct call_pair {
	uint32_t caller, callee; /* rows */
};

struct grapher {
	struct difference_profile to;
	struct call_pair *pairs;
	size_t pair_count, pair_cap;
	struct index index;
	struct call_numbers *numbers;
	size_t count, cap;
	int64_t *series[2]; /* of one pair and side, by run: inclusive, calls */
	value_id calls[DIFF_SIDES];
};

/* --- the runs --- */

static uint32_t pair_of(struct grapher *k, uint32_t caller, uint32_t callee)
{
	uint64_t hash = hash_mix(caller, callee);

	for (struct probe at = index_probe(&k->index, hash); index_next(&k->index, &at);)
		if (k->pairs[at.row].caller == caller && k->pairs[at.row].callee == callee)
			return at.row;
	ARRAY_ROOM(k->pairs, k->pair_count, k->pair_cap);
	k->pairs[k->pair_count] = (struct call_pair){ caller, callee };
	index_add(&k->index, hash, (uint32_t)k->pair_count);
	return (uint32_t)k->pair_count++;
}

/* In the unit of the rows: a share, or the finest exponent of all runs. */
static int64_t unified(const struct grapher *k, const struct difference_run *run, uint32_t number,
		       int64_t value)
{
	const struct difference *d = k->to.d;
	int64_t result = value;

	if (d->shares)
		return diff_share(value, d->sides[run->side].runs[number].total);
	/* that it fits was found out when totals were */
	return i64_shift(value,
			 run->p->value_types[run->value].exponent -
				 d->values_of->value_types[0].exponent,
			 &result)
		       ? result
		       : value;
}

static void add_run(struct grapher *k, const struct difference_run *run, uint32_t number)
{
	uint32_t *rows = diff_rows_of(k->to.d, run->side, run->p);
	function_id *functions = difference_profile_functions(&k->to, run, rows);
	struct call_table t;

	call_table_make(&t, run->p, run->value, rows, k->to.d->row_count);
	for (uint32_t row = 0; row < t.count; row++)
		for (uint32_t i = t.first[row]; i < t.first[row + 1]; i++) {
			const struct call_arc *a = &t.arcs[i];

			ARRAY_ROOM(k->numbers, k->count, k->cap);
			k->numbers[k->count++] = (struct call_numbers){
				.pair = pair_of(k, a->caller, row),
				.run = number,
				.side = run->side,
				.inclusive = unified(k, run, number, a->inclusive),
				.calls = a->calls,
			};
		}
	call_table_free(&t);
	alloc_free(functions);
	alloc_free(rows);
}

/* --- the profile --- */

static void add_call_types(struct grapher *k)
{
	static const char *const names[] = { "base_calls", "new_calls" };
	static const char *const titles[] = { "calls in the base", "calls in the new profile" };
	struct profile *p = k->to.p;

	p->calls_sampled = !k->to.d->calls_known;
	for (int s = 0; s < DIFF_SIDES; s++)
		k->calls[s] =
			k->to.d->calls_known
				? profile_value_type(
					  p,
					  (struct value_type){
						  .name = profile_string(p, str_of(names[s])),
						  .title = profile_string(p, str_of(titles[s])) })
				: NO_ID;
}

static void set_pair(int64_t *values, int64_t base, int64_t new)
{
	values[DIFF_BASE] = base;
	values[DIFF_NEW] = new;
}

static void put_row(struct grapher *k, uint32_t row)
{
	const struct diff_row *r = &k->to.d->rows[row];
	const struct diff_pair *inclusive = &r->pairs[DIFF_INCLUSIVE];
	const struct diff_pair *calls = &r->pairs[DIFF_CALLS];
	function_id f = difference_profile_function(&k->to, row);
	struct profile *p = k->to.p;
	int64_t values[2 * DIFF_SIDES] = { 0 };
	int64_t most = calls->new ? calls->new : calls->base;

	for (int s = 0; s < DIFF_SIDES; s++)
		values[s] = difference_profile_self(&k->to, row, s);
	set_pair(values + DIFF_SIDES, calls->base, calls->new);
	profile_cost(p,
		     (struct cost){
			     .function = f,
			     .at.line = p->functions[f].line_inferred ? 0 : p->functions[f].line },
		     values);
	set_pair(values, inclusive->base, inclusive->new);
	profile_total(p, f, most, most, values);
}

static void put_rest(struct grapher *k)
{
	int64_t values[2 * DIFF_SIDES] = { difference_profile_rest(&k->to, DIFF_BASE),
					   difference_profile_rest(&k->to, DIFF_NEW) };
	struct function f = { .name = own_name(k->to.p, S(DIFFERENCE_REST), NULL) };
	function_id rest;

	if (!values[DIFF_BASE] && !values[DIFF_NEW])
		return;
	rest = profile_function(k->to.p, f);
	profile_cost(k->to.p, (struct cost){ .function = rest }, values);
	profile_total(k->to.p, rest, 0, 0, values);
}

static int compare_numbers(const void *left, const void *right)
{
	const struct call_numbers *a = left, *b = right;

	if (a->pair != b->pair)
		return a->pair < b->pair ? -1 : 1;
	if (a->side != b->side)
		return a->side - b->side;
	return (a->run > b->run) - (a->run < b->run);
}

/* The medians of one side from number `at` on; a run without such calls has 0. */
static size_t take_medians(struct grapher *k, size_t at, uint32_t pair, int side,
			   int64_t *inclusive, int64_t *calls)
{
	size_t runs = k->to.d->sides[side].run_count;

	memset(k->series[0], 0, runs * sizeof **k->series);
	memset(k->series[1], 0, runs * sizeof **k->series);
	for (; at < k->count && k->numbers[at].pair == pair && k->numbers[at].side == side; at++) {
		k->series[0][k->numbers[at].run] = k->numbers[at].inclusive;
		k->series[1][k->numbers[at].run] = k->numbers[at].calls;
	}
	*inclusive = statistics_median(k->series[0], runs);
	*calls = statistics_median(k->series[1], runs);
	return at;
}

static size_t put_pair(struct grapher *k, size_t at)
{
	uint32_t pair = k->numbers[at].pair;
	struct profile *p = k->to.p;
	struct arc a = {
		.caller = difference_profile_function(&k->to, k->pairs[pair].caller),
		.callee = difference_profile_function(&k->to, k->pairs[pair].callee),
		.values_known = true,
	};
	int64_t values[2 * DIFF_SIDES] = { 0 };

	for (int s = 0; s < DIFF_SIDES; s++)
		at = take_medians(k, at, pair, s, &values[s], &values[DIFF_SIDES + s]);
	a.calls = a.primitive = values[DIFF_SIDES + DIFF_NEW] ? values[DIFF_SIDES + DIFF_NEW]
							      : values[DIFF_SIDES + DIFF_BASE];
	if (a.calls || values[DIFF_BASE] || values[DIFF_NEW])
		profile_arc(p, a, values, NULL);
	return at;
}

static void put_graph(struct grapher *k)
{
	size_t most = k->to.d->sides[0].run_count > k->to.d->sides[1].run_count
			      ? k->to.d->sides[0].run_count
			      : k->to.d->sides[1].run_count;

	for (uint32_t row = 0; row < k->to.d->row_count; row++)
		put_row(k, row);
	put_rest(k);
	for (int i = 0; i < 2; i++)
		k->series[i] = alloc_zero(most, sizeof *k->series[i]);
	if (k->count)
		qsort(k->numbers, k->count, sizeof *k->numbers, compare_numbers);
	for (size_t at = 0; at < k->count;)
		at = put_pair(k, at);
}

struct profile *difference_graph(struct difference *d, const struct difference_run *runs,
				 size_t count)
{
	struct grapher k = { 0 };

	difference_profile_open(&k.to, d);
	add_call_types(&k);
	for (int side = DIFF_SIDES; side-- > 0;) {
		uint32_t number = 0;

		for (size_t i = 0; i < count; i++)
			if (runs[i].side == side) {
				add_run(&k, &runs[i], number++);
				k.to.p->arcs_estimated |= runs[i].p->arcs_estimated;
			}
	}
	put_graph(&k);
	alloc_free(k.pairs);
	alloc_free(k.numbers);
	alloc_free(k.series[0]);
	alloc_free(k.series[1]);
	index_free(&k.index);
	return difference_profile_close(&k.to);
}
