/*
 * callgrind_write - see callgrind.c for the language
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/fetch.h"
#include "converters/callgrind.h"
#include "converters/callgrind_rows.h"

/* What an object, a file or a function is written as. */
struct name_id {
	uint32_t number;      /* its ID, given when it is first used */
	uint32_t defined;     /* the last section that says what the ID means */
};

struct writer {
	struct output *out;
	const struct profile *p;
	thread_id thread;
	uint32_t section;         /* counts from 1 */
	bool addresses, lines, objects;
	bool number_threads;      /* a section is known by its numbers: give those without any */
	bool foreign;             /* read from someone else's callgrind file */
	bool zeros;               /* which wrote zeros at the end of lines */
	struct name_id *ids[3];   /* by object, file (both strings) and function */
	uint32_t numbers[3];
	int64_t *divisors;        /* by value type: what a unit of the file counts */
	uint32_t *called;         /* by function: in which section another one calls it */
	uint8_t *suffixes;        /* by function */
	struct callgrind_rows costs, arcs, jumps;
	struct place last;        /* what positions are relative to */
	string_id file;           /* the current one, inlined code's too */
	struct lonely {
		function_id function;
		int64_t *values;
	} *lonely;                /* functions that only call themselves */
	size_t lonely_count, lonely_cap;
};

/* --- names --- */

/* Nothing but blanks, once put_text() has replaced what it must. */
static bool is_blank(struct str text)
{
	size_t i = 0;

	while (i < text.n && memchr(" \t\n\v\f\r", text.p[i], sizeof " \t\n\v\f\r"))
		i++;
	return i == text.n;
}

/* These end a line, or KCachegrind. */
static char shown(char c)
{
	return c == '\n' || c == '\r' || c == '\0' ? ' ' : c;
}

static void put_text(struct output *out, struct str text)
{
	if (callgrind_holds(text)) {
		output_str(out, text);
		return;
	}
	while (text.n) {
		struct str part = str_head(text, OUTPUT_ROOM);
		char *to = output_room(out);

		for (size_t i = 0; i < part.n; i++)
			to[i] = shown(part.p[i]);
		out->p += part.n;
		text = str_from(text, part.n);
	}
}

static inline char *add(char *to, struct str text)
{
	memcpy(to, text.p, text.n);
	return to + text.n;
}

/* KCachegrind and callgrind_annotate take blanks alone behind an ID for no name at all. */
static void put_name(struct output *out, struct str text)
{
	put_text(out, is_blank(text) ? S("???") : text);
}

enum space { OBJECTS, FILES, FUNCTIONS };

/*
 * "(ID) " the first time in a section, then "(ID)" and the line's end. True if the name
 * must follow.
 */
static inline bool put_id(struct writer *w, struct str key, enum space space, uint32_t id)
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

static void put_string(struct writer *w, struct str key, enum space space, string_id id)
{
	if (!put_id(w, key, space, id))
		return;
	put_name(w->out, profile_text(w->p, id));
	output_byte(w->out, '\n');
}

static void put_function(struct writer *w, struct str key, function_id f)
{
	const struct function *fn = &w->p->functions[f];

	if (!put_id(w, key, FUNCTIONS, f))
		return;
	put_name(w->out, profile_text(w->p, fn->name));
	if (w->suffixes[f] & SUFFIX_FILE) {
		output_text(w->out, " [");
		put_text(w->out, profile_text(w->p, fn->file));
		output_byte(w->out, ']');
	}
	if (w->suffixes[f] & SUFFIX_LINE) {
		output_byte(w->out, ':');
		output_u64(w->out, fn->line);
	}
	output_byte(w->out, '\n');
}

/* --- header --- */

static bool event_has_unit(struct str name, const struct value_type *type)
{
	struct value_type by_name = { 0 };

	unit_of_event(name, &by_name);
	return by_name.unit == type->unit && by_name.power == type->power;
}

/* An event's name says its unit; returns the power of ten that its costs count. */
static int put_event(struct output *out, const struct profile *p, value_id v)
{
	const struct value_type *type = &p->value_types[v];
	struct str name = profile_text(p, type->name);

	if (type->unit == UNIT_TIME && str_eq(name, S("time"))) {
		output_text(out, "ns");
		return 0;
	}
	/* an event without a name would be none */
	if (!name.n)
		output_text(out, "value");
	for (size_t i = 0; i < name.n; i++)
		output_byte(out, (unsigned char)name.p[i] <= ' ' ? '_' : name.p[i]);
	if (type->unit == UNIT_TIME && event_has_unit(name, type))
		return type->power;
	if (type->unit == UNIT_TIME)
		output_text(out, "_(ns)");
	else if (type->unit == UNIT_BYTES && !event_has_unit(name, type))
		output_text(out, "_(bytes)");
	else if (type->exponent) {
		output_text(out, "_(1e-");
		output_u64(out, (uint64_t)-type->exponent);
		output_byte(out, ')');
	}
	return type->unit == UNIT_TIME ? 0 : type->exponent;
}

static int cost_power(const struct profile *p, value_id v)
{
	const struct value_type *type = &p->value_types[v];

	return type->unit == UNIT_TIME && !str_eq(profile_text(p, type->name), S("time")) &&
	       event_has_unit(profile_text(p, type->name), type) ? type->power : 0;
}

static void put_labels(struct writer *w, thread_id thread, const char *key)
{
	for (size_t i = 0; i < w->p->label_count; i++) {
		const struct label *l = &w->p->labels[i];

		if (l->thread != thread || !str_eq(profile_text(w->p, l->key), str_of(key)))
			continue;
		output_text(w->out, key);
		output_text(w->out, ": ");
		put_text(w->out, profile_text(w->p, l->value));
		output_byte(w->out, '\n');
	}
}

static void put_number(struct output *out, const char *key, uint64_t n)
{
	if (!n)
		return;
	output_text(out, key);
	output_text(out, ": ");
	output_u64(out, n);
	output_byte(out, '\n');
}

/* The value of the one label with this key, or an empty text. */
static struct str label_of(const struct profile *p, thread_id thread, const char *key)
{
	struct str value = S("");

	for (size_t i = 0; i < p->label_count; i++)
		if (p->labels[i].thread == thread &&
		    str_eq(profile_text(p, p->labels[i].key), str_of(key))) {
			if (value.n)
				return S(""); /* several: merged, none is true any more */
			value = profile_text(p, p->labels[i].value);
		}
	return value;
}

static void put_file_header(struct writer *w)
{
	struct output *out = w->out;

	output_text(out, "# callgrind format\nversion: 1\ncreator: ");
	put_text(out, label_of(w->p, NO_ID, "creator"));
	output_text(out, w->foreign ? "; profpipe\n" : "profpipe\n");
	put_labels(w, NO_ID, "cmd");
	if (w->p->calls_sampled) {
		output_text(out, "desc: ");
		output_str(out, OUR_CALLS);
		output_byte(out, '\n');
	}
	if (w->p->arcs_estimated)
		output_text(out, "desc: Estimated: inclusive values of arcs, shared out by calls\n");
	if (w->p->estimated)
		output_text(out, "desc: Estimated: made from stacks that were estimated\n");
	put_labels(w, NO_ID, "desc");
}

static void put_events(struct writer *w)
{
	const struct profile *p = w->p;
	struct output *out = w->out;

	put_labels(w, NO_ID, "event");
	for (value_id v = 0; v < p->value_count; v++)
		if (p->value_types[v].unit == UNIT_TIME &&
		    str_eq(profile_text(p, p->value_types[v].name), S("time")))
			output_text(out, "event: ns : Nanoseconds\n");
	output_text(out, "events:");
	for (value_id v = 0; v < p->value_count; v++) {
		output_byte(out, ' ');
		put_event(out, p, v);
	}
	output_byte(out, '\n');
}

/* A time that the name counts in coarser units was read in those. */
static void find_divisors(struct writer *w)
{
	w->divisors = alloc_zero(w->p->value_count, sizeof *w->divisors);
	for (value_id v = 0; v < w->p->value_count; v++)
		i64_shift(1, cost_power(w->p, v), &w->divisors[v]);
}

/* The end of a line. */
static inline void put_values(struct writer *w, char *to, const int64_t *values, size_t count)
{
	enum { FIT = 128 };

	for (size_t v = 0; v < count; v++) {
		int64_t value = values[v];

		if (v % FIT == FIT - 1) {
			w->out->p = to;
			to = output_room(w->out);
		}
		*to++ = ' ';
		if (w->divisors[v] != 1)
			value /= w->divisors[v];
		to += i64_text(to, value);
	}
	*to++ = '\n';
	w->out->p = to;
}

static void add_row(int64_t *sums, const struct values *t, size_t row)
{
	for (uint32_t v = 0; v < t->width; v++)
		i64_add(sums[v], values_row(t, row)[v], &sums[v]);
}

static void add_run(int64_t *sums, const struct values *t, struct callgrind_run run)
{
	for (size_t row = run.row; row < run.end; row++)
		add_row(sums, t, row);
}

static void put_summary(struct writer *w)
{
	const struct profile *p = w->p;
	struct str recorded = label_of(p, w->thread, "summary");
	int64_t *sums;

	output_text(w->out, "summary:");
	if (recorded.n) {
		output_byte(w->out, ' ');
		put_text(w->out, recorded);
		output_byte(w->out, '\n');
		return;
	}
	sums = alloc_zero(p->value_count, sizeof *sums);
	for (size_t i = w->costs.at; i < w->costs.end; i++)
		add_run(sums, &p->cost_values, w->costs.run[i]);
	put_values(w, output_room(w->out), sums, p->value_count);
	free(sums);
}

static void put_section_header(struct writer *w)
{
	const struct thread *t = &w->p->threads[w->thread];
	struct output *out = w->out;
	bool numbered = !t->tid && w->number_threads;

	put_number(out, "pid", t->pid);
	put_number(out, "part", t->part);
	put_number(out, "thread", numbered ? w->thread + 1 : t->tid);
	if (t->name || numbered) {
		output_text(out, "desc: ");
		output_str(out, numbered ? OUR_NUMBERED : OUR_THREAD);
		put_text(out, profile_text(w->p, t->name));
		output_byte(out, '\n');
	}
	put_labels(w, w->thread, "desc");
	output_text(out, "\npositions:");
	output_text(out, w->addresses ? " instr" : "");
	output_text(out, w->lines || !w->addresses ? " line\n" : "\n");
	put_events(w);
	put_summary(w);
}

/* --- body --- */

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

static inline char *add_place(const struct writer *w, char *to, struct place at)
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
static inline char *add_target(const struct writer *w, char *to, struct place at)
{
	*to++ = ' ';
	to = add_place(w, to, at);
	*to++ = '\n';
	return to;
}

/* A place that later ones are relative to. */
static inline char *add_own_place(struct writer *w, char *to, struct place at)
{
	to = add_place(w, to, at);
	w->last = at;
	return to;
}

/* A place and what was spent there. */
static inline void put_costs(struct writer *w, char *to, struct place at, const int64_t *values)
{
	size_t count = w->p->value_count;

	while (!w->zeros && count && !values[count - 1])
		count--;
	put_values(w, add_own_place(w, to, at), values, count);
}

/* fi and fe change the file inside a function: fe goes back to its own. */
static void put_inlined(struct writer *w, function_id f, string_id file)
{
	string_id own = w->p->functions[f].file, wanted = file ? file : own;

	if (wanted == w->file)
		return;
	put_string(w, wanted == own ? S("fe=") : S("fi="), FILES, wanted);
	w->file = wanted;
}

/* Lines of a function without lines of its own are where it begins. */
static struct place place_in(const struct writer *w, struct place at, function_id f)
{
	if (!at.line)
		at.line = w->p->functions[f].line;
	return at;
}

static void put_callee(struct writer *w, function_id caller, function_id callee,
		       struct str object, struct str file, struct str name)
{
	const struct function *from = &w->p->functions[caller], *to = &w->p->functions[callee];

	if (to->object != from->object)
		put_string(w, object, OBJECTS, to->object);
	if (to->file != w->file)
		put_string(w, file, FILES, to->file);
	put_function(w, name, callee);
}

static void put_arc(struct writer *w, size_t row)
{
	const struct arc *a = &w->p->arcs[row];
	bool guess = !a->calls && a->rule == RULE_OUTERMOST;
	char *to;

	/* callgrind itself writes calls=0 for what was running when a part began; where
	 * nobody counted, it is 01: for other readers 1, and unknown when read again */
	put_inlined(w, a->caller, a->site.file);
	put_callee(w, a->caller, a->callee, S("cob="), S("cfi="), S("cfn="));
	to = add(output_room(w->out), S("calls="));
	to = guess ? add(to, S("01")) : to + i64_text(to, a->calls);
	to = add_target(w, to, place_in(w, a->target, a->callee));
	put_costs(w, to, place_in(w, a->site, a->caller), values_row(&w->p->arc_values, row));
}

static void put_jump(struct writer *w, const struct jump *j)
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

/* Whether the function calls itself, as Python counts that. */
static bool calls_itself(const struct writer *w, function_id f)
{
	const struct arc *a = w->p->arcs;

	for (size_t i = w->arcs.at; i < w->arcs.end; i++)
		for (size_t row = w->arcs.run[i].row; row < w->arcs.run[i].end; row++)
			if (a[row].callee == f && a[row].rule == RULE_OUTERMOST)
				return true;
	return false;
}

/*
 * KCachegrind shows 0 for a function that only calls itself: it needs a caller. What
 * came in is its self value and what it gave to others.
 */
static void note_lonely(struct writer *w, function_id f)
{
	const struct profile *p = w->p;
	struct lonely l = { f, NULL };

	if (w->called[f] == w->section || !calls_itself(w, f))
		return;
	l.values = alloc_zero(p->value_count, sizeof *l.values);
	for (size_t i = w->costs.at; i < w->costs.end; i++)
		add_run(l.values, &p->cost_values, w->costs.run[i]);
	for (size_t i = w->arcs.at; i < w->arcs.end; i++)
		for (size_t row = w->arcs.run[i].row; row < w->arcs.run[i].end; row++)
			if (p->arcs[row].callee != f)
				add_row(l.values, &p->arc_values, row);
	ARRAY_ROOM(w->lonely, w->lonely_count, w->lonely_cap);
	w->lonely[w->lonely_count++] = l;
}

static void put_lonely(struct writer *w)
{
	for (size_t i = 0; i < w->lonely_count; i++) {
		struct lonely *l = &w->lonely[i];
		const struct function *fn = &w->p->functions[l->function];

		if (i == 0)
			output_text(w->out, "\nfl=???\nfn=[root]\n");
		if (w->objects)
			put_string(w, S("cob="), OBJECTS, fn->object);
		put_string(w, S("cfi="), FILES, fn->file);
		put_function(w, S("cfn="), l->function);
		put_costs(w, add_target(w, add(output_room(w->out), S("calls=1")),
					(struct place){ 0, fn->line, 0 }),
			  (struct place){ 0 }, l->values);
		free(l->values);
	}
	w->lonely_count = 0;
}

/*
 * A caller's arcs may lie all over the table, as do their callees: what will be written
 * soon is fetched while this one is.
 */
FETCHING fetch_arc(const struct writer *w, size_t row)
{
	const struct arc *a = &w->p->arcs[row];

	FETCH(a);
	FETCH(&a->primitive);
	FETCH(values_row(&w->p->arc_values, row));
}

FETCHING fetch_callee(const struct writer *w, size_t row)
{
	function_id callee = w->p->arcs[row].callee;

	FETCH(&w->p->functions[callee]);
	FETCH(&w->ids[FUNCTIONS][callee]);
}

/* A name is written once a section: with its first use. */
FETCHING fetch_name(const struct writer *w, size_t row, enum fetch what)
{
	function_id callee = w->p->arcs[row].callee;
	const struct str *name = &w->p->strings.texts[w->p->functions[callee].name];

	if (w->ids[FUNCTIONS][callee].defined == w->section)
		return;
	if (what == FETCH_ROW)
		FETCH(name);
	else
		FETCH(name->p);
}

static void put_arcs(struct writer *w)
{
	enum { FAR = 16, NEAR = 12, NAME = 8, TEXT = 4 };

	for (; w->arcs.at < w->arcs.end; w->arcs.at++) {
		const struct callgrind_run *run = &w->arcs.run[w->arcs.at];

		if (w->arcs.count - w->arcs.at > FAR) {
			fetch_arc(w, run[FAR].row);
			fetch_callee(w, run[NEAR].row);
			fetch_name(w, run[NAME].row, FETCH_ROW);
			fetch_name(w, run[TEXT].row, FETCH_TEXT);
		}
		for (size_t row = run->row; row < run->end; row++) {
			if (run->end - row > NEAR)
				fetch_callee(w, row + NEAR);
			put_arc(w, row);
		}
	}
}

static void put_own_costs(struct writer *w, function_id f, struct callgrind_run run)
{
	const struct profile *p = w->p;

	for (size_t row = run.row; row < run.end; row++) {
		struct place at = profile_cost_row(p, row).at;

		put_inlined(w, f, at.file);
		put_costs(w, output_room(w->out), place_in(w, at, f),
			  values_row(&p->cost_values, row));
	}
}

/* One function: the rows from each table's `at` to its `end`. */
static void put_block(struct writer *w, function_id f)
{
	const struct function *fn = &w->p->functions[f];

	output_byte(w->out, '\n');
	if (w->objects)
		put_string(w, S("ob="), OBJECTS, fn->object);
	put_string(w, S("fl="), FILES, fn->file);
	put_function(w, S("fn="), f);
	w->file = fn->file;
	note_lonely(w, f);
	for (; w->costs.at < w->costs.end; w->costs.at++)
		put_own_costs(w, f, w->costs.run[w->costs.at]);
	put_arcs(w);
	for (; w->jumps.at < w->jumps.end; w->jumps.at++)
		for (size_t row = w->jumps.run[w->jumps.at].row;
		     row < w->jumps.run[w->jumps.at].end; row++)
			put_jump(w, &w->p->jumps[row]);
}

static void mark_called(struct writer *w)
{
	enum { FAR = 32 };

	for (size_t i = w->arcs.at; i < w->arcs.end; i++) {
		const struct callgrind_run *run = &w->arcs.run[i];

		if (w->arcs.end - i > FAR)
			FETCH(&w->p->arcs[run[FAR].row].callee);
		for (size_t row = run->row; row < run->end; row++)
			if (w->p->arcs[row].callee != run->function)
				w->called[w->p->arcs[row].callee] = w->section;
	}
}

static void put_section(struct writer *w, thread_id t)
{
	w->thread = t;
	w->section++;
	w->last = (struct place){ 0 };
	callgrind_section(&w->costs, t);
	callgrind_section(&w->arcs, t);
	mark_called(w);
	put_section_header(w);
	for (;;) {
		function_id f = NO_ID;

		callgrind_next_function(&w->costs, t, &f);
		callgrind_next_function(&w->arcs, t, &f);
		callgrind_next_function(&w->jumps, t, &f);
		if (f == NO_ID)
			break;
		callgrind_rows_of(&w->costs, t, f);
		callgrind_rows_of(&w->arcs, t, f);
		callgrind_rows_of(&w->jumps, t, f);
		put_block(w, f);
	}
	put_lonely(w);
	output_byte(w->out, '\n');
}

static void find_columns(struct writer *w)
{
	const struct profile *p = w->p;
	size_t plain = 0;

	for (size_t i = 0; i < p->thread_count; i++)
		plain += !p->threads[i].tid && !p->threads[i].part;
	w->number_threads = plain && p->thread_count > 1;

	/* there are addresses if one is not 0 */
	w->addresses = p->cost_address_count;
	for (size_t i = 0; i < p->cost_count; i++)
		w->lines |= p->costs[i].line != 0;
	for (size_t i = 0; i < p->arc_count; i++) {
		w->addresses |= p->arcs[i].site.address != 0;
		w->lines |= p->arcs[i].site.line != 0;
	}
	for (size_t i = 0; i < p->function_count; i++) {
		w->lines |= p->functions[i].line != 0;
		w->objects |= p->functions[i].object != 0;
	}
}

static void sort_rows(struct writer *w)
{
	const struct profile *p = w->p;
	const struct cost_row *c = p->costs;
	const struct arc *a = p->arcs;
	const struct jump *j = p->jumps;

	if (p->cost_count)
		w->costs = callgrind_sort(p, p->cost_count, sizeof *c, &c->thread, &c->function);
	if (p->arc_count)
		w->arcs = callgrind_sort(p, p->arc_count, sizeof *a, &a->thread, &a->caller);
	if (p->jump_count)
		w->jumps = callgrind_sort(p, p->jump_count, sizeof *j, &j->thread, &j->from);
}

static void free_writer(struct writer *w)
{
	for (int i = OBJECTS; i <= FUNCTIONS; i++)
		free(w->ids[i]);
	free(w->divisors);
	free(w->called);
	free(w->suffixes);
	free(w->costs.run);
	free(w->arcs.run);
	free(w->jumps.run);
	free(w->lonely);
}

void callgrind_write(struct output *out, const struct profile *p)
{
	struct writer w = { .out = out, .p = p };

	for (int i = OBJECTS; i <= FUNCTIONS; i++)
		w.ids[i] = alloc_zero(i == FUNCTIONS ? p->function_count : p->strings.count,
				      sizeof *w.ids[i]);
	w.called = alloc_zero(p->function_count, sizeof *w.called);
	w.suffixes = alloc_zero(p->function_count, sizeof *w.suffixes);
	sort_rows(&w);
	find_columns(&w);
	find_divisors(&w);
	w.foreign = label_of(p, NO_ID, "creator").n > 0;
	w.zeros = label_of(p, NO_ID, "zeros").n > 0;
	if (!w.foreign)
		callgrind_suffixes(p, w.suffixes);
	put_file_header(&w);
	for (thread_id t = 0; t < p->thread_count; t++)
		put_section(&w, t);
	free_writer(&w);
}

int callgrind_check(const struct profile *p)
{
	const struct values *tables[] = { &p->cost_values, &p->arc_values };

	if (!p->thread_count || !p->value_count)
		return error("callgrind cannot hold a profile without any value type");
	for (size_t t = 0; t < 2; t++)
		for (size_t i = 0; i < tables[t]->rows * tables[t]->width; i++)
			if (tables[t]->v[i] < 0)
				return error("callgrind cannot hold the negative value %" PRId64
					     " of %s", tables[t]->v[i],
					     quote(profile_text(p,
						p->value_types[i % tables[t]->width].name)));
	return 0;
}

/* Whether one of eight bytes is below 16: hardly a name has such, and one look is enough. */
static inline bool has_low(const char *p)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return (word - ones * 16) & ~word & ones * 0x80;
}

bool callgrind_holds(struct str name)
{
	bool low = name.n < 8 || has_low(name.p + name.n - 8);

	for (size_t i = 0; !low && i + 8 < name.n; i += 8)
		low = has_low(name.p + i);
	if (low && (str_has(name, '\n') || str_has(name, '\r') || str_has(name, '\0')))
		return false;
	return !name.n || !is_blank(name);
}
