/* profdiff/text - a difference in words: names, numbers, changes, evidence */
#include <stdio.h>
#include <string.h>

#include "common/profile/value_text.h"
#include "common/transform/diff/statistics.h"
#include "converters/tools/profdiff/internal.h"

const struct diff_place *profdiff_display_place(const struct diff_row *row)
{
	return row->status == DIFF_GONE ? &row->base : &row->new;
}

void profdiff_add_function(struct buf *b, const struct diff_row *row)
{
	const struct diff_place *at = profdiff_display_place(row);

	buf_add_visible(b, row->name);
	if (!at->location.n)
		return;
	buf_add(b, S(" ("));
	buf_add_visible(b, at->location);
	if (at->line)
		buf_print(b, ":%lu", (unsigned long)at->line);
	buf_byte(b, ')');
}

const char *profdiff_status_name(enum diff_status status)
{
	static const char *const names[] = { "same", "new", "gone", "moved" };

	return names[status];
}

/* --- figures --- */

static bool is_share(const struct difference *d, enum gate_term term)
{
	return term == GATE_SHARE || (d->shares && (term == GATE_SELF || term == GATE_INCLUSIVE));
}

struct decimal profdiff_exact_number(const struct difference *d, enum gate_term term, int64_t value)
{
	if (is_share(d, term))
		return (struct decimal){ value, -7 };
	if (term == GATE_CALLS)
		return (struct decimal){ value, 0 };
	return profile_decimal(d->values_of, 0, value, 0);
}

void profdiff_add_number(struct buf *b, const struct difference *d, enum gate_term term,
			 int64_t value, bool sign)
{
	static const struct value_style usual;

	if (sign && value > 0)
		buf_byte(b, '+');
	if (is_share(d, term))
		buf_add_percents(b, (double)value / (double)DIFF_WHOLE * 100);
	else if (term == GATE_CALLS || d->values_of->value_types[0].unit == UNIT_NONE)
		buf_add_grouped(b, profdiff_exact_number(d, term, value));
	else
		buf_add_value(b, d->values_of, 0, value, &usual);
}

void profdiff_add_relative(struct buf *b, const struct diff_pair *pair)
{
	buf_add_relative(b, pair->base, pair->new);
}

/* --- sentences --- */

void profdiff_add_evidence(struct buf *b, const struct gate_finding *f)
{
	if (f->outcome == GATE_TOO_FEW) {
		buf_print(b, "not enough runs: p=");
		buf_add_p_value(b, f->p);
		buf_print(b, ", %zu tested, %zu+%zu needed", f->tests, f->needed, f->needed);
	} else if (f->tested) {
		buf_add(b, S("p="));
		buf_add_p_value(b, f->p);
		buf_add(b, S(", q="));
		buf_add_p_value(b, f->q);
	} else {
		buf_add(b, f->one_run ? S("one run: noise unknown") : S("exact"));
	}
}

void profdiff_add_change(struct buf *b, const struct report *r, const struct gate_finding *f)
{
	const struct diff_pair *pair = gate_pair(r->d, f->row, f->term);

	buf_print(b, "%s ", gate_term_name(f->row ? f->term : GATE_TOTAL));
	profdiff_add_number(b, r->d, f->term, pair->base, false);
	buf_add(b, S(" -> "));
	profdiff_add_number(b, r->d, f->term, pair->new, false);
	buf_add(b, S(" ("));
	profdiff_add_number(b, r->d, f->term, diff_change(pair), true);
	if (pair->base) {
		buf_add(b, S(", "));
		profdiff_add_relative(b, pair);
	} else if (f->row && f->row->status == DIFF_IS_NEW) {
		buf_add(b, S(", a new function"));
	}
	buf_byte(b, ')');
}

void profdiff_add_finding(struct buf *b, const struct report *r, const struct gate_finding *f)
{
	if (f->row)
		profdiff_add_function(b, f->row);
	else
		buf_add(b, S("the profile"));
	buf_add(b, S(": "));
	profdiff_add_change(b, r, f);
	buf_add(b, S(", "));
	profdiff_add_evidence(b, f);
}

static void add_runs(struct buf *b, const struct difference *d)
{
	size_t base = d->sides[DIFF_BASE].run_count, new = d->sides[DIFF_NEW].run_count;

	if (base + new > 2)
		buf_print(b, "; medians of %zu and %zu runs", base, new);
}

void profdiff_add_summary(struct buf *b, const struct report *r)
{
	const struct difference *d = r->d;

	if (r->no_base) {
		buf_add(b, S("nothing compared"));
		return;
	}
	if (d->total.evidence == DIFF_NOTHING) {
		buf_add(b, S("shares of the total"));
	} else {
		buf_add(b, S("total "));
		buf_add_visible(b, profile_text(d->values_of, d->values_of->value_types[0].name));
		buf_byte(b, ' ');
		profdiff_add_number(b, d, GATE_TOTAL, d->total.base, false);
		buf_add(b, S(" -> "));
		profdiff_add_number(b, d, GATE_TOTAL, d->total.new, false);
		buf_add(b, S(" ("));
		profdiff_add_relative(b, &d->total);
		buf_byte(b, ')');
	}
	add_runs(b, d);
}

size_t profdiff_count_findings(const struct report *r, const struct gate_rule *rule,
			       enum gate_outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings.count; i++)
		n += r->findings.all[i].rule == rule && r->findings.all[i].outcome == outcome;
	return n;
}

void profdiff_add_verdict(struct buf *b, const struct report *r)
{
	buf_print(b, "%zu regression%s", r->findings.broken, r->findings.broken == 1 ? "" : "s");
	if (r->findings.too_few)
		buf_print(b, ", %zu not shown by so few runs", r->findings.too_few);
	buf_print(b, ", %zu rule%s", r->rule_count, r->rule_count == 1 ? "" : "s");
}
