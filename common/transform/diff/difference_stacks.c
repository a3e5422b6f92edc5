#include "common/transform/diff/difference_stacks.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"

struct joiner {
	struct difference *d;
	struct profile *p;
	function_id *function_of_row; /* NO_ID: not made yet */
	value_id values[DIFF_SIDES];
	int64_t factors[DIFF_SIDES];
	double parts[DIFF_SIDES]; /* if shares are compared: the factor of one unit of
					   value */
	bool overflow;
};

static size_t common_divisor(size_t a, size_t b)
{
	while (b) {
		size_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static function_id copy_function(struct joiner *k, const struct profile *from, function_id f)
{
	struct function fn = profile_function_at(from, f);

	fn.name = profile_string(k->p, profile_text(from, fn.name));
	fn.file = profile_string(k->p, profile_text(from, fn.file));
	fn.object = profile_string(k->p, profile_text(from, fn.object));
	fn.system = profile_string(k->p, profile_text(from, fn.system));
	return profile_function(k->p, fn);
}

/* New runs come first, so that a row has the function of the new side. */
static function_id *map_functions(struct joiner *k, const struct stacks_run *run)
{
	uint32_t *rows = diff_rows_of(k->d, run->side, run->p);
	function_id *to = alloc_zero(run->p->function_count, sizeof *to);

	for (function_id f = 0; f < run->p->function_count; f++) {
		if (rows[f] != NO_ID && k->function_of_row[rows[f]] == NO_ID)
			k->function_of_row[rows[f]] = copy_function(k, run->p, f);
		to[f] = rows[f] == NO_ID ? copy_function(k, run->p, f)
					 : k->function_of_row[rows[f]];
	}
	alloc_free(rows);
	return to;
}

static stack_id *map_stacks(struct joiner *k, const struct stacks_run *run)
{
	const struct stacks *s = &run->p->stacks;
	stack_id *to = alloc_zero(s->count, sizeof *to);
	function_id *functions = map_functions(k, run);

	for (stack_id id = 1; id < s->count; id++) {
		function_id f = functions[run->p->frames[s->frame[id]].function];
		frame_id frame = profile_frame(k->p, (struct frame){ .function = f });

		to[id] = stacks_push(&k->p->stacks, to[s->parent[id]], frame);
	}
	alloc_free(functions);
	return to;
}

/* Parts of the whole, rounded so that they add up to it: by the sums before and after. */
static int64_t part_of(double before, double behind, double parts)
{
	double from = floor(before * parts + 0.5), to = floor(behind * parts + 0.5);

	return fabs(from) < 1e18 && fabs(to) < 1e18 ? (int64_t)to - (int64_t)from : 0;
}

static int64_t scaled(struct joiner *k, const struct stacks_run *run, int64_t value)
{
	struct decimal d = profile_decimal(run->p, run->value, value, 0);
	int64_t exact;

	if (!profile_number(k->p, k->values[run->side], d, &exact) ||
	    (exact && (exact > INT64_MAX / k->factors[run->side] ||
		       exact < INT64_MIN / k->factors[run->side]))) {
		k->overflow = true;
		return 0;
	}
	return exact * k->factors[run->side];
}

static void add_run(struct joiner *k, const struct stacks_run *run, thread_id t)
{
	stack_id *stacks = map_stacks(k, run);
	double before = 0;

	for (size_t i = 0; i < run->p->sample_count; i++) {
		int64_t value = values_row(&run->p->sample_values, i)[run->value];
		double behind = before + (double)value;

		if (k->d->shares)
			value = part_of(before, behind, k->parts[run->side]);
		else
			value = scaled(k, run, value);
		before = behind;
		profile_sample(k->p, t, stacks[run->p->samples[i].stack], k->values[run->side],
			       value, run->p->samples[i].count);
	}
	alloc_free(stacks);
}

static double total_of(const struct stacks_run *run)
{
	double total = 0;

	for (size_t i = 0; i < run->p->sample_count; i++)
		total += (double)values_row(&run->p->sample_values, i)[run->value];
	return total;
}

/* Each run gets the same part of the whole of its side, as far as it is divisible. */
static void find_parts(struct joiner *k, const struct stacks_run *run)
{
	double total = total_of(run), runs = (double)k->d->sides[run->side].run_count;

	k->parts[run->side] = total > 0 ? (double)STACKS_WHOLE / runs / total : 0;
}

static void add_value_types(struct joiner *k)
{
	static const char *const names[] = { "base", "new" };

	for (int s = 0; s < DIFF_SIDES; s++)
		k->values[s] = profile_value_type(
			k->p, (struct value_type){
				      .name = profile_string(k->p, str_of(names[s])),
				      .unit = k->d->shares ? UNIT_NONE
							   : k->d->values_of->value_types[0].unit,
				      .counts = k->d->shares });
}

struct profile *difference_stacks(struct difference *d, const struct stacks_run *runs, size_t count)
{
	size_t base = d->sides[DIFF_BASE].run_count, new = d->sides[DIFF_NEW].run_count;
	size_t divisor = common_divisor(base, new);
	struct joiner k = { .d = d, .p = profile_new() };
	thread_id t = profile_thread(k.p, (struct thread){ 0 });

	k.factors[DIFF_BASE] = (int64_t)(new / divisor);
	k.factors[DIFF_NEW] = (int64_t)(base / divisor);
	k.function_of_row = alloc_zero(d->row_count, sizeof *k.function_of_row);
	for (size_t i = 0; i < d->row_count; i++)
		k.function_of_row[i] = NO_ID;
	add_value_types(&k);
	for (int side = DIFF_SIDES; side-- > 0;)
		for (size_t i = 0; i < count; i++) {
			if (runs[i].side != side)
				continue;
			find_parts(&k, &runs[i]);
			add_run(&k, &runs[i], t);
			k.p->estimated |= runs[i].p->estimated;
		}
	alloc_free(k.function_of_row);
	if (!k.overflow && profile_status(k.p, "the difference") == 0)
		return k.p;
	if (k.overflow)
		diag_error("values too large to be added up");
	profile_free(k.p);
	return NULL;
}
