/*
 * callgrind_write - see callgrind.c for the language
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/callgrind.h"

/* How a function is written: the suffix that keeps it apart from others. */
enum suffix { SUFFIX_NONE = 0, SUFFIX_FILE = 1, SUFFIX_LINE = 2 };

/* Rows of one table, by thread and then by function; `at` moves through them. */
struct rows {
	uint32_t *row;
	size_t count, at, end; /* end: of this section, then of this function */
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
	/* by object, file (both strings) and function: */
	uint32_t *number[3];      /* its ID, given when it is first used */
	uint32_t *defined[3];     /* the last section that says what the ID means */
	uint32_t numbers[3];
	uint32_t *called;         /* by function: in which section another one calls it */
	uint8_t *suffixes;        /* by function */
	struct rows costs, arcs, jumps;
	struct place last;        /* what positions are relative to */
	string_id file;           /* the current one, inlined code's too */
	struct lonely {
		function_id function;
		int64_t *values;
	} *lonely;                /* functions that only call themselves */
	size_t lonely_count, lonely_cap;
};

/* --- names --- */

static void put_text(struct output *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		/* these end a line, or KCachegrind */
		output_byte(out, c == '\n' || c == '\r' || c == '\0' ? ' ' : c);
	}
}

enum space { OBJECTS, FILES, FUNCTIONS };

/* "(ID) name" the first time in a section, then "(ID)". True if the name must follow. */
static bool put_id(struct writer *w, const char *key, enum space space, uint32_t id)
{
	bool first = w->defined[space][id] != w->section;

	w->defined[space][id] = w->section;
	if (!w->number[space][id])
		w->number[space][id] = ++w->numbers[space];
	output_text(w->out, key);
	output_byte(w->out, '(');
	output_u64(w->out, w->number[space][id]);
	output_byte(w->out, ')');
	if (first)
		output_byte(w->out, ' ');
	return first;
}

static void put_string(struct writer *w, const char *key, enum space space, string_id id)
{
	if (put_id(w, key, space, id))
		put_text(w->out, id ? profile_text(w->p, id) : S("???"));
	output_byte(w->out, '\n');
}

static void put_function(struct writer *w, const char *key, function_id f)
{
	const struct function *fn = &w->p->functions[f];

	if (put_id(w, key, FUNCTIONS, f)) {
		put_text(w->out, fn->name ? profile_text(w->p, fn->name) : S("???"));
		if (w->suffixes[f] & SUFFIX_FILE) {
			output_text(w->out, " [");
			put_text(w->out, profile_text(w->p, fn->file));
			output_byte(w->out, ']');
		}
		if (w->suffixes[f] & SUFFIX_LINE) {
			output_byte(w->out, ':');
			output_u64(w->out, fn->line);
		}
	}
	output_byte(w->out, '\n');
}

/* What KCachegrind tells functions apart by. */
struct identity {
	struct str name, file, object;
	function_id function;
	uint32_t line;
};

static int compare_identity(const struct identity *x, const struct identity *y)
{
	int order = str_compare(x->name, y->name);

	if (!order)
		order = str_compare(x->file, y->file);
	return order ? order : str_compare(x->object, y->object);
}

static int by_identity(const void *a, const void *b)
{
	const struct identity *x = a, *y = b;
	int order = compare_identity(x, y);

	if (!order)
		order = (x->line > y->line) - (x->line < y->line);
	return order ? order : (x->function > y->function) - (x->function < y->function);
}

static bool ends_like_line(struct str name)
{
	struct str head, digits;
	uint64_t line;

	return str_cut_last(name, ':', &head, &digits) && str_to_u64(digits, &line);
}

/* Functions that would meet in KCachegrind: their lines, or else their files, tell. */
static void separate(struct writer *w, const struct identity *same, size_t count)
{
	bool lines = true;

	for (size_t i = 0; i < count; i++)
		lines &= same[i].line && (!i || same[i].line != same[i - 1].line);
	for (size_t i = 0; i < count; i++)
		w->suffixes[same[i].function] |= lines ? SUFFIX_LINE : SUFFIX_FILE | SUFFIX_LINE;
}

/*
 * Names that look as if they had a suffix get one, so that reading, which takes one
 * off, gives the name back. Functions that came from callgrind files stay as they
 * are: other readers of those know them by these names.
 */
static void find_suffixes(struct writer *w)
{
	const struct profile *p = w->p;
	struct identity *all = alloc_zero(p->function_count, sizeof *all);
	size_t same;

	for (function_id f = 0; f < p->function_count; f++) {
		const struct function *fn = &p->functions[f];

		all[f] = (struct identity){
			function_name(p, f), str_base(profile_text(p, fn->file)),
			str_base(profile_text(p, fn->object)), f, fn->line,
		};
		if (ends_like_line(all[f].name))
			w->suffixes[f] |= SUFFIX_LINE;
		if (str_ends(all[f].name, S("]")))
			w->suffixes[f] |= SUFFIX_FILE | SUFFIX_LINE;
	}
	qsort(all, p->function_count, sizeof *all, by_identity);
	for (size_t i = 0; i < p->function_count; i += same) {
		same = 1;
		while (i + same < p->function_count &&
		       compare_identity(&all[i], &all[i + same]) == 0)
			same++;
		if (same > 1)
			separate(w, all + i, same);
	}
	free(all);
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

static void put_value(struct writer *w, value_id v, int64_t value)
{
	int power = cost_power(w->p, v);

	output_byte(w->out, ' ');
	/* a time that the name counts in coarser units was read in those */
	while (power-- > 0)
		value /= 10;
	output_i64(w->out, value);
}

static void put_summary(struct writer *w)
{
	const struct profile *p = w->p;
	struct str recorded = label_of(p, w->thread, "summary");

	output_text(w->out, "summary:");
	if (recorded.n) {
		output_byte(w->out, ' ');
		put_text(w->out, recorded);
		output_byte(w->out, '\n');
		return;
	}
	for (value_id v = 0; v < p->value_count; v++) {
		int64_t sum = 0;

		for (size_t i = w->costs.at; i < w->costs.end; i++)
			i64_add(sum, values_row(&p->cost_values, w->costs.row[i])[v], &sum);
		put_value(w, v, sum);
	}
	output_byte(w->out, '\n');
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

static void put_relative(struct writer *w, uint64_t value, uint64_t base, bool hex)
{
	char text[24];

	if (value == base) {
		output_byte(w->out, '*');
	} else if (value > base && value - base < 1000) {
		output_byte(w->out, '+');
		output_u64(w->out, value - base);
	} else if (base > value && base - value < 1000) {
		output_byte(w->out, '-');
		output_u64(w->out, base - value);
	} else if (hex) {
		output_bytes(w->out, text, (size_t)snprintf(text, sizeof text, "0x%" PRIx64, value));
	} else {
		output_u64(w->out, value);
	}
}

static void put_place(struct writer *w, struct place at)
{
	if (w->addresses)
		put_relative(w, at.address, w->last.address, true);
	if (w->addresses && w->lines)
		output_byte(w->out, ' ');
	if (w->lines || !w->addresses)
		put_relative(w, at.line, w->last.line, false);
}

/* A place that later ones are relative to. */
static void put_own_place(struct writer *w, struct place at)
{
	put_place(w, at);
	w->last = at;
}

static void put_values(struct writer *w, const int64_t *values)
{
	value_id count = (value_id)w->p->value_count;

	while (!w->zeros && count && !values[count - 1])
		count--;
	for (value_id v = 0; v < count; v++)
		put_value(w, v, values[v]);
	output_byte(w->out, '\n');
}

/* fi and fe change the file inside a function: fe goes back to its own. */
static void put_inlined(struct writer *w, function_id f, string_id file)
{
	string_id own = w->p->functions[f].file, wanted = file ? file : own;

	if (wanted == w->file)
		return;
	put_string(w, wanted == own ? "fe=" : "fi=", FILES, wanted);
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
		       const char *object, const char *file, const char *name)
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

	/* callgrind itself writes calls=0 for what was running when a part began; where
	 * nobody counted, it is 01: for other readers 1, and unknown when read again */
	put_inlined(w, a->caller, a->site.file);
	put_callee(w, a->caller, a->callee, "cob=", "cfi=", "cfn=");
	output_text(w->out, guess ? "calls=01" : "calls=");
	if (!guess)
		output_i64(w->out, a->calls);
	output_byte(w->out, ' ');
	put_place(w, place_in(w, a->target, a->callee));
	output_byte(w->out, '\n');
	put_own_place(w, place_in(w, a->site, a->caller));
	put_values(w, values_row(&w->p->arc_values, row));
}

static void put_jump(struct writer *w, const struct jump *j)
{
	put_inlined(w, j->from, j->at.file);
	if (j->to != j->from)
		put_callee(w, j->from, j->to, "cob=", "jfi=", "jfn=");
	else if (j->target.file != j->at.file)
		put_string(w, "jfi=", FILES,
			   j->target.file ? j->target.file : w->p->functions[j->to].file);
	output_text(w->out, j->conditional ? "jcnd=" : "jump=");
	if (j->conditional) {
		output_i64(w->out, j->followed);
		output_byte(w->out, '/');
	}
	output_i64(w->out, j->executed);
	output_byte(w->out, ' ');
	put_place(w, j->target);
	output_byte(w->out, '\n');
	put_own_place(w, j->at);
	output_byte(w->out, '\n');
}

static void add_row(int64_t *sums, const struct values *t, size_t row)
{
	for (uint32_t v = 0; v < t->width; v++)
		i64_add(sums[v], values_row(t, row)[v], &sums[v]);
}

/*
 * KCachegrind shows 0 for a function that only calls itself: it needs a caller. What
 * came in is its self value and what it gave to others.
 */
static void note_lonely(struct writer *w, function_id f)
{
	const struct profile *p = w->p;
	struct lonely l = { f, NULL };
	bool recursive = false;

	for (size_t i = w->arcs.at; i < w->arcs.end; i++)
		recursive |= p->arcs[w->arcs.row[i]].callee == f &&
			     p->arcs[w->arcs.row[i]].rule == RULE_OUTERMOST;
	if (!recursive || w->called[f] == w->section)
		return;
	l.values = alloc_zero(p->value_count, sizeof *l.values);
	for (size_t i = w->costs.at; i < w->costs.end; i++)
		add_row(l.values, &p->cost_values, w->costs.row[i]);
	for (size_t i = w->arcs.at; i < w->arcs.end; i++)
		if (p->arcs[w->arcs.row[i]].callee != f)
			add_row(l.values, &p->arc_values, w->arcs.row[i]);
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
			put_string(w, "cob=", OBJECTS, fn->object);
		put_string(w, "cfi=", FILES, fn->file);
		put_function(w, "cfn=", l->function);
		output_text(w->out, "calls=1 ");
		put_place(w, (struct place){ 0, fn->line, 0 });
		output_byte(w->out, '\n');
		put_own_place(w, (struct place){ 0 });
		put_values(w, l->values);
		free(l->values);
	}
	w->lonely_count = 0;
}

/* One function: the rows from each table's `at` to its `end`. */
static void put_block(struct writer *w, function_id f)
{
	const struct function *fn = &w->p->functions[f];

	output_byte(w->out, '\n');
	if (w->objects)
		put_string(w, "ob=", OBJECTS, fn->object);
	put_string(w, "fl=", FILES, fn->file);
	put_function(w, "fn=", f);
	w->file = fn->file;
	note_lonely(w, f);
	for (; w->costs.at < w->costs.end; w->costs.at++) {
		uint32_t row = w->costs.row[w->costs.at];

		put_inlined(w, f, w->p->costs[row].at.file);
		put_own_place(w, place_in(w, w->p->costs[row].at, f));
		put_values(w, values_row(&w->p->cost_values, row));
	}
	for (; w->arcs.at < w->arcs.end; w->arcs.at++)
		put_arc(w, w->arcs.row[w->arcs.at]);
	for (; w->jumps.at < w->jumps.end; w->jumps.at++)
		put_jump(w, &w->p->jumps[w->jumps.row[w->jumps.at]]);
}

/* --- rows by thread, then by function --- */

/* The key of a row: its thread and its function. */
struct key {
	thread_id thread;
	function_id function;
};

static struct key cost_key(const struct profile *p, uint32_t row)
{
	return (struct key){ p->costs[row].thread, p->costs[row].function };
}

static struct key arc_key(const struct profile *p, uint32_t row)
{
	return (struct key){ p->arcs[row].thread, p->arcs[row].caller };
}

static struct key jump_key(const struct profile *p, uint32_t row)
{
	return (struct key){ p->jumps[row].thread, p->jumps[row].from };
}

typedef struct key key_of(const struct profile *p, uint32_t row);

/* A stable counting sort by one half of the key. */
static void sort_half(const struct profile *p, struct rows *r, key_of *key, bool thread)
{
	size_t keys = thread ? p->thread_count : p->function_count;
	size_t *first = alloc_zero(keys + 1, sizeof *first);
	uint32_t *sorted = alloc_zero(r->count, sizeof *sorted);

	for (size_t i = 0; i < r->count; i++) {
		struct key k = key(p, r->row[i]);

		first[(thread ? k.thread : k.function) + 1]++;
	}
	for (size_t k = 0; k < keys; k++)
		first[k + 1] += first[k];
	for (size_t i = 0; i < r->count; i++) {
		struct key k = key(p, r->row[i]);

		sorted[first[thread ? k.thread : k.function]++] = r->row[i];
	}
	free(first);
	free(r->row);
	r->row = sorted;
}

static struct rows sort_rows(const struct profile *p, size_t count, key_of *key)
{
	struct rows r = { alloc_zero(count, sizeof *r.row), count, 0, 0 };

	for (size_t i = 0; i < count; i++)
		r.row[i] = (uint32_t)i;
	sort_half(p, &r, key, false);
	sort_half(p, &r, key, true);
	return r;
}

/* Sets `end` behind the thread's rows, from `at` on. */
static void find_section(const struct profile *p, struct rows *r, key_of *key, thread_id t)
{
	for (r->end = r->at; r->end < r->count && key(p, r->row[r->end]).thread == t;)
		r->end++;
}

/* Lowers *f to the function of the next row of the thread, if there is one. */
static void next_function(const struct profile *p, const struct rows *r, key_of *key,
			  thread_id t, function_id *f)
{
	if (r->at < r->count && key(p, r->row[r->at]).thread == t &&
	    key(p, r->row[r->at]).function < *f)
		*f = key(p, r->row[r->at]).function;
}

static void find_function(const struct profile *p, struct rows *r, key_of *key, thread_id t,
			  function_id f)
{
	for (r->end = r->at; r->end < r->count; r->end++) {
		struct key k = key(p, r->row[r->end]);

		if (k.thread != t || k.function != f)
			break;
	}
}

static void put_section(struct writer *w, thread_id t)
{
	const struct profile *p = w->p;

	w->thread = t;
	w->section++;
	w->last = (struct place){ 0 };
	find_section(p, &w->costs, cost_key, t);
	find_section(p, &w->arcs, arc_key, t);
	for (size_t i = w->arcs.at; i < w->arcs.end; i++) {
		const struct arc *a = &p->arcs[w->arcs.row[i]];

		if (a->caller != a->callee)
			w->called[a->callee] = w->section;
	}
	put_section_header(w);
	for (;;) {
		function_id f = NO_ID;

		next_function(p, &w->costs, cost_key, t, &f);
		next_function(p, &w->arcs, arc_key, t, &f);
		next_function(p, &w->jumps, jump_key, t, &f);
		if (f == NO_ID)
			break;
		find_function(p, &w->costs, cost_key, t, f);
		find_function(p, &w->arcs, arc_key, t, f);
		find_function(p, &w->jumps, jump_key, t, f);
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

	for (size_t i = 0; i < p->cost_count; i++) {
		w->addresses |= p->costs[i].at.address != 0;
		w->lines |= p->costs[i].at.line != 0;
	}
	for (size_t i = 0; i < p->arc_count; i++) {
		w->addresses |= p->arcs[i].site.address != 0;
		w->lines |= p->arcs[i].site.line != 0;
	}
	for (size_t i = 0; i < p->function_count; i++) {
		w->lines |= p->functions[i].line != 0;
		w->objects |= p->functions[i].object != 0;
	}
}

void callgrind_write(struct output *out, const struct profile *p)
{
	struct writer w = { .out = out, .p = p };

	for (int i = OBJECTS; i <= FUNCTIONS; i++) {
		size_t ids = i == FUNCTIONS ? p->function_count : p->strings.count;

		w.number[i] = alloc_zero(ids, sizeof *w.number[i]);
		w.defined[i] = alloc_zero(ids, sizeof *w.defined[i]);
	}
	w.called = alloc_zero(p->function_count, sizeof *w.called);
	w.suffixes = alloc_zero(p->function_count, sizeof *w.suffixes);
	w.costs = sort_rows(p, p->cost_count, cost_key);
	w.arcs = sort_rows(p, p->arc_count, arc_key);
	w.jumps = sort_rows(p, p->jump_count, jump_key);
	find_columns(&w);
	w.foreign = label_of(p, NO_ID, "creator").n > 0;
	w.zeros = label_of(p, NO_ID, "zeros").n > 0;
	if (!w.foreign)
		find_suffixes(&w);
	put_file_header(&w);
	for (thread_id t = 0; t < p->thread_count; t++)
		put_section(&w, t);
	for (int i = OBJECTS; i <= FUNCTIONS; i++) {
		free(w.number[i]);
		free(w.defined[i]);
	}
	free(w.called);
	free(w.suffixes);
	free(w.costs.row);
	free(w.arcs.row);
	free(w.jumps.row);
	free(w.lonely);
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

bool callgrind_holds(struct str name)
{
	return !str_has(name, '\n') && !str_has(name, '\r') && !str_has(name, '\0');
}
