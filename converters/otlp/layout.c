/*
 * otlp/layout - which numbers the fields have
 *
 * The file does not say, so samples are tried. A sample of 1.9 and one of 1.11 have the same
 * fields under other numbers:
 *
 *	         stack  attributes  link  values  times
 *	1.9        1        3         4      2      5
 *	1.11       1        2         3      4      5
 *
 * Types on the wire do not tell: async-profiler writes each number as a field of its own. What
 * tells is whether numbers are in their tables, and whether there is a value at all.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "converters/otlp/reading.h"

const struct option_row otlp_read_rows[] = {
	OPT_CHOICE(0, "otlp-layout", OTLP_LAYOUTS,
		   "version of opentelemetry-proto that made the file",
		   offsetof(struct otlp_read_options, layout)),
	OPT_END
};

static const struct otlp_fields ranges = {
	.old_times = true,
	.location_attributes = 5,
	.profile = { .locations = 3,
		     .time = 4,
		     .duration = 5,
		     .period_type = 6,
		     .period = 7,
		     .attributes = 14 },
	.sample = { .start = 1, .length = 2, .values = 3, .attributes = 4, .link = 5, .times = 6 },
};
/* attributes of a profile: 1.8 and 1.9 differ, and cannot be told apart */
static const struct otlp_fields values_second = {
	.location_attributes = 4,
	.profile = { .time = 3, .duration = 4, .period_type = 5, .period = 6 },
	.sample = { .stack = 1, .values = 2, .attributes = 3, .link = 4, .times = 5 },
};
static const struct otlp_fields values_fourth = {
	.location_attributes = 4,
	.profile = { .time = 3, .duration = 4, .period_type = 5, .period = 6, .attributes = 11 },
	.sample = { .stack = 1, .attributes = 2, .link = 3, .values = 4, .times = 5 },
};

/* Made of JSON: the newest numbers, and for what the newest layout does not have, others. */
static const struct otlp_fields named_ranges = {
	.location_attributes = 4,
	.profile = { .locations = OTLP_RANGES_OF_PROFILE,
		     .time = 3,
		     .duration = 4,
		     .period_type = 5,
		     .period = 6,
		     .attributes = 11 },
	.sample = { .start = OTLP_START_OF_SAMPLE,
		    .length = OTLP_LENGTH_OF_SAMPLE,
		    .attributes = 2,
		    .link = 3,
		    .values = 4,
		    .times = 5 },
};

static const struct otlp_fields *fields_of(enum otlp_layout layout)
{
	if (layout == OTLP_1_9)
		return &values_second;
	return layout < OTLP_1_9 ? &ranges : &values_fourth;
}

/* --- samples --- */

static bool misfit(const struct protobuf *s, const struct protobuf_field *f, const char *what,
		   bool quiet)
{
	if (!quiet)
		protobuf_error(s, "expected %s in field %" PRIu32 " of a sample", what, f->number);
	return false;
}

void otlp_add_number(struct otlp_numbers *n, uint64_t number)
{
	ARRAY_ROOM(n->items, n->count, n->cap);
	n->items[n->count++] = number;
}

static bool take_numbers(const struct protobuf *s, struct protobuf_field *f,
			 struct otlp_numbers *to, const char *what, bool quiet)
{
	struct protobuf rest = protobuf_numbers(s, f);
	uint64_t number;

	if ((f->type != PROTOBUF_BYTES && f->type != PROTOBUF_VARINT) ||
	    (f->type == PROTOBUF_BYTES && !protobuf_is_packed(f->bytes)))
		return misfit(s, f, what, quiet);
	while (protobuf_each(&rest, f, &number))
		otlp_add_number(to, number);
	return true;
}

static bool count_times(const struct protobuf *s, const struct protobuf_field *f, uint64_t *times,
			bool quiet)
{
	if (f->type != PROTOBUF_BYTES) {
		++*times;
		return true;
	}
	if (f->bytes.n % sizeof(uint64_t))
		return misfit(s, f, "whole times", quiet);
	*times += f->bytes.n / sizeof(uint64_t);
	return true;
}

/* Before 1.8 times were varints. */
static bool count_old_times(const struct protobuf *s, const struct protobuf_field *f,
			    uint64_t *times, bool quiet)
{
	if (f->type != PROTOBUF_BYTES) {
		++*times;
		return true;
	}
	if (!protobuf_is_packed(f->bytes))
		return misfit(s, f, "whole times", quiet);
	for (size_t i = 0; i < f->bytes.n; i++)
		*times += (unsigned char)f->bytes.p[i] < 128;
	return true;
}

static bool take_number(const struct protobuf *s, const struct protobuf_field *f, uint64_t *number,
			const char *what, bool quiet)
{
	if (f->type != PROTOBUF_VARINT)
		return misfit(s, f, what, quiet);
	*number = f->value;
	return true;
}

static bool sample_field(struct otlp_sample *to, const struct protobuf *s, struct protobuf_field *f,
			 const struct otlp_fields *fields, bool quiet)
{
	uint32_t n = f->number;

	if (n == fields->sample.stack)
		return take_number(s, f, &to->stack, "the number of a stack", quiet);
	if (n == fields->sample.link)
		return take_number(s, f, &to->link, "the number of a link", quiet);
	if (n == fields->sample.start)
		return take_number(s, f, &to->start, "a number", quiet);
	if (n == fields->sample.length)
		return take_number(s, f, &to->length, "a number", quiet);
	if (n == fields->sample.values)
		return take_numbers(s, f, &to->values, "values", quiet);
	if (n == fields->sample.attributes)
		return take_numbers(s, f, &to->attributes, "numbers of attributes", quiet);
	if (n == fields->sample.times)
		return fields->old_times ? count_old_times(s, f, &to->times, quiet)
					 : count_times(s, f, &to->times, quiet);
	return true;
}

static bool out_of_range(const struct protobuf *s, uint64_t number, size_t count, const char *what,
			 bool quiet)
{
	if (number < count)
		return false;
	if (!quiet)
		protobuf_error(s,
			       "expected the number of one of %zu %s in this sample, got %" PRIu64,
			       count, what, number);
	return true;
}

static bool are_in_tables(const struct otlp_message *m, const struct protobuf *s, bool quiet)
{
	const struct otlp_sample *sample = &m->sample;
	size_t links = m->tables[OTLP_LINKS].count;

	for (size_t i = 0; i < sample->attributes.count; i++)
		if (out_of_range(s, sample->attributes.items[i], m->tables[OTLP_ATTRIBUTES].count,
				 "attributes", quiet))
			return false;
	return !out_of_range(s, sample->link, links ? links : 1, "links", quiet);
}

bool otlp_sample(struct otlp_message *m, struct protobuf s, const struct otlp_fields *fields,
		 bool quiet)
{
	struct otlp_sample *to = &m->sample;
	const struct protobuf start = s;
	struct protobuf_field f;

	to->start = to->length = to->stack = to->link = to->times = 0;
	to->values.count = to->attributes.count = 0;
	while (protobuf_field(&s, &f))
		if (!sample_field(to, &s, &f, fields, quiet))
			return false;
	if (m->in->failed || !are_in_tables(m, &start, quiet))
		return false;
	if (fields->sample.stack && !to->values.count && !to->times) {
		if (!quiet)
			protobuf_error(&start,
				       "expected values (field %" PRIu32
				       ") or times in this sample, got none",
				       fields->sample.values);
		return false;
	}
	if (fields->sample.stack && to->values.count && to->times &&
	    to->values.count != to->times) {
		if (!quiet)
			protobuf_error(&start,
				       "expected as many values as times in this sample, got %zu "
				       "and %" PRIu64,
				       to->values.count, to->times);
		return false;
	}
	return true;
}

/* --- the file --- */

struct score {
	uint64_t bad_second, bad_fourth;
	bool differ; /* a sample has fields whose numbers differ */
};

static void score_profile(struct otlp_message *m, struct protobuf profile, struct score *score)
{
	struct protobuf_field f;

	while (protobuf_field(&profile, &f)) {
		struct protobuf s = { f.bytes.p, f.bytes.p + f.bytes.n, m->in };

		if (f.number != 2 || f.type != PROTOBUF_BYTES)
			continue;
		score->bad_second += !otlp_sample(m, s, &values_second, true);
		score->bad_fourth += !otlp_sample(m, s, &values_fourth, true);
		score->differ |= m->sample.values.count || m->sample.attributes.count ||
				 m->sample.link;
	}
}

static bool has_ranges(struct protobuf profile)
{
	struct protobuf_field f;

	while (protobuf_field(&profile, &f))
		if ((f.number == 5 && f.type == PROTOBUF_VARINT) ||
		    (f.number == 3 && f.type != PROTOBUF_FIXED64))
			return true;
	return false;
}

static bool look_for_ranges(struct otlp_message *m, struct protobuf profile,
			    const struct otlp_origin *origin, void *context)
{
	(void)m;
	(void)origin;
	*(bool *)context |= has_ranges(profile);
	return !*(bool *)context;
}

static bool look_at_samples(struct otlp_message *m, struct protobuf profile,
			    const struct otlp_origin *origin, void *context)
{
	(void)origin;
	score_profile(m, profile, context);
	return true;
}

static enum otlp_layout guess(struct otlp_message *m)
{
	struct score score = { 0 };
	bool with_ranges = !m->tables[OTLP_STACKS].count;

	if (!with_ranges)
		otlp_each_profile(m, look_for_ranges, &with_ranges);
	if (with_ranges)
		return OTLP_1_7;
	otlp_each_profile(m, look_at_samples, &score);
	if (score.differ && !score.bad_second && !score.bad_fourth)
		protobuf_error(&m->all,
			       "the samples can be of layout 1.9 and of 1.11: --otlp-layout says "
			       "which");
	return score.bad_second < score.bad_fourth ? OTLP_1_9 : OTLP_1_11;
}

/* In JSON names tell which fields there are, whatever their numbers were. */
static void layout_of_names(struct otlp_message *m, enum otlp_layout wanted)
{
	bool with_ranges = m->names == OTLP_RANGE_NAMES;

	m->layout = with_ranges ? OTLP_1_7 : OTLP_1_11;
	m->fields = with_ranges ? &named_ranges : &values_fourth;
	if (wanted != OTLP_AUTO && m->names != OTLP_ANY_NAMES && with_ranges != (wanted < OTLP_1_9))
		protobuf_error(&m->all, "expected names of layout %s, got names of %s",
			       with_ranges ? "1.8 or later" : "1.7 or before",
			       with_ranges ? "1.7 or before" : "1.8 or later");
}

void otlp_find_layout(struct otlp_message *m, enum otlp_layout wanted)
{
	if (m->json) {
		layout_of_names(m, wanted);
		return;
	}
	if (wanted != OTLP_AUTO)
		m->layout = wanted;
	else if (m->layout == OTLP_AUTO && !m->in->failed)
		m->layout = guess(m);
	m->fields = fields_of(m->layout);
}
