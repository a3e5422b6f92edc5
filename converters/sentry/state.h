/*
 * sentry/state - what is read of all files of a run
 *
 * 	state.c         the state, which belongs to the profile (common/profile/deferred.h)
 * 	durations.c     how long samples last, and whose they are
 * 	state_finish.c  rows of the profile, and what is said of them
 *
 * Chunks of one profiler may be in several files, and the next chunk says how long the last
 * samples of one lasted. So samples wait here until all files are read. Spans wait too, since
 * they are not shown beside profiles, which a later file may have.
 */
#ifndef SENTRY_STATE_H
#define SENTRY_STATE_H

#include "common/base/index.h"
#include "common/transform/traces/spans.h"
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
	uint32_t chunk; /* row of `chunks`; NO_ID: none */
};

struct sentry_chunk {
	string_id profiler, id;
};

struct sentry_counts {
	uint64_t profiles, transactions;
	uint64_t spans;    /* below a transaction */
	uint64_t again;    /* chunks that came a second time */
	uint64_t left_out; /* threads */
	int64_t left_out_ns;
	int64_t transaction_ns, unsampled_ns; /* of profiles that tell when they began and ended */
};

struct sentry_state {
	/* of samples, and with spans that may not be wanted as its own deferred state */
	struct profile *tables;
	value_id value; /* of `tables` */
	struct sentry_read_options options;
	struct buf name; /* of the first file */
	struct sentry_counts counts;

	struct sentry_stream *streams;
	size_t stream_count, stream_cap;
	struct index stream_index;   /* of those with a profiler, by that and key */
	struct sentry_chunk *chunks; /* that were read */
	size_t chunk_count, chunk_cap;
	struct index chunk_index;
	struct sentry_sample *samples;
	size_t sample_count, sample_cap;
};

/* The state of p, made with the first file and its options. */
struct sentry_state *sentry_state_of(const struct input *in, struct profile *p);
/* The value type of samples. */
value_id sentry_value_type(struct profile *p);
/* The table for spans that p wants, or may want; NULL: it does not. */
struct spans *sentry_spans_of(struct sentry_state *s, struct profile *p);

/* The stream of that profiler and thread; without a profiler a new one. */
uint32_t sentry_find_stream(struct sentry_state *s, string_id profiler, string_id key);
/* The row of a chunk, or NO_ID if it has been read before. */
uint32_t sentry_new_chunk(struct sentry_state *s, struct sentry_chunk chunk);
void sentry_add_sample(struct sentry_state *s, struct sentry_sample sample);
/*
 * Gives the samples from `first` on, which are all that there will be of their streams, their
 * durations, and moves them to s->tables. Times since 1970 become those since `start`.
 */
void sentry_finish_samples(struct sentry_state *s, size_t first, int64_t start);

/* Decides about the spans, and adds the samples to p. */
void sentry_settle(struct profile *p, void *state);

#endif
