/*
 * sentry/state - what is read of all files of a run
 *
 * Chunks of one profiler may be in several files, and the next chunk says how long the last
 * samples of one lasted. So samples wait here, with tables of their own, until all files are
 * read: sentry_state_finish() adds them to the profile.
 */
#ifndef SENTRY_STATE_H
#define SENTRY_STATE_H

#include "common/base/index.h"
#include "converters/sentry/internal.h"

/* The thread of one profiler, or of one profile without a profiler. */
struct sentry_stream {
	string_id profiler, key; /* key: the thread's id as it is spelled; profiler 0: none */
	struct thread thread;
	label_set_id labels;
	bool inactive; /* another thread is the transaction's */
	bool absolute; /* times of its samples are since 1970 */
	bool reported; /* it is among those that were left out */
};

/* A sample of which only the duration is unknown. */
struct sentry_sample {
	int64_t time;
	stack_id stack;
	uint32_t stream;
};

struct sentry_state {
	struct profile *tables;
	value_id value;
	struct sentry_read_options options;
	struct buf name; /* of the first file */

	struct sentry_stream *streams;
	size_t stream_count, stream_cap;
	struct index stream_index; /* of those with a profiler, by that and key */
	struct sentry_sample *samples;
	size_t sample_count, sample_cap;

	size_t left_out; /* threads that were left out */
	int64_t left_out_ns;
	int64_t transaction_ns, unsampled_ns; /* of profiles that tell when they began and ended */
};

struct sentry_state *sentry_state_new(const struct input *in, const struct profile *p);
void sentry_state_free(struct sentry_state *s);

/* The stream of that profiler and thread; without a profiler a new one. */
uint32_t sentry_find_stream(struct sentry_state *s, string_id profiler, string_id key);
/*
 * Gives the samples from `first` on, which are all that there will be of their streams, their
 * durations, and moves them to s->tables. Times since 1970 become those since `start`.
 */
void sentry_finish_samples(struct sentry_state *s, size_t first, int64_t start);
/* Adds all to the profile, and frees the state. */
void sentry_state_finish(struct profile *p, struct sentry_state *s);

#endif
