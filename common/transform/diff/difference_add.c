/* difference_add - adds the numbers of a run, function by function */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/hash.h"
#include "common/transform/diff/difference.h"
#include "common/transform/callgraph/flat_profile.h"

struct difference *difference_new(void)
{
	struct difference *d = alloc_zero(1, sizeof *d);

	strings_init(&d->strings);
	return d;
}

void difference_free(struct difference *d)
{
	if (!d)
		return;
	for (int s = 0; s < DIFF_SIDES; s++) {
		alloc_free(d->sides[s].runs);
		alloc_free(d->sides[s].entries);
		alloc_free(d->sides[s].numbers);
		index_free(&d->sides[s].index);
		alloc_free(d->row_of[s]);
	}
	strings_free(&d->strings);
	alloc_free(d->rows);
	profile_free(d->values_of);
	alloc_free(d);
}

/* --- a run --- */

/* Whether all samples have about the same weight; aggregated times do not. */
static bool is_regular(const struct profile *p, value_id v)
{
	enum { MIN_SAMPLES = 20 };
	double total = 0, count = 0, regular = 0;

	for (size_t i = 0; i < p->sample_count; i++) {
		total += (double)values_row(&p->sample_values, i)[v];
		count += (double)p->samples[i].count;
	}
	if (count < MIN_SAMPLES || total <= 0)
		return false;
	for (size_t i = 0; i < p->sample_count; i++) {
		double n = (double)p->samples[i].count;
		double value = (double)values_row(&p->sample_values, i)[v];

		if (value * count >= total * n / 2 && value * count <= total * n * 2)
			regular += n;
	}
	return regular >= 0.9 * count;
}

enum diff_measurement diff_measurement_of(const struct profile *p, value_id v)
{
	const struct value_type *type = &p->value_types[v];

	if (type->unit == UNIT_BYTES)
		return DIFF_COUNTED;
	if (type->unit == UNIT_NONE)
		return type->counts || str_eq(profile_text(p, type->name), S("samples"))
			       ? DIFF_SAMPLED
			       : DIFF_COUNTED;
	for (size_t i = 0; i < p->time_range_count; i++)
		if (p->time_ranges[i].call_events)
			return DIFF_TIMED;
	return is_regular(p, v) ? DIFF_SAMPLED : DIFF_TIMED;
}

/* callgrind's f'2 is f, called by itself: its values are part of f's inclusive value. */
static struct str without_level(struct str name, bool *recursive)
{
	size_t n = name.n;

	while (n && name.p[n - 1] >= '0' && name.p[n - 1] <= '9')
		n--;
	*recursive = n > 1 && n < name.n && name.p[n - 1] == '\'';
	return *recursive ? str_head(name, n - 1) : name;
}

uint32_t diff_entry(struct diff_side *side, struct diff_entry e)
{
	uint64_t hash = hash_mix(hash_mix(e.name, e.location), e.line);

	for (struct probe at = index_probe(&side->index, hash); index_next(&side->index, &at);) {
		const struct diff_entry *there = &side->entries[at.row];

		if (there->name == e.name && there->location == e.location && there->line == e.line)
			return at.row;
	}
	ARRAY_ROOM(side->entries, side->entry_count, side->entry_cap);
	side->entries[side->entry_count] = e;
	index_add(&side->index, hash, (uint32_t)side->entry_count);
	return (uint32_t)side->entry_count++;
}

static void add_numbers(struct diff_side *side, struct diff_numbers f)
{
	ARRAY_ROOM(side->numbers, side->numbers_count, side->numbers_cap);
	side->numbers[side->numbers_count++] = f;
}

/* The words of pstat and valgrind for "no file" are ignored. */
static struct diff_entry make_entry(struct difference *d, struct str name, struct str location,
				    uint32_t line, bool *recursive)
{
	if (str_eq(location, S("~")) || str_eq(location, S("???")))
		location.n = 0;
	return (struct diff_entry){ strings_add(&d->strings, without_level(name, recursive)),
				    strings_add(&d->strings, location), line };
}

/*
 * The samples whose last frame is the function; in sampled profiles the calls have the others.
 */
static void add_self_samples(struct difference *d, struct diff_side *side, const struct profile *p,
			     bool lines)
{
	int64_t *counts = alloc_zero(p->function_count, sizeof *counts);
	uint32_t run = (uint32_t)side->run_count - 1;
	bool recursive;

	for (size_t i = 0; i < p->sample_count; i++) {
		stack_id stack = p->samples[i].stack;

		if (stack != EMPTY_STACK)
			counts[p->frames[p->stacks.frame[stack]].function] +=
				(int64_t)p->samples[i].count;
		side->runs[run].samples += (int64_t)p->samples[i].count;
	}
	for (function_id f = 0; f < p->function_count; f++) {
		uint32_t line = lines ? p->functions[f].line : 0;
		struct diff_entry e;

		if (!counts[f])
			continue;
		e = make_entry(d, function_name(p, f), function_location(p, f), line, &recursive);
		add_numbers(side, (struct diff_numbers){ .entry = diff_entry(side, e),
							 .run = run,
							 .self_samples = counts[f] });
	}
	alloc_free(counts);
}

/*
 * callgrind does not record the line where a function begins; that of its first cost may move.
 */
static bool has_lines(const struct profile *p)
{
	for (function_id f = 0; f < p->function_count; f++)
		if (p->functions[f].line_inferred)
			return false;
	return !p->line_functions;
}

/* Converts values in 10^exponent to numbers of samples. */
static int64_t whole(int64_t value, int exponent)
{
	for (; exponent < 0; exponent++)
		value /= 10;
	return value;
}

/* Of its callers; without any, of itself and its callees. */
static uint32_t inclusive_parts(const struct flat_profile *f, uint32_t row)
{
	uint32_t callers = f->table.first[row + 1] - f->table.first[row];

	return callers ? callers : f->callees.first[row + 1] - f->callees.first[row] + 1;
}

/* The unit that a file counts time in whole numbers of; 1 if there is none. */
static int64_t unit_of_time(const struct profile *p, value_id v)
{
	const struct value_type *type = &p->value_types[v];
	const struct values *tables[] = { &p->cost_values, &p->arc_values };
	int64_t unit = 1;

	if (!p->whole_units || type->unit != UNIT_TIME || type->source_scale <= 0 ||
	    !i64_shift(1, type->source_scale, &unit))
		return 1;
	for (int t = 0; t < 2; t++)
		for (size_t row = 0; row < tables[t]->rows; row++)
			if (values_row(tables[t], row)[v] % unit)
				return 1;
	return unit;
}

/* What values were before they were scaled: as numbers of samples, only these say how sure they are. */
static int64_t before_scaling(int64_t samples, const struct diff_run *run)
{
	struct factor back = { run->scaled.denominator, run->scaled.numerator };
	bool rounded;

	if (back.denominator > 0 && !factor_apply(back, samples, &samples, &rounded))
		return 0;
	return samples;
}

static void add_numbers_of_run(struct difference *d, struct diff_side *side,
			       const struct flat_profile *f, bool lines, bool bare)
{
	uint32_t run = (uint32_t)side->run_count - 1;
	int exponent = side->runs[run].exponent;
	const struct diff_run *of = &side->runs[run];

	for (uint32_t i = 0; i < f->count; i++) {
		const struct call_row *r = &f->table.rows[i];
		bool recursive;
		struct diff_entry e = make_entry(d, f->rows[i].name, f->rows[i].location,
						 lines ? f->rows[i].line : 0, &recursive);
		struct diff_numbers numbers = {
			.entry = diff_entry(side, e),
			.run = run,
			.self = r->self,
			.inclusive = recursive ? 0 : r->inclusive,
			.calls = f->calls_known ? r->calls : 0,
			.self_samples = bare ? before_scaling(whole(r->self, exponent), of) : 0,
			.inclusive_samples = bare ? before_scaling(whole(r->inclusive, exponent),
								   of)
						  : r->calls,
			.parts = inclusive_parts(f, i),
			.uncounted = f->calls_known && !r->calls && r->inclusive,
		};

		add_numbers(side, numbers);
	}
}

static int check_type(struct difference *d, struct diff_side *side, const struct profile *p,
		      value_id v)
{
	const struct value_type *type = &p->value_types[v];
	struct str name = profile_text(p, type->name);

	if (!side->run_count) {
		side->value_name = strings_add(&d->strings, name);
		side->unit = type->unit;
		side->source_scale = type->source_scale;
		return 0;
	}
	if (side->unit == type->unit && str_eq(strings_text(&d->strings, side->value_name), name))
		return 0;
	return diag_error("runs of one side with different value types: %s and %s",
			  diag_quote(strings_text(&d->strings, side->value_name)),
			  diag_quote(name));
}

int difference_add(struct difference *d, int which, const struct profile *p, value_id v,
		   const enum diff_measurement *kind, struct factor scaled)
{
	struct diff_side *side = &d->sides[which];
	struct diff_run run = { .kind = kind ? *kind : diff_measurement_of(p, v),
				.exponent = p->value_types[v].exponent,
				.scaled = scaled,
				.unit = unit_of_time(p, v) };
	bool lines = has_lines(p), bare = p->value_types[v].unit == UNIT_NONE;
	struct flat_profile f;

	if (check_type(d, side, p, v) < 0)
		return -1;
	flat_profile_make(&f, p, v);
	run.total = f.total;
	run.calls_known = f.calls_known;
	run.samples = bare ? before_scaling(whole(f.total, run.exponent), &run) : 0;
	side->kind = side->run_count && side->kind != run.kind ? DIFF_TIMED : run.kind;
	ARRAY_ROOM(side->runs, side->run_count, side->run_cap);
	side->runs[side->run_count++] = run;
	add_numbers_of_run(d, side, &f, lines, bare);
	if (!bare && run.kind == DIFF_SAMPLED)
		add_self_samples(d, side, p, lines);
	flat_profile_free(&f);
	return 0;
}

/* --- the way back: from a run's functions to rows --- */

uint32_t *diff_rows_of(struct difference *d, int side, const struct profile *p)
{
	uint32_t *rows = alloc_zero(p->function_count, sizeof *rows);
	bool lines = has_lines(p), recursive;

	for (function_id f = 0; f < p->function_count; f++) {
		struct diff_entry e = make_entry(d, function_name(p, f), function_location(p, f),
						 lines ? p->functions[f].line : 0, &recursive);
		uint32_t entry = diff_entry(&d->sides[side], e);

		rows[f] = entry < d->row_of_count[side] ? d->row_of[side][entry] : NO_ID;
	}
	return rows;
}
