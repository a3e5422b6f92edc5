/*
 * dtrace/format - aggregations of stacks as dtrace prints them
 *
 *	CPU     ID                    FUNCTION:NAME
 *	  0  64091                        :tick-60s
 *
 *	  mysqld
 *	              libc.so.1`__pollsys+0x15
 *	              mysqld`main+0x31b
 *	                5
 *
 * A stack has the leaf first, and the value stands below it. The head is missing with -q. Keys
 * before the stack have lines of their own, the one behind it stands with the value. Two stacks of
 * a key, of the kernel and of the process, follow one another and are one. The other keys together
 * name the thread.
 *
 * Aggregations have no names here, so that all of a file are one value type. Keys without stacks
 * are functions in files without any stack.
 */
#include "converters/dtrace/internal.h"

static int dtrace_bid(struct str head, bool whole)
{
	enum { HEAD = 90, STACK = 80, ADDRESSES = 40, ENTRIES = 1000 };
	struct str line, rest = head;
	int frames = 0, symbols = 0, best = 0;

	for (int i = 0; i < ENTRIES && str_cut(rest, '\n', &line, &rest); i++) {
		struct dtrace_line l = dtrace_parse(line);

		if (l.kind == DTRACE_HEAD && str_starts(str_trim(line), S("CPU")))
			return HEAD;
		if (l.kind == DTRACE_FRAME) {
			frames += l.unsymbolised || l.object.n;
			symbols += l.object.n > 0;
		} else if (l.kind == DTRACE_OTHER) {
			frames = symbols = 0;
		} else if (frames && (l.kind == DTRACE_VALUE || l.kind == DTRACE_ROW ||
				      l.kind == DTRACE_SCALE)) {
			best = symbols ? STACK : best > ADDRESSES ? best : ADDRESSES;
		}
	}
	/* one deep stack may be all that is visible */
	return best ? best : symbols && !whole ? ADDRESSES : 0;
}

static const struct dtrace_read_options usual_reading;

const struct format dtrace_format = {
	.name = "dtrace",
	.title = "stacks in the aggregations that dtrace prints",
	.suffixes = ".dtrace .stacks",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_OBJECTS | FEATURE_ADDRESSES | FEATURE_THREADS |
		    FEATURE_IDLE,
	.reads_threads = true,
	.bid = dtrace_bid,
	.read = dtrace_read,
	.read_options = FORMAT_OPTIONS(dtrace_read_rows, usual_reading),
};
