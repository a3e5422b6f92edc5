/*
 * speedscope/format - the JSON of https://www.speedscope.app, which py-spy, austin,
 * pyinstrument, rbspy, dotnet-trace and the app itself write
 *
 *	{"$schema": "https://www.speedscope.app/file-format-schema.json",
 *	 "shared": {"frames": [{"name": "main", "file": "a.py", "line": 3}, ...]},
 *	 "profiles": [
 *	  {"type": "sampled", "name": "Thread 1", "unit": "seconds",
 *	   "startValue": 0, "endValue": 0.02,
 *	   "samples": [[0, 1], [0]], "weights": [0.01, 0.01]},
 *	  {"type": "evented", ..., "events": [
 *	   {"type": "O", "frame": 0, "at": 0}, {"type": "C", "frame": 0, "at": 5}]}]}
 *
 * What the app does, and what is done about it here:
 *
 * - Keys come in any order: py-spy writes the profiles before the frames.
 * - A frame is its index there, so duplicates stay apart; each is written once.
 * - A negative weight fails the whole import: negative values go out as a profile
 *   of their own, and come back as what they were.
 * - A missing startValue or endValue makes NaN of the total, which is the larger of
 *   their difference and the sum of the weights: both are always written.
 * - An unknown unit becomes none; weights beyond 2^53 are rounded; a frame without a
 *   name, unequal numbers of samples and weights, and events that do not nest crash
 *   or fail it: errors here, unless --lenient repairs them. About 3,500
 *   frames of depth overflow its stack.
 * - "line" is where a sample was taken, or where a function begins, as the writer
 *   likes; read as the former.
 *
 * What the format has no place for is in keys that the app passes over, so that our
 * own files come back whole: "profpipe" of the file and of a profile, and in a frame
 * "functionLine": the line where the function begins, or true if "line" is that; "system"
 * and those of details_json.h. "profpipe" of the file has "labelSets", "mappings" and
 * "recording", and comes first, since the others name its sets and mappings; that of a
 * profile has "labels", the number of a set for each sample, and "times" in nanoseconds.
 */
#include "converters/speedscope/internal.h"

static const struct speedscope_read_options usual_reading;

const struct format speedscope_format = {
	.name = "speedscope",
	.title = "JSON of speedscope.app: py-spy, austin, pyinstrument, rbspy, dotnet-trace",
	.suffixes = ".speedscope.json .json",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_FUNCTION_LINES | FEATURE_LINES |
		    FEATURE_COLUMNS | FEATURE_THREADS | FEATURE_PARTS | FEATURE_VALUE_TYPES |
		    FEATURE_UNITS | FEATURE_UNIT_NAMES | FEATURE_ORDER | FEATURE_CALL_EVENTS |
		    FEATURE_TIME_RANGES | FEATURE_IDLE | FEATURE_LABELS | FEATURE_SAMPLE_TIMES |
		    FEATURE_MAPPINGS | FEATURE_ADDRESSES | FEATURE_FRAME_KINDS |
		    FEATURE_INLINED_FRAMES | FEATURE_SYSTEM_NAMES | FEATURE_RECORDING |
		    FEATURE_METADATA,
	.bid = speedscope_bid,
	.read = speedscope_read,
	.read_options = FORMAT_OPTIONS(speedscope_read_rows, usual_reading),
	.write = speedscope_write,
};
