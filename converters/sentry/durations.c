/* sentry/durations - how long samples last, and whether their thread is wanted */
#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "converters/sentry/state.h"

/* --- threads --- */

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

/* The samples are of streams from *first on; returns how many streams that are at most. */
static size_t find_streams(const struct sentry_sample *samples, size_t count, uint32_t *first)
{
	uint32_t last = 0;

	*first = NO_ID;
	for (size_t i = 0; i < count; i++) {
		*first = samples[i].stream < *first ? samples[i].stream : *first;
		last = samples[i].stream > last ? samples[i].stream : last;
	}
	return last - *first + (size_t)1;
}

/* A sample lasts until the next one of its stream; the last one lasts 0. */
static int64_t *find_durations(const struct sentry_sample *samples, const uint32_t *ids,
			       size_t count)
{
	int64_t *durations = alloc_zero(count, sizeof *durations);
	uint32_t first;
	size_t streams = find_streams(samples, count, &first);
	int64_t *next = alloc_zero(streams, sizeof *next);
	bool *follows = alloc_zero(streams, sizeof *follows);

	for (size_t i = count; i-- > 0;) {
		const struct sentry_sample *sample = &samples[ids[i]];
		uint32_t stream = sample->stream - first;

		if (follows[stream])
			durations[ids[i]] = next[stream] - sample->time;
		next[stream] = sample->time;
		follows[stream] = true;
	}
	alloc_free(next);
	alloc_free(follows);
	return durations;
}

static void leave_out(struct sentry_state *s, struct sentry_stream *stream, int64_t duration)
{
	i64_add_to(&s->counts.left_out_ns, duration);
	if (stream->reported)
		return;
	stream->reported = true;
	s->counts.left_out++;
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
	const struct sentry_sample *samples;
	size_t count = s->sample_count - first;
	uint32_t *ids;
	int64_t *durations;

	if (!count)
		return;
	samples = s->samples + first;
	ids = sort_samples(samples, count);
	durations = find_durations(samples, ids, count);
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
