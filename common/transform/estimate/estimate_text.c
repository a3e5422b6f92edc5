#include "common/transform/estimate/estimate_text.h"

#include "common/base/diag.h"
#include "common/profile/value_text.h"

/* Less than this of what was recorded is rounding. */
static const double rounding = 5e-5;

/* The figures force every stack and yet do not fit each other: not for want of contexts. */
static bool contradicts(const struct estimate *how)
{
	return !how->uncertain && how->departed > how->recorded * ESTIMATE_DEPARTED &&
	       how->unplaced <= how->total * ESTIMATE_UNPLACED;
}

bool estimate_is_one(const struct estimate *how)
{
	return how->uncertain || contradicts(how) || how->awaited > 0 || how->unknown > 0 || how->unplaced > how->total * ESTIMATE_UNPLACED;
}

static void add_value(struct buf *b, const struct profile *p, double value)
{
	add_value_text(b, p, 0, i64_nearest(value), &(struct value_style){ 0 });
}

void add_estimate_uncertain(struct buf *b, const struct estimate *how)
{
	buf_print(b, "%zu function%s several possible paths of callers", how->uncertain,
		  how->uncertain == 1 ? " has" : "s have");
}

static void add_part(struct buf *b, const struct profile *p, double part, double whole)
{
	add_value(b, p, part);
	buf_add(b, S(" of "));
	add_value(b, p, whole);
}

void add_estimate_departure(struct buf *b, const struct profile *p, const struct estimate *how)
{
	if (!(how->departed > how->recorded * rounding)) {
		buf_add(b, S("nothing that is recorded is contradicted"));
		return;
	}
	add_percent(b, i64_nearest(how->departed), i64_nearest(how->recorded));
	buf_print(b, " of recorded inclusive %s is drawn elsewhere",
		  masked(profile_text(p, p->value_types[0].name)));
	if (how->worst == NO_ID)
		return;
	buf_print(b, ", worst: %s, ", masked(function_name(p, how->worst)));
	buf_add(b, S("drawn "));
	add_part(b, p, how->worst_drawn, how->worst_recorded);
}

void add_estimate(struct buf *b, const struct profile *p, const struct estimate *how)
{
	size_t before = b->n;

	if (how->uncertain) {
		add_estimate_uncertain(b, how);
		buf_add(b, S("; "));
	}
	if (how->uncertain || contradicts(how))
		add_estimate_departure(b, p, how);
	if (how->awaited > 0) {
		buf_add(b, b->n > before ? S("; overlapping: ") : S("overlapping: "));
		add_part(b, p, how->awaited, how->entered);
		buf_add(b, S(" under [awaited elsewhere]"));
	}
	if (how->unknown > 0) {
		buf_add(b, b->n > before ? S("; ") : S(""));
		add_part(b, p, how->unknown, how->entered);
		buf_add(b, S(" under [unknown caller]"));
	}
	if (how->unplaced > how->total * ESTIMATE_UNPLACED) {
		buf_add(b, b->n > before ? S("; ") : S(""));
		add_percent(b, i64_nearest(how->unplaced), i64_nearest(how->total));
		buf_add(b, S(" of the total under [unplaced], see man profpipe"));
	}
}
