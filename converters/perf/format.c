/*
 * perf/format - what `perf script` prints of a perf.data file of Linux
 *
 *	pool 1: [io] 7 26783   801.501982:    3344481 cpu-clock:
 *		ffffffff81647531 __folio_throttle_swaprate+0x11 ([kernel.kallsyms])
 *		            26e2 run+0x1d2 (/srv/e/work/prog/load)
 *		           891f5 start_thread+0x305 (/usr/lib/x86_64-linux-gnu/libc.so.6)
 *
 * A sample has a first line (header.c), its stack, the leaf first (frame.c), and an empty line.
 * Without call graphs, the frame stands on the first line and no empty line follows. -F leaves out
 * parts and adds others: source lines stand on lines of their own. Inlined frames have no object;
 * they stand before the frame that they are in.
 *
 * A sample counts as one of "samples", and with its period in the value type of its event. For the
 * clocks the period is in nanoseconds.
 */
#include "converters/perf/internal.h"

/* "\t            26e2 run+0x1d2 (/srv/load)" */
static bool is_frame(struct str line)
{
	struct perf_frame f;

	return str_starts(line, S("\t")) && perf_parse_frame(str_trim(line), S(""), &f) &&
	       (f.asked || f.object.n || line.n >= 17);
}

/* How sure a sample makes, whose first line and the next one these are; 0: it is none. */
static int bid_of(struct str first, struct str next, bool has_next)
{
	enum { STACK = 90, RECORD = 90, FLAT = 80, HEADER_ONLY = 60, BARE_STACK = 50 };
	struct perf_header h;
	struct str frame;

	if (is_frame(first))
		return BARE_STACK;
	switch (perf_parse_header(first, &h)) {
	case PERF_RECORD: return h.has_time ? RECORD : HEADER_ONLY;
	case PERF_OTHER: return has_next && is_frame(next) ? STACK : 0;
	case PERF_BROKEN:
	case PERF_SAMPLE: break;
	}
	if (has_next && is_frame(next))
		return STACK;
	if (perf_find_frame(h.rest, &frame))
		return h.has_time || h.has_period ? FLAT : HEADER_ONLY;
	/* the stack may be beyond what is visible, or not be there */
	return h.has_time && (!has_next || h.event.n) ? HEADER_ONLY : 0;
}

static int perf_bid(struct str head, bool whole)
{
	enum { COMMENTS = 50 };
	struct str line, next, rest = head;
	bool captured = false;

	(void)whole;
	while (rest.n) {
		bool has_next = str_cut(rest, '\n', &line, &rest);

		if (!has_next) {
			line = rest;
			rest.n = 0;
		}
		captured |= str_starts(line, S("# captured on"));
		if (!str_trim(line).n || line.p[0] == '#')
			continue;
		next = rest;
		str_cut(rest, '\n', &next, &(struct str){ 0 });
		return bid_of(str_ends(line, S("\r")) ? str_head(line, line.n - 1) : line, next,
			      rest.n > 0);
	}
	return captured ? COMMENTS : 0;
}

static const struct perf_read_options usual_reading;

const struct format perf_format = {
	.name = "perf",
	.title = "samples of Linux's perf, as perf script prints them",
	.suffixes = ".perf .perf.txt",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_OBJECTS | FEATURE_LINES |
		    FEATURE_ADDRESSES | FEATURE_MAPPINGS | FEATURE_THREADS | FEATURE_VALUE_TYPES |
		    FEATURE_UNITS | FEATURE_ORDER | FEATURE_IDLE | FEATURE_SAMPLE_TIMES |
		    FEATURE_FRAME_KINDS | FEATURE_INLINED_FRAMES,
	.reads_threads = true,
	.bid = perf_bid,
	.read = perf_read,
	.read_options = FORMAT_OPTIONS(perf_read_rows, usual_reading),
};
