/* perf/read - samples: their first lines, threads, events and values */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/perf/internal.h"

#define AT(field) offsetof(struct perf_read_options, field)

const struct option_row perf_read_rows[] = {
	OPT_TEXT(0, "event-filter", "EVENT", "read only the samples of this event",
		 AT(event_filter)),
	OPT_FLAG(0, "comm", "make a root frame of the command (thread name): comm", AT(comm)),
	OPT_FLAG(0, "pid", "make a root frame of command and process: comm-pid", AT(pid)),
	OPT_FLAG(0, "tid", "make a root frame of command, process and thread: comm-pid/tid",
		 AT(tid)),
	OPT_FLAG(0, "addrs", "keep functions without a symbol apart, by their addresses",
		 AT(addrs)),
	OPT_FLAG(0, "kernel", "mark the names of the kernel's functions with _[k]", AT(kernel)),
	OPT_FLAG(0, "jit", "mark the names of functions that were compiled at run time with _[j]",
		 AT(jit)),
	OPT_FLAG(0, "inline", "mark the names of inlined functions with _[i]", AT(inlined)),
	OPT_FLAG(0, "lenient", "leave out a last sample that the end of the file cuts",
		 AT(lenient)),
	OPT_END
};

/* A thread as the first lines spell it; its root frame, or the empty stack. */
struct perf_thread {
	thread_id id;
	stack_id root;
};

struct perf_event {
	value_id periods; /* NO_ID: it has no name */
	bool wanted;
};

struct perf_reader {
	struct input *in;
	struct profile *p;
	const struct perf_read_options *options;
	struct perf_stacks stacks;

	struct strings thread_texts, event_texts;
	struct perf_thread *threads; /* by text */
	size_t thread_count, thread_cap;
	struct perf_event *events; /* by text */
	size_t event_count, event_cap;
	value_id samples;
	struct buf name;

	/* of an ordered profile: the values of a row, all 0 in between */
	int64_t *row;
	size_t row_cap;

	bool has_headers;
	bool stacks_end; /* samples so far had stacks, so that an empty line ends each */
	bool cut;        /* the last one is left out */
	uint64_t read, bare, others, records, lost;
};

/* --- threads --- */

static stack_id root_of(struct perf_reader *r, const struct perf_header *h)
{
	const struct perf_read_options *o = r->options;
	struct function f = { 0 };

	if (!o->comm && !o->pid && !o->tid)
		return EMPTY_STACK;
	buf_replace(&r->name, h->comm);
	if (o->pid || o->tid)
		buf_add(&r->name, S("-"));
	if ((o->pid || o->tid) && h->pid)
		buf_print(&r->name, "%" PRIu64, h->pid);
	else if (o->pid || o->tid)
		buf_add(&r->name, S("?"));
	if (o->tid)
		buf_print(&r->name, "/%" PRIu64, h->tid);
	f.name = profile_string(r->p, buf_str(&r->name));
	return stacks_push(&r->p->stacks, EMPTY_STACK,
			   profile_frame(r->p,
					 (struct frame){ .function = profile_function(r->p, f) }));
}

static struct perf_thread thread_of(struct perf_reader *r, const struct perf_header *h)
{
	string_id id = strings_add(&r->thread_texts, h->thread);

	/* the rows before it have been added: the texts come one by one, but for the empty one */
	while (r->thread_count <= id) {
		ARRAY_ROOM(r->threads, r->thread_count, r->thread_cap);
		r->threads[r->thread_count++] = (struct perf_thread){ NO_ID, EMPTY_STACK };
	}
	if (r->threads[id].id == NO_ID)
		r->threads[id] = (struct perf_thread){
			profile_thread(r->p, (struct thread){ profile_string(r->p, h->comm), h->pid,
							      h->tid, 0 }),
			root_of(r, h)
		};
	return r->threads[id];
}

/* --- events --- */

/* The periods of these are nanoseconds; others count what the event counts. */
static bool is_clock(struct str event)
{
	struct str base = event, modifiers;

	str_cut(event, ':', &base, &modifiers);
	return str_eq(base, S("cpu-clock")) || str_eq(base, S("task-clock"));
}

/* "cycles" stands for "cycles:u" too, whose modifiers say where it is counted. */
static bool is_wanted(const struct perf_reader *r, struct str event)
{
	struct str filter, rest;

	if (!r->options->event_filter)
		return true;
	filter = str_of(r->options->event_filter);
	if (str_eq(event, filter))
		return true;
	if (!str_starts(event, filter) || event.p[filter.n] != ':')
		return false;
	rest = str_from(event, filter.n + 1);
	for (size_t i = 0; i < rest.n; i++)
		if (!str_has(S("ukhGHIpPSDWeb"), rest.p[i]))
			return false;
	return rest.n > 0;
}

static void add_samples(struct perf_reader *r)
{
	if (r->samples == NO_ID)
		r->samples = profile_value_type(r->p,
						(struct value_type){
							.name = profile_string(r->p, S("samples")),
							.counts = true });
}

static struct perf_event new_event(struct perf_reader *r, const struct perf_header *h)
{
	struct perf_event event = { NO_ID, is_wanted(r, h->event) };
	struct str name = h->event.n ? h->event : S("period");
	bool clock = h->has_period && is_clock(h->event);

	if (!event.wanted)
		return event;
	if (h->event.n || h->has_period)
		event.periods = profile_value_type(r->p,
						   (struct value_type){
							   .name = profile_string(r->p, name),
							   .unit = clock ? UNIT_TIME : UNIT_NONE });
	add_samples(r);
	return event;
}

/* An event without a period counts its samples, in another value type than one with periods. */
static struct perf_event event_of(struct perf_reader *r, const struct perf_header *h)
{
	string_id id;

	buf_replace(&r->name, h->has_period ? S("p") : S("-"));
	buf_add(&r->name, h->event);
	id = strings_add(&r->event_texts, buf_str(&r->name));
	while (r->event_count < id) {
		ARRAY_ROOM(r->events, r->event_count, r->event_cap);
		r->events[r->event_count++] = (struct perf_event){ NO_ID, false };
	}
	if (r->event_count == id) {
		struct perf_event event = new_event(r, h);

		ARRAY_ROOM(r->events, r->event_count, r->event_cap);
		r->events[r->event_count++] = event;
	}
	return r->events[id];
}

/* --- a sample --- */

static void add_row(struct perf_reader *r, const struct perf_header *h, struct sample s,
		    value_id periods, int64_t value)
{
	if (!r->p->ordered) {
		if (periods != NO_ID && periods != r->samples)
			profile_sample(r->p, s.thread, s.stack, periods, value, 0);
		profile_sample(r->p, s.thread, s.stack, r->samples, 1, 1);
		return;
	}
	if (r->p->value_count > r->row_cap)
		r->row = alloc_grow_zero(r->row, &r->row_cap, r->p->value_count, sizeof *r->row);
	s.count = 1;
	s.timed = h->has_time;
	s.time = h->time;
	if (periods != NO_ID)
		r->row[periods] = value;
	r->row[r->samples] = 1;
	profile_sample_row(r->p, s, r->row);
	if (periods != NO_ID)
		r->row[periods] = 0;
	r->row[r->samples] = 0;
}

/* `text`: the lines of the stack; or else the row of a frame is in the header, or nothing. */
static void add_sample(struct perf_reader *r, const struct perf_header *h, struct str text,
		       struct str row)
{
	struct perf_event event = event_of(r, h);
	struct perf_thread thread;
	struct sample s = { 0 };

	r->others += !event.wanted;
	if (!event.wanted)
		return;
	thread = thread_of(r, h);
	s.thread = thread.id;
	s.stack = thread.root;
	if (text.n)
		s.stack = perf_stack_of(&r->stacks, thread.root, text);
	else if (row.n)
		s.stack = perf_flat_stack(&r->stacks, thread.root, row);
	if (r->in->failed)
		return;
	r->read++;
	r->bare += !text.n && !row.n;
	add_row(r, h, s, event.periods, h->has_period ? h->period : 1);
}

/* "PERF_RECORD_LOST lost 7": samples that were taken and not written. */
static void read_record(struct perf_reader *r, struct str record)
{
	struct str word, number;
	uint64_t lost;

	r->records++;
	if (!str_starts(record, S("PERF_RECORD_LOST")))
		return;
	while (str_word(&record, &word))
		if (str_eq(word, S("lost")) && str_word(&record, &number) &&
		    str_to_u64(number, &lost))
			r->lost = lost > UINT64_MAX - r->lost ? UINT64_MAX : r->lost + lost;
}

/* --- lines --- */

/* A sample in the window: all offsets are from in->p. */
struct perf_extent {
	size_t head;    /* the length of its first line, with the newline */
	size_t end;     /* of the lines of its stack */
	size_t all;     /* with the empty line behind it */
	uint64_t lines; /* in all */
	bool ended;     /* there is an empty line */
	bool last;      /* the file ends behind it */
	bool cut;       /* in the middle of a line */
};

/* The length of the line that begins there, with its newline; 0: the file ends there. */
static size_t line_at(struct input *in, size_t from, bool *cut)
{
	size_t seen = from;
	const char *newline;

	for (;;) {
		size_t have = (size_t)(in->end - in->p);

		newline = have > seen ? memchr(in->p + seen, '\n', have - seen) : NULL;
		if (newline)
			return (size_t)(newline - in->p) + 1 - from;
		seen = have;
		if (input_more(in))
			continue;
		*cut |= !in->failed && have > from;
		return in->failed ? 0 : have - from;
	}
}

static struct str without_newline(struct str line)
{
	while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	return line;
}

static bool is_empty_line(const char *p, size_t n)
{
	return (n == 1 && *p == '\n') || (n == 2 && p[0] == '\r' && p[1] == '\n');
}

/* Finds the stack behind a first line, and the empty line behind that. */
static void find_stack(struct input *in, struct perf_extent *e)
{
	size_t n;

	e->end = e->head;
	while ((n = line_at(in, e->end, &e->cut)) > 0) {
		const char *p = in->p + e->end;

		e->ended = is_empty_line(p, n);
		if (e->ended || (*p != '\t' && (e->end == e->head || *p != ' ')))
			break;
		e->end += n;
		e->lines++;
	}
	e->all = e->end + (e->ended ? n : 0);
	e->lines += e->ended;
	e->last = !n;
}

/* Finds the source line behind a frame on a first line: it begins as a padded comm does. */
static void find_srcline(struct input *in, struct perf_extent *e)
{
	bool cut = false;
	size_t n = line_at(in, e->head, &cut);
	struct str line = without_newline((struct str){ in->p + e->head, n });
	struct perf_header next;

	if (!perf_is_srcline(line) || perf_parse_header(line, &next) != PERF_OTHER)
		return;
	e->end = e->all = e->head + n;
	e->lines++;
	e->cut |= cut;
}

/* Whether the file ends within the sample. Where samples have stacks, an empty line ends each. */
static bool is_cut(const struct perf_reader *r, const struct perf_extent *e, bool has_stack)
{
	return e->cut || (!e->ended && e->last && (has_stack || r->stacks_end));
}

static void refuse_first_line(struct perf_reader *r, const struct perf_extent *e, struct str line)
{
	if (e->cut && r->options->lenient)
		r->cut = true;
	else
		input_error(r->in,
			    "expected the first line of a sample, 'comm tid time: period event:', "
			    "got %s",
			    diag_quote(line));
}

static void refuse_end(struct perf_reader *r, const struct perf_extent *e)
{
	struct input *in = r->in;

	in->line += e->lines - (e->head > 0);
	if (e->cut || e->last) {
		if (r->options->lenient)
			r->cut = true;
		else
			input_error(in, "expected an empty line behind the sample, got the end of "
					"the file (--lenient leaves the sample out)");
	} else {
		size_t seen = (size_t)(in->end - in->p) - e->end;
		struct str line = { in->p + e->end, seen }, rest;

		str_cut(line, '\n', &line, &rest);
		in->line++;
		input_error(in, "expected a frame or an empty line, got %s", diag_quote(line));
	}
}

/* The first line and what is behind it are in the window. */
static void read_whole(struct perf_reader *r, struct perf_extent *e, bool has_stack)
{
	struct input *in = r->in;
	struct str line = without_newline((struct str){ in->p, e->head }), row = S("");
	struct perf_header h;
	enum perf_line kind = perf_parse_header(line, &h);

	if (!has_stack && kind == PERF_SAMPLE && perf_find_frame(h.rest, &row)) {
		row = without_newline((struct str){ row.p, (size_t)(in->p + e->end - row.p) });
	} else if (!has_stack && e->end > e->head) {
		/* no frame, no source line: the next line is another one */
		e->end = e->all = e->head;
		e->lines = 1;
	}
	/* only where no sample has a time or an event may one come without */
	r->has_headers |= kind == PERF_SAMPLE;
	if (!e->head && r->has_headers)
		line = str_head((struct str){ in->p, e->end }, 64);
	if (str_starts(line, S("#")) && !has_stack && !h.has_time)
		r->p->comments++;
	else if (kind == PERF_RECORD && !has_stack)
		read_record(r, h.rest);
	else if (kind != PERF_SAMPLE && (kind != PERF_OTHER || !has_stack || r->has_headers))
		refuse_first_line(r, e, line);
	else if (is_cut(r, e, has_stack) || (has_stack && !e->ended))
		refuse_end(r, e);
	else
		add_sample(r, &h, (struct str){ in->p + e->head, has_stack ? e->end - e->head : 0 },
			   row);
}

static void read_sample(struct perf_reader *r)
{
	struct input *in = r->in;
	struct perf_extent e = { 0 };
	bool has_stack;

	/* a stack without a first line: -F ip,sym */
	if (*in->p != '\t')
		e.head = line_at(in, 0, &e.cut);
	e.lines = e.head > 0;
	find_stack(in, &e);
	has_stack = e.end > e.head;
	if (!has_stack && !e.ended)
		find_srcline(in, &e);
	if (in->failed)
		return;
	in->line += e.head > 0;
	read_whole(r, &e, has_stack);
	if (in->failed)
		return;
	r->stacks_end |= has_stack;
	in->line += e.lines - (e.head > 0);
	in->p += e.all;
}

/* --- the file --- */

static void report(const struct perf_reader *r)
{
	const char *name = diag_masked(str_of(r->in->name));

	diag_verbose("%s: %" PRIu64 " samples, %" PRIu64 " of them without a stack; %" PRIu64
		     " of other events and %" PRIu64 " other records skipped",
		     name, r->read, r->bare, r->others, r->records);
	if (r->others && !r->read)
		diag_warning("%s: no sample is of event %s", name,
			     diag_quote(str_of(r->options->event_filter)));
	if (r->lost)
		profile_report_missing(r->p, str_of(r->in->name),
				       "perf lost %" PRIu64 " samples while it recorded", r->lost);
	if (r->cut)
		profile_report_missing(r->p, str_of(r->in->name),
				       "the file is cut: its last sample is left out");
}

int perf_read(struct input *in, struct profile *p)
{
	struct perf_reader r = { .in = in, .p = p, .options = in->options, .samples = NO_ID };
	bool cut = false;

	in->place = PLACE_LINE;
	p->ordered |= p->keep_order;
	strings_init(&r.thread_texts);
	strings_init(&r.event_texts);
	perf_stacks_start(&r.stacks, in, p);
	while (input_skip_empty_lines(in), in->p < in->end && !r.cut) {
		if (*in->p == '\r' && line_at(in, 0, &cut) == 2) {
			in->p += 2;
			in->line++;
		} else {
			read_sample(&r);
		}
	}
	add_samples(&r);
	if (!in->failed)
		report(&r);
	perf_stacks_free(&r.stacks);
	strings_free(&r.thread_texts);
	strings_free(&r.event_texts);
	alloc_free(r.threads);
	alloc_free(r.events);
	alloc_free(r.row);
	buf_free(&r.name);
	return input_status(in);
}
