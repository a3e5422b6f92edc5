#include "common/profile/features.h"

#include "common/base/prefetch.h"

static const char *const sentences[FEATURE_COUNT] = {
#define X(name, lost) lost,
	FEATURES(X)
#undef X
};

const char *feature_sentence(int bit)
{
	return sentences[bit];
}

void feature_name(int bit, struct buf *name)
{
	static const char *const names[FEATURE_COUNT] = {
#define X(name, lost) #name,
		FEATURES(X)
#undef X
	};

	for (const char *c = names[bit]; *c; c++)
		buf_byte(name, *c == '_' ? '-' : (char)(*c - 'A' + 'a'));
}

static unsigned bit_if(bool condition, unsigned bit)
{
	return condition ? bit : 0;
}

static unsigned has_place(struct place at)
{
	return bit_if(at.file, FEATURE_INLINED) | bit_if(at.address, FEATURE_ADDRESSES);
}

unsigned profile_frame_features(const struct profile *p)
{
	unsigned has = 0;

	for (size_t i = 0; i < p->frame_detail_count; i++)
		has |= bit_if(p->frame_details[i].address, FEATURE_ADDRESSES) |
		       bit_if(p->frame_details[i].kind, FEATURE_FRAME_KINDS) |
		       bit_if(p->frame_details[i].inlined, FEATURE_INLINED_FRAMES);
	return has;
}

static unsigned has_tables(const struct profile *p)
{
	unsigned has = profile_frame_features(p);

	for (size_t i = 0; i < p->function_count; i++)
		has |= bit_if(p->functions[i].file, FEATURE_FILES) |
		       bit_if(p->functions[i].object, FEATURE_OBJECTS) |
		       bit_if(p->functions[i].line, FEATURE_FUNCTION_LINES);
	for (size_t i = 0; i < p->frame_count; i++)
		has |= bit_if(p->frames[i].line, FEATURE_LINES) |
		       bit_if(p->frames[i].column, FEATURE_COLUMNS);
	for (size_t i = 1; i < p->thread_count; i++)
		has |= bit_if(p->threads[i].part != p->threads[0].part, FEATURE_PARTS);
	for (size_t i = 0; i < p->value_count; i++)
		has |= bit_if(p->value_types[i].unit != UNIT_NONE && !p->value_types[i].counts,
			      FEATURE_UNITS) |
		       bit_if(p->value_types[i].unit_name, FEATURE_UNIT_NAMES);
	return has | bit_if(p->value_count > 1, FEATURE_VALUE_TYPES) |
	       bit_if(p->mapping_count, FEATURE_MAPPINGS) |
	       bit_if(profile_has_recording(p), FEATURE_RECORDING) |
	       bit_if(p->system_names, FEATURE_SYSTEM_NAMES) |
	       bit_if(p->metadata_count, FEATURE_METADATA);
}

/* Several parts of one thread do not count as several threads. */
static unsigned has_threads(const struct profile *p)
{
	for (size_t i = 1; i < p->thread_count; i++)
		if (p->threads[i].name != p->threads[0].name ||
		    p->threads[i].tid != p->threads[0].tid ||
		    p->threads[i].pid != p->threads[0].pid)
			return FEATURE_THREADS;
	return 0;
}

static unsigned features_of_samples(const struct profile *p)
{
	unsigned has = bit_if(p->sample_count, FEATURE_STACKS) | bit_if(p->ordered, FEATURE_ORDER) |
		       bit_if(p->sample_count && p->counts_calls, FEATURE_CALLS) |
		       bit_if(p->sample_label_count, FEATURE_LABELS) |
		       bit_if(p->sample_time_count, FEATURE_SAMPLE_TIMES) |
		       bit_if(p->call_event_count, FEATURE_CALL_EVENTS);

	for (size_t i = 0; i < p->sample_count; i++)
		has |= bit_if(p->samples[i].stack == EMPTY_STACK, FEATURE_IDLE);
	for (size_t i = 0; i < p->time_range_count; i++)
		has |= bit_if(p->time_ranges[i].start, FEATURE_TIME_RANGES);
	return has;
}

/*
 * A cost or call site at the line where its function begins adds nothing to the function:
 * formats without lines place it there.
 */
static unsigned features_of_call_graph(const struct profile *p)
{
	enum { FAR = 16 };
	unsigned has = bit_if(p->jump_count, FEATURE_JUMPS) |
		       bit_if(p->total_count, FEATURE_TOTALS);

	for (size_t i = 0; i < p->cost_count; i++) {
		struct cost c = profile_cost_row(p, i);

		has |= has_place(c.at) |
		       bit_if(c.at.line && c.at.line != p->functions[c.function].line,
			      FEATURE_LINES);
	}
	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];

		if (p->arc_count - i > FAR)
			PREFETCH(&p->functions[a[FAR].caller].line);
		has |= has_place(a->site) | bit_if(a->calls, FEATURE_CALLS) |
		       bit_if(a->site.line && a->site.line != p->functions[a->caller].line,
			      FEATURE_SITES);
	}
	return has;
}

unsigned profile_features(const struct profile *p)
{
	return has_tables(p) | has_threads(p) | features_of_samples(p) | features_of_call_graph(p) |
	       p->left_out;
}
