/*
 * jfr/format - Java Flight Recorder: JDK 11 and later, async-profiler
 *
 * See internal.h for what a file is made of.
 */
#include "converters/jfr/internal.h"

int jfr_bid(struct str head, bool whole)
{
	(void)whole;
	return str_starts(head, (struct str){ "FLR\0", 4 }) ? MAX_BID : 0;
}

static const struct jfr_read_options usual_reading;

const struct format jfr_format = {
	.name = "jfr",
	.title = "Java Flight Recorder: the JDK's, async-profiler's",
	.suffixes = ".jfr",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_LINES | FEATURE_UNITS | FEATURE_UNIT_NAMES |
		    FEATURE_VALUE_TYPES | FEATURE_THREADS | FEATURE_ORDER | FEATURE_SAMPLE_TIMES |
		    FEATURE_FRAME_KINDS | FEATURE_INLINED_FRAMES | FEATURE_RECORDING |
		    FEATURE_OBJECTS,
	.reads_threads = true,
	.bid = jfr_bid,
	.read = jfr_read,
	.read_options = FORMAT_OPTIONS(jfr_read_rows, usual_reading),
	.binary = true,
};
