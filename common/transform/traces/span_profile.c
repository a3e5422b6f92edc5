#include "common/transform/traces/span_profile.h"

#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/transform/traces/span_names.h"

value_id span_profile_value_type(struct profile *p)
{
	p->counts_calls = true;
	return profile_value_type(p, (struct value_type){ .name = profile_string(p, S("time")),
							  .unit = UNIT_TIME });
}

/* --- frames --- */

void span_frames_open(struct span_frames *f, struct profile *p, const struct spans *s)
{
	*f = (struct span_frames){ .p = p, .s = s };
	f->frames = alloc_zero(s->texts.count, sizeof *f->frames);
	for (size_t i = 0; i < s->texts.count; i++)
		f->frames[i] = NO_ID;
}

frame_id span_frames_at(struct span_frames *f, string_id name)
{
	struct str text = strings_text(&f->s->texts, name);
	struct function function = { 0 };

	if (f->frames[name] != NO_ID)
		return f->frames[name];
	if (f->s->options.strip_ids) {
		f->scratch.n = 0;
		span_names_strip_ids(text, &f->scratch);
		text = buf_str(&f->scratch);
	}
	function.name = profile_string(f->p, text);
	f->frames[name] =
		profile_frame(f->p, (struct frame){ .function = profile_function(f->p, function) });
	return f->frames[name];
}

void span_frames_close(struct span_frames *f)
{
	alloc_free(f->frames);
	buf_free(&f->scratch);
}

/* --- samples --- */

/* By thread of the table. Only if all spans have one: else some values would have no thread. */
static thread_id *make_threads(struct profile *p, const struct spans *s)
{
	thread_id *threads = alloc_zero(s->thread_count, sizeof *threads);

	for (size_t i = 0; i < s->thread_count; i++) {
		const struct span_thread *t = &s->threads[i];
		struct str name = strings_text(&s->texts, t->name);

		threads[i] = profile_thread(p, (struct thread){ .name = profile_string(p, name),
								.pid = t->pid,
								.tid = t->tid });
	}
	return threads;
}

static void add_trace(struct profile *p, const struct spans *s, struct span_frames *frames,
		      const struct span_trace *trace, stack_id *stacks, const thread_id *threads)
{
	value_id time = span_profile_value_type(p);
	thread_id only = threads ? NO_ID : profile_thread(p, (struct thread){ 0 });

	for (uint32_t i = 0; i < trace->count; i++) {
		const struct span_row *row = &s->rows[trace->rows[i]];
		stack_id parent = trace->parents[i] == NO_SPAN ? EMPTY_STACK
							       : stacks[trace->parents[i]];
		thread_id t = threads ? threads[row->thread] : only;

		stacks[i] = stacks_push(&p->stacks, parent, span_frames_at(frames, row->name));
		profile_sample(p, t, stacks[i], time, trace->self[i], 1);
	}
}

void span_profile_add(struct profile *p, const struct spans *s)
{
	struct span_trees *trees = span_trees_open(s, s->options.wall);
	thread_id *threads = s->count && s->threaded == s->count ? make_threads(p, s) : NULL;
	stack_id *stacks = NULL;
	size_t cap = 0;
	struct span_frames frames;
	struct span_trace trace;

	span_frames_open(&frames, p, s);
	while (span_trees_next(trees, &trace)) {
		if (trace.count > cap)
			stacks = alloc_grow(stacks, &cap, trace.count, sizeof *stacks);
		add_trace(p, s, &frames, &trace, stacks, threads);
	}
	span_profile_report(p, &trees->counts, &s->options);
	span_frames_close(&frames);
	alloc_free(stacks);
	alloc_free(threads);
	span_trees_close(trees);
}

/* --- messages --- */

static void report_repairs(struct profile *p, const struct span_counts *c)
{
	const struct {
		uint64_t count;
		const char *what;
	} rows[] = {
		{ c->missing, "spans have a parent that is in no file: they are roots" },
		{ c->cycles, "circles of spans that are their own ancestors were cut open" },
		{ c->duplicates, "spans came again and were left out" },
		{ c->same_ids, "spans have the id of another one, and were kept beside it" },
		{ c->moved, "spans that outlived their parents became their siblings" },
		{ c->untimed, "spans have no end, or one before their start: they have no time" },
	};
	struct buf text = { 0 };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].count)
			buf_print(&text, "%s%" PRIu64 " %s", text.n ? "; " : "", rows[i].count,
				  rows[i].what);
	if (text.n)
		profile_report_missing(p, S("traces"), "%s", text.p);
	buf_free(&text);
}

/* Nanoseconds as "167.612 ms". */
static const char *ms_text(char *out, int64_t ns)
{
	struct decimal ms = { ns, -6 };

	out[decimal_text(out, ms)] = '\0';
	return out;
}

/* Why own times add up to more than the traces took. */
static void report_overlaps(const struct span_counts *c, const struct span_options *options)
{
	char took[NUM_TEXT + 1], sum[NUM_TEXT + 1], part[NUM_TEXT + 1];
	struct buf text = { 0 };

	buf_print(&text, "%s ms of siblings at the same time", ms_text(part, c->overlap_time));
	buf_print(&text, ", %s ms of %" PRIu64 " spans after the end of their parents",
		  ms_text(part, c->late_time), c->late);
	if (c->root_overlap)
		buf_print(&text, ", %s ms of roots of a trace at the same time",
			  ms_text(part, c->root_overlap));
	diag_warning("%" PRIu64 " traces took %s ms, their spans %s ms of their own: %s "
		     "(--wall divides each instant%s)",
		     c->traces, ms_text(took, c->wall_time), ms_text(sum, c->self_time), text.p,
		     options->repair_siblings
			     ? ""
			     : ", --repair-siblings takes such spans for siblings");
	buf_free(&text);
}

void span_profile_report(struct profile *p, const struct span_counts *c,
			 const struct span_options *options)
{
	char took[NUM_TEXT + 1];

	report_repairs(p, c);
	if (!c->spans)
		return;
	diag_verbose("%" PRIu64 " spans of %" PRIu64 " traces with %" PRIu64 " roots took %s ms; "
		     "their attributes, events, links and states are not read",
		     c->spans, c->traces, c->roots, ms_text(took, c->wall_time));
	if (!options->wall &&
	    (c->late || c->overlap_time || c->root_overlap || c->self_time > c->wall_time))
		report_overlaps(c, options);
}
