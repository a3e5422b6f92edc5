/*
 * chrometrace/samples - samples of CPU profiles become rows
 *
 * A sample lasts until the next one of its stream in time, and the last one until the end of the
 * profile, where that is told, or 0. Chromium's deltas may be negative: samples are sorted.
 */
#include "common/base/alloc.h"
#include "common/base/csr.h"
#include "common/base/hash.h"
#include "common/base/sort.h"
#include "converters/chrometrace/reading.h"

static uint64_t hash_stream(const struct chrometrace_stream *s)
{
	return hash_mix(hash_mix(s->pid.number, s->pid.text),
			hash_mix(s->id.number, (uint64_t)s->number << 32 | s->id.text));
}

uint32_t chrometrace_find_stream(struct chrometrace_reader *r, struct chrometrace_stream wanted)
{
	uint64_t hash = hash_stream(&wanted);

	for (struct probe at = index_probe(&r->stream_index, hash);
	     index_next(&r->stream_index, &at);) {
		const struct chrometrace_stream *s = &r->streams[at.row];

		if (chrometrace_id_eq(s->pid, wanted.pid) && chrometrace_id_eq(s->id, wanted.id) &&
		    s->number == wanted.number)
			return at.row;
	}
	ARRAY_ROOM(r->streams, r->stream_count, r->stream_cap);
	r->streams[r->stream_count] = wanted;
	index_add(&r->stream_index, hash, (uint32_t)r->stream_count);
	return (uint32_t)r->stream_count++;
}

void chrometrace_add_sample(struct chrometrace_reader *r, struct chrometrace_sample sample)
{
	ARRAY_ROOM(r->samples, r->sample_count, r->sample_cap);
	r->samples[r->sample_count++] = sample;
}

static int compare_times(uint32_t a, uint32_t b, const void *context)
{
	const struct chrometrace_sample *samples = context;

	return samples[a].time < samples[b].time ? -1 : samples[a].time > samples[b].time;
}

/* Samples of one stack behind each other are one row. */
static void add_rows(struct chrometrace_reader *r, const struct chrometrace_stream *stream,
		     const uint32_t *ids, size_t count)
{
	struct profile *p = r->p;
	value_id value = chrometrace_value_type(r);
	thread_id thread = chrometrace_make_thread(r, stream->thread);
	const struct chrometrace_sample *samples = r->samples;
	int64_t first = samples[ids[0]].time, last = samples[ids[count - 1]].time;
	int64_t end = stream->end > last ? stream->end : last;

	for (size_t i = 0, next; i < count; i = next) {
		const struct chrometrace_sample *one = &samples[ids[i]];

		for (next = i + 1; next < count && samples[ids[next]].stack == one->stack;)
			next++;
		profile_sample_value(p,
				     (struct sample){ .thread = thread,
						      .stack = one->stack,
						      .count = next - i,
						      .timed = true,
						      .time = one->time },
				     value,
				     (next < count ? samples[ids[next]].time : end) - one->time);
	}
	profile_add_time_range(p, (struct time_range){ thread, value, first, end, false });
}

void chrometrace_make_samples(struct chrometrace_reader *r)
{
	struct csr rows;

	chrometrace_value_type(r);
	r->p->ordered |= r->p->keep_order;
	csr_open(&rows, r->stream_count, r->sample_count);
	for (size_t i = 0; i < r->sample_count; i++)
		csr_count(&rows, r->samples[i].stream);
	csr_sum(&rows);
	for (size_t i = 0; i < r->sample_count; i++)
		csr_put(&rows, r->samples[i].stream, (uint32_t)i);
	for (uint32_t s = 0; s < r->stream_count; s++) {
		uint32_t *ids = rows.item + rows.first[s];
		size_t count = rows.first[s + (size_t)1] - rows.first[s];

		if (!count)
			continue;
		sort_ids(ids, count, compare_times, r->samples);
		add_rows(r, &r->streams[s], ids, count);
	}
	csr_free(&rows);
}
