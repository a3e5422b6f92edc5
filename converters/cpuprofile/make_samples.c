/*
 * cpuprofile/make_samples - durations of samples, hits and sizes become rows
 *
 * Sample i lasts until the next one in time, and the last one until endTime: with startTime 0,
 * timeDeltas [5, 3, 2] and endTime 12 the samples last 3, 2 and 2, and the first 5 are nobody's.
 * Chromium's deltas may be negative, so samples are sorted by time, as DevTools does.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "common/profile/value_text.h"
#include "converters/cpuprofile/reading.h"

struct cpuprofile_samples {
	struct cpuprofile_reader *r;
	struct profile *p;
	value_id value;
	thread_id thread;
	bool timed;
	uint32_t *order; /* samples by time; NULL: as they are */

	uint32_t *joined; /* of how many samples each is made; NULL: of one */

	/* by node: of how many samples more the first one of the file is made; NULL: of none */
	uint64_t *more;
	/* by node, where no order is wanted */
	int64_t *durations;
	uint64_t *counts;
};

/* --- the value type --- */

static value_id find_value(struct cpuprofile_reader *r, const char *word)
{
	const struct unit_word *unit = unit_word_find(str_of(word));

	if (r->typed)
		return r->value;
	return profile_value_type(r->p,
				  (struct value_type){ .name = profile_string(r->p, unit->value),
						       .unit = unit->unit,
						       .source_scale = unit->power });
}

/* total * i / n for i up to n, which are below 2^32 */
static int64_t share_of(int64_t total, uint64_t i, uint64_t n)
{
	uint64_t whole = (uint64_t)total / n, rest = (uint64_t)total % n;

	return (int64_t)(whole * i + rest * i / n);
}

/* From start to end, if both are known and in this order. */
static bool find_span(struct cpuprofile_reader *r, int64_t *start, int64_t *end)
{
	int power = r->is_tree ? SECONDS : MICROSECONDS;

	*start = *end = 0;
	if (r->start.known)
		*start = cpuprofile_scaled(r, r->start.number, power, r->start.byte);
	if (r->end.known)
		*end = cpuprofile_scaled(r, r->end.number, power, r->end.byte);
	return r->start.known && r->end.known && *end > *start;
}

/* --- times --- */

static void sum_deltas(struct cpuprofile_reader *r, int64_t start)
{
	int64_t at = start;

	for (size_t i = 0; i < r->time_count; i++) {
		if (!i64_add(at, r->times[i], &at)) {
			input_error_at(r->in, r->times_byte, "expected times that fit in 64 bits");
			return;
		}
		r->times[i] = at;
	}
}

static int compare_times(uint32_t a, uint32_t b, const void *context)
{
	const int64_t *times = context;

	return times[a] < times[b] ? -1 : times[a] > times[b];
}

static void sort_samples(struct cpuprofile_samples *m)
{
	const struct cpuprofile_reader *r = m->r;
	size_t i = 1;

	while (i < r->sample_count && r->times[i - 1] <= r->times[i])
		i++;
	if (i >= r->sample_count)
		return;
	m->order = alloc_resize(NULL, r->sample_count, sizeof *m->order);
	for (i = 0; i < r->sample_count; i++)
		m->order[i] = (uint32_t)i;
	sort_ids(m->order, r->sample_count, compare_times, r->times);
	diag_verbose("%s: samples sorted by time: some are before the one that precedes them",
		     diag_masked(str_of(r->in->name)));
}

/* Neither deltas nor timestamps: DevTools spreads the samples evenly too. */
static void spread_evenly(struct cpuprofile_reader *r, int64_t start, int64_t end)
{
	r->times = alloc_resize(r->times, r->sample_count, sizeof *r->times);
	r->time_count = r->time_cap = r->sample_count;
	for (size_t i = 0; i < r->sample_count; i++)
		r->times[i] = start + share_of(end - start, i, r->sample_count);
	profile_report_missing(r->p, str_of(r->in->name),
			       "no times of samples: each is taken to last as long as the others");
}

/* --- rows --- */

static void add_row(struct cpuprofile_samples *m, struct sample s, int64_t duration)
{
	s.thread = m->thread;
	s.timed = m->timed;
	s.time = m->timed ? s.time : 0;
	profile_sample_value(m->p, s, m->value, duration);
}

static void add_nodes(struct cpuprofile_samples *m)
{
	for (size_t i = 0; i < m->r->node_count; i++)
		if (m->counts[i])
			add_row(m,
				(struct sample){ .stack = m->r->nodes[i].stack,
						 .count = m->counts[i] },
				m->durations[i]);
}

/*
 * In files of very many samples those of one node behind each other become one: the rows of
 * millions would take more memory than all the rest.
 */
static void join_samples(struct cpuprofile_samples *m)
{
	enum { MANY = 1000000 };
	struct cpuprofile_reader *r = m->r;
	size_t runs = 0, k = 0;

	if (m->order || m->durations || r->sample_count <= MANY)
		return;
	for (size_t i = 0; i < r->sample_count; i++)
		runs += !i || r->samples[i] != r->samples[i - 1];
	m->joined = alloc_zero(runs, sizeof *m->joined);
	for (size_t i = 0; i < r->sample_count; i++) {
		if (i && r->samples[i] == r->samples[k - 1]) {
			m->joined[k - 1]++;
			continue;
		}
		r->samples[k] = r->samples[i];
		r->times[k] = r->times[i];
		m->joined[k++] = 1;
	}
	r->sample_count = r->sample_cap = r->time_count = r->time_cap = runs;
	r->samples = alloc_resize(r->samples, runs, sizeof *r->samples);
	r->times = alloc_resize(r->times, runs, sizeof *r->times);
}

/*
 * In our own files a sample may stand for several, as samples that were added up do: hitCount has
 * their number. (In V8's it is another number than that of the samples, for no reason that is of use.)
 */
static void find_more(struct cpuprofile_samples *m)
{
	const struct cpuprofile_reader *r = m->r;

	if (!r->own)
		return;
	m->more = alloc_zero(r->node_count, sizeof *m->more);
	for (size_t i = 0; i < r->node_count; i++)
		m->more[i] = r->nodes[i].hits;
	for (size_t i = 0; i < r->sample_count; i++)
		m->more[r->samples[i]] -= m->more[r->samples[i]] > 0;
}

static uint64_t take_more(struct cpuprofile_samples *m, uint32_t node)
{
	uint64_t more = m->more ? m->more[node] : 0;

	if (more)
		m->more[node] = 0;
	return more;
}

/* The collector's node is a child of the root; what it interrupted is the sample before it. */
static stack_id stack_below(const struct cpuprofile_samples *m, const struct cpuprofile_node *node,
			    const struct cpuprofile_node *before)
{
	const struct profile *p = m->p;

	if (!m->r->options.gc_on_top || !node->is_gc || !before ||
	    profile_frame_at(p, before->frame).kind == FRAME_IDLE)
		return node->stack;
	return stacks_push(&m->p->stacks, before->stack, node->frame);
}

static void add_samples(struct cpuprofile_samples *m, int64_t end)
{
	const struct cpuprofile_reader *r = m->r;
	const struct cpuprofile_node *before = NULL; /* the last one that was not the collector */
	size_t n = r->sample_count;

	for (size_t i = 0; i < n; i++) {
		size_t k = m->order ? m->order[i] : i,
		       next = m->order && i + 1 < n ? m->order[i + 1] : i + 1;
		uint32_t row = r->samples[k];
		const struct cpuprofile_node *node = &r->nodes[row];
		int64_t until = i + 1 < n ? r->times[next] : end, duration;

		if (__builtin_sub_overflow(until, r->times[k], &duration)) {
			input_error_at(r->in, r->times_byte, "expected times that fit in 64 bits");
			return;
		}
		/* the last one may be behind endTime */
		duration = duration > 0 ? duration : 0;
		if (m->durations) {
			i64_add_to(&m->durations[row], duration);
			m->counts[row] += 1 + take_more(m, row);
		} else {
			add_row(m,
				(struct sample){ .stack = stack_below(m, node, before),
						 .count = (m->joined ? m->joined[k] : 1) +
							  take_more(m, row),
						 .time = r->times[k] },
				duration);
		}
		before = node->is_gc ? before : node;
	}
}

/* --- samples --- */

static bool find_rows(struct cpuprofile_reader *r)
{
	for (size_t i = 0; i < r->sample_count; i++) {
		uint32_t row = cpuprofile_find_node(r, r->samples[i]);

		if (row == NO_ID) {
			input_error_at(r->in, r->samples_byte,
				       "expected samples of %zu nodes, got node %" PRIu32,
				       r->node_count, r->samples[i]);
			return false;
		}
		r->samples[i] = row;
	}
	return true;
}

static void report_lead(const struct cpuprofile_samples *m, int64_t lead)
{
	struct buf text = { 0 };

	if (lead <= 0)
		return;
	buf_add_value(&text, m->p, m->value, lead, &(struct value_style){ 0 });
	diag_verbose("%s: %s before the first sample are in no sample",
		     diag_masked(str_of(m->r->in->name)), text.p);
	buf_free(&text);
}

/* The lead is not in it: speedscope would take it for a part of the total. */
static void add_time_range(const struct cpuprofile_samples *m, int64_t start, int64_t end)
{
	const struct cpuprofile_reader *r = m->r;
	size_t last = r->sample_count - 1;
	int64_t from = r->times[m->order ? m->order[0] : 0],
		to = r->times[m->order ? m->order[last] : last], lead;

	if (!r->start.known || __builtin_sub_overflow(from, start, &lead))
		return;
	report_lead(m, lead);
	profile_add_time_range(m->p, (struct time_range){ m->thread, m->value, from,
							  end > to ? end : to, false });
}

static bool has_times(struct cpuprofile_reader *r)
{
	if (r->time_count == r->sample_count)
		return true;
	input_error_at(r->in, r->times_byte, "expected a time for each of %zu samples, got %zu",
		       r->sample_count, r->time_count);
	return false;
}

/* Nothing says how long the samples last: they are counted. */
static void count_samples(struct cpuprofile_samples *m)
{
	m->value = find_value(m->r, "none");
	find_more(m);
	for (size_t i = 0; i < m->r->sample_count; i++)
		profile_sample(m->p, m->thread, m->r->nodes[m->r->samples[i]].stack, m->value, 1,
			       1 + take_more(m, m->r->samples[i]));
	alloc_free(m->more);
}

static void time_samples(struct cpuprofile_samples *m, int64_t start, int64_t end)
{
	struct cpuprofile_reader *r = m->r;

	m->value = find_value(r, "microseconds");
	m->timed = r->start.known && (r->timed || !r->own) &&
		   r->p->value_types[m->value].unit == UNIT_TIME;
	if (r->has_deltas)
		sum_deltas(r, start);
	if (r->in->failed || !r->sample_count)
		return;
	sort_samples(m);
	if (!r->end.known)
		end = r->times[m->order ? m->order[r->sample_count - 1] : r->sample_count - 1];
	if (!m->p->ordered && !r->options.gc_on_top) {
		m->durations = alloc_zero(r->node_count, sizeof *m->durations);
		m->counts = alloc_zero(r->node_count, sizeof *m->counts);
	}
	add_time_range(m, start, end);
	find_more(m);
	join_samples(m);
	add_samples(m, end);
	if (m->durations)
		add_nodes(m);
	alloc_free(m->joined);
	alloc_free(m->more);
	alloc_free(m->order);
	alloc_free(m->durations);
	alloc_free(m->counts);
}

static void make_sampled(struct cpuprofile_samples *m)
{
	struct cpuprofile_reader *r = m->r;
	bool timed = r->has_deltas || r->has_timestamps;
	int64_t start, end;
	bool spans = find_span(r, &start, &end);

	if (r->in->failed || !find_rows(r) || (timed && !has_times(r)))
		return;
	m->p->ordered |= m->p->keep_order;
	if (!timed && spans && r->sample_count)
		spread_evenly(r, start, end);
	if (timed || spans)
		time_samples(m, start, end);
	else
		count_samples(m);
}

/* --- hits and sizes --- */

/* No samples: DevTools gives each hit the same part of the time. */
static void make_of_hits(struct cpuprofile_samples *m)
{
	struct cpuprofile_reader *r = m->r;
	uint64_t hits = 0, before = 0;
	int64_t start, end;
	bool spans = find_span(r, &start, &end);

	for (size_t i = 0; i < r->node_count; i++)
		hits += r->nodes[i].hits;
	if (hits > UINT32_MAX)
		input_error_at(r->in, r->nodes[0].byte,
			       "expected fewer than 2^32 hits in all nodes");
	m->value = find_value(r, spans ? "microseconds" : "none");
	if (spans && hits)
		profile_report_missing(
			m->p, str_of(r->in->name),
			"no samples: each hit is taken to last as long as the others");
	for (size_t i = 0; i < r->node_count && !r->in->failed; i++) {
		uint64_t now = r->nodes[i].hits;
		int64_t value = (int64_t)now;

		if (!now || !hits)
			continue;
		if (spans)
			value = share_of(end - start, before + now, hits) -
				share_of(end - start, before, hits);
		profile_sample(m->p, m->thread, r->nodes[i].stack, m->value, value, now);
		before += now;
	}
}

static void make_of_sizes(struct cpuprofile_samples *m)
{
	const struct cpuprofile_reader *r = m->r;

	m->value = find_value(m->r, "bytes");
	for (size_t i = 0; i < r->node_count; i++)
		if (r->nodes[i].size)
			profile_sample(m->p, m->thread, r->nodes[i].stack, m->value,
				       r->nodes[i].size, 1);
}

void cpuprofile_make_samples(struct cpuprofile_reader *r)
{
	struct cpuprofile_samples m = { .r = r,
					.p = r->p,
					.thread = profile_thread(r->p, r->thread) };

	if (r->has_sizes)
		make_of_sizes(&m);
	else if (r->has_samples)
		make_sampled(&m);
	else
		make_of_hits(&m);
	if (r->ticks && !r->in->failed)
		diag_verbose("%s: lines of %" PRIu64
			     " samples passed over: their times are unknown",
			     diag_masked(str_of(r->in->name)), r->ticks);
}
