/*
 * callgrind.c - the call graphs of valgrind's callgrind, read by KCachegrind
 *
 * Specification: "Callgrind Format Specification" in valgrind's manual. As really
 * written and read:
 *
 *	cost  := SUBPOS{1,2} (" " NUM)*   fewer numbers than events: the rest is 0
 *	SUBPOS:= NUM | +NUM | -NUM | *    relative to the last such line; 0x: hex
 *	calls := "calls=" NUM SUBPOS...   target, 0 to 3 fields; then a cost line:
 *	                                  the call site and the inclusive cost
 *	jump  := "jump=" NUM SUBPOS... | "jcnd=" FOLLOWED "/" EXECUTED SUBPOS...
 *	                                  then a line with the jump's own position
 *	name  := text | "(ID) text" (defines) | "(ID)" (uses)
 *
 * - Three separate ID spaces: objects (ob cob), files (fl fi fe cfi cfl jfi),
 *   functions (fn cfn jfn). Parts define their names anew.
 * - fl is the file of the function, fi and fe the file of inlined code: the cost still
 *   belongs to the function. cob, cfi, cfn hold for one call, in any order. yappi
 *   defines all files first and names them again where they count: a function gets
 *   its file where its first cost is, so "fn before fl" (hotshot2calltree) works too.
 * - Producers: callgrind, cachegrind (no calls), xdebug ("calls=1 0 0", a block a
 *   call, "==== NEW PROFILING FILE" between runs), yappi, pyprof2calltree, go
 *   tool pprof ("calls=0", addresses relative across functions).
 * - jcnd's first number may exceed the second where lines are all that is known.
 * - "summary:" may differ from the sum of costs (--collect-systime): costs count.
 *
 * Recursive arcs: callgrind adds up every activation; yappi, pyprof2calltree and this
 * program write what Python counts, the outermost ones.
 *
 * Writing: what both KCachegrind and callgrind_annotate read right. One section a
 * thread and part; "events:" with one blank; "summary:" the sum of costs; fl before
 * fn; cob and cfi before cfn; name compression, which also protects a name that
 * begins like "(12"; integers only, so a value type with decimals has them in its
 * name: "samples_(1e-1)". KCachegrind takes functions for one when name, base name of
 * the file and of the object agree: where other formats' functions would meet, they
 * become "name:LINE" or "name [FILE]", and reading takes that off again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/program/format.h"

enum { EVENTS_MOST = 1000 };

/* Function names that we add for readers of the file and drop when we read it. */
#define SYNTHETIC_ROOT S("[root]")

/* Descriptions that we write, and understand when we read them. */
#define OUR_THREAD S("Thread: ")
#define OUR_CALLS S("Calls: numbers of samples, nobody counted calls")

/* --- event names --- */

/* What stands in parentheses at the end of an event's name. */
static const struct event_unit {
	const char *text;
	enum unit unit;
	int power;
} event_units[] = {
	{ "(ns)", UNIT_TIME, 0 }, { "(10ns)", UNIT_TIME, 1 }, { "(us)", UNIT_TIME, 3 },
	{ "(ms)", UNIT_TIME, 6 }, { "(s)", UNIT_TIME, 9 }, { "(bytes)", UNIT_BYTES, 0 },
};
enum { EVENT_UNITS = sizeof event_units / sizeof *event_units };

static void unit_of_event(struct str name, struct value_type *type)
{
	for (size_t i = 0; i < EVENT_UNITS; i++)
		if (str_ends(name, str_of(event_units[i].text))) {
			type->unit = event_units[i].unit;
			type->power = event_units[i].power;
		}
	if (str_eq(name, S("bytes")))
		type->unit = UNIT_BYTES;
}

/* put_event() adds the unit to names that do not tell it. */
static struct str without_unit(struct str name, const struct value_type *type)
{
	struct str added = type->unit == UNIT_TIME ? S("_(ns)") : S("_(bytes)");

	if (type->unit != UNIT_NONE && name.n > added.n && str_ends(name, added))
		name.n -= added.n;
	return name;
}

/* --- reading --- */

/* One ID space: names by ID. */
struct names {
	struct index index;
	struct named {
		uint64_t id;
		string_id name;
	} *rows;
	size_t count, cap;
};

struct reader {
	struct input *in;
	struct profile *p;
	struct str line;

	/* header */
	bool has_address, has_line;
	value_id *events;
	int *powers;               /* an event's own, where the type has another */
	size_t event_count, event_cap;
	struct thread thread_row;
	thread_id thread;          /* NO_ID until the header has been read */
	struct pending {
		string_id key, value;
	} *pending;                /* header lines of the part to come */
	size_t pending_count, pending_cap;
	bool python;               /* arcs count outermost activations */
	bool ours, yappi, has_creator, has_ns;
	bool zeros;                /* zeros were written at the end of lines */
	string_id summary;         /* as it stands in the file */
	string_id unknown;         /* "???" */

	/* body */
	struct names objects, files, functions;
	string_id object, file, inlined, name;
	function_id function;      /* NO_ID until a cost needs it */
	string_id called_object, called_file, called_name;
	bool has_called_object, has_called_file, has_called_name;
	uint64_t address;
	uint32_t at_line;
	int64_t *values;           /* a row of all value types */
	int64_t sums[EVENTS_MOST]; /* of the part, to compare with its summary */
};

static string_id *find_name(struct names *n, uint64_t id)
{
	uint64_t hash = hash_mix(id, 0);

	for (struct probe at = index_probe(&n->index, hash); index_next(&n->index, &at);)
		if (n->rows[at.row].id == id)
			return &n->rows[at.row].name;
	return NULL;
}

static void set_name(struct names *n, uint64_t id, string_id name)
{
	string_id *have = find_name(n, id);

	if (have) {
		*have = name;
		return;
	}
	ARRAY_ROOM(n->rows, n->count, n->cap);
	index_add(&n->index, hash_mix(id, 0), (uint32_t)n->count);
	n->rows[n->count++] = (struct named){ id, name };
}

static void forget_names(struct names *n)
{
	free(n->rows);
	index_free(&n->index);
	*n = (struct names){ 0 };
}

/* "???" is how an unknown file or object is spelled. */
static string_id known(const struct reader *r, string_id id)
{
	return id == r->unknown ? 0 : id;
}

/* "(12) text", "(12)" or text. */
static string_id read_name(struct reader *r, struct names *names, struct str text)
{
	struct str digits, rest;
	uint64_t id;
	string_id name, *have;

	if (!text.n || text.p[0] != '(' || !str_cut(str_from(text, 1), ')', &digits, &rest) ||
	    !str_to_u64(digits, &id))
		return profile_string(r->p, text);
	if (rest.n) {
		name = profile_string(r->p, str_from(rest, rest.p[0] == ' '));
		set_name(names, id, name);
		return name;
	}
	have = find_name(names, id);
	if (!have)
		input_error(r->in, "name (%" PRIu64 ") is used but was never defined", id);
	return have ? *have : 0;
}

/* --- reading: header --- */

static void flush_pending(struct reader *r)
{
	for (size_t i = 0; i < r->pending_count; i++) {
		struct str key = profile_text(r->p, r->pending[i].key);
		bool part = str_eq(key, S("desc"));

		profile_label(r->p, part ? r->thread : NO_ID, key,
			      profile_text(r->p, r->pending[i].value));
	}
	r->pending_count = 0;
}

static void start_part(struct reader *r)
{
	r->thread = profile_thread(r->p, r->thread_row);
	flush_pending(r);
}

/*
 * "summary:" is the sum of all costs, and not worth keeping, unless callgrind counted
 * what it did not collect (system calls outside of --toggle-collect) or cut it short.
 */
static void end_part(struct reader *r)
{
	struct str rest = profile_text(r->p, r->summary), word;
	bool same = true;
	int64_t number;
	size_t i = 0;

	for (; str_word(&rest, &word) && i < r->event_count; i++) {
		bool time = r->p->value_types[r->events[i]].unit == UNIT_TIME;

		same &= str_to_i64(word, &number) &&
			i64_shift(number, time ? r->powers[i] : 0, &number) &&
			number == r->sums[i];
	}
	same &= i == 0 || i == r->event_count;
	if (!same && r->thread != NO_ID)
		profile_label(r->p, r->thread, S("summary"), profile_text(r->p, r->summary));
	r->summary = 0;
	memset(r->sums, 0, sizeof r->sums);
}

static void header_label(struct reader *r, struct str key, struct str value)
{
	ARRAY_ROOM(r->pending, r->pending_count, r->pending_cap);
	r->pending[r->pending_count++] = (struct pending){ profile_string(r->p, key),
							   profile_string(r->p, value) };
}

/*
 * What a creator's name says of its dialect. It is kept as a label, which also tells
 * a writer that the names are as readers of the original file know them.
 */
static void read_creator(struct reader *r, struct str value)
{
	struct str mark = S("; profpipe");

	r->ours = str_eq(value, S("profpipe"));
	if (str_ends(value, mark))
		value.n -= mark.n;
	r->yappi = str_starts(value, S("yappi"));
	r->python = r->ours || r->yappi || str_starts(value, S("pyprof2calltree"));
	r->has_creator = true;
	if (!r->ours)
		header_label(r, S("creator"), value);
}

/* pyprof2calltree does not name itself, but it is the one that begins like this. */
static void guess_creator(struct reader *r)
{
	if (!r->has_creator)
		read_creator(r, r->has_ns ? S("pyprof2calltree") : S("unnamed"));
}

static void read_positions(struct reader *r, struct str value)
{
	struct str word;

	r->has_address = r->has_line = false;
	while (str_word(&value, &word)) {
		if (str_eq(word, S("instr")))
			r->has_address = true;
		else if (str_eq(word, S("line")))
			r->has_line = true;
		else
			input_error(r->in, "expected positions instr or line, got %s",
				    quote(word));
	}
}

static value_id event_type(struct reader *r, struct str name, int *power)
{
	struct value_type type = { 0 };
	struct str digits, base;
	uint64_t n;

	unit_of_event(name, &type);
	if (r->yappi && str_eq(name, S("Ticks"))) {
		type.unit = UNIT_TIME; /* yappi counts its seconds times 10^6 */
		type.power = 3;
		name = S("time");
	} else if (str_eq(name, S("ns"))) {
		type.unit = UNIT_TIME;
		name = S("time");
	} else if (str_ends(name, S(")")) && str_cut_last(name, '(', &base, &digits) &&
		   str_starts(digits, S("1e-")) && str_ends(base, S("_")) &&
		   str_to_u64(str_from(str_head(digits, digits.n - 1), 3), &n) && n < 10) {
		type.exponent = -(int)n;
		name = str_head(base, base.n - 1);
	} else if (r->ours) {
		name = without_unit(name, &type);
	}
	type.name = profile_string(r->p, name);
	*power = type.unit == UNIT_TIME ? type.power : type.exponent;
	return profile_value_type(r->p, type);
}

static void read_events(struct reader *r, struct str value)
{
	struct str word;
	size_t cap;

	guess_creator(r);
	r->event_count = 0;
	while (str_word(&value, &word)) {
		if (r->event_count == EVENTS_MOST) {
			input_error(r->in, "expected at most %d events", EVENTS_MOST);
			return;
		}
		cap = r->event_cap;
		ARRAY_ROOM(r->powers, r->event_count, cap);
		ARRAY_ROOM(r->events, r->event_count, r->event_cap);
		r->events[r->event_count] = event_type(r, word, &r->powers[r->event_count]);
		r->event_count++;
	}
	r->values = alloc_again(r->values, r->p->value_count, sizeof *r->values);
	r->address = r->at_line = 0;
	start_part(r);
}

/* "event: NAME [= FORMULA] [: LONG NAME]" is kept as it is. */
static void read_event(struct reader *r, struct str value)
{
	if (str_starts(value, S("ns ")))
		r->has_ns = true;
	else
		header_label(r, S("event"), value);
}

/* The long names of the events that have a column. */
static void set_titles(struct profile *p)
{
	for (size_t i = 0; i < p->label_count; i++) {
		struct str value = profile_text(p, p->labels[i].value), name, title;

		if (!str_eq(profile_text(p, p->labels[i].key), S("event")) ||
		    !str_cut_last(value, ':', &value, &title) || !str_word(&value, &name))
			continue;
		for (size_t v = 0; v < p->value_count; v++)
			if (str_eq(profile_text(p, p->value_types[v].name), name))
				p->value_types[v].title = profile_string(p, str_trim(title));
	}
}

static bool read_number(struct reader *r, struct str value, uint64_t *n)
{
	if (!str_to_u64(value, n) || *n > UINT32_MAX) {
		input_error(r->in, "expected a number, got %s", quote(value));
		return false;
	}
	return true;
}

/* What put_file_header() and put_section_header() wrote as descriptions. */
static bool read_our_desc(struct reader *r, struct str value)
{
	if (str_starts(value, OUR_THREAD))
		r->thread_row.name = profile_string(r->p, str_from(value, OUR_THREAD.n));
	else if (str_eq(value, OUR_CALLS))
		r->p->calls_sampled = true;
	else
		return false;
	return true;
}

static void read_header(struct reader *r, struct str key, struct str value)
{
	uint64_t n;

	if (str_eq(key, S("cmd")) || str_eq(key, S("desc"))) {
		/* "desc: I1 cache: " and "cmd:  ./a.out" keep their blanks */
		value = str_from(value, value.n && value.p[0] == ' ');
		if (!r->ours || !read_our_desc(r, value))
			header_label(r, key, value);
		return;
	}
	value = str_trim(value);
	if (str_eq(key, S("events"))) {
		read_events(r, value);
	} else if (str_eq(key, S("positions"))) {
		read_positions(r, value);
	} else if (str_eq(key, S("creator"))) {
		read_creator(r, value);
	} else if (str_eq(key, S("event"))) {
		read_event(r, value);
	} else if (str_eq(key, S("pid")) && read_number(r, value, &n)) {
		r->thread_row = (struct thread){ .pid = n };
	} else if (str_eq(key, S("part")) && read_number(r, value, &n)) {
		end_part(r);
		r->thread_row.part = (uint32_t)n;
		r->thread = NO_ID;
	} else if (str_eq(key, S("thread")) && read_number(r, value, &n)) {
		end_part(r);
		r->thread_row.name = 0;
		r->thread_row.tid = n;
		r->thread = NO_ID;
	} else if (str_eq(key, S("summary"))) {
		r->summary = profile_string(r->p, value);
	} else if (!str_eq(key, S("version")) && !str_eq(key, S("totals"))) {
		verbose("%s: line %" PRIu64 ": unknown header line %s",
			masked(str_of(r->in->name)), r->in->line, quote(r->line));
	}
}

/* --- reading: body --- */

/* Takes off what put_function_name() put on, see there. */
static struct function plain_function(struct reader *r, struct function f)
{
	struct str name = profile_text(r->p, f.name), file = profile_text(r->p, f.file);
	struct str head, digits;
	uint64_t line;

	if (str_cut_last(name, ':', &head, &digits) && str_to_u64(digits, &line) &&
	    line <= UINT32_MAX && (digits.p[0] != '0' || digits.n == 1)) {
		f.line = (uint32_t)line;
		name = head;
	}
	if (str_ends(name, S("]")) && name.n > file.n + 3 &&
	    str_eq(str_from(str_head(name, name.n - 1), name.n - 1 - file.n), file) &&
	    str_ends(str_head(name, name.n - 1 - file.n), S(" [")))
		name.n -= file.n + 3;
	f.name = profile_string(r->p, name);
	return f;
}

static function_id function_of(struct reader *r, string_id object, string_id file,
			       string_id name)
{
	struct function f = { name, known(r, file), known(r, object), 0 };

	return profile_function(r->p, r->ours ? plain_function(r, f) : f);
}

static function_id current_function(struct reader *r)
{
	if (r->thread == NO_ID)
		start_part(r);
	if (r->function == NO_ID)
		r->function = function_of(r, r->object, r->file,
					  r->name ? r->name : r->unknown);
	return r->function;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

static const char *find_blank(const char *p, const char *end)
{
	while (p < end && *p != ' ' && *p != '\t')
		p++;
	return p;
}

/* One subposition, relative to `base`. */
static bool read_subposition(struct reader *r, struct str word, uint64_t base,
			     uint64_t *value)
{
	bool plus = word.p[0] == '+', minus = word.p[0] == '-';
	struct str digits = str_from(word, plus || minus);
	uint64_t n;

	if (word.n == 1 && word.p[0] == '*') {
		*value = base;
		return true;
	}
	if (!(str_starts(digits, S("0x")) ? str_to_hex(str_from(digits, 2), &n)
					  : str_to_u64(digits, &n)) ||
	    (minus && n > base)) {
		input_error(r->in, "expected a position, got %s", quote(word));
		return false;
	}
	*value = plus ? base + n : minus ? base - n : n;
	return true;
}

/* The positions at the start of *p, which moves behind them. False after an error. */
static bool read_place(struct reader *r, const char **p, const char *end, bool needed,
		       struct place *at)
{
	uint64_t line = r->at_line, address = r->address;
	bool wanted[2] = { r->has_address, r->has_line };
	uint64_t *values[2] = { &address, &line };

	for (int i = 0; i < 2; i++) {
		const char *start = skip_blanks(*p, end), *stop = find_blank(start, end);
		struct str word = { start, (size_t)(stop - start) };

		if (!wanted[i])
			continue;
		if (!word.n && !needed) {
			*values[i] = 0; /* "calls=1" without a target */
			continue;
		}
		if (!word.n) {
			input_error(r->in, "expected a position");
			return false;
		}
		if (!read_subposition(r, word, *values[i], values[i]))
			return false;
		*p = stop;
	}
	if (line > UINT32_MAX) {
		input_error(r->in, "expected a line number below 2^32, got %" PRIu64, line);
		return false;
	}
	*at = (struct place){ 0, (uint32_t)line, r->has_address ? address : 0 };
	return true;
}

/* The position of a cost, call site or jump, which later ones are relative to. */
static bool read_own_place(struct reader *r, const char **p, const char *end,
			   struct place *at)
{
	if (!read_place(r, p, end, true, at))
		return false;
	r->address = at->address;
	r->at_line = at->line;
	at->file = r->inlined == r->file ? 0 : r->inlined;
	return true;
}

/* Plain digits, as nearly all are, without a call. */
static const char *read_digits(const char *p, const char *end, int64_t *value)
{
	const char *start = p;
	uint64_t v = 0;

	while (p < end && *p >= '0' && *p <= '9' && p - start < 18)
		v = v * 10 + (uint64_t)(*p++ - '0');
	*value = (int64_t)v;
	return p > start && (p == end || *p == ' ' || *p == '\t') ? p : NULL;
}

static bool read_value(struct reader *r, const char **p, const char *end, size_t event)
{
	const char *stop = find_blank(*p, end), *quick;
	struct decimal number = { 0, 0 };
	enum exactness how;
	value_id v = r->events[event];
	const struct value_type *type = &r->p->value_types[v];
	int64_t value;

	quick = read_digits(*p, end, &value);
	if (quick && r->powers[event] == (type->unit == UNIT_TIME ? 0 : type->exponent)) {
		r->values[v] = value;
		*p = quick;
		return true;
	}
	if (!str_to_decimal((struct str){ *p, (size_t)(stop - *p) }, &number, &how) ||
	    (number.exponent += r->powers[event] - (type->unit == UNIT_TIME ? type->power : 0),
	     !profile_number(r->p, v, number, &value))) {
		input_error(r->in, "expected a cost below 2^63, got %s",
			    quote((struct str){ *p, (size_t)(stop - *p) }));
		return false;
	}
	r->values[v] = value;
	*p = stop;
	return true;
}

static bool read_values(struct reader *r, const char *p, const char *end)
{
	size_t event = 0;

	memset(r->values, 0, r->p->value_count * sizeof *r->values);
	for (p = skip_blanks(p, end); p < end; p = skip_blanks(p, end)) {
		if (event == r->event_count) {
			input_error(r->in, "expected at most %zu costs, as many as there are "
				    "events", r->event_count);
			return false;
		}
		if (!read_value(r, &p, end, event++))
			return false;
	}
	r->zeros |= event > 1 && !r->values[r->events[event - 1]];
	return true;
}

/* The line that must follow calls= and jump=. */
static bool read_source_line(struct reader *r, const char *after, struct place *at,
			     const char **rest, const char **end)
{
	struct str line;

	if (!input_line(r->in, &line)) {
		input_error(r->in, "expected a line with a position after %s", after);
		return false;
	}
	*rest = skip_blanks(line.p, line.p + line.n);
	*end = line.p + line.n;
	if (*rest == *end || !strchr("0123456789+-*", **rest)) {
		input_error(r->in, "expected a line with a position after %s, got %s", after,
			    quote(line));
		return false;
	}
	return read_own_place(r, rest, *end, at);
}

static void read_calls(struct reader *r, struct str text)
{
	struct arc a = { .rule = r->python ? RULE_OUTERMOST : RULE_EVERY, .valued = true };
	const char *p = text.p, *end = text.p + text.n;
	const char *stop = find_blank(p, end);

	if (!str_to_i64((struct str){ p, (size_t)(stop - p) }, &a.calls) || a.calls < 0) {
		input_error(r->in, "expected calls=COUNT, got %s", quote(r->line));
		return;
	}
	a.caller = current_function(r);
	a.thread = r->thread;
	if (!r->has_called_name) {
		input_error(r->in, "expected cfn= before calls=");
		return;
	}
	a.callee = function_of(r, r->has_called_object ? r->called_object : r->object,
			       r->has_called_file ? r->called_file : r->inlined,
			       r->called_name);
	a.primitive = a.calls;
	a.running = !a.calls && !r->python;
	p = stop;
	if (!read_place(r, &p, end, false, &a.target) ||
	    !read_source_line(r, "calls=", &a.site, &p, &end) || !read_values(r, p, end))
		return;
	r->has_called_object = r->has_called_file = r->has_called_name = false;
	if (r->ours && str_eq(function_name(r->p, a.caller), SYNTHETIC_ROOT))
		return;
	profile_arc(r->p, a, r->values, NULL);
}

static void read_jump(struct reader *r, struct str text, bool conditional)
{
	struct jump j = { .conditional = conditional };
	const char *p = text.p, *end = text.p + text.n, *stop = find_blank(p, end);
	struct str count = { p, (size_t)(stop - p) }, followed, executed = count;

	if ((conditional && (!str_cut(count, '/', &followed, &executed) ||
			     !str_to_i64(followed, &j.followed))) ||
	    !str_to_i64(executed, &j.executed) || j.executed < 0 || j.followed < 0) {
		input_error(r->in, "expected %s, got %s",
			    conditional ? "jcnd=FOLLOWED/EXECUTED" : "jump=COUNT",
			    quote(r->line));
		return;
	}
	j.from = current_function(r);
	j.thread = r->thread;
	j.to = r->has_called_name
		? function_of(r, r->has_called_object ? r->called_object : r->object,
			      r->has_called_file ? r->called_file : r->inlined, r->called_name)
		: j.from;
	p = stop;
	if (!read_place(r, &p, end, true, &j.target))
		return;
	/* the file of the target: the function's own, or of code inlined there */
	j.target.file = r->has_called_file ? known(r, r->called_file)
		: j.to == j.from && r->inlined != r->file ? r->inlined : 0;
	r->has_called_object = r->has_called_file = r->has_called_name = false;
	if (read_source_line(r, "jump= or jcnd=", &j.at, &p, &end))
		profile_jump(r->p, j);
}

static void read_cost(struct reader *r)
{
	struct cost c = { .function = current_function(r) };
	const char *p = r->line.p, *end = r->line.p + r->line.n;

	if (!r->event_count) {
		input_error(r->in, "expected events: before the first cost");
		return;
	}
	c.thread = r->thread;
	if (!read_own_place(r, &p, end, &c.at) || !read_values(r, p, end))
		return;
	for (size_t i = 0; i < r->event_count; i++)
		i64_add(r->sums[i], r->values[r->events[i]], &r->sums[i]);
	profile_cost(r->p, c, r->values);
}

static void read_spec(struct reader *r, struct str key, struct str value)
{
	char first = key.p[0];

	if (str_eq(key, S("calls"))) {
		read_calls(r, value);
	} else if (str_eq(key, S("jump")) || str_eq(key, S("jcnd"))) {
		read_jump(r, value, key.p[1] == 'c');
	} else if (str_eq(key, S("ob"))) {
		r->object = read_name(r, &r->objects, value);
		r->function = NO_ID;
	} else if (str_eq(key, S("fl"))) {
		r->file = r->inlined = read_name(r, &r->files, value);
		r->function = NO_ID;
	} else if (str_eq(key, S("fi")) || str_eq(key, S("fe"))) {
		r->inlined = read_name(r, &r->files, value);
		/* bzr has no fl at all */
		if (!r->file) {
			r->file = r->inlined;
			r->function = NO_ID;
		}
	} else if (str_eq(key, S("fn"))) {
		r->name = read_name(r, &r->functions, value);
		r->inlined = r->file;
		r->function = NO_ID;
	} else if (str_eq(key, S("cob"))) {
		r->called_object = read_name(r, &r->objects, value);
		r->has_called_object = true;
	} else if (str_eq(key, S("cfi")) || str_eq(key, S("cfl")) || str_eq(key, S("jfi"))) {
		r->called_file = read_name(r, &r->files, value);
		r->has_called_file = true;
	} else if ((first == 'c' || first == 'j') && str_eq(str_from(key, 1), S("fn"))) {
		r->called_name = read_name(r, &r->functions, value);
		r->has_called_name = true;
	} else {
		input_error(r->in, "expected a cost, a name (fl= fn= ...) or calls=, got %s",
			    quote(r->line));
	}
}

/* xdebug appends runs to one file. */
static void new_run(struct reader *r)
{
	end_part(r);
	forget_names(&r->objects);
	forget_names(&r->files);
	forget_names(&r->functions);
	r->object = r->file = r->inlined = r->name = 0;
	r->function = NO_ID;
	r->has_called_object = r->has_called_file = r->has_called_name = false;
	r->event_count = 0;
}

static bool is_key(struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (!((key.p[i] | 0x20) >= 'a' && (key.p[i] | 0x20) <= 'z'))
			return false;
	return key.n > 0;
}

static void read_line(struct reader *r)
{
	struct str key, value;

	while (r->line.n && (r->line.p[0] == ' ' || r->line.p[0] == '\t'))
		r->line = str_from(r->line, 1);
	if (!r->line.n || r->line.p[0] == '#')
		return;
	if (strchr("0123456789+-*", r->line.p[0])) {
		read_cost(r);
		return;
	}
	if (str_cut(r->line, '=', &key, &value) && is_key(key))
		read_spec(r, key, value);
	else if (str_cut(r->line, ':', &key, &value) && is_key(key))
		read_header(r, key, value);
	else if (str_starts(r->line, S("==== NEW PROFILING FILE")))
		new_run(r);
	else
		input_error(r->in, "expected a callgrind line, got %s", quote(r->line));
}

static int callgrind_read(struct input *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p, .has_line = true, .thread = NO_ID,
			    .function = NO_ID };

	in->place = PLACE_LINE;
	r.unknown = profile_string(p, S("???"));
	while (input_line(in, &r.line)) {
		if (str_has(r.line, '\0'))
			input_error(in, "expected text, got a NUL byte");
		else
			read_line(&r);
	}
	if (!in->failed && !r.event_count && !p->value_count)
		input_error(in, "expected an events: line before the end");
	if (!in->failed) {
		flush_pending(&r);
		end_part(&r);
		set_titles(p);
		if (r.zeros)
			profile_label(p, NO_ID, S("zeros"), S("written"));
	}
	forget_names(&r.objects);
	forget_names(&r.files);
	forget_names(&r.functions);
	free(r.events);
	free(r.powers);
	free(r.pending);
	free(r.values);
	return input_status(in);
}

static int callgrind_bid(struct str head, bool whole)
{
	struct str line, rest = head;

	(void)whole;
	if (str_starts(head, S("# callgrind format")))
		return 100;
	for (int i = 0; i < 100 && str_cut(rest, '\n', &line, &rest); i++) {
		if (str_starts(line, S("events:")))
			return 90;
		if (str_starts(line, S("fn=")) || str_starts(line, S("fl=")))
			return 60;
	}
	return 0;
}

/* --- writing --- */

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

/* --- writing: names --- */

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

/* --- writing: header --- */

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

	put_number(out, "pid", t->pid);
	put_number(out, "part", t->part);
	/* a section is known by its numbers: threads without one get their place */
	put_number(out, "thread", t->tid || w->p->thread_count == 1 ? t->tid : w->thread + 1);
	if (t->name) {
		output_text(out, "desc: ");
		output_str(out, OUR_THREAD);
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

/* --- writing: body --- */

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
	int64_t calls = a->calls;

	/* callgrind itself writes calls=0 for what was running when a part began */
	if (!calls && a->rule == RULE_OUTERMOST)
		calls = 1;
	put_inlined(w, a->caller, a->site.file);
	put_callee(w, a->caller, a->callee, "cob=", "cfi=", "cfn=");
	output_text(w->out, "calls=");
	output_i64(w->out, calls);
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

/* --- writing: rows by thread, then by function --- */

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

static void callgrind_write(struct output *out, const struct profile *p)
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

static int callgrind_check(const struct profile *p)
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

static bool callgrind_holds(struct str name)
{
	return !str_has(name, '\n') && !str_has(name, '\r') && !str_has(name, '\0');
}

const struct format callgrind_format = {
	.name = "callgrind",
	.title = "call graphs of callgrind and cachegrind, for KCachegrind; xdebug, yappi",
	.suffixes = ".callgrind callgrind.out .cachegrind",
	.half = HALF_GRAPH,
	.keeps = KEEP_CALLS | KEEP_FILES | KEEP_OBJECTS | KEEP_LINES | KEEP_SITES |
		 KEEP_ADDRESSES | KEEP_INLINED | KEEP_JUMPS | KEEP_THREADS | KEEP_PARTS |
		 KEEP_VALUE_TYPES | KEEP_UNITS | KEEP_LABELS | KEEP_FUNCTION_LINES,
	.bid = callgrind_bid,
	.read = callgrind_read,
	.check = callgrind_check,
	.write = callgrind_write,
	.holds = callgrind_holds,
};
