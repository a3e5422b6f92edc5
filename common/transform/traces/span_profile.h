/*
 * span_profile - samples of spans: by the path of names, over all traces
 *
 * The value is the spans' own time in nanoseconds, the count their number, which are calls. Three
 * requests of one kind are one tree with three times the counts.
 */
#ifndef TRACES_SPAN_PROFILE_H
#define TRACES_SPAN_PROFILE_H

#include "common/transform/traces/span_trees.h"

/* The value type "time", and that samples count calls; for spans_of(). */
value_id span_profile_value_type(struct profile *p);

/* The frames of names, made when they are first asked for. */
struct span_frames {
	struct profile *p;
	const struct spans *s;
	frame_id *frames; /* by name; NO_ID: not made yet */
	struct buf scratch;
};
void span_frames_open(struct span_frames *f, struct profile *p, const struct spans *s);
frame_id span_frames_at(struct span_frames *f, string_id name);
void span_frames_close(struct span_frames *f);

/* Adds the samples of all traces to p, and says what was met in them. */
void span_profile_add(struct profile *p, const struct spans *s);

/* Says what is repaired, which --strict refuses (p->missing), and that spans overlap. */
void span_profile_report(struct profile *p, const struct span_counts *counts,
			 const struct span_options *options);

#endif
