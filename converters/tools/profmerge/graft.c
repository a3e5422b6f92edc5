#include "converters/tools/profmerge/graft.h"

#include "common/base/diag.h"
#include "common/profile/deferred.h"
#include "common/profile/value_text.h"
#include "common/transform/traces/span_graft.h"
#include "converters/registry.h"

struct profile *graft_new(void)
{
	struct profile *p = profile_new();

	p->keep_order = p->keep_spans = true;
	return p;
}

/* Times of the rows from `first` on are since `start`. A sum beyond 64 bits is no time. */
static void add_start(struct profile *p, size_t first, int64_t start)
{
	for (size_t i = first; i < p->sample_time_count; i++)
		if (p->sample_times[i] != NO_TIME &&
		    !i64_add(p->sample_times[i], start, &p->sample_times[i]))
			p->sample_times[i] = NO_TIME;
}

int graft_read(struct settings *s, struct profile *p, const struct format *from, char *file,
	       const struct format **found)
{
	struct recording before = p->recording;
	bool recorded = p->recorded;
	size_t first = p->sample_count;
	int status;

	p->recording = (struct recording){ 0 };
	p->recorded = false;
	status = convert_read_file(s, p, from, format_registry, file, found);
	add_start(p, first, p->recording.start);
	if (recorded)
		profile_add_recording(p, before);
	return status;
}

static bool any_timed(const struct profile *p)
{
	for (size_t i = 0; i < p->sample_time_count; i++)
		if (p->sample_times[i] != NO_TIME)
			return true;
	return false;
}

static int refuse_samples(const char *got)
{
	return diag_error(
		"--graft: expected samples with times and durations, and spans of them, got %s",
		got);
}

/* What says how long samples lasted: --value, or the first type of time. */
static int find_time(const struct settings *s, const struct profile *p, value_id *time)
{
	if (s->value && convert_find_value(p, NULL, s->value, time) < 0)
		return -1;
	for (*time = s->value ? *time : 0; *time < p->value_count; ++*time)
		if (p->value_types[*time].unit == UNIT_TIME && !profile_all_zero(p, *time))
			break;
		else if (s->value)
			return refuse_samples("a value type that is no time");
	if (*time == p->value_count)
		return refuse_samples("spans alone");
	return any_timed(p) ? 0 : refuse_samples("samples without times");
}

static void add_time(struct buf *b, const struct profile *p, int64_t time, const char *what)
{
	if (!time)
		return;
	buf_add(b, b->n ? S(", ") : S(""));
	buf_add_value(b, p, 0, time, &(struct value_style){ 0 });
	buf_print(b, " %s", what);
}

static void report_counts(struct profile *p, const struct span_graft_counts *c)
{
	struct buf roots = { 0 }, rest = { 0 }, twice = { 0 };

	add_time(&roots, p, c->outside, "outside of spans");
	add_time(&roots, p, c->elsewhere, "on threads without spans");
	if (roots.n)
		diag_warning("samples that stay roots: %s", roots.p);
	add_time(&rest, p, c->placed, "of samples below spans");
	add_time(&rest, p, c->waiting, "of these while a child of the span ran on another thread");
	add_time(&rest, p, c->between, "in spans other than that in which they were taken: theirs");
	if (rest.n)
		diag_verbose("%s", rest.p);
	add_time(&twice, p, c->twice, "left out: another sample of the thread had begun");
	if (twice.n)
		profile_report_missing(p, S("samples"), "%s", twice.p);
	buf_free(&roots);
	buf_free(&rest);
	buf_free(&twice);
}

static struct profile *graft(struct settings *s, struct profile *p)
{
	struct spans *spans = spans_find(p);
	struct span_graft_counts counts;
	struct profile *sum;
	value_id time;

	if (!spans || !spans->count) {
		diag_error("--graft: expected samples and spans, got no span");
		return NULL;
	}
	if (spans->options.wall) {
		diag_error("--graft: expected own times of spans, got --wall");
		return NULL;
	}
	if (find_time(s, p, &time) < 0)
		return NULL;
	sum = span_graft(p, time, spans, &counts);
	report_counts(sum, &counts);
	if (profile_status(sum, "the profile") == 0)
		return sum;
	profile_free(sum);
	return NULL;
}

struct profile *graft_finish(struct settings *s, struct profile *p)
{
	struct profile *sum = NULL;

	profile_settle(p);
	if (profile_status(p, "the profile") == 0)
		sum = graft(s, p);
	profile_free(p);
	return sum;
}
