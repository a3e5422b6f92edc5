/*
 * callgrind/notes - what callgrind's language has no words for, in comments at the end
 *
 * pstat records of a function its calls, primitive calls and inclusive value, and of a call
 * its primitive calls and the callee's self value. Other readers of a callgrind file pass
 * comments over; with them the same stacks are estimated from it as from where it came from.
 *
 *	# profpipe: lines                  behind the creator: costs are where functions begin
 *	# profpipe: totals                 behind the last block: what follows is about them
 *	# total (FILE) (FUNCTION) CALLS PRIMITIVE INCLUSIVE...
 *	# calls (FILE) (FUNCTION) SELF... SELF... /PRIMITIVE - ...
 *
 * Functions are named by the IDs of above, with (OBJECT) before where the file has objects.
 * The last line is about all calls of a function in their order: the callee's self values, a
 * dash where they are its inclusive values, or a question mark where nobody recorded them;
 * then, if not all its calls are, how many are primitive. A function without a total has the
 * sums of the calls to it; one whose calls have no line calls only what is a dash.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/callgraph/inclusive.h"
#include "converters/callgrind/reading.h"
#include "converters/callgrind/writing.h"

/* --- writing --- */

/* The language has no negative numbers. */
static bool not_negative(const struct values *t)
{
	int64_t value;
	uint32_t v;

	return !values_negative(t, &value, &v);
}

/*
 * Totals concern all threads, so they describe a section only if it is the only one. The notes
 * name functions as above, so there are none if two are written alike.
 */
static bool has_totals(const struct profile *p)
{
	thread_id first = p->arc_count ? p->arcs[0].thread : p->cost_count ? p->costs[0].thread : 0;
	bool known = false;

	for (function_id f = 0; f < p->total_count && !known; f++)
		known = p->totals[f].known;
	for (size_t i = 0; i < p->arc_count && known; i++)
		known = p->arcs[i].thread == first && p->arcs[i].rule == RULE_OUTERMOST;
	for (size_t i = 0; i < p->cost_count && known; i++)
		known = p->costs[i].thread == first;
	return known && not_negative(&p->total_values) && not_negative(&p->arc_self);
}

/* For bare counts, the number of primitive calls is unknown. */
static int64_t primitive_of(const struct arc *a)
{
	return a->self_known ? a->primitive : a->calls;
}

unsigned callgrind_features_of(const struct profile *p, const void *options)
{
	(void)options;
	return (has_totals(p) && callgrind_tells_functions(p) ? FEATURE_TOTALS : 0) |
	       (callgrind_tells_systems(p) ? FEATURE_SYSTEM_NAMES : 0);
}

static void sum_arcs(struct callgrind_writer *w)
{
	const struct profile *p = w->p;
	enum { FAR = 16 };

	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];
		struct called *to = &w->sums[a->callee];

		if (i + FAR < p->arc_count)
			PREFETCH(&w->sums[p->arcs[i + FAR].callee]);
		to->arcs++;
		i64_add_to(&to->calls, a->calls);
		i64_add_to(&to->primitive, primitive_of(a));
		for (size_t v = 0; v < p->value_count; v++)
			i64_add_to(&w->sum_values[a->callee * p->value_count + v],
				   values_row(&p->arc_values, i)[v]);
	}
}

/* If costs are at other lines, the line of a cost does not show where its function begins. */
static bool has_lines(const struct profile *p)
{
	for (size_t i = 0; i < p->cost_count; i++) {
		const struct function_row *f = &p->functions[p->costs[i].function];

		if (f->line_inferred || p->costs[i].line != f->line || p->costs[i].file)
			return false;
	}
	return p->cost_count > 0 && !p->cost_address_count;
}

void callgrind_find_totals(struct callgrind_writer *w)
{
	const struct profile *p = w->p;

	w->known_lines = has_lines(p);
	w->totals = w->apart && has_totals(p);
	if (!w->totals)
		return;
	w->sums = alloc_zero(p->function_count, sizeof *w->sums);
	w->sum_values = alloc_zero(p->function_count, p->value_count * sizeof *w->sum_values);
	sum_arcs(w);
	for (function_id f = 0; f < p->function_count; f++) {
		struct called *sum = &w->sums[f];
		const int64_t *inclusive;

		if (!profile_has_total(p, f))
			continue;
		inclusive = values_row(&p->total_values, f);
		sum->own_total = !sum->arcs || p->totals[f].calls != sum->calls ||
				 p->totals[f].primitive != sum->primitive ||
				 memcmp(inclusive, w->sum_values + f * p->value_count,
					p->value_count * sizeof *inclusive) != 0;
		sum->rooted = sum->arcs && p->totals[f].calls > sum->calls;
		w->any_rooted |= sum->rooted;
	}
}

static char *add_id(const struct callgrind_writer *w, char *to, enum space space, uint32_t id)
{
	*to++ = ' ';
	*to++ = '(';
	to += u64_text(to, w->ids[space][id].number);
	*to++ = ')';
	return to;
}

static char *add_function(const struct callgrind_writer *w, char *to, function_id f)
{
	const struct function_row *fn = &w->p->functions[f];

	if (w->objects)
		to = add_id(w, to, OBJECTS, fn->object);
	to = add_id(w, to, FILES, fn->file);
	return add_id(w, to, FUNCTIONS, f);
}

static void put_total(struct callgrind_writer *w, function_id f)
{
	const struct total *total = &w->p->totals[f];
	char *to = add_function(w, add(output_room(w->out), S("# total")), f);

	*to++ = ' ';
	to += i64_text(to, total->calls);
	*to++ = ' ';
	to += i64_text(to, total->primitive);
	put_values(w, to, values_row(&w->p->total_values, f), w->p->value_count);
}

enum self_is { SELF_UNKNOWN, SELF_INCLUSIVE, SELF_OWN };

static enum self_is self_is(const struct callgrind_writer *w, size_t row)
{
	const struct profile *p = w->p;

	if (!p->arcs[row].self_known)
		return SELF_UNKNOWN;
	return memcmp(values_row(&p->arc_self, row), values_row(&p->arc_values, row),
		      p->value_count * sizeof(int64_t)) == 0
		       ? SELF_INCLUSIVE
		       : SELF_OWN;
}

static void put_call(struct callgrind_writer *w, const struct arc *a, size_t row)
{
	enum self_is self = self_is(w, row);
	char *to = output_room(w->out);

	if (self != SELF_OWN)
		to = add(to, self == SELF_INCLUSIVE ? S(" -") : S(" ?"));
	else
		for (value_id v = 0; v < w->p->value_count; v++) {
			int64_t value = values_row(&w->p->arc_self, row)[v];

			*to++ = ' ';
			to += i64_text(to, w->divisors[v] == 1 ? value : value / w->divisors[v]);
			w->out->p = to;
			to = output_room(w->out);
		}
	if (primitive_of(a) != a->calls) {
		to = add(to, S(" /"));
		to += i64_text(to, primitive_of(a));
	}
	w->out->p = to;
}

/* Rows are accessed in no order, so what they need is prefetched. */
PREFETCH_FUNCTION prefetch_call(const struct callgrind_writer *w, const struct callgrind_run *runs,
				size_t i)
{
	enum { FAR = 16, NEAR = 8 };

	if (i + FAR >= w->arcs.count)
		return;
	PREFETCH(&w->p->arcs[runs[i + FAR].row]);
	if (w->p->arc_self.rows)
		values_prefetch(&w->p->arc_self, runs[i + NEAR].row);
	values_prefetch(&w->p->arc_values, runs[i + NEAR].row);
}

/* Nothing is written before the first call that needs a note. */
static void put_calls(struct callgrind_writer *w, size_t first, size_t end)
{
	const struct callgrind_run *runs = w->arcs.run;
	size_t passed = 0;
	bool begun = false;

	for (size_t i = first; i < end; i++) {
		prefetch_call(w, runs, i);
		for (size_t row = runs[i].row; row < runs[i].end; row++) {
			const struct arc *a = &w->p->arcs[row];

			if (!begun && self_is(w, row) == SELF_INCLUSIVE &&
			    a->primitive == a->calls) {
				passed++;
				continue;
			}
			if (!begun)
				w->out->p = add_function(w, add(output_room(w->out), S("# calls")),
							 runs[first].function);
			for (; passed; passed--)
				output_text(w->out, " -");
			begun = true;
			put_call(w, a, row);
		}
	}
	if (begun)
		output_byte(w->out, '\n');
}

void callgrind_put_totals(struct callgrind_writer *w)
{
	const struct callgrind_run *runs = w->arcs.run;

	if (!w->totals)
		return;
	output_str(w->out, OUR_TOTALS);
	output_byte(w->out, '\n');
	for (function_id f = 0; f < w->p->total_count; f++)
		if (w->sums[f].own_total && w->ids[FUNCTIONS][f].number)
			put_total(w, f);
	for (size_t i = 0, end; i < w->arcs.count; i = end) {
		for (end = i; end < w->arcs.count && runs[end].function == runs[i].function; end++)
			;
		put_calls(w, i, end);
	}
}

/*
 * The total of a function includes what comes from other cycles, not what comes from its own.
 */
static void take_entering(const struct callgrind_writer *w, const struct scc *c, int64_t *rooted)
{
	const struct profile *p = w->p;

	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];

		if (!w->sums[a->callee].rooted ||
		    c->component[a->caller] == c->component[a->callee])
			continue;
		for (size_t v = 0; v < p->value_count; v++)
			i64_add_to(&rooted[a->callee * p->value_count + v],
				   -values_row(&p->arc_values, i)[v]);
	}
}

/*
 * KCachegrind assumes that a function's callers are all there are: a function that was also
 * called by none needs a caller for that.
 */
void callgrind_note_rooted(struct callgrind_writer *w)
{
	const struct profile *p = w->p;
	size_t width = p->value_count;
	int64_t *rooted;
	struct scc c;

	if (!w->totals || !w->any_rooted)
		return;
	rooted = alloc_zero(p->function_count, width * sizeof *rooted);
	for (function_id f = 0; f < p->function_count; f++)
		if (w->sums[f].rooted)
			memcpy(rooted + f * width, values_row(&p->total_values, f),
			       width * sizeof *rooted);
	scc_of_profile(p, &c);
	take_entering(w, &c, rooted);
	for (function_id f = 0; f < p->function_count; f++) {
		struct self_recursive_function l = { f, p->totals[f].calls - w->sums[f].calls,
						     NULL };

		if (!w->sums[f].rooted || w->called[f] != w->section)
			continue;
		l.values = alloc_zero(width, sizeof *l.values);
		for (size_t v = 0; v < width; v++)
			l.values[v] = rooted[f * width + v] > 0 ? rooted[f * width + v] : 0;
		ARRAY_ROOM(w->self_recursive_only, w->self_recursive_only_count,
			   w->self_recursive_only_cap);
		w->self_recursive_only[w->self_recursive_only_count++] = l;
	}
	scc_free(&c);
	alloc_free(rooted);
}

/* --- reading --- */

/* Finds where the calls of each function begin. */
static void find_first_calls(struct callgrind_reader *r)
{
	const struct profile *p = r->p;

	r->first_call = alloc_zero(p->function_count, sizeof *r->first_call);
	r->caller_count = p->function_count;
	for (size_t i = p->arc_count; i-- > r->first_arc;)
		r->first_call[p->arcs[i].caller] = (uint32_t)i + 1;
}

static bool read_id(struct str *text, const struct callgrind_names *names, string_id *name)
{
	struct str word;
	uint64_t id;

	return str_word(text, &word) && word.n > 2 && word.p[0] == '(' &&
	       word.p[word.n - 1] == ')' &&
	       str_to_u64(str_from(str_head(word, word.n - 1), 1), &id) &&
	       callgrind_find_name(names, id, name);
}

/* "(OBJECT) (FILE) (FUNCTION)", the object only if the file has objects. */
static bool read_function(struct callgrind_reader *r, struct str *text, function_id *f)
{
	string_id object = 0, file, name;

	if (r->object && !read_id(text, &r->objects, &object))
		return false;
	if (!read_id(text, &r->files, &file) || !read_id(text, &r->functions, &name))
		return false;
	*f = callgrind_function_of(r, object, file, name);
	return true;
}

static bool read_count(struct str *text, int64_t *count)
{
	struct str word;

	return str_word(text, &word) && str_to_i64(word, count) && *count >= 0;
}

static bool read_total(struct callgrind_reader *r, struct str text)
{
	int64_t calls, primitive;
	function_id f;

	if (!read_function(r, &text, &f) || !read_count(&text, &calls) ||
	    !read_count(&text, &primitive) || primitive > calls ||
	    (f < r->total_read_count && r->total_read[f]) ||
	    !callgrind_read_values(r, text.p, text.p + text.n))
		return false;
	profile_total(r->p, f, calls, primitive, r->values);
	if (f >= r->total_read_count)
		r->total_read = alloc_grow_zero(r->total_read, &r->total_read_count, (size_t)f + 1,
						sizeof *r->total_read);
	r->total_read[f] = true;
	return true;
}

/* The self value of one call: a dash, a question mark or values. */
static bool read_self(struct callgrind_reader *r, struct str *text, uint32_t row)
{
	struct str rest = *text, word;
	const char *p = text->p, *end = text->p + text->n;

	if (str_word(&rest, &word) && (str_eq(word, S("-")) || str_eq(word, S("?")))) {
		*text = rest;
		if (row != NO_ID && word.p[0] == '-')
			profile_set_arc_self(r->p, row, values_row(&r->p->arc_values, row));
		return true;
	}
	if (!callgrind_read_some_values(r, &p, end))
		return false;
	*text = (struct str){ p, (size_t)(end - p) };
	if (row != NO_ID)
		profile_set_arc_self(r->p, row, r->values);
	return true;
}

/* The note about one call; row NO_ID: its row is unknown. */
static bool read_call(struct callgrind_reader *r, struct str *text, uint32_t row)
{
	struct str word, ahead;
	int64_t primitive;

	if (!read_self(r, text, row))
		return false;
	*text = str_trim(*text);
	ahead = *text;
	if (!str_starts(*text, S("/")))
		return true;
	if (!str_word(&ahead, &word) || !str_to_i64(str_from(word, 1), &primitive) ||
	    primitive < 0 || (row != NO_ID && primitive > r->p->arcs[row].calls))
		return false;
	*text = str_trim(ahead);
	if (row != NO_ID)
		r->p->arcs[row].primitive = primitive;
	return true;
}

/* If rows were added to those of earlier files, it is unknown which belong to which. */
static bool read_calls(struct callgrind_reader *r, struct str text)
{
	const struct profile *p = r->p;
	function_id caller;
	uint32_t row;

	if (!read_function(r, &text, &caller))
		return false;
	row = caller < r->caller_count && r->first_call[caller] ? r->first_call[caller] - 1 : NO_ID;
	if (caller >= r->noted_count)
		r->noted = alloc_grow_zero(r->noted, &r->noted_count, (size_t)caller + 1,
					   sizeof *r->noted);
	r->noted[caller] = true;
	text = str_trim(text);
	while (text.n) {
		bool known = row < p->arc_count && p->arcs[row].caller == caller;

		if (!read_call(r, &text, known ? row : NO_ID))
			return false;
		row += known;
	}
	return true;
}

void callgrind_read_note(struct callgrind_reader *r)
{
	bool good = true;

	if (!r->rewritten)
		return;
	if (callgrind_read_details(r))
		return;
	if (str_eq(r->line, OUR_LINES)) {
		r->known_lines = true;
	} else if (str_starts(r->line, OUR_ROOT)) {
		buf_replace(&r->root, str_from(r->line, OUR_ROOT.n));
	} else if (str_eq(r->line, OUR_TOTALS) && !r->totals) {
		r->totals = true;
		find_first_calls(r);
	} else if (r->totals && str_starts(r->line, S("# total "))) {
		good = read_total(r, str_from(r->line, 8));
	} else if (r->totals && str_starts(r->line, S("# calls "))) {
		good = read_calls(r, str_from(r->line, 8));
	}
	if (!good && !r->in->failed)
		input_error(r->in, "expected a note as profpipe writes it, got %s",
			    diag_quote(r->line));
}

/*
 * Sets the totals of functions without a note: the sums of their calls. If a call has no note,
 * the callee's self value is all of it.
 */
static void sum_totals(struct callgrind_reader *r)
{
	struct profile *p = r->p;

	for (size_t i = r->first_arc; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];

		if (!(a->caller < r->noted_count && r->noted[a->caller]))
			profile_set_arc_self(p, (uint32_t)i, values_row(&p->arc_values, i));
		if (a->callee < r->total_read_count && r->total_read[a->callee])
			continue;
		profile_total(p, a->callee, a->calls, a->primitive, values_row(&p->arc_values, i));
	}
}

void callgrind_end_totals(struct callgrind_reader *r)
{
	if (!r->in->failed && r->totals)
		sum_totals(r);
	callgrind_forget_own_functions(r);
	callgrind_forget_systems(r);
	alloc_free(r->first_call);
	alloc_free(r->total_read);
	alloc_free(r->noted);
	r->first_call = NULL;
	r->total_read = r->noted = NULL;
	r->caller_count = r->total_read_count = r->noted_count = 0;
	r->totals = r->known_lines = false;
	buf_free(&r->root);
	r->first_arc = r->p->arc_count;
}
