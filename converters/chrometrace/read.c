/* chrometrace/read - the file, and what is said of it; see format.c for the language */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "converters/chrometrace/reading.h"

const struct option_row chrometrace_read_rows[] = {
	OPT_CHOICE(
		0, "source", "auto|events|cpu",
		"what is read: CPU profiles, or events where there is none; events; CPU profiles",
		offsetof(struct chrometrace_read_options, source)),
	OPT_FLAG(0, "lenient", "of a file that is cut, read the events before the cut",
		 offsetof(struct chrometrace_read_options, lenient)),
	OPT_END
};

/* --- events --- */

static bool at_end(struct chrometrace_reader *r)
{
	return json_peek(&r->j) == JSON_NOTHING && r->in->p == r->in->end && !r->in->failed;
}

/* Whether the end of the object that begins here is in the input. */
static bool is_whole(struct input *in)
{
	bool text = false;
	size_t depth = 0;

	for (size_t i = 0; in->p + i < in->end || input_want(in, i + 1); i++) {
		char c = in->p[i];

		if (text && c == '\\')
			i++;
		else if (c == '"')
			text = !text;
		else if (!text && (c == '{' || c == '['))
			depth++;
		else if (!text && (c == '}' || c == ']'))
			depth--;
		if (!depth) /* or it is no object: that is an error elsewhere */
			return true;
	}
	return in->failed;
}

/*
 * Whether another event follows. An array may lack its end, also behind a comma: so writers that
 * are killed leave it, and the format allows it. An object must not.
 */
static bool next_event(struct chrometrace_reader *r)
{
	bool may_end = r->is_array || r->lenient;

	if (may_end && at_end(r)) {
		r->unended = true;
		return false;
	}
	if (!json_element(&r->j))
		return false;
	if (may_end && at_end(r))
		r->unended = true;
	else if (r->lenient && !is_whole(r->in))
		r->cut = true;
	return !r->unended && !r->cut;
}

static void read_events(struct chrometrace_reader *r)
{
	if (r->found)
		json_expected(&r->j, "'traceEvents' only once");
	r->found = true;
	json_array(&r->j);
	while (next_event(r))
		chrometrace_read_event(r);
	if (r->cut)
		r->in->p = r->in->end;
}

/* --- the file --- */

/* LLVM's: when its clock was 0, in microseconds since 1970. */
static void read_beginning(struct chrometrace_reader *r)
{
	const int microseconds = 3;
	struct decimal number = { 0 };
	enum exactness exactness;

	if (json_peek(&r->j) != JSON_NUMBER) {
		json_skip(&r->j);
		return;
	}
	json_number(&r->j, &number, &exactness);
	number.exponent += microseconds;
	if (decimal_at(number, 0, &r->beginning) == OUT_OF_RANGE)
		r->beginning = 0;
}

static void read_object(struct chrometrace_reader *r)
{
	struct str key;

	json_object(&r->j);
	while (!r->unended && !r->cut && json_key(&r->j, &key)) {
		if (str_eq(key, S("traceEvents")))
			read_events(r);
		else if (str_eq(key, S("samples")))
			chrometrace_read_samples(r);
		else if (str_eq(key, S("stackFrames")))
			chrometrace_read_stack_frames(r);
		else if (str_eq(key, S("profpipe")))
			chrometrace_read_own(r);
		else if (str_eq(key, S("beginningOfTime")))
			read_beginning(r);
		else
			json_skip(&r->j);
	}
}

static void read_file(struct chrometrace_reader *r)
{
	r->is_array = json_peek(&r->j) == JSON_ARRAY;
	if (r->is_array)
		read_events(r);
	else
		read_object(r);
	if (!r->in->failed && !r->cut)
		json_end(&r->j);
	if (!r->found)
		input_error_at(r->in, 0,
			       "expected trace events: an array, or an object with 'traceEvents'");
}

/* --- what is said --- */

/* What is not as the writer meant it changes the figures; the others are said with -v. */
static void report_repairs(const struct chrometrace_reader *r)
{
	const struct {
		uint64_t count;
		const char *what;
	} rows[] = {
		{ r->counts.unclosed, "events without an end last until the end of their thread" },
		{ r->counts.stray, "ends without a begin were passed over" },
		{ r->counts.overlaps, "events that outlast their caller were cut at its end" },
		{ r->counts.lost_callers, "nodes whose caller is in no piece are at the root" },
		{ r->counts.unmeasured, "complete events without a duration were taken as 0" },
		{ r->counts.async + r->pending_count,
		  "asynchronous events, which are on no stack, were left out" },
	};
	struct buf text = { 0 };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].count)
			buf_print(&text, "%s%" PRIu64 " %s", text.n ? "; " : "", rows[i].count,
				  rows[i].what);
	if (r->unended || r->cut)
		buf_print(&text, "%sthe events end without their ']'%s", text.n ? "; " : "",
			  r->cut ? ", and amidst one that was left out" : "");
	if (text.n)
		profile_report_missing(r->p, str_of(r->in->name), "%s", text.p);
	buf_free(&text);
}

static void report_rest(const struct chrometrace_reader *r)
{
	const char *name = diag_masked(str_of(r->in->name));

	if (r->counts.sums)
		diag_verbose("%s: %" PRIu64 " sums of other events (\"Total ...\") were left out",
			     name, r->counts.sums);
	if (r->counts.others)
		diag_verbose("%s: %" PRIu64
			     " events that take no time (instants, flows, counters) were left out",
			     name, r->counts.others);
}

/* --- events or samples --- */

static uint64_t count_timed(const struct chrometrace_reader *r)
{
	uint64_t count = 0;

	for (size_t i = 0; i < r->row_count; i++)
		count += r->rows[i].end == CHROMETRACE_BEGIN || r->rows[i].end > r->rows[i].start;
	return count;
}

/* Both tell of the same time, so they are never added up. */
static void make_rows(struct chrometrace_reader *r)
{
	uint64_t timed;

	if (r->source == CHROMETRACE_EVENTS ||
	    (r->source == CHROMETRACE_AUTO && !r->sample_count)) {
		chrometrace_nest(r);
		return;
	}
	chrometrace_make_samples(r);
	timed = count_timed(r) + r->counts.async + r->pending_count;
	/* of what is not read nothing more is said */
	r->counts.async = r->counts.unmeasured = r->pending_count = 0;
	if (timed && r->source == CHROMETRACE_AUTO)
		profile_report_missing(r->p, str_of(r->in->name),
				       "%" PRIu64
				       " events left out beside CPU profiles (--source events "
				       "reads them instead)",
				       timed);
}

int chrometrace_read(struct input *in, struct profile *p)
{
	const struct chrometrace_read_options *options = in->options;
	struct chrometrace_reader r = {
		.in = in, .p = p, .lenient = options->lenient, .source = options->source
	};

	json_start(&r.j, in);
	strings_init(&r.texts);
	read_file(&r);
	if (!in->failed)
		chrometrace_resolve_samples(&r);
	if (!in->failed) {
		make_rows(&r);
		if (r.beginning)
			profile_add_recording(p, (struct recording){ .start = r.beginning });
		report_repairs(&r);
		report_rest(&r);
	}
	json_free(&r.j);
	chrometrace_free_tables(&r);
	return input_status(in);
}
