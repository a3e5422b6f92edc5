/*
 * cpuprofile/format - the profiles of V8: Node, Deno, Chromium, and of Bun
 *
 *	{"nodes": [{"id": 1, "callFrame": {"functionName": "(root)", "scriptId": "0", "url": "",
 *	             "lineNumber": -1, "columnNumber": -1}, "hitCount": 0, "children": [2]}, ...],
 *	 "startTime": 100, "endTime": 900, "samples": [2, 2], "timeDeltas": [300, 200]}
 *	{"head": {"callFrame": {...}, "selfSize": 0, "id": 1, "children": [{...}]}}
 *
 * The first is a .cpuprofile, with times in microseconds, the second a .heapprofile, in bytes.
 * hitCount is neither time nor the number of samples: it counts only where there are no samples.
 * positionTicks count the lines that were executed, but not for how long.
 */
#include <inttypes.h>

#include "converters/cpuprofile/internal.h"

int cpuprofile_bid(struct str head, bool whole)
{
	enum { LIKELY = 80, POSSIBLE = 60 };

	(void)whole;
	/* the events of a trace hold pieces of such profiles */
	if (!str_starts(str_after_blanks(head), S("{")) ||
	    str_contains(head, S("\"traceEvents\"")) || str_contains(head, S("\"ph\":")))
		return 0;
	if (str_contains(head, S("\"functionName\"")) &&
	    (str_contains(head, S("\"nodes\"")) || str_contains(head, S("\"head\""))))
		return LIKELY;
	return str_contains(head, S("\"timeDeltas\"")) || str_contains(head, S("\"callFrame\""))
		       ? POSSIBLE
		       : 0;
}

static unsigned features_of(const struct profile *p, const void *options)
{
	(void)options;
	return cpuprofile_is_contiguous(p) ? FEATURE_SAMPLE_TIMES : 0;
}

/* Of a microsecond, or of what takes its place. */
static bool has_fractions(const struct profile *p)
{
	for (size_t i = 0; i < p->sample_count; i++) {
		int64_t value = values_row(&p->sample_values, i)[0], rounded;

		if (decimal_at(profile_decimal(p, 0, value, MICROSECONDS), 0, &rounded) != EXACT)
			return true;
	}
	return false;
}

static void report_loss(const struct profile *p, const void *options, struct buf *loss)
{
	const struct cpuprofile_write_options *o = options;

	if (cpuprofile_holds_bytes(p) && p->ordered)
		buf_print(loss, "a .heapprofile does not keep the order of samples in time");
	else if (o->whole_us && p->value_count == 1 && has_fractions(p))
		buf_print(loss, "--whole-us does not keep fractions of a microsecond");
}

static int check(const struct profile *p, const void *options)
{
	int64_t value;
	uint32_t v;

	(void)options;
	if (!values_negative(&p->sample_values, &value, &v))
		return 0;
	return diag_error("cpuprofile cannot hold the negative value %" PRId64 " of %s", value,
			  diag_quote(profile_text(p, p->value_types[v].name)));
}

static const struct option_row write_rows[] = {
	OPT_FLAG(0, "whole-us", "round times to whole microseconds, as V8 writes them",
		 offsetof(struct cpuprofile_write_options, whole_us)),
	OPT_END
};

static const struct cpuprofile_read_options usual_reading;
static const struct cpuprofile_write_options usual_writing;

const struct format cpuprofile_format = {
	.name = "cpuprofile",
	.title = "JSON of V8: Node, Deno, Bun, Chromium's DevTools; memory too (.heapprofile)",
	.suffixes = ".cpuprofile .heapprofile",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_FUNCTION_LINES | FEATURE_LINES |
		    FEATURE_COLUMNS | FEATURE_UNITS | FEATURE_UNIT_NAMES | FEATURE_ORDER |
		    FEATURE_TIME_RANGES | FEATURE_IDLE | FEATURE_MAPPINGS | FEATURE_ADDRESSES |
		    FEATURE_FRAME_KINDS | FEATURE_INLINED_FRAMES | FEATURE_SYSTEM_NAMES |
		    FEATURE_RECORDING | FEATURE_METADATA,
	.features_of = features_of,
	.reads_threads = true,
	.bid = cpuprofile_bid,
	.read = cpuprofile_read,
	.read_options = FORMAT_OPTIONS(cpuprofile_read_rows, usual_reading),
	.report_loss = report_loss,
	.check = check,
	.write = cpuprofile_write,
	.write_options = FORMAT_OPTIONS(write_rows, usual_writing),
};
