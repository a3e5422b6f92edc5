#include "common/transform/diff/difference_stacks.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/own_name.h"
#include "common/transform/reshape/idle.h"

/* What the runs of a side have, by stack and by row. */
struct joined_side {
	int64_t *weights; /* by stack: the sum of all runs */
	size_t cap;
	int64_t *whole;  /* by row: the sum of the weights, or of their sizes if they differ in
			     sign */
	int64_t *sizes;  /* by row: the sum of the sizes */
	int64_t *passed; /* by row: the weights of the stacks before */
};

struct joiner {
	struct difference_profile to;
	uint32_t *rows; /* by stack: the row of its last function, + 1 */
	size_t rows_cap;
	uint64_t *counts; /* by stack: samples of the runs */
	size_t counts_cap;
	struct joined_side sides[DIFF_SIDES];
};

/* --- stacks of a run --- */

static stack_id *map_stacks(struct joiner *k, const struct difference_run *run,
			    const uint32_t *rows)
{
	const struct stacks *s = &run->p->stacks;
	stack_id *to = alloc_zero(s->count, sizeof *to);
	function_id *functions = difference_profile_functions(&k->to, run, rows);

	for (stack_id id = 1; id < s->count; id++) {
		function_id f = functions[run->p->frames[s->frame[id]].function];
		frame_id frame = profile_frame(k->to.p, (struct frame){ .function = f });

		to[id] = stacks_push(&k->to.p->stacks, to[s->parent[id]], frame);
	}
	alloc_free(functions);
	return to;
}

/* --- weights --- */

/* Makes room for all stacks. */
static void grow(struct joiner *k)
{
	size_t n = k->to.p->stacks.count;

	while (k->rows_cap < n)
		k->rows = alloc_grow_zero(k->rows, &k->rows_cap, n, sizeof *k->rows);
	while (k->counts_cap < n)
		k->counts = alloc_grow_zero(k->counts, &k->counts_cap, n, sizeof *k->counts);
	for (int s = 0; s < DIFF_SIDES; s++)
		while (k->sides[s].cap < n)
			k->sides[s].weights = alloc_grow_zero(k->sides[s].weights, &k->sides[s].cap,
							      n, sizeof *k->sides[s].weights);
}

static double total_of(const struct difference_run *run)
{
	double total = 0;

	for (size_t i = 0; i < run->p->sample_count; i++)
		total += (double)values_row(&run->p->sample_values, i)[run->value];
	return total;
}

/* Shares weigh alike, however long the run was; values by what they are. */
static int64_t weight_of(const struct joiner *k, const struct difference_run *run, int64_t value,
			 double total)
{
	enum { PARTS = 1000000 }; /* of the smallest share that is told apart */
	int exponent = run->p->value_types[run->value].exponent;
	int finest = k->to.d->values_of->value_types[0].exponent;
	int64_t weight = value;

	if (k->to.d->shares)
		return total > 0 ? i64_nearest((double)value / total * (double)DIFF_WHOLE * PARTS)
				 : 0;
	/* that it fits was found out when totals were */
	return i64_shift(value, exponent - finest, &weight) ? weight : value;
}

static void add_run(struct joiner *k, const struct difference_run *run)
{
	uint32_t *rows = diff_rows_of(k->to.d, run->side, run->p);
	stack_id *stacks = map_stacks(k, run, rows);
	double total = total_of(run);

	grow(k);
	for (size_t i = 0; i < run->p->sample_count; i++) {
		const struct sample_row *s = &run->p->samples[i];
		int64_t value = values_row(&run->p->sample_values, i)[run->value];
		stack_id to = stacks[s->stack];
		uint32_t row;

		if (s->stack == EMPTY_STACK)
			continue;
		row = rows[run->p->frames[run->p->stacks.frame[s->stack]].function];
		if (row == NO_ID)
			continue; /* has no numbers of its own */
		k->rows[to] = row + 1;
		k->counts[to] += s->count;
		i64_add_to(&k->sides[run->side].weights[to], weight_of(k, run, value, total));
	}
	alloc_free(stacks);
	alloc_free(rows);
}

static int64_t size_of(int64_t weight)
{
	return weight < 0 ? weight == INT64_MIN ? INT64_MAX : -weight : weight;
}

static void add_up(struct joiner *k, int side)
{
	struct joined_side *s = &k->sides[side];
	size_t rows = k->to.d->row_count;

	s->whole = alloc_zero(rows, sizeof *s->whole);
	s->sizes = alloc_zero(rows, sizeof *s->sizes);
	s->passed = alloc_zero(rows, sizeof *s->passed);
	for (stack_id id = 1; id < k->to.p->stacks.count; id++) {
		if (!k->rows[id])
			continue;
		i64_add_to(&s->whole[k->rows[id] - 1], s->weights[id]);
		i64_add_to(&s->sizes[k->rows[id] - 1], size_of(s->weights[id]));
	}
}

/* --- values --- */

/*
 * The stack's part of its function's value: the difference of the parts before and behind it,
 * so that all add up. With one run it is the value itself.
 */
static int64_t part_of(struct joiner *k, stack_id id, int side)
{
	struct joined_side *s = &k->sides[side];
	uint32_t row = k->rows[id] - 1;
	int64_t value = difference_profile_self(&k->to, row, side), before = s->passed[row];
	bool mixed = size_of(s->whole[row]) != s->sizes[row];
	double whole = (double)(mixed ? s->sizes[row] : s->whole[row]);

	if (!k->to.d->shares && s->whole[row] == value)
		return s->weights[id];
	if (!s->sizes[row])
		return 0;
	i64_add_to(&s->passed[row], mixed ? size_of(s->weights[id]) : s->weights[id]);
	return i64_nearest((double)value * ((double)s->passed[row] / whole)) -
	       i64_nearest((double)value * ((double)before / whole));
}

static void put_values(struct joiner *k, stack_id stack, uint64_t count, const int64_t *values)
{
	if (values[DIFF_BASE] || values[DIFF_NEW])
		profile_sample_row(k->to.p, (struct sample){ .stack = stack, .count = count },
				   values);
}

/* A function that has a value and no stack is a root. */
static void put_lone(struct joiner *k)
{
	for (uint32_t row = 0; row < k->to.d->row_count; row++) {
		int64_t values[DIFF_SIDES] = { 0 };
		frame_id frame;

		for (int s = 0; s < DIFF_SIDES; s++)
			if (!k->sides[s].sizes[row])
				values[s] = difference_profile_self(&k->to, row, s);
		if (!values[DIFF_BASE] && !values[DIFF_NEW])
			continue;
		frame = profile_frame(k->to.p,
				      (struct frame){
					      .function = difference_profile_function(&k->to,
										      row) });
		put_values(k, stacks_push(&k->to.p->stacks, EMPTY_STACK, frame), 0, values);
	}
}

/* --- what medians leave --- */

static size_t depth_of(const struct stacks *s, stack_id id)
{
	size_t depth = 0;

	for (; id != EMPTY_STACK; id = s->parent[id])
		depth++;
	return depth;
}

/* The frames that two stacks have in common. */
static stack_id common_stack(const struct stacks *s, stack_id a, stack_id b)
{
	size_t x = depth_of(s, a), y = depth_of(s, b);

	for (; x > y; x--)
		a = s->parent[a];
	for (; y > x; y--)
		b = s->parent[b];
	while (a != b) {
		a = s->parent[a];
		b = s->parent[b];
	}
	return a;
}

static stack_id trunk_of(const struct profile *p)
{
	stack_id trunk = EMPTY_STACK, idle = idle_stack(p);
	bool any = false;

	for (size_t i = 0; i < p->sample_count; i++) {
		stack_id stack = p->samples[i].stack;

		if (stack == idle)
			continue;
		trunk = any ? common_stack(&p->stacks, trunk, stack) : stack;
		any = true;
	}
	return trunk;
}

static void put_rest(struct joiner *k)
{
	int64_t values[DIFF_SIDES] = { difference_profile_rest(&k->to, DIFF_BASE),
				       difference_profile_rest(&k->to, DIFF_NEW) };
	struct function f = { .name = own_name(k->to.p, S(DIFFERENCE_REST), NULL) };
	frame_id frame;

	if (!values[DIFF_BASE] && !values[DIFF_NEW])
		return;
	frame = profile_frame(k->to.p, (struct frame){ .function = profile_function(k->to.p, f) });
	put_values(k, stacks_push(&k->to.p->stacks, trunk_of(k->to.p), frame), 0, values);
}

/* --- the profile --- */

static void put_samples(struct joiner *k)
{
	for (int s = 0; s < DIFF_SIDES; s++)
		add_up(k, s);
	for (stack_id id = 1; id < k->to.p->stacks.count; id++) {
		int64_t values[DIFF_SIDES];

		if (!k->rows[id])
			continue;
		for (int s = 0; s < DIFF_SIDES; s++)
			values[s] = part_of(k, id, s);
		put_values(k, id, k->counts[id], values);
	}
	put_lone(k);
	put_rest(k);
}

static void free_joiner(struct joiner *k)
{
	alloc_free(k->rows);
	alloc_free(k->counts);
	for (int s = 0; s < DIFF_SIDES; s++) {
		alloc_free(k->sides[s].weights);
		alloc_free(k->sides[s].whole);
		alloc_free(k->sides[s].sizes);
		alloc_free(k->sides[s].passed);
	}
}

struct profile *difference_stacks(struct difference *d, const struct difference_run *runs,
				  size_t count)
{
	struct joiner k = { 0 };

	difference_profile_open(&k.to, d);
	for (int side = DIFF_SIDES; side-- > 0;)
		for (size_t i = 0; i < count; i++)
			if (runs[i].side == side) {
				add_run(&k, &runs[i]);
				k.to.p->estimated |= runs[i].p->estimated;
			}
	put_samples(&k);
	free_joiner(&k);
	return difference_profile_close(&k.to);
}
