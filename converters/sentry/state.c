#include "converters/sentry/state.h"

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/profile/deferred.h"
#include "common/transform/reshape/remap.h"
#include "common/transform/traces/span_names.h"

value_id sentry_value_type(struct profile *p)
{
	return profile_value_type(p, (struct value_type){ .name = profile_string(p, S("wall")),
							  .unit = UNIT_TIME });
}

/* --- the state of a profile --- */

static struct sentry_state *make_state(struct sentry_read_options options, bool ordered,
				       struct str name)
{
	struct sentry_state *s = alloc_zero(1, sizeof *s);

	s->tables = profile_new();
	s->tables->ordered = s->tables->keep_order = ordered;
	s->options = options;
	s->value = sentry_value_type(s->tables);
	buf_add(&s->name, name);
	return s;
}

static void release(void *state)
{
	struct sentry_state *s = state;

	profile_free(s->tables);
	buf_free(&s->name);
	alloc_free(s->streams);
	index_free(&s->stream_index);
	alloc_free(s->samples);
	alloc_free(s->chunks);
	index_free(&s->chunk_index);
	alloc_free(s);
}

static void add_counts(struct sentry_counts *to, const struct sentry_counts *from)
{
	to->profiles += from->profiles;
	to->transactions += from->transactions;
	to->spans += from->spans;
	to->again += from->again;
	to->left_out += from->left_out;
	i64_add_to(&to->left_out_ns, from->left_out_ns);
	i64_add_to(&to->transaction_ns, from->transaction_ns);
	i64_add_to(&to->unsampled_ns, from->unsampled_ns);
}

static void join_streams(struct sentry_state *to, const struct sentry_state *from, struct remap *w,
			 uint32_t *streams)
{
	for (size_t i = 0; i < from->stream_count; i++) {
		const struct sentry_stream *old = &from->streams[i];
		string_id profiler = remap_string(w, old->profiler);
		struct sentry_stream *new;

		streams[i] = sentry_find_stream(to, profiler, remap_string(w, old->key));
		new = &to->streams[streams[i]];
		if (old->thread.name)
			new->thread.name = remap_string(w, old->thread.name);
		new->labels = remap_label_set(w, old->labels);
		new->inactive = old->inactive;
		new->absolute = old->absolute;
		new->reported |= old->reported;
	}
}

/* A chunk that both have is that of `to`. */
static void join_samples(struct sentry_state *to, const struct sentry_state *from, struct remap *w,
			 const uint32_t *streams)
{
	uint32_t *chunks = alloc_zero(from->chunk_count, sizeof *chunks);

	for (size_t i = 0; i < from->chunk_count; i++) {
		struct sentry_chunk chunk = { remap_string(w, from->chunks[i].profiler),
					      remap_string(w, from->chunks[i].id) };

		chunks[i] = sentry_new_chunk(to, chunk);
		to->counts.again += chunks[i] == NO_ID;
	}
	for (size_t i = 0; i < from->sample_count; i++) {
		struct sentry_sample sample = from->samples[i];

		if (sample.chunk != NO_ID && chunks[sample.chunk] == NO_ID)
			continue;
		sample.stack = w->stacks[sample.stack];
		sample.stream = streams[sample.stream];
		if (sample.chunk != NO_ID)
			sample.chunk = chunks[sample.chunk];
		sentry_add_sample(to, sample);
	}
	alloc_free(chunks);
}

static void join_tables(struct sentry_state *to, const struct sentry_state *from)
{
	uint32_t *streams = alloc_zero(from->stream_count, sizeof *streams);
	struct remap w;

	remap_open(&w, from->tables, to->tables);
	remap_value_types(&w);
	remap_threads(&w);
	for (function_id f = 0; f < from->tables->function_count; f++)
		w.functions[f] = profile_function(to->tables, remap_function(&w, f));
	remap_frames(&w);
	remap_stacks(&w);
	remap_samples(&w);
	join_streams(to, from, &w, streams);
	join_samples(to, from, &w, streams);
	remap_close(&w);
	if (from->tables->recorded)
		profile_add_recording(to->tables, from->tables->recording);
	alloc_free(streams);
}

static void join(struct profile *p, const void *state);

static const struct deferred_kind sentry_kind = { sentry_settle, NULL, join, release };

static void join(struct profile *p, const void *state)
{
	const struct sentry_state *from = state;
	struct sentry_state *to = profile_deferred(p, &sentry_kind);

	if (!to) {
		to = make_state(from->options, from->tables->ordered, buf_str(&from->name));
		profile_defer(p, &sentry_kind, to);
	}
	add_counts(&to->counts, &from->counts);
	join_tables(to, from);
	profile_join_deferred(to->tables, from->tables);
}

struct sentry_state *sentry_state_of(const struct input *in, struct profile *p)
{
	const struct sentry_read_options usual = { 0 };
	struct sentry_state *s = profile_deferred(p, &sentry_kind);

	if (s)
		return s;
	s = make_state(in->options ? *(const struct sentry_read_options *)in->options : usual,
		       p->keep_order, str_of(in->name));
	profile_defer(p, &sentry_kind, s);
	return s;
}

struct spans *sentry_spans_of(struct sentry_state *s, struct profile *p)
{
	struct spans *spans;

	if (s->options.source == SENTRY_PROFILES)
		return NULL;
	spans = spans_of(s->options.source == SENTRY_SPANS || p->keep_spans ? p : s->tables);
	spans->options.wall |= s->options.wall;
	spans->options.strip_ids |= s->options.strip_ids;
	spans->options.repair_siblings |= s->options.repair_siblings;
	return spans;
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

uint32_t sentry_new_chunk(struct sentry_state *s, struct sentry_chunk chunk)
{
	uint64_t hash = hash_mix(chunk.profiler, chunk.id);

	for (struct probe at = index_probe(&s->chunk_index, hash);
	     index_next(&s->chunk_index, &at);)
		if (s->chunks[at.row].profiler == chunk.profiler &&
		    s->chunks[at.row].id == chunk.id)
			return NO_ID;
	ARRAY_ROOM(s->chunks, s->chunk_count, s->chunk_cap);
	s->chunks[s->chunk_count] = chunk;
	index_add(&s->chunk_index, hash, (uint32_t)s->chunk_count);
	return (uint32_t)s->chunk_count++;
}

void sentry_add_sample(struct sentry_state *s, struct sentry_sample sample)
{
	ARRAY_ROOM(s->samples, s->sample_count, s->sample_cap);
	s->samples[s->sample_count++] = sample;
}
