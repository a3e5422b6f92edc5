/* sentry/state_finish - the state becomes rows of the profile, behind the last file */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/deferred.h"
#include "common/profile/value_text.h"
#include "common/transform/reshape/remap.h"
#include "converters/sentry/state.h"

/* --- what is said --- */

static void report_left_out(struct sentry_state *s, struct profile *p)
{
	bool active = s->options.threads == SENTRY_THREADS_ACTIVE;
	struct buf text = { 0 };

	if (!s->counts.left_out)
		return;
	buf_add_value(&text, s->tables, s->value, s->counts.left_out_ns,
		      &(struct value_style){ 0 });
	buf_print(&text, " of %" PRIu64 " thread%s of %s left out", s->counts.left_out,
		  s->counts.left_out == 1 ? "" : "s",
		  active ? "another request or of the SDK itself" : "the SDK itself");
	/* what was asked for is no surprise */
	if (s->options.threads_given)
		diag_verbose("%s: %s", diag_masked(buf_str(&s->name)), text.p);
	else
		profile_report_missing(p, buf_str(&s->name), "%s (--sentry-threads all keeps them)",
				       text.p);
	buf_free(&text);
}

static void report_again(const struct sentry_state *s, struct profile *p)
{
	if (s->counts.again)
		profile_report_missing(p, buf_str(&s->name),
				       "%" PRIu64 " chunks came again and were left out",
				       s->counts.again);
}

static void report_unsampled(const struct sentry_state *s)
{
	struct buf text = { 0 };

	if (!s->counts.transaction_ns)
		return;
	buf_add_value(&text, s->tables, s->value, s->counts.unsampled_ns,
		      &(struct value_style){ 0 });
	buf_add(&text, S(" of "));
	buf_add_value(&text, s->tables, s->value, s->counts.transaction_ns,
		      &(struct value_style){ 0 });
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

static void report_spans_left_out(const struct sentry_state *s, struct profile *p)
{
	const struct sentry_counts *c = &s->counts;

	if (c->spans)
		profile_report_missing(p, buf_str(&s->name),
				       "%" PRIu64 " spans of %" PRIu64
				       " transactions left out beside "
				       "profiles (--source spans reads them instead)",
				       c->spans, c->transactions);
	else if (c->transactions)
		diag_verbose("%s: %" PRIu64 " transactions without spans left out beside profiles",
			     diag_masked(buf_str(&s->name)), c->transactions);
}

/* Spans of a run that has profiles are left out, unless someone asked for them. */
static void settle_spans(struct sentry_state *s, struct profile *p)
{
	if (!spans_find(s->tables))
		return;
	if (s->counts.profiles)
		report_spans_left_out(s, p);
	else
		profile_join_deferred(p, s->tables);
	profile_free_deferred(s->tables);
}

static void add_samples(struct sentry_state *s, struct profile *p)
{
	struct remap w;

	add_recording(s);
	if (s->tables->recorded)
		profile_add_recording(p, s->tables->recording);
	/* beside spans, times are since 1970 */
	sentry_finish_samples(s, 0, p->keep_spans ? 0 : p->recording.start);
	p->ordered |= s->tables->ordered;
	remap_open(&w, s->tables, p);
	/* the type of spans that were left out is none of p's */
	for (value_id v = 0; v < s->tables->value_count; v++)
		w.values[v] = v == s->value ? sentry_value_type(p) : NO_ID;
	remap_threads(&w);
	copy_stacks(&w);
	remap_samples(&w);
	remap_close(&w);
}

void sentry_settle(struct profile *p, void *state)
{
	struct sentry_state *s = state;

	settle_spans(s, p);
	if (!s->counts.profiles)
		return;
	add_samples(s, p);
	report_left_out(s, p);
	report_again(s, p);
	report_unsampled(s);
}
