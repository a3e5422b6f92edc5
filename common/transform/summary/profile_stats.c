#include "common/transform/summary/profile_stats.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/referenced.h"
#include "common/base/diag.h"
#include "common/profile/value_text.h"
#include "common/transform/diff/compare.h"
#include "common/transform/callgraph/scc.h"
#include "common/transform/reshape/idle.h"

static void warn(struct profile_stats *m, const char *format, ...) PRINTF_LIKE(2, 3);

static void warn(struct profile_stats *m, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	ARRAY_ROOM(m->warnings, m->warning_count, m->warning_cap);
	m->warnings[m->warning_count] = (struct buf){ 0 };
	buf_add(&m->warnings[m->warning_count++], str_of(text));
}

/* --- stacks --- */

static void measure_stacks(const struct profile *p, struct profile_stats *m)
{
	const struct stacks *s = &p->stacks;
	size_t *depth = alloc_zero(s->count, sizeof *depth);
	bool *sampled = alloc_zero(s->count, sizeof *sampled);
	bool *root = alloc_zero(p->frame_count, sizeof *root);
	bool *used = alloc_zero(p->frame_count, sizeof *used);

	for (size_t i = 1; i < s->count; i++)
		depth[i] = depth[s->parent[i]] + 1;
	for (size_t i = 0; i < p->sample_count; i++) {
		stack_id stack = p->samples[i].stack;

		m->stacks += !sampled[stack];
		sampled[stack] = true;
		if (depth[stack] > m->depth)
			m->depth = depth[stack];
	}
	/* from the leaves up: contexts that lead to a sample */
	for (size_t i = s->count; i-- > 1;) {
		if (!sampled[i])
			continue;
		sampled[s->parent[i]] = true;
		m->frames += !used[s->frame[i]];
		used[s->frame[i]] = true;
		if (s->parent[i] == EMPTY_STACK && !root[s->frame[i]]) {
			root[s->frame[i]] = true;
			m->roots++;
		}
	}
	alloc_free(depth);
	alloc_free(sampled);
	alloc_free(root);
	alloc_free(used);
}

/* --- graph --- */

struct pair {
	function_id caller, callee;
};

static int by_caller(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->caller != y->caller)
		return x->caller < y->caller ? -1 : 1;
	return (x->callee > y->callee) - (x->callee < y->callee);
}

/* The longest chain of components, which are numbered callees first. */
static size_t longest_chain(size_t nodes, const uint32_t *first, const uint32_t *target)
{
	struct scc c;
	size_t *chain, longest = 0;

	scc_find(nodes, first, target, &c);
	chain = alloc_zero(c.count, sizeof *chain);
	for (uint32_t k = 0; k < c.count; k++) {
		size_t below = 0;

		for (uint32_t i = c.first[k]; i < c.first[k + 1]; i++)
			for (uint32_t a = first[c.members[i]]; a < first[c.members[i] + 1]; a++)
				if (c.component[target[a]] != k &&
				    chain[c.component[target[a]]] > below)
					below = chain[c.component[target[a]]];
		chain[k] = below + 1;
		if (chain[k] > longest)
			longest = chain[k];
	}
	alloc_free(chain);
	scc_free(&c);
	return longest;
}

static void measure_graph(const struct profile *p, struct profile_stats *m)
{
	struct pair *pairs = alloc_zero(p->arc_count, sizeof *pairs);
	uint32_t *first = alloc_zero(p->function_count + 2, sizeof *first);
	uint32_t *target = alloc_zero(p->arc_count, sizeof *target);
	bool *called = alloc_zero(p->function_count, sizeof *called);
	bool *active = alloc_zero(p->function_count, sizeof *active);

	for (size_t i = 0; i < p->arc_count; i++)
		pairs[i] = (struct pair){ p->arcs[i].caller, p->arcs[i].callee };
	qsort(pairs, p->arc_count, sizeof *pairs, by_caller);
	for (size_t i = 0; i < p->arc_count; i++) {
		if (i && by_caller(&pairs[i - 1], &pairs[i]) == 0)
			continue;
		target[m->arcs++] = pairs[i].callee;
		first[pairs[i].caller + 1]++;
		active[pairs[i].caller] = active[pairs[i].callee] = true;
		called[pairs[i].callee] |= pairs[i].caller != pairs[i].callee;
	}
	for (size_t f = 0; f < p->function_count; f++)
		first[f + 1] += first[f];
	for (size_t i = 0; i < p->cost_count; i++)
		active[p->costs[i].function] = true;
	for (size_t f = 0; f < p->function_count; f++)
		m->roots += active[f] && !called[f];
	if (p->function_count)
		m->depth = longest_chain(p->function_count, first, target);
	alloc_free(pairs);
	alloc_free(first);
	alloc_free(target);
	alloc_free(called);
	alloc_free(active);
}

/* Recorded totals include what arcs do not: calls of functions without callers. */
static void measure_calls(const struct profile *p, struct profile_stats *m)
{
	bool totals = false;

	for (size_t f = 0; f < p->total_count; f++) {
		totals |= p->totals[f].known;
		i64_add_to(&m->calls, p->totals[f].calls);
		i64_add_to(&m->primitive_calls, p->totals[f].primitive);
	}
	for (size_t i = 0; !totals && i < p->arc_count; i++) {
		i64_add_to(&m->calls, p->arcs[i].calls);
		i64_add_to(&m->primitive_calls, p->arcs[i].primitive);
	}
	m->calls_measured = profile_has_graph(p) && !p->calls_sampled;
}

/* --- all --- */

static size_t active_functions(const struct profile *p)
{
	bool *active = referenced_by_graph(p);
	size_t n = 0;

	for (size_t i = 1; i < p->stacks.count; i++)
		active[p->frames[p->stacks.frame[i]].function] = true;
	for (size_t f = 0; f < p->function_count; f++)
		n += active[f];
	alloc_free(active);
	return n;
}

/* A smaller fraction of what entered is rounding, whatever the resolution of times. */
static const double doubted = 1e-3;

static void warn_of_gap(const struct profile *p, struct profile_stats *m, double gap,
			const char *what)
{
	struct buf sum = { 0 };

	if (!(gap > m->facts.entered * doubted))
		return;
	buf_add_value(&sum, p, 0, i64_nearest(gap), &(struct value_style){ 0 });
	warn(m, "%.*s %s", (int)sum.n, sum.p, what);
	buf_free(&sum);
}

/*
 * Of code objects of one name on one line cProfile keeps one; from Python 3.12 on it has all
 * threads on one stack: such times are in the rows of callers alone, or of callees alone.
 */
static void warn_of_doubts(const struct profile *p, struct profile_stats *m)
{
	const struct graph_facts *f = &m->facts;
	struct buf what = { 0 };

	if (f->doubtful) {
		buf_print(&what,
			  "of inclusive values are in no self value and no callee (%zu function%s, "
			  "most: %s): rows are missing, or threads are mixed",
			  f->doubtful, f->doubtful == 1 ? "" : "s",
			  diag_masked(function_name(p, f->max_doubtful)));
		warn_of_gap(p, m, f->doubt, what.p);
		buf_free(&what);
	}
	warn_of_gap(p, m, f->unknown,
		    "of callees are more than their callers have: rows are missing, or "
		    "threads are mixed");
}

/* Its summary is the time of the run and its highest use of memory: no sum. */
static bool is_from_xdebug(const struct profile *p)
{
	for (size_t i = 0; i < p->metadata_count; i++)
		if (str_eq(profile_text(p, p->metadata[i].key), S("creator")) &&
		    str_starts(profile_text(p, p->metadata[i].value), S("xdebug")))
			return true;
	return false;
}

/* A hundredth may be cProfile's own. yappi's tasks overlap, and its builtins have no self values. */
static bool exceeds_total(const struct profile *p, const struct profile_stats *m, function_id f,
			  value_id v)
{
	int64_t total = m->profile_self_totals[v];

	return !p->inclusive_only && !profile_has_stacks(p) && profile_has_total(p, f) &&
	       total > 0 && values_row(&p->total_values, f)[v] - total > total / 100;
}

static void find_warnings(const struct profile *p, struct profile_stats *m)
{
	size_t negative = 0, below = 0, above = 0;
	bool sums = !is_from_xdebug(p);
	function_id last_above = 0;

	if (!profile_has_stacks(p) && !profile_has_graph(p))
		warn(m, "it is empty: no samples, and no functions with values");
	if (p->rounded)
		warn(m, "%" PRIu64 " values were rounded to a nanosecond or to 9 decimals",
		     p->rounded);
	if (p->vanished)
		warn(m, "%" PRIu64 " of them were too small and became 0", p->vanished);
	if (p->missing)
		warn(m, "%.*s", (int)profile_text(p, p->missing).n, profile_text(p, p->missing).p);
	if (p->bad_lines)
		warn(m, "%" PRIu64 " malformed lines were skipped", p->bad_lines);
	for (value_id v = 0; v < p->value_count; v++) {
		int64_t *self = profile_self_totals(p, v);

		for (function_id f = 0; f < p->function_count; f++) {
			negative += self[f] < 0;
			below += profile_has_total(p, f) &&
				 values_row(&p->total_values, f)[v] < self[f];
			if (exceeds_total(p, m, f, v)) {
				above++;
				last_above = f;
			}
		}
		alloc_free(self);
	}
	warn_of_doubts(p, m);
	if (negative)
		warn(m, "%zu self totals of functions are negative", negative);
	if (below)
		warn(m, "%zu functions have a recorded inclusive total below their self total",
		     below);
	if (above)
		warn(m,
		     "%zu function%s a recorded inclusive total above the sum of all self values, "
		     "such as %s: recursion is counted twice, or rows are missing, or threads are "
		     "mixed",
		     above, above == 1 ? " has" : "s have",
		     diag_masked(function_name(p, last_above)));
	for (size_t i = 0; i < p->metadata_count && sums; i++)
		if (str_eq(profile_text(p, p->metadata[i].key), S("summary")))
			warn(m, "the recorded summary (%s) is not the sum of the costs",
			     diag_masked(profile_text(p, p->metadata[i].value)));
}

void profile_stats_measure(const struct profile *p, struct profile_stats *m)
{
	*m = (struct profile_stats){ 0 };
	m->profile_self_totals = alloc_zero(p->value_count, sizeof *m->profile_self_totals);
	m->idle = alloc_zero(p->value_count, sizeof *m->idle);
	for (value_id v = 0; v < p->value_count; v++) {
		for (size_t i = 0; i < p->cost_count; i++)
			i64_add(m->profile_self_totals[v], values_row(&p->cost_values, i)[v],
				&m->profile_self_totals[v]);
		for (size_t i = 0; i < p->sample_count; i++)
			i64_add(m->profile_self_totals[v], values_row(&p->sample_values, i)[v],
				&m->profile_self_totals[v]);
		m->idle[v] = idle_total(p, v);
	}
	m->functions = active_functions(p);
	if (profile_has_stacks(p))
		measure_stacks(p, m);
	if (profile_has_graph(p)) {
		measure_graph(p, m);
		graph_facts_find(p, 0, &m->facts);
	}
	measure_calls(p, m);
	find_warnings(p, m);
}

void profile_stats_free(struct profile_stats *m)
{
	for (size_t i = 0; i < m->warning_count; i++)
		buf_free(&m->warnings[i]);
	alloc_free(m->warnings);
	alloc_free(m->profile_self_totals);
	alloc_free(m->idle);
	*m = (struct profile_stats){ 0 };
}
