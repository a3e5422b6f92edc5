/*
 * callgrind/write_block - a function: its costs, its calls and its jumps
 *
 * Of objects, files and functions the name is written once a section, behind an ID; from
 * then on the ID stands for it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/prefetch.h"
#include "common/profile/own_name.h"
#include "converters/callgrind/writing.h"

/* --- names --- */

/*
 * Writes "(ID) " the first time in a section, later "(ID)" and the end of the line. True if the
 * name must follow.
 */
static inline bool put_id(struct callgrind_writer *w, struct str key, enum space space, uint32_t id)
{
	struct name_id *known = &w->ids[space][id];
	bool first = known->defined != w->section;
	char *to = add(output_room(w->out), key);

	if (first) {
		known->defined = w->section;
		if (!known->number)
			known->number = ++w->numbers[space];
	}
	*to++ = '(';
	to += u64_text(to, known->number);
	*to++ = ')';
	*to++ = first ? ' ' : '\n';
	w->out->p = to;
	return first;
}

static void put_string(struct callgrind_writer *w, struct str key, enum space space, string_id id)
{
	if (!put_id(w, key, space, id))
		return;
	callgrind_put_name(w, profile_text(w->p, id));
	output_byte(w->out, '\n');
}

static void put_function(struct callgrind_writer *w, struct str key, function_id f)
{
	const struct function_row *fn = &w->p->functions[f];

	if (!put_id(w, key, FUNCTIONS, f))
		return;
	callgrind_put_name(w, profile_text(w->p, fn->name));
	if (w->suffixes[f] & SUFFIX_FILE) {
		struct str file = profile_text(w->p, fn->file);

		output_text(w->out, " [");
		callgrind_put_text(w, callgrind_unknown(file) ? S("") : file);
		output_byte(w->out, ']');
	}
	if (w->suffixes[f] & SUFFIX_LINE) {
		output_byte(w->out, ':');
		output_u64(w->out, fn->line);
	}
	output_byte(w->out, '\n');
}

/* --- places --- */

static inline char *add_relative(char *to, uint64_t value, uint64_t base, bool hex)
{
	if (value == base) {
		*to++ = '*';
		return to;
	}
	if (value > base && value - base < 1000) {
		*to++ = '+';
		value -= base;
	} else if (base > value && base - value < 1000) {
		*to++ = '-';
		value = base - value;
	} else if (hex) {
		return to + sprintf(to, "0x%" PRIx64, value);
	}
	return to + u64_text(to, value);
}

static inline char *add_place(const struct callgrind_writer *w, char *to, struct place at)
{
	if (w->addresses)
		to = add_relative(to, at.address, w->last.address, true);
	if (w->addresses && w->lines)
		*to++ = ' ';
	if (w->lines || !w->addresses)
		to = add_relative(to, at.line, w->last.line, false);
	return to;
}

/* The end of a line: a place that is not the line's own. */
static inline char *add_target(const struct callgrind_writer *w, char *to, struct place at)
{
	*to++ = ' ';
	to = add_place(w, to, at);
	*to++ = '\n';
	return to;
}

/* Writes a place that later ones are relative to. */
static inline char *add_own_place(struct callgrind_writer *w, char *to, struct place at)
{
	to = add_place(w, to, at);
	w->last = at;
	return to;
}

/* Writes a place and the values at it. */
static inline void put_costs(struct callgrind_writer *w, char *to, struct place at,
			     const int64_t *values)
{
	size_t count = w->p->value_count;

	while (!w->zeros && count && !values[count - 1])
		count--;
	put_values(w, add_own_place(w, to, at), values, count);
}

/* fi and fe change the file inside a function: fe returns to its own. */
static void put_inlined(struct callgrind_writer *w, function_id f, string_id file)
{
	string_id own = w->p->functions[f].file, wanted = file ? file : own;

	if (wanted == w->file)
		return;
	put_string(w, wanted == own ? S("fe=") : S("fi="), FILES, wanted);
	w->file = wanted;
}

/* Costs without lines are placed where their function begins. */
static struct place place_in(const struct callgrind_writer *w, struct place at, function_id f)
{
	if (!at.line)
		at.line = w->p->functions[f].line;
	return at;
}

/* --- calls and jumps --- */

static void put_callee(struct callgrind_writer *w, function_id caller, function_id callee,
		       struct str object, struct str file, struct str name)
{
	const struct function_row *from = &w->p->functions[caller], *to = &w->p->functions[callee];

	if (to->object != from->object)
		put_string(w, object, OBJECTS, to->object);
	if (to->file != w->file)
		put_string(w, file, FILES, to->file);
	put_function(w, name, callee);
}

static void put_arc(struct callgrind_writer *w, size_t row)
{
	const struct arc *a = &w->p->arcs[row];
	bool guess = !a->calls && a->rule == RULE_OUTERMOST;
	char *to;

	/*
	 * callgrind writes calls=0 for what was running when a part began; where calls were not
	 * counted we write 01: 1 for other readers, unknown for ours
	 */
	put_inlined(w, a->caller, a->site.file);
	put_callee(w, a->caller, a->callee, S("cob="), S("cfi="), S("cfn="));
	to = add(output_room(w->out), S("calls="));
	to = guess ? add(to, S("01")) : to + i64_text(to, a->calls);
	to = add_target(w, to, place_in(w, a->target, a->callee));
	put_costs(w, to, place_in(w, a->site, a->caller), values_row(&w->p->arc_values, row));
}

static void put_jump(struct callgrind_writer *w, const struct jump *j)
{
	char *to;

	put_inlined(w, j->from, j->at.file);
	if (j->to != j->from)
		put_callee(w, j->from, j->to, S("cob="), S("jfi="), S("jfn="));
	else if (j->target.file != j->at.file)
		put_string(w, S("jfi="), FILES,
			   j->target.file ? j->target.file : w->p->functions[j->to].file);
	to = add(output_room(w->out), j->conditional ? S("jcnd=") : S("jump="));
	if (j->conditional) {
		to += i64_text(to, j->followed);
		*to++ = '/';
	}
	to += i64_text(to, j->executed);
	to = add_target(w, to, j->target);
	to = add_own_place(w, to, j->at);
	*to++ = '\n';
	w->out->p = to;
}

/* --- functions that only call themselves --- */

/* Whether the function calls itself, in the sense of Python. */
static bool calls_itself(const struct callgrind_writer *w, function_id f)
{
	const struct arc *a = w->p->arcs;

	for (size_t i = w->arcs.at; i < w->arcs.end; i++)
		for (size_t row = w->arcs.run[i].row; row < w->arcs.run[i].end; row++)
			if (a[row].callee == f && a[row].rule == RULE_OUTERMOST)
				return true;
	return false;
}

/*
 * KCachegrind shows 0 for a function that only calls itself: it needs a caller. The inflow is
 * its self value and what it gave to others.
 */
static void note_self_recursive_only(struct callgrind_writer *w, function_id f)
{
	const struct profile *p = w->p;
	struct self_recursive_function l = { f, 1, NULL };

	if (w->called[f] == w->section || !calls_itself(w, f))
		return;
	l.values = alloc_zero(p->value_count, sizeof *l.values);
	for (size_t i = w->costs.at; i < w->costs.end; i++)
		add_run(l.values, &p->cost_values, w->costs.run[i]);
	for (size_t i = w->arcs.at; i < w->arcs.end; i++)
		for (size_t row = w->arcs.run[i].row; row < w->arcs.run[i].end; row++)
			if (p->arcs[row].callee != f)
				add_row(l.values, &p->arc_values, row);
	ARRAY_ROOM(w->self_recursive_only, w->self_recursive_only_count,
		   w->self_recursive_only_cap);
	w->self_recursive_only[w->self_recursive_only_count++] = l;
}

/* The number of the root's name that our reader may take the name for, as it begins so; or 0. */
static size_t root_number(struct str name)
{
	size_t end = 0;

	while (name.n && (unsigned char)*name.p <= ' ')
		name = str_from(name, 1);
	if (!str_starts(name, str_head(SYNTHETIC_ROOT, SYNTHETIC_ROOT.n - 1)))
		return 0;
	while (end < name.n && name.p[end] != ']')
		end++;
	return own_name_number(str_head(name, end + 1), SYNTHETIC_ROOT);
}

void callgrind_name_root(struct callgrind_writer *w)
{
	const struct profile *p = w->p;
	bool *taken = alloc_zero(p->function_count + 2, sizeof *taken);
	size_t n = 1;

	for (function_id f = 0; f < p->function_count; f++) {
		size_t number = root_number(function_name(p, f));

		if (number <= p->function_count)
			taken[number] = true;
	}
	while (taken[n])
		n++;
	alloc_free(taken);
	own_name_spell(&w->root, SYNTHETIC_ROOT, n);
}

static void put_root(struct callgrind_writer *w)
{
	output_text(w->out, "\nfl=???\nfn=");
	output_str(w->out, buf_str(&w->root));
	output_byte(w->out, '\n');
}

void callgrind_put_self_recursive_only(struct callgrind_writer *w)
{
	for (size_t i = 0; i < w->self_recursive_only_count; i++) {
		struct self_recursive_function *l = &w->self_recursive_only[i];
		const struct function_row *fn = &w->p->functions[l->function];
		char *to;

		if (i == 0)
			put_root(w);
		if (w->objects)
			put_string(w, S("cob="), OBJECTS, fn->object);
		put_string(w, S("cfi="), FILES, fn->file);
		put_function(w, S("cfn="), l->function);
		to = add(output_room(w->out), S("calls="));
		to += i64_text(to, l->calls);
		put_costs(w, add_target(w, to, (struct place){ 0, fn->line, 0 }),
			  (struct place){ 0 }, l->values);
		alloc_free(l->values);
	}
	w->self_recursive_only_count = 0;
}

/* --- blocks --- */

/*
 * The arcs of a caller, and their callees, may be spread over the tables: what is written soon
 * is prefetched.
 */
PREFETCH_FUNCTION prefetch_arc(const struct callgrind_writer *w, size_t row)
{
	const struct arc *a = &w->p->arcs[row];

	PREFETCH(a);
	PREFETCH(&a->primitive);
	values_prefetch(&w->p->arc_values, row);
}

PREFETCH_FUNCTION prefetch_callee(const struct callgrind_writer *w, size_t row)
{
	function_id callee = w->p->arcs[row].callee;

	PREFETCH(&w->p->functions[callee]);
	PREFETCH(&w->ids[FUNCTIONS][callee]);
}

/* Each name is written once in a section, at its first use. */
PREFETCH_FUNCTION prefetch_name(const struct callgrind_writer *w, size_t row,
				enum prefetch_step what)
{
	function_id callee = w->p->arcs[row].callee;
	const struct str *name = &w->p->strings.texts[w->p->functions[callee].name];

	if (w->ids[FUNCTIONS][callee].defined == w->section)
		return;
	if (what == PREFETCH_ROW)
		PREFETCH(name);
	else
		PREFETCH(name->p);
}

static void put_arcs(struct callgrind_writer *w)
{
	enum { FAR = 16, NEAR = 12, NAME = 8, TEXT = 4 };

	for (; w->arcs.at < w->arcs.end; w->arcs.at++) {
		const struct callgrind_run *run = &w->arcs.run[w->arcs.at];

		if (w->arcs.count - w->arcs.at > FAR) {
			prefetch_arc(w, run[FAR].row);
			prefetch_callee(w, run[NEAR].row);
			prefetch_name(w, run[NAME].row, PREFETCH_ROW);
			prefetch_name(w, run[TEXT].row, PREFETCH_TEXT);
		}
		for (size_t row = run->row; row < run->end; row++) {
			if (run->end - row > NEAR)
				prefetch_callee(w, row + NEAR);
			put_arc(w, row);
		}
	}
}

static void put_own_costs(struct callgrind_writer *w, function_id f, struct callgrind_run run)
{
	const struct profile *p = w->p;

	for (size_t row = run.row; row < run.end; row++) {
		struct place at = profile_cost_row(p, row).at;

		put_inlined(w, f, at.file);
		put_costs(w, output_room(w->out), place_in(w, at, f),
			  values_row(&p->cost_values, row));
	}
}

void callgrind_put_block(struct callgrind_writer *w, function_id f)
{
	const struct function_row *fn = &w->p->functions[f];

	output_byte(w->out, '\n');
	if (w->objects)
		put_string(w, S("ob="), OBJECTS, fn->object);
	put_string(w, S("fl="), FILES, fn->file);
	put_function(w, S("fn="), f);
	w->file = fn->file;
	note_self_recursive_only(w, f);
	for (; w->costs.at < w->costs.end; w->costs.at++)
		put_own_costs(w, f, w->costs.run[w->costs.at]);
	put_arcs(w);
	for (; w->jumps.at < w->jumps.end; w->jumps.at++)
		for (size_t row = w->jumps.run[w->jumps.at].row;
		     row < w->jumps.run[w->jumps.at].end; row++)
			put_jump(w, &w->p->jumps[row]);
}
