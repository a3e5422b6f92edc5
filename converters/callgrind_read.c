/*
 * callgrind_read - see callgrind.c for the language
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/callgrind.h"

enum { EVENTS_MOST = 1000 };

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
	bool rewritten;            /* by the writer here, whoever made it */
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
		input_error(r->in, "expected a name that was defined before, got (%" PRIu64 ")", id);
	return have ? *have : 0;
}

/* --- header --- */

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
	r->rewritten = r->ours || str_ends(value, mark);
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

/* put_event() adds the unit to names that do not tell it. */
static struct str without_unit(struct str name, const struct value_type *type)
{
	struct str added = type->unit == UNIT_TIME ? S("_(ns)") : S("_(bytes)");

	if (type->unit != UNIT_NONE && name.n > added.n && str_ends(name, added))
		name.n -= added.n;
	return name;
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
	else if (str_starts(value, OUR_NUMBERED))
		r->thread_row = (struct thread){
			.pid = r->thread_row.pid, .part = r->thread_row.part,
			.name = profile_string(r->p, str_from(value, OUR_NUMBERED.n)),
		};
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
		if (!r->rewritten || !read_our_desc(r, value))
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

/* --- body --- */

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
	struct function f = { name, known(r, file), known(r, object), 0, false };

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
			input_error(r->in, "expected a position, got the end of the line");
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
	struct str word = { *p, (size_t)(stop - *p) };
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
	if (!str_to_decimal(word, &number, &how) || number.mantissa < 0) {
		input_error(r->in, "expected a cost, got %s", quote(word));
		return false;
	}
	number.exponent += r->powers[event] - (type->unit == UNIT_TIME ? type->power : 0);
	if (!profile_number(r->p, v, number, &value)) {
		input_error(r->in, "expected a cost below 2^63, got %s", quote(word));
		return false;
	}
	r->values[v] = value;
	*p = stop;
	return true;
}

static bool read_values(struct reader *r, const char *p, const char *end)
{
	size_t event = 0;

	if (!r->event_count) {
		input_error(r->in, "expected events: before the first cost");
		return false;
	}
	memset(r->values, 0, r->p->value_count * sizeof *r->values);
	for (p = skip_blanks(p, end); p < end; p = skip_blanks(p, end)) {
		if (event == r->event_count) {
			input_error(r->in, "expected no more costs than events (%zu)",
				    r->event_count);
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
	if (r->python && stop - p == 2 && memcmp(p, "01", 2) == 0)
		a.calls = 0; /* the writer's guess */
	a.primitive = a.calls;
	a.running = !a.calls && !r->python;
	p = stop;
	if (!read_place(r, &p, end, false, &a.target) ||
	    !read_source_line(r, "calls=", &a.site, &p, &end) || !read_values(r, p, end))
		return;
	r->has_called_object = r->has_called_file = r->has_called_name = false;
	if (r->rewritten && str_eq(function_name(r->p, a.caller), SYNTHETIC_ROOT))
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

int callgrind_read(struct input *in, struct profile *p)
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
		input_error(in, "expected an events: line with names before the end");
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

int callgrind_bid(struct str head, bool whole)
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
