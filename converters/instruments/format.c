/*
 * instruments/format - what macOS' sample and Instruments' xctrace write
 *
 * sample (and "Sample Process" of Activity Monitor) writes a report whose call graph is read:
 * text.c. `xctrace export` writes tables of a trace as XML, of which those with backtraces are
 * read, "time-profile" above all: xml.c.
 */
#include "common/syntax/xml_library.h"
#include "converters/instruments/internal.h"

const struct option_row instruments_read_rows[] = {
	OPT_FLAG(0, "lenient", "leave out what the end of the file cuts, in a report of sample",
		 offsetof(struct instruments_read_options, lenient)),
	OPT_END
};

static bool is_xml(struct str head)
{
	return str_starts(str_after_blanks(head), S("<"));
}

static int instruments_bid(struct str head, bool whole)
{
	enum { SURE = 95, GRAPH = 85, REPORT = 60 };

	(void)whole;
	if (is_xml(head))
		return str_contains(head, S("<trace-query-result")) ? SURE : 0;
	if (str_starts(head, S("Call graph:\n")) || str_contains(head, S("\nCall graph:\n    ")))
		return GRAPH;
	return str_starts(head, S("Analysis of sampling ")) ? REPORT : 0;
}

value_id instruments_samples(struct profile *p)
{
	return profile_value_type(p, (struct value_type){ .name = profile_string(p, S("samples")),
							  .counts = true });
}

int instruments_read(struct input *in, struct profile *p)
{
	input_want(in, 64);
	if (is_xml((struct str){ in->p, (size_t)(in->end - in->p) }))
		instruments_read_xml(in, p);
	else
		instruments_read_text(in, p);
	return input_status(in);
}

static const struct instruments_read_options usual_reading;

const struct format instruments_format = {
	.name = "instruments",
	.title = "macOS: reports of sample, and Instruments' tables as xctrace exports them",
	.suffixes = ".sample.txt .xctrace.xml",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_OBJECTS | FEATURE_LINES |
		    FEATURE_ADDRESSES | FEATURE_THREADS | FEATURE_VALUE_TYPES | FEATURE_UNITS |
		    FEATURE_ORDER | FEATURE_SAMPLE_TIMES | FEATURE_IDLE,
	.reads_threads = true,
	.reads_xml = true,
	.bid = instruments_bid,
	.read = instruments_read,
	.read_options = FORMAT_OPTIONS(instruments_read_rows, usual_reading),
};
