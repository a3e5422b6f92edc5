/*
 * chrometrace/format - trace events, the JSON of chrome://tracing and Perfetto
 *
 *	{"traceEvents": [
 *	  {"name": "main", "cat": "app", "ph": "X", "ts": 1, "dur": 9.5, "pid": 7, "tid": 8},
 *	  {"name": "f", "ph": "B", "ts": 2, "pid": 7, "tid": 8, "args": {"detail": "x"}},
 *	  {"ph": "E", "ts": 4, "pid": 7, "tid": 8},
 *	  {"name": "thread_name", "ph": "M", "pid": 7, "tid": 8, "args": {"name": "worker"}}],
 *	 "beginningOfTime": 1795767380091321}
 *
 * or the array alone, which may lack its end. Chromium, Node.js, LLVM (-ftime-trace), VizTracer,
 * py-spy and many others write it; each has its habits, see nest.c and read_event.c. Times are
 * microseconds.
 *
 * Written are complete events where all take time, else begins and ends, a thread for each thread
 * and sign. Samples are laid one behind another. What viewers have no place for is in keys that
 * they pass over, so that our own files come back whole: "profpipe" of the file has the value
 * type, whose unit stands in for the microseconds, and whether events stand for samples; that of
 * the argument of thread_name has the thread; "functionLine" among the arguments of an event is the
 * line where its function begins.
 */
#include "converters/chrometrace/internal.h"

int chrometrace_bid(struct str head, bool whole)
{
	enum { SURE = 95, LIKELY = 85 };
	struct str text = str_after_blanks(head);

	(void)whole;
	if (!text.n || !str_has(S("{["), text.p[0]))
		return 0;
	if (text.p[0] == '{' && (str_contains(text, S("\"traceEvents\"")) ||
				 str_starts(text, S("{\"profpipe\":{\"format\":\"chrometrace\""))))
		return SURE;
	text = str_after_blanks(str_from(text, 1));
	return text.n && text.p[0] == '{' && str_contains(text, S("\"ph\"")) ? LIKELY : 0;
}

static const struct chrometrace_read_options usual_reading;

static unsigned features_of(const struct profile *p, const void *options)
{
	(void)options;
	return chrometrace_is_evented(p) ? FEATURE_CALLS : 0;
}

const struct format chrometrace_format = {
	.name = "chrometrace",
	.title = "trace events of Chromium, Node.js, LLVM, Hermes, VizTracer, py-spy; for Perfetto",
	.suffixes = ".trace.json .trace .time-trace",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_FUNCTION_LINES | FEATURE_LINES |
		    FEATURE_COLUMNS | FEATURE_THREADS | FEATURE_PARTS | FEATURE_UNITS |
		    FEATURE_UNIT_NAMES | FEATURE_ORDER | FEATURE_SAMPLE_TIMES |
		    FEATURE_CALL_EVENTS | FEATURE_TIME_RANGES | FEATURE_IDLE | FEATURE_MAPPINGS |
		    FEATURE_ADDRESSES | FEATURE_FRAME_KINDS | FEATURE_INLINED_FRAMES |
		    FEATURE_SYSTEM_NAMES | FEATURE_RECORDING | FEATURE_METADATA,
	.features_of = features_of,
	.reads_threads = true,
	.bid = chrometrace_bid,
	.read = chrometrace_read,
	.read_options = FORMAT_OPTIONS(chrometrace_read_rows, usual_reading),
	.write = chrometrace_write,
};
