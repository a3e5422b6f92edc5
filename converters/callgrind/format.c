/*
 * callgrind/format - the call graphs of valgrind's callgrind, read by KCachegrind
 *
 * Specification: "Callgrind Format Specification" in valgrind's manual. As really
 * written and read:
 *
 *	cost  := SUBPOS{1,2} (" " NUM)*   fewer numbers than events: the rest is 0
 *	SUBPOS:= NUM | +NUM | -NUM | *    relative to the last such line; 0x: hex
 *	calls := "calls=" NUM SUBPOS...   target, 0 to 3 fields; then a cost line:
 *	                                  the call site and the inclusive cost
 *	jump  := "jump=" NUM SUBPOS... | "jcnd=" FOLLOWED "/" EXECUTED SUBPOS...
 *	                                  then a line with the jump's own position
 *	name  := text | "(ID) text" (defines) | "(ID)" (uses)
 *
 * - Three separate ID spaces: objects (ob cob), files (fl fi fe cfi cfl jfi),
 *   functions (fn cfn jfn). Parts define their names anew.
 * - fl is the file of the function, fi and fe the file of inlined code: the cost still
 *   belongs to the function. cob, cfi, cfn hold for one call, in any order. yappi
 *   defines all files first and names them again where they count: a function gets
 *   its file where its first cost is, so "fn before fl" (hotshot2calltree) works too.
 * - Producers: callgrind, cachegrind (no calls), xdebug ("calls=1 0 0", a block a
 *   call, "==== NEW PROFILING FILE" between runs), yappi, pyprof2calltree, go
 *   tool pprof ("calls=0", addresses relative across functions).
 * - jcnd's first number may exceed the second where lines are all that is known.
 * - "summary:" may differ from the sum of costs (--collect-systime): costs count. It
 *   stands before them, "totals:" after them and is their sum; without it, and with costs
 *   missing, the file was cut short. xdebug's summary is no sum.
 *
 * Recursive arcs: callgrind adds up every activation; yappi, pyprof2calltree and this
 * program write what Python counts, the outermost ones.
 *
 * Writing: what both KCachegrind and callgrind_annotate read right. One section a
 * thread and part; "events:" with one blank; "summary:" the sum of costs if there
 * is one section, and none if there are several, see put_summary(); fl before fn; cob
 * and cfi before cfn; name compression, which also protects a name that begins like
 * "(12"; integers only, so a value type with decimals has them in its
 * name: "samples_(1e-1)". KCachegrind takes functions for one when name, base name of
 * the file and of the object agree: where other formats' functions would meet, they
 * become "name:LINE" or "name [FILE]", and reading takes that off again.
 */
#include "converters/callgrind/internal.h"

/* --- event names --- */

/* The text in parentheses at the end of the name of an event. */
static const struct event_unit {
	const char *text;
	enum unit unit;
	int power;
} event_units[] = {
	{ "(ns)", UNIT_TIME, 0 }, { "(10ns)", UNIT_TIME, 1 }, { "(us)", UNIT_TIME, 3 },
	{ "(ms)", UNIT_TIME, 6 }, { "(s)", UNIT_TIME, 9 },    { "(bytes)", UNIT_BYTES, 0 },
};
enum { EVENT_UNITS = sizeof event_units / sizeof *event_units };

void callgrind_unit_of_event(struct str name, struct value_type *type)
{
	for (size_t i = 0; i < EVENT_UNITS; i++)
		if (str_ends(name, str_of(event_units[i].text))) {
			type->unit = event_units[i].unit;
			type->source_scale = event_units[i].power;
		}
	if (str_eq(name, S("bytes")))
		type->unit = UNIT_BYTES;
}

const struct format callgrind_format = {
	.name = "callgrind",
	.title = "call graphs of callgrind and cachegrind, for KCachegrind; xdebug, yappi",
	.suffixes = ".callgrind callgrind.out .cachegrind",
	.representation = REPR_GRAPH,
	.features = FEATURE_CALLS | FEATURE_FILES | FEATURE_OBJECTS | FEATURE_LINES |
		    FEATURE_SITES | FEATURE_ADDRESSES | FEATURE_INLINED | FEATURE_JUMPS |
		    FEATURE_THREADS | FEATURE_PARTS | FEATURE_VALUE_TYPES | FEATURE_UNITS |
		    FEATURE_METADATA | FEATURE_FUNCTION_LINES | FEATURE_MAPPINGS |
		    FEATURE_RECORDING,
	.features_of = callgrind_features_of,
	.needs_arc_values = true,
	.bid = callgrind_bid,
	.read = callgrind_read,
	.check = callgrind_check,
	.write = callgrind_write,
	.can_spell = callgrind_can_spell,
};
