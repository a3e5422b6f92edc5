#include "common/transform/estimate/estimate_text.h"

#include "common/base/diag.h"
#include "common/profile/value_text.h"

/* A smaller fraction of what was recorded is rounding. */
static const double rounding = 5e-5;

/*
 * The numbers determine every stack and yet contradict each other, although there were enough
 * contexts.
 */
static bool contradicts(const struct estimate *estimate)
{
	return !estimate->uncertain &&
	       estimate->deviated > estimate->recorded * ESTIMATE_DEVIATED &&
	       estimate->unplaced <= estimate->total * ESTIMATE_UNPLACED;
}

bool estimate_needs_report(const struct estimate *estimate)
{
	return estimate->uncertain || contradicts(estimate) || estimate->awaited > 0 ||
	       estimate->unknown > 0 || estimate->min_weight > 0 ||
	       estimate->unplaced > estimate->total * ESTIMATE_UNPLACED;
}

static void add_value(struct buf *b, const struct profile *p, double value)
{
	struct buf text = { 0 };

	/* a count has the name of its value type behind it, which is the file's */
	buf_add_value(&text, p, 0, i64_nearest(value), &(struct value_style){ 0 });
	buf_add(b, str_of(diag_masked(buf_str(&text))));
	buf_free(&text);
}

void buf_add_estimate_uncertain(struct buf *b, const struct estimate *estimate)
{
	buf_print(b, "%zu function%s several possible paths of callers", estimate->uncertain,
		  estimate->uncertain == 1 ? " has" : "s have");
}

static void add_part(struct buf *b, const struct profile *p, double part, double whole)
{
	add_value(b, p, part);
	buf_add(b, S(" of "));
	add_value(b, p, whole);
}

void buf_add_estimate_deviation(struct buf *b, const struct profile *p,
				const struct estimate *estimate)
{
	if (!(estimate->deviated > estimate->recorded * rounding)) {
		buf_add(b, S("nothing that is recorded is contradicted"));
		return;
	}
	buf_add_percent(b, i64_nearest(estimate->deviated), i64_nearest(estimate->recorded));
	buf_print(b, " of recorded inclusive %s is drawn elsewhere",
		  diag_masked(profile_text(p, p->value_types[0].name)));
	if (estimate->worst == NO_ID)
		return;
	buf_print(b, ", worst: %s, ", diag_masked(function_name(p, estimate->worst)));
	buf_add(b, S("drawn "));
	add_part(b, p, estimate->worst_drawn, estimate->worst_recorded);
}

void buf_add_estimate_unplaced(struct buf *b, const struct estimate *estimate)
{
	buf_add_percent(b, i64_nearest(estimate->unplaced), i64_nearest(estimate->total));
	if (estimate->min_weight > 0)
		buf_print(b,
			  " of the total, stacks of less than %.1g%% each, is merged under "
			  "[unplaced] (--max-unplaced %g draws more)",
			  estimate->min_weight / estimate->total * 100, ESTIMATE_UNPLACED);
	else
		buf_add(b, S(" of the total under [unplaced], see man profpipe"));
}

void buf_add_estimate(struct buf *b, const struct profile *p, const struct estimate *estimate)
{
	size_t before = b->n;

	if (estimate->uncertain) {
		buf_add_estimate_uncertain(b, estimate);
		buf_add(b, S("; "));
	}
	if (estimate->uncertain || contradicts(estimate))
		buf_add_estimate_deviation(b, p, estimate);
	if (estimate->awaited > 0) {
		buf_add(b, b->n > before ? S("; overlapping: ") : S("overlapping: "));
		add_part(b, p, estimate->awaited, estimate->entered);
		buf_add(b, S(" under [awaited elsewhere]"));
	}
	if (estimate->unknown > 0) {
		buf_add(b, b->n > before ? S("; ") : S(""));
		add_part(b, p, estimate->unknown, estimate->entered);
		buf_add(b, S(" under [unknown caller]"));
	}
	if (estimate->min_weight > 0 || estimate->unplaced > estimate->total * ESTIMATE_UNPLACED) {
		buf_add(b, b->n > before ? S("; ") : S(""));
		buf_add_estimate_unplaced(b, estimate);
	}
}
