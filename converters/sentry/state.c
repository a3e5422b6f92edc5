#include "converters/sentry/state.h"

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/base/sort.h"
#include "common/profile/value_text.h"
#include "common/transform/reshape/remap.h"

struct sentry_state *sentry_state_new(const struct input *in, const struct profile *p)
{
	static const struct sentry_read_options usual;
	struct sentry_state *s = alloc_zero(1, sizeof *s);

	s->tables = profile_new();
	s->tables->ordered = p->keep_order;
	s->options = in->options ? *(const struct sentry_read_options *)in->options : usual;
	s->value = profile_value_type(s->tables,
				      (struct value_type){
					      .name = profile_string(s->tables, S("wall")),
					      .unit = UNIT_TIME });
	buf_add(&s->name, str_of(in->name));
	return s;
}

void sentry_state_free(struct sentry_state *s)
{
	profile_free(s->tables);
	buf_free(&s->name);
	alloc_free(s->streams);
	index_free(&s->stream_index);
	alloc_free(s->samples);
	alloc_free(s);
}

/* --- streams --- */

/* A thread's id is a number in all SDKs known; another one is its name, unless it has a name. */
static struct thread thread_of(const struct profile *tables, string_id key)
{
	struct thread thread = { 0 };

	if (!str_to_u64(profile_text(tables, key), &thread.tid))
		thread.name = key;
	return thread;
}

uint32_t sentry_find_stream(struct sentry_state *s, string_id profiler, string_id key)
{
	uint64_t hash = hash_mix(profiler, key);

	for (struct probe at = index_probe(&s->stream_index, hash);
	     profiler && index_next(&s->stream_index, &at);)
		if (s->streams[at.row].profiler == profiler && s->streams[at.row].key == key)
			return at.row;
	ARRAY_ROOM(s->streams, s->stream_count, s->stream_cap);
	s->streams[s->stream_count] = (struct sentry_stream){ .profiler = profiler,
							      .key = key,
							      .thread = thread_of(s->tables, key) };
	if (profiler)
		index_add(&s->stream_index, hash, (uint32_t)s->stream_count);
	return (uint32_t)s->stream_count++;
}

/* The threads that the SDKs start for themselves are named so. */
static bool is_of_sdk(const struct sentry_state *s, const struct sentry_stream *stream)
{
	struct str name = profile_text(s->tables, stream->thread.name);

	return str_starts(name, S("sentry.")) || str_starts(name, S("sentry-sdk.")) ||
	       str_starts(name, S("raven-sentry."));
}

static bool is_wanted(const struct sentry_state *s, const struct sentry_stream *stream)
{
	switch (s->options.threads) {
	case SENTRY_THREADS_ALL: return true;
	case SENTRY_THREADS_ACTIVE: return !stream->inactive && !is_of_sdk(s, stream);
	default: return !is_of_sdk(s, stream);
	}
}

/* --- durations --- */

static int compare_times(uint32_t a, uint32_t b, const void *context)
{
	const struct sentry_sample *samples = context;

	return samples[a].time < samples[b].time ? -1 : samples[a].time > samples[b].time;
}

/* The samples in order of time, those of one time as they came. */
static uint32_t *sort_samples(const struct sentry_sample *samples, size_t count)
{
	uint32_t *ids = alloc_resize(NULL, count, sizeof *ids);
	bool sorted = true;

	for (size_t i = 0; i < count; i++) {
		ids[i] = (uint32_t)i;
		sorted &= !i || samples[i - 1].time <= samples[i].time;
	}
	if (!sorted)
		sort_ids(ids, count, compare_times, samples);
	return ids;
}

/* A sample lasts until the next one of its stream; the last one lasts 0. */
static int64_t *find_durations(const struct sentry_state *s, const struct sentry_sample *samples,
			       const uint32_t *ids, size_t count)
{
	int64_t *durations = alloc_zero(count, sizeof *durations);
	int64_t *next = alloc_zero(s->stream_count, sizeof *next);
	bool *follows = alloc_zero(s->stream_count, sizeof *follows);

	for (size_t i = count; i-- > 0;) {
		const struct sentry_sample *sample = &samples[ids[i]];

		if (follows[sample->stream])
			durations[ids[i]] = next[sample->stream] - sample->time;
		next[sample->stream] = sample->time;
		follows[sample->stream] = true;
	}
	alloc_free(next);
	alloc_free(follows);
	return durations;
}

static void leave_out(struct sentry_state *s, struct sentry_stream *stream, int64_t duration)
{
	i64_add_to(&s->left_out_ns, duration);
	if (stream->reported)
		return;
	stream->reported = true;
	s->left_out++;
}

static void add_sample(struct sentry_state *s, const struct sentry_sample *sample, int64_t duration,
		       int64_t start)
{
	const struct sentry_stream *stream = &s->streams[sample->stream];

	profile_sample_value(s->tables,
			     (struct sample){ .thread = profile_thread(s->tables, stream->thread),
					      .stack = sample->stack,
					      .count = 1,
					      .labels = stream->labels,
					      .timed = true,
					      .time = sample->time -
						      (stream->absolute ? start : 0) },
			     s->value, duration);
}

void sentry_finish_samples(struct sentry_state *s, size_t first, int64_t start)
{
	const struct sentry_sample *samples = s->samples + first;
	size_t count = s->sample_count - first;
	uint32_t *ids;
	int64_t *durations;

	if (!count)
		return;
	ids = sort_samples(samples, count);
	durations = find_durations(s, samples, ids, count);
	for (size_t i = 0; i < count; i++) {
		const struct sentry_sample *sample = &samples[ids[i]];
		struct sentry_stream *stream = &s->streams[sample->stream];

		if (is_wanted(s, stream))
			add_sample(s, sample, durations[ids[i]], start);
		else
			leave_out(s, stream, durations[ids[i]]);
	}
	alloc_free(ids);
	alloc_free(durations);
	s->sample_count = first;
}

/* --- what is said --- */

static void report_left_out(struct sentry_state *s, struct profile *p)
{
	bool active = s->options.threads == SENTRY_THREADS_ACTIVE;
	struct buf text = { 0 };

	if (!s->left_out)
		return;
	buf_add_value(&text, s->tables, s->value, s->left_out_ns, &(struct value_style){ 0 });
	buf_print(&text, " of %zu thread%s of %s left out", s->left_out,
		  s->left_out == 1 ? "" : "s",
		  active ? "another request or of the SDK itself" : "the SDK itself");
	/* what was asked for is no surprise */
	if (s->options.threads_given)
		diag_verbose("%s: %s", diag_masked(buf_str(&s->name)), text.p);
	else
		profile_report_missing(p, buf_str(&s->name), "%s (--sentry-threads all keeps them)",
				       text.p);
	buf_free(&text);
}

static void report_unsampled(const struct sentry_state *s)
{
	struct buf text = { 0 };

	if (!s->transaction_ns)
		return;
	buf_add_value(&text, s->tables, s->value, s->unsampled_ns, &(struct value_style){ 0 });
	buf_add(&text, S(" of "));
	buf_add_value(&text, s->tables, s->value, s->transaction_ns, &(struct value_style){ 0 });
	diag_verbose("%s: %s of the transactions are before the first sample or after the last: "
		     "they are in no sample",
		     diag_masked(buf_str(&s->name)), text.p);
	buf_free(&text);
}

/* --- the end --- */

/* Chunks say of themselves neither when they began nor how long they lasted. */
static void add_recording(struct sentry_state *s)
{
	int64_t first = INT64_MAX, last = 0;

	for (size_t i = 0; i < s->sample_count; i++) {
		const struct sentry_sample *sample = &s->samples[i];

		if (!s->streams[sample->stream].profiler)
			continue;
		first = sample->time < first ? sample->time : first;
		last = sample->time > last ? sample->time : last;
	}
	if (last)
		profile_add_recording(s->tables, (struct recording){ .start = first,
								     .duration = last - first });
}

/* Copies only what samples refer to: there may be many frames of threads that were left out. */
static void copy_stacks(struct remap *w)
{
	const struct profile *from = w->from;
	const struct stacks *stacks = &from->stacks;
	bool *used = alloc_zero(stacks->count, sizeof *used);

	for (size_t i = 0; i < from->sample_count; i++)
		used[from->samples[i].stack] = true;
	for (size_t i = stacks->count; i-- > 1;)
		if (used[i])
			used[stacks->parent[i]] = true;
	for (size_t i = 1; i < stacks->count; i++) {
		frame_id frame = stacks->frame[i];
		function_id f = from->frames[frame].function;

		if (!used[i])
			continue;
		w->functions[f] = profile_function(w->to, remap_function(w, f));
		w->frames[frame] = profile_frame(w->to, remap_frame(w, frame));
		w->stacks[i] = stacks_push(&w->to->stacks, w->stacks[stacks->parent[i]],
					   w->frames[frame]);
	}
	alloc_free(used);
}

void sentry_state_finish(struct profile *p, struct sentry_state *s)
{
	struct remap w;

	add_recording(s);
	if (s->tables->recorded)
		profile_add_recording(p, s->tables->recording);
	sentry_finish_samples(s, 0, p->recording.start);
	report_left_out(s, p);
	report_unsampled(s);
	p->ordered |= s->tables->ordered;
	remap_open(&w, s->tables, p);
	remap_value_types(&w);
	remap_threads(&w);
	copy_stacks(&w);
	remap_samples(&w);
	remap_close(&w);
	sentry_state_free(s);
}
