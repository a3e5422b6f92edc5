/* callgrind/read - costs, names, calls and jumps; see format.c for the language */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/callgrind/reading.h"

/* --- positions and values --- */

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
static bool read_subposition(struct callgrind_reader *r, struct str word, uint64_t base,
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
		input_error(r->in, "expected a position, got %s", diag_quote(word));
		return false;
	}
	*value = plus ? base + n : minus ? base - n : n;
	return true;
}

/* Reads the positions at *p, which moves past them. False after an error. */
static bool read_place(struct callgrind_reader *r, const char **p, const char *end, bool needed,
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

/* Reads the position of a cost, call site or jump, which later ones are relative to. */
static bool read_own_place(struct callgrind_reader *r, const char **p, const char *end,
			   struct place *at)
{
	if (!read_place(r, p, end, true, at))
		return false;
	r->address = at->address;
	r->at_line = at->line;
	at->file = r->inlined == r->file ? 0 : r->inlined;
	return true;
}

/* A cost in its usual form: plain digits, without a call. */
static const char *read_digits(const char *p, const char *end, int64_t *value)
{
	const char *start = p;
	uint64_t v = 0;

	while (p < end && *p >= '0' && *p <= '9' && p - start < 18)
		v = v * 10 + (uint64_t)(*p++ - '0');
	*value = (int64_t)v;
	return p > start && (p == end || *p == ' ' || *p == '\t') ? p : NULL;
}

static bool read_value(struct callgrind_reader *r, const char **p, const char *end, size_t event)
{
	const char *stop = find_blank(*p, end), *quick;
	struct str word = { *p, (size_t)(stop - *p) };
	struct decimal number = { 0, 0 };
	enum exactness exactness;
	value_id v = r->events[event];
	const struct value_type *type;
	int64_t value;

	if (v == NO_ID) {
		*p = stop;
		return true;
	}
	type = &r->p->value_types[v];
	quick = read_digits(*p, end, &value);
	if (quick && r->powers[event] == (type->unit == UNIT_TIME ? 0 : type->exponent)) {
		r->values[v] = value;
		*p = quick;
		return true;
	}
	/* memory that a PHP function released is negative in xdebug's files */
	if (!str_to_decimal(word, &number, &exactness) || (number.mantissa < 0 && !r->xdebug)) {
		input_error(r->in, "expected a cost, got %s", diag_quote(word));
		return false;
	}
	number.exponent += r->powers[event] - (type->unit == UNIT_TIME ? type->source_scale : 0);
	if (!profile_number(r->p, v, number, &value)) {
		input_error(r->in, "expected a cost below 2^63, got %s", diag_quote(word));
		return false;
	}
	callgrind_find_plain(r);
	r->values[v] = value;
	*p = stop;
	return true;
}

bool callgrind_read_some_values(struct callgrind_reader *r, const char **p, const char *end)
{
	memset(r->values, 0, r->p->value_count * sizeof *r->values);
	for (size_t event = 0; event < r->event_count; event++) {
		*p = skip_blanks(*p, end);
		if (!read_value(r, p, end, event))
			return false;
	}
	return true;
}

bool callgrind_read_values(struct callgrind_reader *r, const char *p, const char *end)
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
	r->zeros |= event > 1 && r->events[event - 1] != NO_ID && !r->values[r->events[event - 1]];
	return true;
}

/* Reads the line that must follow calls= and jump=. */
static bool read_source_line(struct callgrind_reader *r, const char *after, struct place *at,
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
			    diag_quote(line));
		return false;
	}
	return read_own_place(r, rest, *end, at);
}

/*
 * xdebug before 2.3 names no file of a callee. It writes callees before callers, so that the
 * one function of this name has been met.
 */
static string_id called_file(struct callgrind_reader *r)
{
	string_id file;

	if (r->has_called_file)
		return r->called_file;
	if (!r->xdebug || r->rewritten || !callgrind_only_file(r, r->called_name, &file) ||
	    file == r->inlined)
		return r->inlined;
	diag_verbose("%s: line %" PRIu64 ": cfn= without cfl=: taken as %s in %s",
		     diag_masked(str_of(r->in->name)), r->in->line,
		     diag_quote(profile_text(r->p, r->called_name)),
		     diag_quote(profile_text(r->p, file)));
	return file;
}

static function_id called_function(struct callgrind_reader *r)
{
	return callgrind_function_of(r, r->has_called_object ? r->called_object : r->object,
				     called_file(r), r->called_name);
}

void callgrind_end_call(struct callgrind_reader *r, struct arc a)
{
	a.thread = r->thread;
	a.rule = r->python ? RULE_OUTERMOST : RULE_EVERY;
	a.values_known = true;
	a.primitive = a.calls;
	a.running = !a.calls && !r->python;
	/* only now: it was asked for when its name came */
	r->line_hint = a.target.line;
	a.callee = called_function(r);
	r->has_called_object = r->has_called_file = r->has_called_name = false;
	if (a.caller != NO_ID)
		callgrind_add_arc(r, a);
}

static void read_calls(struct callgrind_reader *r, struct str text)
{
	struct arc a = { .calls = 0 };
	const char *p = text.p, *end = text.p + text.n;
	const char *stop = find_blank(p, end);

	if (!str_to_i64((struct str){ p, (size_t)(stop - p) }, &a.calls) || a.calls < 0) {
		input_error(r->in, "expected calls=COUNT, got %s", diag_quote(r->line));
		return;
	}
	a.caller = callgrind_caller(r);
	if (!r->has_called_name) {
		input_error(r->in, "expected cfn= before calls=");
		return;
	}
	if (r->python && stop - p == 2 && memcmp(p, "01", 2) == 0)
		a.calls = 0; /* the writer's guess */
	p = stop;
	if (!read_place(r, &p, end, false, &a.target) ||
	    !read_source_line(r, "calls=", &a.site, &p, &end) || !callgrind_read_values(r, p, end))
		return;
	callgrind_end_call(r, a);
}

static void read_jump(struct callgrind_reader *r, struct str text, bool conditional)
{
	struct jump j = { .conditional = conditional };
	const char *p = text.p, *end = text.p + text.n, *stop = find_blank(p, end);
	struct str count = { p, (size_t)(stop - p) }, followed, executed = count;

	if ((conditional &&
	     (!str_cut(count, '/', &followed, &executed) || !str_to_i64(followed, &j.followed))) ||
	    !str_to_i64(executed, &j.executed) || j.executed < 0 || j.followed < 0) {
		input_error(r->in, "expected %s, got %s",
			    conditional ? "jcnd=FOLLOWED/EXECUTED" : "jump=COUNT",
			    diag_quote(r->line));
		return;
	}
	j.from = callgrind_current_function(r);
	j.thread = r->thread;
	j.to = r->has_called_name ? called_function(r) : j.from;
	p = stop;
	if (!read_place(r, &p, end, true, &j.target))
		return;
	/* the file of the target: that of the function, or of code inlined there */
	j.target.file = r->has_called_file                        ? known(r, r->called_file)
			: j.to == j.from && r->inlined != r->file ? r->inlined
								  : 0;
	r->has_called_object = r->has_called_file = r->has_called_name = false;
	if (read_source_line(r, "jump= or jcnd=", &j.at, &p, &end))
		profile_jump(r->p, j);
}

static void read_cost(struct callgrind_reader *r)
{
	const char *p = r->line.p, *end = r->line.p + r->line.n;
	struct place at;

	callgrind_current_function(r);
	if (read_own_place(r, &p, end, &at) && callgrind_read_values(r, p, end))
		callgrind_add_cost(r, &at);
}

static void read_spec(struct callgrind_reader *r, struct str key, struct str value)
{
	char first = key.p[0];

	if (str_eq(key, S("calls"))) {
		read_calls(r, value);
	} else if (str_eq(key, S("jump")) || str_eq(key, S("jcnd"))) {
		read_jump(r, value, key.p[1] == 'c');
	} else if (str_eq(key, S("ob"))) {
		r->object = callgrind_read_name(r, &r->objects, value);
		r->function = NO_ID;
	} else if (str_eq(key, S("fl"))) {
		r->file = r->inlined = callgrind_read_name(r, &r->files, value);
		r->function = NO_ID;
	} else if (str_eq(key, S("fi")) || str_eq(key, S("fe"))) {
		r->inlined = callgrind_read_name(r, &r->files, value);
		/* bzr has no fl at all */
		if (!r->file) {
			r->file = r->inlined;
			r->function = NO_ID;
		}
	} else if (str_eq(key, S("fn"))) {
		r->name = callgrind_read_name(r, &r->functions, value);
		r->inlined = r->file;
		r->function = NO_ID;
	} else if (str_eq(key, S("cob"))) {
		r->called_object = callgrind_read_name(r, &r->objects, value);
		r->has_called_object = true;
	} else if (str_eq(key, S("cfi")) || str_eq(key, S("cfl")) || str_eq(key, S("jfi"))) {
		r->called_file = callgrind_read_name(r, &r->files, value);
		r->has_called_file = true;
	} else if ((first == 'c' || first == 'j') && str_eq(str_from(key, 1), S("fn"))) {
		r->called_name = callgrind_read_name(r, &r->functions, value);
		callgrind_prefetch_function(r, r->called_name);
		r->has_called_name = true;
	} else {
		input_error(r->in, "expected a cost, a name (fl= fn= ...) or calls=, got %s",
			    diag_quote(r->line));
	}
}

/* xdebug appends runs to one file. */
static void new_run(struct callgrind_reader *r)
{
	callgrind_end_part(r);
	callgrind_end_totals(r);
	callgrind_forget_names(&r->objects);
	callgrind_forget_names(&r->files);
	callgrind_forget_names(&r->functions);
	r->object = r->file = r->inlined = r->name = 0;
	r->function = NO_ID;
	r->has_called_object = r->has_called_file = r->has_called_name = false;
	r->event_count = 0;
	callgrind_find_plain(r);
}

static bool is_key(struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (!((key.p[i] | 0x20) >= 'a' && (key.p[i] | 0x20) <= 'z'))
			return false;
	return key.n > 0;
}

static void read_line(struct callgrind_reader *r)
{
	struct str key, value;

	while (r->line.n && (r->line.p[0] == ' ' || r->line.p[0] == '\t'))
		r->line = str_from(r->line, 1);
	if (r->line.n && r->line.p[0] == '#')
		callgrind_read_note(r);
	if (!r->line.n || r->line.p[0] == '#')
		return;
	if (begins_cost(r->line.p[0])) {
		read_cost(r);
		return;
	}
	if (str_cut(r->line, '=', &key, &value) && is_key(key))
		read_spec(r, key, value);
	else if (str_cut(r->line, ':', &key, &value) && is_key(key))
		callgrind_read_header(r, key, value);
	else if (str_starts(r->line, S("==== NEW PROFILING FILE")))
		new_run(r);
	else
		input_error(r->in, "expected a callgrind line, got %s", diag_quote(r->line));
}

static void report_unnamed(struct callgrind_reader *r)
{
	struct buf text = { 0 };

	if (!r->unnamed)
		return;
	buf_print(&text, "line %" PRIu64 ": (%" PRIu64 ") was never named: taken as unknown",
		  r->first_unnamed_line, r->first_unnamed);
	if (r->unnamed > 1)
		buf_print(&text, " (and %" PRIu64 " more)", r->unnamed - 1);
	profile_report_missing(r->p, str_of(r->in->name), "%s", text.p);
	buf_free(&text);
}

int callgrind_read(struct input *in, struct profile *p)
{
	struct callgrind_reader r = { .in = in,
				      .p = p,
				      .has_line = true,
				      .thread = NO_ID,
				      .new_thread = NO_ID,
				      .function = NO_ID,
				      .first_arc = p->arc_count };

	in->place = PLACE_LINE;
	r.unknown = profile_string(p, S("???"));
	while (callgrind_take_plain_lines(&r), input_skip_empty_lines(in),
	       input_line(in, &r.line)) {
		if (str_has(r.line, '\0'))
			input_error(in, "expected text, got a NUL byte");
		else
			read_line(&r);
	}
	if (!in->failed && !r.event_count && !p->value_count)
		input_error(in, "expected an events: line with names before the end");
	if (!in->failed) {
		callgrind_flush_pending(&r);
		callgrind_end_part(&r);
		callgrind_set_titles(p);
		report_unnamed(&r);
		if (r.zeros)
			profile_metadata(p, NO_ID, S("zeros"), S("written"));
	}
	callgrind_end_totals(&r);
	callgrind_forget_names(&r.objects);
	callgrind_forget_names(&r.files);
	callgrind_forget_names(&r.functions);
	callgrind_forget_rows(&r);
	alloc_free(r.events);
	alloc_free(r.powers);
	alloc_free(r.pending);
	alloc_free(r.values);
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
