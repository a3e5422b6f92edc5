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

static const struct cpuprofile_read_options usual_reading;

const struct format cpuprofile_format = {
	.name = "cpuprofile",
	.title = "JSON of V8: Node, Deno, Bun, Chromium's DevTools; memory too (.heapprofile)",
	.suffixes = ".cpuprofile .heapprofile",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_FUNCTION_LINES | FEATURE_LINES |
		    FEATURE_COLUMNS | FEATURE_UNITS | FEATURE_UNIT_NAMES | FEATURE_ORDER |
		    FEATURE_TIME_RANGES | FEATURE_IDLE | FEATURE_MAPPINGS | FEATURE_ADDRESSES |
		    FEATURE_FRAME_KINDS | FEATURE_INLINED_FRAMES | FEATURE_SYSTEM_NAMES |
		    FEATURE_RECORDING | FEATURE_METADATA | FEATURE_SAMPLE_TIMES,
	.reads_threads = true,
	.bid = cpuprofile_bid,
	.read = cpuprofile_read,
	.read_options = FORMAT_OPTIONS(cpuprofile_read_rows, usual_reading),
};
