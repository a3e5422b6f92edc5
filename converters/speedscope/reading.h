/*
 * speedscope/reading - reads a speedscope file into a profile
 *
 * 	read.c          the file: frames, and what concerns all profiles
 * 	read_profile.c  one profile: its keys, its thread and value type
 * 	read_values.c   its samples or events, into rows
 *
 * Keys come in any order: frames may follow the profiles, a unit the numbers that it applies
 * to. What cannot be processed yet is kept: stacks in `unresolved`, numbers and events in
 * `items`. speedscope_read() frees all tables of struct speedscope_reader.
 */
#ifndef SPEEDSCOPE_READING_H
#define SPEEDSCOPE_READING_H

#include "common/base/index.h"
#include "common/profile/unresolved_stacks.h"
#include "common/profile/details_json.h"
#include "converters/speedscope/texts.h"

/* A number, or an event if it has a frame. */
struct speedscope_item {
	struct decimal number;
	uint32_t frame;
	bool open;
	uint64_t byte;
};

struct open_frame {
	uint32_t frame;
	stack_id stack;
};

/* A number that may be missing. */
struct bound {
	struct decimal number;
	bool known;
};

/* The profile that is being read. */
struct speedscope_profile {
	bool named, measured; /* its name and unit have been read */
	bool sampled, evented, weighted_id;
	bool said_sampled, said_evented;
	bool begun; /* `row` and `column` are set */
	string_id name;
	const struct unit_word *unit;
	struct value_type value; /* from our extra key, or without a name */
	struct thread thread;
	bool thread_given, negative;
	struct bound start, end;

	thread_id row;
	value_id column;
	int exponent;   /* exponent of the column when `last` was read */
	uint64_t count; /* number of samples in one row */
	bool call_events;
	size_t weights;
	int64_t first, last; /* times of the first and last event */
	bool any;
};

/* Profiles of one file with the same name and value type. */
struct twins {
	thread_id thread;
	value_id value;
	uint32_t count;
};

/* What was read although it is not as the format has it. */
struct speedscope_repairs {
	uint64_t nested;         /* samples with an array in their array */
	uint64_t extra_weights;  /* these and the following: only with --lenient */
	uint64_t extra_samples;  /* without a weight */
	uint64_t crossed, stray; /* ends of callers before those of callees; ends of no frame */
	uint64_t early;          /* events before the last one */
	uint64_t unclosed;       /* frames without an end */
};

struct speedscope_reader {
	struct json j;
	struct input *in;
	bool lenient;
	struct speedscope_repairs repairs;
	struct profile *p;
	bool framed, profiled; /* "shared" and "profiles" have been read */
	bool strange;          /* a unit was unknown, which has been reported */
	bool named;            /* the file has a name, which has not been taken */
	string_id name;

	frame_id *frames; /* frame by its index in the file */
	size_t frame_count, frame_cap;

	struct unresolved_stacks unresolved; /* used while the frames are not known yet */
	uint32_t last_index;                 /* the highest index so far */
	uint64_t last_index_at;

	struct sample_texts texts;

	struct numbered mappings, label_sets; /* of the file, before what names them */
	label_set_id *labels;                 /* by sample of the profile, where it says */
	size_t label_count, label_cap;
	int64_t *times; /* the same; NO_TIME: unknown */
	size_t time_count, time_cap;

	struct twins *twins;
	size_t twin_count, twin_cap;
	struct index twin_index;
	value_id *thread_values; /* by thread: the value type of its first profile */
	size_t thread_count, thread_cap;

	struct speedscope_profile now;
	stack_id *stacks; /* stacks of the profile's samples */
	size_t stack_count, stack_cap;
	struct speedscope_item *items; /* what could not be processed before the unit */
	size_t item_count, item_cap;
	struct open_frame *open;
	size_t open_count, open_cap;
};

/* Reads a number, also from a text: dotnet-trace has written such. */
bool speedscope_read_number(struct speedscope_reader *r, struct decimal *number);

/* --- profiles --- */

void speedscope_read_profile(struct speedscope_reader *r);
/* Creates the column and the row for the values of r->now, once its keys are known. */
void speedscope_begin_rows(struct speedscope_reader *r);

/* --- samples and events --- */

/* Read the values of the keys of these names. */
void speedscope_read_samples(struct speedscope_reader *r);
void speedscope_read_weights(struct speedscope_reader *r);
void speedscope_read_events(struct speedscope_reader *r);
/* Process what was kept until the end of the profile. */
void speedscope_finish_samples(struct speedscope_reader *r);
void speedscope_finish_events(struct speedscope_reader *r);
/* Converts a number to the scale of the value type, which is that of its first profile. */
int64_t speedscope_measured(struct speedscope_reader *r, struct decimal number, uint64_t byte);

#endif
