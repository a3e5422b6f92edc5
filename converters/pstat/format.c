/*
 * pstat/format - Python's profiles: cProfile, profile, hotshot, yappi, pyinstrument
 *
 * A marshal dump of one dict, (file, line, name) -> (cc, nc, tt, ct, callers): primitive
 * calls, all calls, seconds of its own, seconds with callees (outermost activations
 * only); `callers` has the part of each caller by its key. What the writers do:
 *
 * - cProfile: a caller's value is (nc, cc, tt, ct), total first, the reverse of the row.
 *   Built-ins have the file "~" and line 0.
 * - profile, hotshot: a caller's value is a number of calls. Built-ins have the file "";
 *   what was run may be a code object in place of a name. Times may be ints.
 * - yappi: total first in the row too. So: calls is the larger one, everywhere.
 * - pyinstrument: -1 for calls: nobody counted them.
 * - Python 3.15's sampling: ints for callers, samples in place of calls, a key for
 *   each line, and a key ('__sampled__',) with True.
 * - Merged by old tools: the 4-tuples of one caller one after the other in one tuple.
 * - A caller need not be a key. What follows the dict is nobody's.
 *
 * Written: marshal version 2, which every Python from 2.7 on loads, and what the readers
 * of such files need (pstats, snakeviz, tuna, gprof2dot, flameprof, pyprof2calltree):
 * str, int, str as key; float times; 4-tuples for callers, which are all keys; at
 * least two keys, and one that has no callers and holds (nearly) everything. If there
 * is none, a key ('~', 0, '[root]') calls what nobody calls. Values that are no times
 * are written as they are.
 *
 * What pstat has no place for, and which keys were added, stands in a dict under the
 * very first key, which then comes once more with its row: in Python the last one
 * counts, so that nobody sees the first but this reader.
 *
 *	{'profpipe': 1, 'value': 'Ir', 'unit': 'none', 'root': 1, ...}
 *
 * A line that is only the first one with a figure, and calls that nobody counted but
 * that must be 1 or more, are marshal's longs: Python sees the same numbers, and here
 * they are read as unknown again.
 *
 * A name that is not UTF-8 is written as Python does it (surrogateescape): byte 0x80
 * as U+DC80. Reading turns it back. An empty file is written "~".
 */
#include "converters/pstat/internal.h"

const char *const pstat_units[PSTAT_UNITS] = {
	[UNIT_NONE] = "none",
	[UNIT_TIME] = "time",
	[UNIT_BYTES] = "bytes",
};

struct value_type pstat_seconds(struct profile *p)
{
	return (struct value_type){ .name = profile_string(p, S("time")),
				    .unit = UNIT_TIME,
				    .source_scale = SECONDS };
}

int pstat_digits_of(const struct value_type *type)
{
	return type->unit == UNIT_TIME ? SECONDS : -type->exponent;
}

bool pstat_is_escape(struct str s, size_t i)
{
	unsigned char second = s.n - i < 3 ? 0 : (unsigned char)s.p[i + 1];

	return (second == 0xb2 || second == 0xb3) && (unsigned char)s.p[i] == 0xed &&
	       ((unsigned char)s.p[i + 2] & 0xc0) == 0x80;
}

const struct format pstat_format = {
	.name = "pstat",
	.title = "Python's profiles (cProfile, profile, yappi, ...)",
	.suffixes = ".pstat .pstats .prof .cprof",
	.representation = REPR_GRAPH,
	.features = FEATURE_CALLS | FEATURE_TOTALS | FEATURE_FILES | FEATURE_FUNCTION_LINES |
		    FEATURE_UNITS,
	.binary = true,
	.bid = pstat_bid,
	.read = pstat_read,
	.check = pstat_check,
	.write = pstat_write,
};
