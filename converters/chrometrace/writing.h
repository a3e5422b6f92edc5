/*
 * chrometrace/writing - a profile as trace events
 *
 * 	write.c        the file: events of spans, threads, what viewers have no place for
 * 	write_spans.c  call events, or samples, as spans
 */
#ifndef CHROMETRACE_WRITING_H
#define CHROMETRACE_WRITING_H

#include "common/transform/calltree/sample_series.h"
#include "converters/chrometrace/internal.h"

/* A frame that is open from start to end, with `depth` others around it; NO_ID: nothing ran. */
struct chrometrace_span {
	int64_t start, end;
	frame_id frame;
	uint32_t depth;
};

/* Those of one series, callers before callees, in order of time. */
struct chrometrace_spans {
	struct chrometrace_span *list;
	size_t count, cap;
	bool any_empty;    /* one takes no time */
	bool any_fraction; /* a time is no whole number in the file */
	uint32_t *samples; /* those that differ from the one before, in their order */
	size_t sample_count, sample_cap;
	size_t *open; /* rows of those that are open */
	size_t open_count, open_cap;
	frame_id *path;
	size_t path_cap;
};

/* Empties the table and fills it. */
void chrometrace_find_spans(struct chrometrace_spans *spans, const struct sample_series_list *all,
			    const struct sample_series *series);
void chrometrace_free_spans(struct chrometrace_spans *spans);

#endif
