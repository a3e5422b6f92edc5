#include "common/transform/diff/difference.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/transform/diff/statistics.h"

/* --- folding: what one side cannot tell apart is one on both --- */

struct folding {
	bool locations, lines; /* both sides know them */
	uint32_t *folded[DIFF_SIDES];
};

static void find_folding(const struct difference *d, struct folding *f)
{
	f->locations = f->lines = true;
	for (int s = 0; s < DIFF_SIDES; s++) {
		bool locations = false, lines = false;

		for (size_t i = 0; i < d->sides[s].entry_count; i++) {
			locations |= d->sides[s].entries[i].location != 0;
			lines |= d->sides[s].entries[i].line != 0;
		}
		f->locations &= locations;
		f->lines &= lines && locations;
	}
}

/* Adds the folded entry to the side, where it may exist already. */
static void fold(struct difference *d, struct folding *f)
{
	find_folding(d, f);
	for (int s = 0; s < DIFF_SIDES; s++) {
		struct diff_side *side = &d->sides[s];
		size_t count = side->entry_count;

		f->folded[s] = alloc_zero(count, sizeof *f->folded[s]);
		for (size_t i = 0; i < count; i++) {
			struct diff_entry e = side->entries[i];

			e.location = f->locations ? e.location : 0;
			e.line = f->lines ? e.line : 0;
			f->folded[s][i] = diff_entry(side, e);
		}
		f->folded[s] = alloc_resize(f->folded[s], side->entry_count + 1,
					    sizeof *f->folded[s]);
		for (size_t i = count; i < side->entry_count; i++)
			f->folded[s][i] = (uint32_t)i;
	}
}

/* --- the grid: figures by entry and run --- */

struct diff_series {
	int64_t *values; /* of one figure, by run */
	size_t count;
};

struct grid {
	const struct diff_side *side;
	struct diff_numbers *cells;
	int64_t *columns[DIFF_MEASURES];
};

static struct diff_numbers *cell(const struct grid *g, uint32_t entry, uint32_t run)
{
	return &g->cells[(size_t)entry * g->side->run_count + run];
}

static void make_grid(struct grid *g, const struct diff_side *side, const uint32_t *folded)
{
	*g = (struct grid){ .side = side };
	g->cells = alloc_zero(side->entry_count * side->run_count, sizeof *g->cells);
	for (int m = 0; m < DIFF_MEASURES; m++)
		g->columns[m] = alloc_zero(side->run_count, sizeof *g->columns[m]);
	for (size_t i = 0; i < side->numbers_count; i++) {
		const struct diff_numbers *f = &side->numbers[i];
		struct diff_numbers *to = cell(g, folded[f->entry], f->run);

		i64_add_to(&to->self, f->self);
		i64_add_to(&to->inclusive, f->inclusive);
		i64_add_to(&to->calls, f->calls);
		i64_add_to(&to->self_samples, f->self_samples);
		i64_add_to(&to->inclusive_samples, f->inclusive_samples);
		to->parts += f->parts;
		to->uncounted |= f->uncounted;
	}
	for (uint32_t i = 0; i < side->entry_count; i++)
		for (uint32_t run = 0; run < side->run_count; run++) {
			struct diff_numbers *c = cell(g, i, run);
			int64_t max = side->runs[run].total;

			/* folded functions may have called each other */
			if (c->inclusive > max && c->self <= max)
				c->inclusive = max;
		}
}

static void free_grid(struct grid *g)
{
	alloc_free(g->cells);
	for (int m = 0; m < DIFF_MEASURES; m++)
		alloc_free(g->columns[m]);
}

#define MAX_SHARE 1e18

/* If negative values cancel others out, a share may be any number. */
int64_t diff_share(int64_t value, int64_t total)
{
	double share = total ? (double)value / (double)total * (double)DIFF_WHOLE : 0;

	if (share > MAX_SHARE || share < -MAX_SHARE)
		return share < 0 ? -(int64_t)MAX_SHARE : (int64_t)MAX_SHARE;
	return (int64_t)(share < 0 ? share - 0.5 : share + 0.5);
}

/* Fills the columns of an entry; a missing entry is all zeros. */
static void read_columns(struct grid *g, uint32_t entry, bool shares)
{
	for (uint32_t run = 0; run < g->side->run_count; run++) {
		int64_t total = g->side->runs[run].total;
		struct diff_numbers none = { 0 };
		const struct diff_numbers *c = entry == NO_ID ? &none : cell(g, entry, run);

		g->columns[DIFF_SELF][run] = shares ? diff_share(c->self, total) : c->self;
		g->columns[DIFF_INCLUSIVE][run] = shares ? diff_share(c->inclusive, total)
							 : c->inclusive;
		g->columns[DIFF_CALLS][run] = c->calls;
		g->columns[DIFF_SHARE][run] = diff_share(c->self, total);
	}
}

/* --- evidence --- */

static bool all_equal(struct diff_series s)
{
	for (size_t i = 1; i < s.count; i++)
		if (s.values[i] != s.values[0])
			return false;
	return true;
}

static int sign_of(double x)
{
	return (x > 0) - (x < 0);
}

/* A test of shares counts only for a change in the same direction. */
static double sampled_p(const struct diff_numbers *a, int64_t all_a, const struct diff_numbers *b,
			int64_t all_b, bool inclusive, int64_t change)
{
	int64_t x = inclusive ? a->inclusive_samples : a->self_samples;
	int64_t y = inclusive ? b->inclusive_samples : b->self_samples;
	double moved = (double)y / (double)(all_b ? all_b : 1) -
		       (double)x / (double)(all_a ? all_a : 1);

	return sign_of(moved) == sign_of((double)change)
		       ? statistics_two_proportions(x, all_a, y, all_b)
		       : 1;
}

static void judge(const struct difference *d, struct diff_pair *pair, enum diff_measure measure,
		  struct diff_series base, struct diff_series new, const struct diff_numbers *a,
		  const struct diff_numbers *b)
{
	bool counted = measure == DIFF_CALLS || d->kind == DIFF_COUNTED;

	pair->base = statistics_median(base.values, base.count);
	pair->new = statistics_median(new.values, new.count);
	pair->p = pair->q = 1;
	if (measure == DIFF_CALLS && !d->calls_known) {
		pair->evidence = DIFF_NOTHING;
	} else if (counted && all_equal(base) && all_equal(new)) {
		pair->evidence = DIFF_EXACT;
	} else if (base.count + new.count > 2) {
		pair->evidence = DIFF_TESTED;
		pair->p = statistics_mann_whitney(base.values, base.count, new.values, new.count);
	} else if (d->kind == DIFF_SAMPLED && a) {
		pair->evidence = DIFF_TESTED;
		pair->p = sampled_p(a, d->sides[DIFF_BASE].runs[0].samples, b,
				    d->sides[DIFF_NEW].runs[0].samples, measure == DIFF_INCLUSIVE,
				    diff_change(pair));
	} else {
		pair->evidence = DIFF_ONE_RUN;
	}
}

/* A difference within so many units of the coarser side is none. */
static void level(const struct difference *d, struct diff_pair *pair, uint64_t parts)
{
	int64_t change = diff_change(pair);
	uint64_t size = change < 0 ? 0 - (uint64_t)change : (uint64_t)change;

	if (!d->grain || size / (uint64_t)d->grain > parts ||
	    (size / (uint64_t)d->grain == parts && size % (uint64_t)d->grain))
		return;
	if (d->coarse == DIFF_BASE)
		pair->base = pair->new;
	else
		pair->new = pair->base;
}

/* What nobody is known to have called was called all the same: pstat counts it, callgrind not. */
static void level_calls(struct diff_pair *pair, const struct diff_numbers *a,
			const struct diff_numbers *b)
{
	if (a->uncounted && !pair->base)
		pair->base = pair->new;
	else if (b->uncounted && !pair->new)
		pair->new = pair->base;
}

int64_t diff_change(const struct diff_pair *pair)
{
	int64_t change = pair->new;

	if (pair->base == INT64_MIN)
		return INT64_MAX;
	i64_add_to(&change, -pair->base);
	return change;
}

int64_t diff_weight(const struct diff_row *row, enum diff_measure measure)
{
	const struct diff_pair *share = &row->pairs[DIFF_SHARE];

	if (measure == DIFF_INCLUSIVE || measure == DIFF_CALLS)
		return row->inclusive_share;
	return share->base > share->new ? share->base : share->new;
}

static void find_q(struct difference *d, enum diff_measure measure, double min_share)
{
	double *p = alloc_zero(d->row_count, sizeof *p), *q = alloc_zero(d->row_count, sizeof *q);
	size_t n = 0;

	for (size_t i = 0; i < d->row_count; i++) {
		struct diff_pair *pair = &d->rows[i].pairs[measure];

		if (pair->evidence != DIFF_TESTED)
			continue;
		if ((double)diff_weight(&d->rows[i], measure) < min_share * (double)DIFF_WHOLE)
			pair->q = -1;
		else
			p[n++] = pair->p;
	}
	statistics_benjamini_hochberg(p, q, n, n);
	d->tested[measure] = n;
	n = 0;
	for (size_t i = 0; i < d->row_count; i++) {
		struct diff_pair *pair = &d->rows[i].pairs[measure];

		if (pair->evidence == DIFF_TESTED && pair->q >= 0)
			pair->q = q[n++];
	}
	alloc_free(p);
	alloc_free(q);
}

/* --- rows --- */

static struct diff_place place_of(const struct difference *d, int side, uint32_t entry)
{
	const struct diff_entry *e;

	if (entry == NO_ID)
		return (struct diff_place){ 0 };
	e = &d->sides[side].entries[entry];
	return (struct diff_place){ strings_text(&d->strings, e->location), e->line };
}

static int64_t middle_share(struct grid *g, uint32_t entry)
{
	for (uint32_t run = 0; run < g->side->run_count; run++)
		g->columns[DIFF_SHARE][run] = entry == NO_ID
						      ? 0
						      : diff_share(cell(g, entry, run)->inclusive,
								   g->side->runs[run].total);
	return statistics_median(g->columns[DIFF_SHARE], g->side->run_count);
}

static void add_row(struct difference *d, struct grid grids[DIFF_SIDES],
		    const struct diff_match *match)
{
	uint32_t base = match->entries[DIFF_BASE], new = match->entries[DIFF_NEW];
	int side = new == NO_ID ? DIFF_BASE : DIFF_NEW;
	static const struct diff_numbers none;
	const struct diff_numbers *a, *b;
	int64_t shares[DIFF_SIDES];
	struct diff_row *row;

	ARRAY_ROOM(d->rows, d->row_count, d->row_cap);
	row = &d->rows[d->row_count++];
	*row = (struct diff_row){
		.name = strings_text(&d->strings,
				     d->sides[side].entries[match->entries[side]].name),
		.base = place_of(d, DIFF_BASE, base),
		.new = place_of(d, DIFF_NEW, new),
		.status = base == NO_ID  ? DIFF_IS_NEW
			  : new == NO_ID ? DIFF_GONE
			  : match->moved ? DIFF_MOVED
					 : DIFF_SAME,
		.entries = { base, new },
	};
	for (int s = 0; s < DIFF_SIDES; s++) {
		shares[s] = middle_share(&grids[s], match->entries[s]);
		read_columns(&grids[s], match->entries[s], d->shares);
	}
	row->inclusive_share = shares[0] > shares[1] ? shares[0] : shares[1];
	a = base == NO_ID ? &none : cell(&grids[0], base, 0);
	b = new == NO_ID ? &none : cell(&grids[1], new, 0);
	for (int m = 0; m < DIFF_MEASURES; m++)
		judge(d, &row->pairs[m], (enum diff_measure)m,
		      (struct diff_series){ grids[0].columns[m], grids[0].side->run_count },
		      (struct diff_series){ grids[1].columns[m], grids[1].side->run_count }, a, b);
	level(d, &row->pairs[DIFF_SELF], 1);
	level(d, &row->pairs[DIFF_INCLUSIVE], a->parts > b->parts ? a->parts : b->parts);
	if (row->status == DIFF_SAME || row->status == DIFF_MOVED)
		level_calls(&row->pairs[DIFF_CALLS], a, b);
}

static int compare_rows(const void *left, const void *right)
{
	const struct diff_row *a = left, *b = right;
	const struct diff_place *x = a->status == DIFF_GONE ? &a->base : &a->new;
	const struct diff_place *y = b->status == DIFF_GONE ? &b->base : &b->new;
	int order = str_compare(a->name, b->name);

	if (!order)
		order = str_compare(x->location, y->location);
	if (!order)
		order = (x->line > y->line) - (x->line < y->line);
	return order ? order : (int)a->status - (int)b->status;
}

/* --- values that can be compared --- */

/* Converts all values to one exponent, the finest of all runs. */
static int rescale(struct difference *d)
{
	int finest = 0;
	bool good = true;

	for (int s = 0; s < DIFF_SIDES; s++)
		for (size_t r = 0; r < d->sides[s].run_count; r++)
			if (d->sides[s].runs[r].exponent < finest)
				finest = d->sides[s].runs[r].exponent;
	for (int s = 0; s < DIFF_SIDES; s++) {
		struct diff_side *side = &d->sides[s];

		for (size_t r = 0; r < side->run_count; r++)
			good &= i64_shift(side->runs[r].total, side->runs[r].exponent - finest,
					  &side->runs[r].total);
		for (size_t i = 0; i < side->numbers_count; i++) {
			struct diff_numbers *f = &side->numbers[i];
			int power = side->runs[f->run].exponent - finest;

			good &= i64_shift(f->self, power, &f->self) &&
				i64_shift(f->inclusive, power, &f->inclusive);
		}
	}
	d->values_of->value_types[0].exponent = finest;
	return good ? 0
		    : diag_error("values too large to be counted in 10^%d of their unit", finest);
}

/* The unit of a side is the finest of its runs. */
static int64_t unit_of_side(const struct diff_side *side)
{
	int64_t unit = 0;

	for (size_t r = 0; r < side->run_count; r++)
		if (!unit || side->runs[r].unit < unit)
			unit = side->runs[r].unit;
	return unit;
}

static void find_grain(struct difference *d)
{
	int64_t base = unit_of_side(&d->sides[DIFF_BASE]), new = unit_of_side(&d->sides[DIFF_NEW]);

	if (d->shares || base == new)
		return;
	d->coarse = base > new ? DIFF_BASE : DIFF_NEW;
	d->grain = base > new ? base : new;
}

static void find_kind(struct difference *d)
{
	const struct diff_side *base = &d->sides[DIFF_BASE], *new = &d->sides[DIFF_NEW];

	d->kind = base->kind == new->kind ? base->kind : DIFF_TIMED;
	d->calls_known = true;
	for (int s = 0; s < DIFF_SIDES; s++)
		for (size_t r = 0; r < d->sides[s].run_count; r++)
			d->calls_known &= d->sides[s].runs[r].calls_known;
}

/* Chooses whether values or shares are compared, and the value type of the rows. */
static int choose_values(struct difference *d, enum diff_compare wanted)
{
	const struct diff_side *base = &d->sides[DIFF_BASE], *new = &d->sides[DIFF_NEW];
	bool same_unit = base->unit == new->unit &&
			 (base->unit != UNIT_NONE || base->value_name == new->value_name);
	bool same = same_unit && base->value_name == new->value_name && base->kind == new->kind;

	if (wanted == DIFF_VALUES && !same_unit)
		return diag_error("values of %s and %s cannot be compared",
				  diag_quote(strings_text(&d->strings, base->value_name)),
				  diag_quote(strings_text(&d->strings, new->value_name)));
	d->shares = wanted == DIFF_SHARES || (wanted == DIFF_AUTO && !same);
	d->values_of = profile_new();
	profile_value_type(d->values_of,
			   (struct value_type){
				   .name = profile_string(d->values_of,
							  strings_text(&d->strings,
								       base->value_name)),
				   .unit = base->unit,
				   .source_scale = base->source_scale });
	return same_unit ? rescale(d) : 0;
}

static int64_t sum_of_medians(const struct difference *d, int side)
{
	int64_t sum = 0;

	for (size_t i = 0; i < d->row_count; i++) {
		const struct diff_pair *self = &d->rows[i].pairs[DIFF_SELF];

		i64_add_to(&sum, side == DIFF_BASE ? self->base : self->new);
	}
	return sum;
}

/*
 * Medians do not add up. What functions have less than the total is what pictures show beside
 * them; more than the total they cannot have.
 */
static void raise_total(const struct difference *d, int side, int64_t *total)
{
	int64_t sum = sum_of_medians(d, side);

	if (!d->shares && d->sides[side].run_count > 1 && *total < sum)
		*total = sum;
}

static void judge_total(struct difference *d, struct grid grids[DIFF_SIDES])
{
	for (int s = 0; s < DIFF_SIDES; s++)
		for (size_t r = 0; r < d->sides[s].run_count; r++)
			grids[s].columns[DIFF_SELF][r] = d->sides[s].runs[r].total;
	judge(d, &d->total, DIFF_SELF,
	      (struct diff_series){ grids[0].columns[DIFF_SELF], d->sides[0].run_count },
	      (struct diff_series){ grids[1].columns[DIFF_SELF], d->sides[1].run_count }, NULL,
	      NULL);
	d->total.q = d->total.p;
	level(d, &d->total, d->row_count);
	raise_total(d, DIFF_BASE, &d->total.base);
	raise_total(d, DIFF_NEW, &d->total.new);
	if (d->sides[0].unit != d->sides[1].unit ||
	    (d->sides[0].unit == UNIT_NONE && d->sides[0].value_name != d->sides[1].value_name))
		d->total.evidence = DIFF_NOTHING;
}

static void find_rows(struct difference *d, const struct folding *f)
{
	for (int s = 0; s < DIFF_SIDES; s++) {
		size_t count = d->sides[s].entry_count;
		uint32_t *of = alloc_zero(count, sizeof *of);

		for (size_t i = 0; i < count; i++)
			of[i] = NO_ID;
		for (uint32_t r = 0; r < d->row_count; r++)
			if (d->rows[r].entries[s] != NO_ID)
				of[d->rows[r].entries[s]] = r;
		for (size_t i = 0; i < count; i++)
			of[i] = of[f->folded[s][i]];
		d->row_of[s] = of;
		d->row_of_count[s] = count;
	}
}

int difference_finish(struct difference *d, const struct difference_options *options)
{
	struct grid grids[DIFF_SIDES];
	struct diff_match *matches;
	struct folding f;
	size_t count;

	find_kind(d);
	if (choose_values(d, options->compare) < 0)
		return -1;
	find_grain(d);
	fold(d, &f);
	for (int s = 0; s < DIFF_SIDES; s++)
		make_grid(&grids[s], &d->sides[s], f.folded[s]);
	matches = diff_match_entries(d, f.folded, &count);
	for (size_t i = 0; i < count; i++)
		add_row(d, grids, &matches[i]);
	alloc_free(matches);
	if (d->row_count)
		qsort(d->rows, d->row_count, sizeof *d->rows, compare_rows);
	find_rows(d, &f);
	for (int m = 0; m < DIFF_MEASURES; m++)
		find_q(d, (enum diff_measure)m, options->min_share);
	judge_total(d, grids);
	for (int s = 0; s < DIFF_SIDES; s++) {
		free_grid(&grids[s]);
		alloc_free(f.folded[s]);
	}
	return 0;
}
