/*
 * features - what a profile contains and what a format can represent
 *
 * One bit for each thing that a conversion may lose. A format declares the bits that it
 * keeps; the bits that a profile has beyond these are the loss report, one sentence each.
 */
#ifndef PROFILE_FEATURES_H
#define PROFILE_FEATURES_H

#include "common/profile/profile.h"

#define FEATURES(X) \
	X(STACKS, "which callers led to which callees, beyond one step") \
	X(CALLS, "call counts") \
	X(TOTALS, "the inclusive totals and calls recorded for functions") \
	X(FILES, "the functions' files") \
	X(OBJECTS, "the objects (libraries, executables) of functions") \
	X(FUNCTION_LINES, "the lines where functions begin") \
	X(LINES, "values by line: a function's lines are summed") \
	X(SITES, "the lines of call sites") \
	X(COLUMNS, "columns") \
	X(ADDRESSES, "instruction addresses") \
	X(INLINED, "the files of inlined code") \
	X(JUMPS, "jumps") \
	X(THREADS, "which thread a value belongs to") \
	X(PARTS, "which part (dump) a value belongs to") \
	X(VALUE_TYPES, "the other value types") \
	X(UNITS, "the unit of the values") \
	X(UNIT_NAMES, "the names of units (objects, percent, ...)") \
	X(ORDER, "the order of samples in time") \
	X(CALL_EVENTS, "when functions were entered and left") \
	X(TIME_RANGES, "when the profile started and ended") \
	X(IDLE, "samples without a stack: idle time becomes a function [idle]") \
	X(LABELS, "the labels of samples") \
	X(SAMPLE_TIMES, "when each sample was taken") \
	X(MAPPINGS, "where objects were in memory, and their build ids") \
	X(FRAME_KINDS, "the kinds of frames (kernel, interpreted, ...)") \
	X(INLINED_FRAMES, "which frames are inlined") \
	X(SYSTEM_NAMES, "the system's (mangled) names of functions") \
	X(RECORDING, "the period, start, duration and default value type") \
	X(METADATA, "header lines (name, command, description)")

/* clang-format off */
enum feature_bit {
#define X(name, lost) FEATURE_BIT_##name,
	FEATURES(X)
#undef X
	FEATURE_COUNT
};
/* clang-format on */

enum feature {
#define X(name, lost) FEATURE_##name = 1 << FEATURE_BIT_##name,
	FEATURES(X)
#undef X
};

/* The bits that a profile has; looks through its tables. */
unsigned profile_features(const struct profile *p);

/* ADDRESSES, FRAME_KINDS and INLINED_FRAMES, of the frames alone. */
unsigned profile_frame_features(const struct profile *p);

/* The sentence of a bit; "call counts" for FEATURE_BIT_CALLS. */
const char *feature_sentence(int bit);
/* "function-lines" for FEATURE_BIT_FUNCTION_LINES, appended. */
void feature_name(int bit, struct buf *name);

#endif
