#include "common/transform/diff/gate.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/transform/diff/statistics.h"

bool gate_about_total(const struct gate_rule *rule)
{
	return rule->terms == 1u << GATE_TOTAL;
}

static enum diff_measure measure_of(enum gate_term term)
{
	return term == GATE_INCLUSIVE ? DIFF_INCLUSIVE
	       : term == GATE_CALLS   ? DIFF_CALLS
	       : term == GATE_SHARE   ? DIFF_SHARE
				      : DIFF_SELF;
}

const struct diff_pair *gate_pair(const struct difference *d, const struct diff_row *row,
				  enum gate_term term)
{
	return term == GATE_TOTAL || !row ? &d->total : &row->pairs[measure_of(term)];
}

/* --- does the difference have what the rule asks for? --- */

static int check_term(const struct gate_rule *rule, const struct gate_node *node,
		      const struct difference *d)
{
	const char *text = diag_quote(str_of(rule->text)), *name = gate_term_name(node->term);
	enum unit unit = d->values_of->value_types[0].unit;

	if (node->term == GATE_CALLS)
		return d->calls_known
			       ? 0
			       : diag_error("rule %s: nobody counted calls on both sides", text);
	if (node->term == GATE_TOTAL && d->total.evidence == DIFF_NOTHING)
		return diag_error("rule %s: the totals are of different kinds", text);
	if (node->relative || (!node->amount.mantissa && node->unit == UNIT_NONE))
		return 0;
	if (d->shares && node->term != GATE_TOTAL)
		return diag_error(
			"rule %s: shares are compared: expected %% behind an amount of %s", text,
			name);
	if (unit != node->unit)
		return diag_error("rule %s: %s is counted in %s", text, name,
				  unit == UNIT_TIME    ? "ns, us, ms, s"
				  : unit == UNIT_BYTES ? "B, KiB, MiB, GiB"
						       : "bare numbers");
	return 0;
}

/* --- does it hold? --- */

/* Whether a condition is true, and with which p; without a test p is 0. */
struct answer {
	bool holds, tested, one_run;
	double p;
	enum gate_term term;
};

static bool passes(const struct gate_node *node, double change, double limit)
{
	if (node->less)
		return node->or_equal ? change <= limit : change < limit;
	return node->or_equal ? change >= limit : change > limit;
}

static double power_of_ten(int exponent)
{
	double result = 1;

	for (; exponent > 0; exponent--)
		result *= 10;
	for (; exponent < 0; exponent++)
		result /= 10;
	return result;
}

/* Exact for numbers of up to 53 bits: a limit is an integer, or is divided once. */
static bool is_met(const struct gate_node *node, const struct diff_pair *pair,
		   const struct difference *d)
{
	double change = (double)pair->new - (double)pair->base, base = (double)pair->base;
	double amount = (double)node->amount.mantissa, scale = power_of_ten(-node->amount.exponent);

	if (node->term == GATE_SHARE)
		return passes(node, change * 100 * scale, amount * (double)DIFF_WHOLE);
	if (!node->relative && node->term != GATE_CALLS)
		scale *= power_of_ten(d->values_of->value_types[0].exponent);
	if (!node->relative)
		return passes(node, change * scale, amount);
	/* growth from 0 exceeds any percentage */
	if (pair->base == 0)
		return pair->new != 0 && (pair->new > 0) != node->less;
	return passes(node, change * 100 * scale, amount * (base < 0 ? -base : base));
}

static struct answer ask_term(const struct gate_node *node, const struct difference *d,
			      const struct diff_row *row)
{
	const struct diff_pair *pair = gate_pair(d, row, node->term);
	struct answer a = { .holds = is_met(node, pair, d), .term = node->term };

	a.tested = pair->evidence == DIFF_TESTED;
	a.one_run = pair->evidence == DIFF_ONE_RUN;
	a.p = !a.holds ? 1 : a.tested ? pair->p : 0;
	return a;
}

static struct answer both(struct answer a, struct answer b)
{
	return (struct answer){ a.holds && b.holds, a.tested || b.tested, a.one_run || b.one_run,
				a.p > b.p ? a.p : b.p, a.term };
}

/* Two chances to be wrong: twice the smaller p, unless both are the same number. */
static struct answer either(struct answer a, struct answer b)
{
	struct answer better = b.holds && (!a.holds || b.p < a.p) ? b : a;

	if (a.term != b.term)
		better.p *= 2;
	better.p = better.p < 1 ? better.p : 1;
	better.tested = better.holds ? better.tested : a.tested || b.tested;
	return better;
}

/* Operands come before their operator: no recursion. */
static struct answer ask_row(const struct gate_rule *rule, const struct difference *d,
			     const struct diff_row *row, struct answer *answers)
{
	for (size_t i = 0; i < rule->count; i++) {
		const struct gate_node *n = &rule->nodes[i];

		answers[i] = n->kind == GATE_TERM  ? ask_term(n, d, row)
			     : n->kind == GATE_AND ? both(answers[n->left], answers[n->right])
						   : either(answers[n->left], answers[n->right]);
	}
	return answers[rule->count - 1];
}

/* --- of which functions? --- */

static bool matches(const char *glob, struct str text)
{
	char *copy = alloc_bytes(text.n + 1);
	bool match;

	for (size_t i = 0; i < text.n; i++)
		copy[i] = text.p[i] ? text.p[i] : '?';
	copy[text.n] = '\0';
	match = fnmatch(glob, copy, FNM_NOESCAPE) == 0;
	for (size_t i = 0; !match && i < text.n; i++)
		if (copy[i] == '/' || copy[i] == '\\')
			match = fnmatch(glob, copy + i + 1, FNM_NOESCAPE) == 0;
	alloc_free(copy);
	return match;
}

/* Only files have tails that match; names do not. */
static bool is_named(const char *glob, const struct diff_row *row)
{
	const struct diff_place *at = row->status == DIFF_GONE ? &row->base : &row->new;
	char *name = alloc_bytes(row->name.n + 1);
	bool match;

	for (size_t i = 0; i < row->name.n; i++)
		name[i] = row->name.p[i] ? row->name.p[i] : '?';
	name[row->name.n] = '\0';
	match = fnmatch(glob, name, FNM_NOESCAPE) == 0;
	alloc_free(name);
	return match || (at->location.n && matches(glob, at->location));
}

static bool in_scope(const struct gate_rule *rule, const struct diff_row *row,
		     const struct gate_options *options)
{
	int64_t weight = 0;

	for (int t = 0; t < GATE_TOTAL; t++)
		if (rule->terms & 1u << t &&
		    diff_weight(row, measure_of((enum gate_term)t)) > weight)
			weight = diff_weight(row, measure_of((enum gate_term)t));
	return (double)weight >= options->min_share * (double)DIFF_WHOLE &&
	       !(options->ignore_new && row->status == DIFF_IS_NEW) &&
	       (!rule->glob || is_named(rule->glob, row));
}

/* --- asking --- */

static void add_finding(struct gate_findings *all, struct gate_finding f)
{
	ARRAY_ROOM(all->all, all->count, all->cap);
	all->all[all->count++] = f;
	if (f.outcome == GATE_BROKEN)
		all->broken++;
	else
		all->too_few++;
}

/*
 * If so few runs could not even show the clearest change of one function, a change that looks
 * clear is not counted as a regression, but not as a pass either.
 */
static void judge(const struct gate_rule *rule, const struct difference *d,
		  const struct gate_options *options, struct gate_findings *all,
		  struct gate_finding f)
{
	size_t na = d->sides[DIFF_BASE].run_count, nb = d->sides[DIFF_NEW].run_count;
	const struct diff_pair *pair = gate_pair(d, f.row, f.term);
	double min_p = statistics_mann_whitney_min_p(na, nb),
	       change = (double)pair->new - (double)pair->base;

	f.rule = rule;
	f.change = change < 0 ? -change : change;
	if (!f.tested || f.q <= options->alpha) {
		f.outcome = GATE_BROKEN;
		add_finding(all, f);
	} else if (na + nb > 2 && min_p * (double)f.tests > options->alpha &&
		   (f.p <= options->alpha || f.p <= min_p * 1.000001)) {
		f.outcome = GATE_TOO_FEW;
		f.needed = statistics_mann_whitney_min_runs(f.tests, options->alpha);
		add_finding(all, f);
	}
}

static int compare_findings(const void *left, const void *right)
{
	const struct gate_finding *a = left, *b = right;

	if (a->outcome != b->outcome)
		return (int)a->outcome - (int)b->outcome;
	if (a->change < b->change || a->change > b->change)
		return a->change < b->change ? 1 : -1;
	return (a->row > b->row) - (a->row < b->row);
}

static void ask_total(const struct gate_rule *rule, const struct difference *d,
		      const struct gate_options *options, struct answer *answers,
		      struct gate_findings *all)
{
	struct answer a = ask_row(rule, d, NULL, answers);

	if (a.holds)
		judge(rule, d, options, all,
		      (struct gate_finding){ .term = a.term,
					     .tested = a.tested,
					     .one_run = a.one_run,
					     .p = a.p,
					     .q = a.p,
					     .tests = 1 });
}

/* Functions for which the rule is not true count as tests with p = 1. */
static void ask_functions(const struct gate_rule *rule, const struct difference *d,
			  const struct gate_options *options, struct answer *answers,
			  struct gate_findings *all)
{
	struct gate_finding *found = alloc_zero(d->row_count, sizeof *found);
	double *p = alloc_zero(d->row_count, sizeof *p), *q = alloc_zero(d->row_count, sizeof *q);
	size_t count = 0, tested = 0, tests = 0;

	for (size_t i = 0; i < d->row_count; i++) {
		struct answer a;

		if (!in_scope(rule, &d->rows[i], options))
			continue;
		a = ask_row(rule, d, &d->rows[i], answers);
		tests += a.tested;
		if (!a.holds)
			continue;
		if (a.tested)
			p[tested++] = a.p;
		found[count++] = (struct gate_finding){ .row = &d->rows[i],
							.term = a.term,
							.tested = a.tested,
							.one_run = a.one_run,
							.p = a.p };
	}
	statistics_benjamini_hochberg(p, q, tested, tests);
	tested = 0;
	for (size_t i = 0; i < count; i++) {
		found[i].tests = tests;
		found[i].q = found[i].tested ? q[tested++] : 0;
		judge(rule, d, options, all, found[i]);
	}
	alloc_free(p);
	alloc_free(q);
	alloc_free(found);
}

int gate_ask(const struct gate_rule *rule, const struct difference *d,
	     const struct gate_options *options, struct gate_findings *findings)
{
	size_t before = findings->count;
	struct answer *answers;

	for (size_t i = 0; i < rule->count; i++)
		if (rule->nodes[i].kind == GATE_TERM && check_term(rule, &rule->nodes[i], d) < 0)
			return -1;
	answers = alloc_zero(rule->count, sizeof *answers);
	if (gate_about_total(rule))
		ask_total(rule, d, options, answers, findings);
	else
		ask_functions(rule, d, options, answers, findings);
	alloc_free(answers);
	if (findings->count > before)
		qsort(findings->all + before, findings->count - before, sizeof *findings->all,
		      compare_findings);
	return 0;
}
