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
 */
#include "converters/chrometrace/internal.h"

int chrometrace_bid(struct str head, bool whole)
{
	enum { SURE = 95, LIKELY = 85 };
	struct str text = str_after_blanks(head);

	(void)whole;
	if (!text.n || !str_has(S("{["), text.p[0]))
		return 0;
	if (text.p[0] == '{' && str_contains(text, S("\"traceEvents\"")))
		return SURE;
	text = str_after_blanks(str_from(text, 1));
	return text.n && text.p[0] == '{' && str_contains(text, S("\"ph\"")) ? LIKELY : 0;
}

static const struct chrometrace_read_options usual_reading;

const struct format chrometrace_format = {
	.name = "chrometrace",
	.title = "trace events of Chromium, Node.js, LLVM, Hermes, VizTracer, py-spy",
	.suffixes = ".trace.json .trace .time-trace",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_CALLS | FEATURE_FILES | FEATURE_FUNCTION_LINES |
		    FEATURE_LINES | FEATURE_COLUMNS | FEATURE_FRAME_KINDS | FEATURE_IDLE |
		    FEATURE_SAMPLE_TIMES | FEATURE_THREADS | FEATURE_UNITS | FEATURE_ORDER |
		    FEATURE_CALL_EVENTS | FEATURE_TIME_RANGES | FEATURE_RECORDING |
		    FEATURE_METADATA,
	.reads_threads = true,
	.bid = chrometrace_bid,
	.read = chrometrace_read,
	.read_options = FORMAT_OPTIONS(chrometrace_read_rows, usual_reading),
};
