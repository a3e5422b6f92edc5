/*
 * chrometrace/write - see format.c for the language
 *
 * Spans are complete events, callers first, or begins and ends, which are twice as long. The latter
 * where a span takes no time, since nothing would say what it is inside of, and where times have
 * fractions: viewers add start and duration in floating point, and what ends together would end
 * one behind the other. speedscope matches them by names and arguments, so both have these.
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/profile/details_json.h"
#include "common/transform/reshape/coarsen.h"
#include "converters/chrometrace/writing.h"

enum { MICROSECONDS = 3 };

/* The numbers under which a series stands in the file. */
struct series_ids {
	uint64_t pid, tid;
};

struct chrometrace_writer {
	struct output *out;
	const struct profile *p;
	struct sample_series_list all;
	struct chrometrace_spans spans;
	struct series_ids *ids; /* by series */
	struct index id_index;
	bool any; /* an event has been written */
};

/* --- numbers of threads --- */

static bool is_taken(const struct chrometrace_writer *w, struct series_ids ids)
{
	uint64_t hash = hash_mix(ids.pid, ids.tid);

	for (struct probe at = index_probe(&w->id_index, hash); index_next(&w->id_index, &at);)
		if (w->ids[at.row].pid == ids.pid && w->ids[at.row].tid == ids.tid)
			return true;
	return false;
}

/* Each series is a thread of its own: what has no number, or one that is taken, gets the next. */
static void number_series(struct chrometrace_writer *w)
{
	uint64_t next = 1;

	w->ids = alloc_zero(w->all.count, sizeof *w->ids);
	for (uint32_t i = 0; i < w->all.count; i++) {
		const struct thread *t = &w->p->threads[w->all.list[i].thread];
		struct series_ids ids = { t->pid ? t->pid : 1, t->tid };

		while (!ids.tid || is_taken(w, ids))
			ids.tid = next++;
		w->ids[i] = ids;
		index_add(&w->id_index, hash_mix(ids.pid, ids.tid), i);
	}
}

/* --- events --- */

/* A value in microseconds, or in its unit. */
static void put_number(struct chrometrace_writer *w, value_id v, const char *key, int64_t value)
{
	output_text(w->out, key);
	output_decimal(w->out, profile_decimal(w->p, v, value, MICROSECONDS));
}

static void begin_event(struct chrometrace_writer *w)
{
	output_text(w->out, w->any ? ",\n" : "\n");
	w->any = true;
}

static void put_ids(struct chrometrace_writer *w, struct series_ids ids)
{
	json_put_count(w->out, ",\"pid\":", ids.pid);
	json_put_count(w->out, ",\"tid\":", ids.tid);
}

static void put_argument(struct chrometrace_writer *w, bool *any, const char *key)
{
	output_text(w->out, *any ? "," : ",\"args\":{");
	output_text(w->out, key);
	*any = true;
}

/* As py-spy has them; functionLine is ours. */
static void put_place(struct chrometrace_writer *w, frame_id f)
{
	const struct frame_row *frame = &w->p->frames[f];
	const struct function_row *fn = &w->p->functions[frame->function];
	string_id file = fn->file ? fn->file : fn->object;
	bool any = false;

	if (file) {
		put_argument(w, &any, "\"filename\":");
		json_put(w->out, profile_text(w->p, file));
	}
	if (frame->line) {
		put_argument(w, &any, "\"line\":");
		output_u64(w->out, frame->line);
	}
	if (frame->column) {
		put_argument(w, &any, "\"column\":");
		output_u64(w->out, frame->column);
	}
	if (fn->line) {
		put_argument(w, &any, "\"functionLine\":");
		output_u64(w->out, fn->line);
	}
	if (profile_system_name(w->p, frame->function)) {
		put_argument(w, &any, "\"system\":");
		json_put(w->out, profile_text(w->p, profile_system_name(w->p, frame->function)));
	}
	any |= json_put_frame_keys(w->out, w->p, f, any ? "," : ",\"args\":{");
	if (any)
		output_byte(w->out, '}');
}

/* Nothing ran: a function of that name says it to viewers, the argument to us. */
static void put_idle(struct chrometrace_writer *w)
{
	output_text(w->out, ",\"args\":{\"idle\":true}");
}

static void put_arguments(struct chrometrace_writer *w, frame_id frame)
{
	if (frame == NO_ID)
		put_idle(w);
	else
		put_place(w, frame);
}

static void put_event(struct chrometrace_writer *w, const char *head, frame_id frame)
{
	begin_event(w);
	output_text(w->out, head);
	json_put(w->out,
		 frame == NO_ID ? S("(idle)") : function_name(w->p, w->p->frames[frame].function));
}

static void put_complete(struct chrometrace_writer *w, size_t series)
{
	value_id v = w->all.list[series].value;

	for (size_t i = 0; i < w->spans.count; i++) {
		const struct chrometrace_span *span = &w->spans.list[i];

		put_event(w, "{\"ph\":\"X\",\"cat\":\"function\",\"name\":", span->frame);
		put_number(w, v, ",\"ts\":", span->start);
		put_number(w, v, ",\"dur\":", span->end - span->start);
		put_ids(w, w->ids[series]);
		put_arguments(w, span->frame);
		output_byte(w->out, '}');
	}
}

static void put_pair_half(struct chrometrace_writer *w, size_t series, bool begins,
			  const struct chrometrace_span *span)
{
	put_event(w,
		  begins ? "{\"ph\":\"B\",\"cat\":\"function\",\"name\":"
			 : "{\"ph\":\"E\",\"cat\":\"function\",\"name\":",
		  span->frame);
	put_number(w, w->all.list[series].value, ",\"ts\":", begins ? span->start : span->end);
	put_ids(w, w->ids[series]);
	put_arguments(w, span->frame);
	output_byte(w->out, '}');
}

static void put_pairs(struct chrometrace_writer *w, size_t series)
{
	struct chrometrace_spans *s = &w->spans;

	s->open_count = 0;
	for (size_t i = 0; i <= s->count; i++) {
		size_t depth = i < s->count ? s->list[i].depth : 0;

		while (s->open_count > depth)
			put_pair_half(w, series, false, &s->list[s->open[--s->open_count]]);
		if (i == s->count)
			return;
		/* there is room: so many were open when the spans were found */
		s->open[s->open_count++] = i;
		put_pair_half(w, series, true, &s->list[i]);
	}
}

/* --- threads --- */

/* Whether each sample is laid where it was taken: none begins before the last one has ended. */
static bool lies_in_time(const struct chrometrace_writer *w, const struct sample_series *s)
{
	int64_t end = INT64_MIN;

	if (w->p->value_types[s->value].unit != UNIT_TIME || s->negative)
		return false;
	for (struct sample_series_row row = { 0 }; sample_series_next(&w->all, s, &row);) {
		struct sample sample = profile_sample_at(w->p, row.sample);

		if (!sample.timed || sample.time < 0 || sample.time < end ||
		    !i64_add(sample.time, row.value, &end))
			return false;
	}
	return true;
}

/* When the samples were taken, in nanoseconds; those that are equal to the one before go on. */
static void put_times(struct chrometrace_writer *w, const struct sample_series *s)
{
	if (s->evented || !w->p->sample_time_count)
		return;
	if (lies_in_time(w, s)) {
		output_text(w->out, ",\"timed\":true");
		return;
	}
	output_text(w->out, ",\"times\":[");
	for (size_t i = 0; i < w->spans.sample_count; i++) {
		struct sample sample = profile_sample_at(w->p, w->spans.samples[i]);

		output_text(w->out, i ? "," : "");
		if (sample.timed)
			output_i64(w->out, sample.time);
		else
			output_text(w->out, "null");
	}
	output_byte(w->out, ']');
}

static void put_thread(struct chrometrace_writer *w, size_t series)
{
	const struct sample_series *s = &w->all.list[series];
	const struct time_range *range = profile_time_range(w->p, s->thread, s->value);
	struct buf title = { 0 };

	thread_title(w->p, s->thread, &title);
	if (s->negative)
		buf_add(&title, S(" (negative)"));
	begin_event(w);
	output_text(w->out,
		    "{\"ph\":\"M\",\"cat\":\"__metadata\",\"name\":\"thread_name\",\"ts\":0");
	put_ids(w, w->ids[series]);
	json_put_text(w->out, ",\"args\":{\"name\":", buf_str(&title));
	output_text(w->out, ",\"profpipe\":{\"thread\":");
	json_put_thread(w->out, w->p, s->thread);
	if (!s->evented)
		output_text(w->out, ",\"samples\":true");
	if (s->negative)
		output_text(w->out, ",\"negative\":true");
	put_times(w, s);
	if (range) {
		put_number(w, s->value, ",\"start\":", range->start);
		put_number(w, s->value, ",\"end\":", range->end);
	}
	output_text(w->out, "}}}");
	buf_free(&title);
}

/* The names of processes are metadata of their threads. */
static void put_processes(struct chrometrace_writer *w)
{
	const struct profile *p = w->p;

	for (size_t i = 0; i < w->all.count; i++)
		for (size_t k = 0; k < p->metadata_count; k++) {
			const struct metadata *m = &p->metadata[k];

			if (m->thread != w->all.list[i].thread ||
			    !str_eq(profile_text(p, m->key), S("process")))
				continue;
			begin_event(w);
			output_text(w->out, "{\"ph\":\"M\",\"cat\":\"__metadata\",\"name\":"
					    "\"process_name\",\"ts\":0");
			put_ids(w, w->ids[i]);
			json_put_text(w->out, ",\"args\":{\"name\":", profile_text(p, m->value));
			output_text(w->out, "}}");
			break;
		}
}

/* --- the file --- */

/* What the events do not say; first, so that the reader knows it before them. */
static void put_extra(struct chrometrace_writer *w)
{
	const struct profile *p = w->p;
	struct output *out = w->out;

	output_text(out, "{\"profpipe\":{\"format\":\"chrometrace\"");
	if (p->value_count) {
		output_text(out, ",\"value\":");
		json_put_value_type(out, p, 0);
	}
	if (p->counts_calls && chrometrace_is_evented(p))
		output_text(out, ",\"calls\":true");
	if (!p->ordered && !chrometrace_is_evented(p))
		output_text(out, ",\"unordered\":true");
	if (p->mapping_count) {
		output_text(out, ",\"mappings\":");
		json_put_mappings(out, p);
	}
	if (p->estimated)
		output_text(out, ",\"estimated\":true");
	if (profile_has_recording(p)) {
		output_text(out, ",\"recording\":");
		json_put_recording(out, p);
	}
	if (p->metadata_count) {
		output_text(out, ",\"metadata\":");
		json_put_metadata(out, p, p->metadata_count);
	}
	output_text(out, "},\n\"displayTimeUnit\":\"ns\",\n\"traceEvents\":[");
}

bool chrometrace_is_evented(const struct profile *p)
{
	struct sample_series_list all;
	bool evented = true;

	sample_series_find(&all, p);
	for (size_t i = 0; i < all.count; i++)
		evented &= all.list[i].evented;
	evented &= all.count > 0;
	sample_series_free(&all);
	return evented;
}

void chrometrace_write(struct output *out, const struct profile *p)
{
	struct chrometrace_writer w = { .out = out, .p = p };

	sample_series_find(&w.all, p);
	number_series(&w);
	put_extra(&w);
	put_processes(&w);
	for (size_t i = 0; i < w.all.count; i++) {
		chrometrace_find_spans(&w.spans, &w.all, &w.all.list[i]);
		put_thread(&w, i);
		if (w.spans.any_empty || w.spans.any_fraction)
			put_pairs(&w, i);
		else
			put_complete(&w, i);
	}
	output_text(out, "\n]}\n");
	sample_series_free(&w.all);
	chrometrace_free_spans(&w.spans);
	alloc_free(w.ids);
	index_free(&w.id_index);
}
