/*
 * instruments/text - the call graph of sample, a line a function of a path
 *
 *	Call graph:
 *	    2669 Thread_12345   DispatchQueue_1: com.apple.main-thread  (serial)
 *	    + 2669 start  (in dyld) + 2544  [0x18d3df0f0]
 *	    +   1600 foo  (in load) + 44,52  [0x102af5f30,0x102af5f38]  foo.c:12
 *	    +   ! 1600 read  (in libsystem_kernel.dylib) + 8  [0x18d3df0f4]
 *	    +   1069 ???  (in load)  load address 0x102af0000 + 0x5f40  [0x102af5f40]
 *
 *	Total number in stack (recursive counted multiple, when >=5):
 *
 * Two columns are a level; a number includes those below it.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/num.h"
#include "converters/instruments/internal.h"

/* A line whose callees may follow. */
struct sample_open {
	stack_id stack;
	uint64_t left; /* of its number, without its callees' */
};

struct sample_reader {
	struct input *in;
	struct profile *p;
	const struct instruments_read_options *options;
	value_id v;
	thread_id thread;
	struct sample_open *open;
	size_t depth, cap;
	bool in_graph;
};

/* --- a line --- */

/* "foo.c:12", what follows the addresses */
static void take_source(struct profile *p, struct str text, struct function *f, uint32_t *line)
{
	struct str file, number;
	uint64_t n;

	if (!str_cut_last(str_trim(text), ':', &file, &number) || !str_to_u64(number, &n) ||
	    n > UINT32_MAX)
		return;
	f->file = profile_string(p, file);
	*line = (uint32_t)n;
}

/* The place of the last `part` in s, or SIZE_MAX. */
static size_t find_last(struct str s, struct str part)
{
	for (size_t i = s.n + 1; i-- > part.n;)
		if (memcmp(s.p + i - part.n, part.p, part.n) == 0)
			return i - part.n;
	return SIZE_MAX;
}

static frame_id frame_of(struct sample_reader *r, struct str text)
{
	struct function f = { 0 };
	struct frame frame = { 0 };
	struct str name = text, object = S(""), rest;
	size_t at = find_last(text, S("  [0x"));

	if (at != SIZE_MAX) {
		if (str_cut(str_from(text, at), ']', &rest, &rest))
			take_source(r->p, rest, &f, &frame.line);
		name = text = str_head(text, at);
	}
	at = find_last(text, S("  (in "));
	if (at != SIZE_MAX) {
		name = str_head(text, at);
		str_cut(str_from(text, at + 6), ')', &object, &rest);
	}
	f.name = profile_string(r->p, str_trim(name));
	f.object = profile_string(r->p, object);
	frame.function = profile_function(r->p, f);
	return profile_frame(r->p, frame);
}

/* "Thread_12345   DispatchQueue_1: com.apple.main-thread  (serial)", "Thread_7: worker" */
static thread_id thread_of(struct sample_reader *r, struct str text)
{
	struct thread t = { 0 };
	size_t i = 7;

	if (str_starts(text, S("Thread_"))) {
		while (i < text.n && text.p[i] >= '0' && text.p[i] <= '9')
			i++;
		if (str_to_u64((struct str){ text.p + 7, i - 7 }, &t.tid))
			text = str_from(text, i);
		if (str_starts(text, S(":")))
			text = str_from(text, 1);
	}
	t.name = profile_string(r->p, str_trim(text));
	return profile_thread(r->p, t);
}

/* --- the graph --- */

/* Lines of this depth and below get no more callees. */
static void close_to(struct sample_reader *r, size_t depth)
{
	while (r->depth > depth) {
		const struct sample_open *o = &r->open[--r->depth];

		if (o->left)
			profile_sample(r->p, r->thread, o->stack, r->v, (int64_t)o->left, o->left);
	}
}

static bool is_indent(char c)
{
	return c && strchr(" +|:!", c);
}

static void add_line(struct sample_reader *r, size_t depth, uint64_t count, struct str text)
{
	stack_id stack = EMPTY_STACK;

	if (depth > r->depth) {
		input_error(r->in, "expected a line of at most %zu levels, got one of %zu",
			    r->depth + 1, depth + 1);
		return;
	}
	close_to(r, depth);
	if (!depth) {
		r->thread = thread_of(r, text);
	} else {
		struct sample_open *caller = &r->open[depth - 1];

		if (count > caller->left) {
			input_error(r->in,
				    "expected at most the %" PRIu64
				    " samples that are left of the caller, got %" PRIu64,
				    caller->left, count);
			return;
		}
		caller->left -= count;
		stack = stacks_push(&r->p->stacks, caller->stack, frame_of(r, text));
	}
	ARRAY_ROOM(r->open, r->depth, r->cap);
	r->open[r->depth++] = (struct sample_open){ stack, count };
}

static void read_graph_line(struct sample_reader *r, struct str line)
{
	enum { MARGIN = 4 };
	size_t i = 0, digits;
	uint64_t count;

	if (str_starts(line, S("Total number in stack"))) {
		close_to(r, 0);
		r->in_graph = false;
		return;
	}
	while (i < line.n && is_indent(line.p[i]))
		i++;
	if (i == line.n)
		return;
	digits = i;
	while (digits < line.n && line.p[digits] >= '0' && line.p[digits] <= '9')
		digits++;
	if (i < MARGIN || i % 2 || digits == line.n || line.p[digits] != ' ' ||
	    !str_to_u64((struct str){ line.p + i, digits - i }, &count) || count > INT64_MAX) {
		input_error(r->in,
			    "expected levels of two columns, a number and a function, got %s",
			    diag_quote(line));
		return;
	}
	add_line(r, (i - MARGIN) / 2, count, str_from(line, digits + 1));
}

void instruments_read_text(struct input *in, struct profile *p)
{
	struct sample_reader r = { .in = in, .p = p, .options = in->options };
	struct str line;
	bool any = false;

	in->place = PLACE_LINE;
	r.v = instruments_samples(p);
	while (input_line(in, &line)) {
		/* a last line without its end may lack digits, and lacks the end of the graph */
		if (r.in_graph && in->p[-1] != '\n')
			break;
		if (r.in_graph)
			read_graph_line(&r, line);
		else if (str_starts(line, S("Call graph:")))
			any = r.in_graph = true;
	}
	if (!any && !in->failed)
		input_error(in, "expected 'Call graph:', got the end of the file");
	else if (r.in_graph && r.options->lenient)
		profile_report_missing(p, str_of(in->name),
				       "the file is cut: functions whose "
				       "callees may follow are left out");
	else if (r.in_graph && !in->failed)
		input_error(in, "expected 'Total number in stack' behind the call graph, got the "
				"end of the file (--lenient leaves out what may go on)");
	alloc_free(r.open);
}
