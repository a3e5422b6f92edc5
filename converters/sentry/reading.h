/*
 * sentry/reading - reads envelopes and payloads of Sentry
 *
 * 	read.c          the file: headers, items and payloads, one object after another
 * 	read_profile.c  the profile of a payload: frames, stacks, samples, names of threads
 * 	read_spans.c    transactions and spans
 * 	read_values.c   texts, numbers and times as the SDKs spell them
 *
 * Keys come in any order, so what an object is turns out at its end. Until then a profile's
 * samples and stacks are numbers of its tables.
 */
#ifndef SENTRY_READING_H
#define SENTRY_READING_H

#include "common/syntax/json_scan.h"
#include "common/transform/traces/span_names.h"
#include "converters/sentry/state.h"

/* A number or time that may be missing. */
struct sentry_number {
	int64_t value;
	bool known;
};

/* A sample as a payload has it. */
struct sentry_item_sample {
	uint64_t byte;
	int64_t time;
	uint32_t stack, thread;
	bool absolute; /* `time` is one since 1970, as chunks have it */
};

/* Frames of a stack, leaf first: numbers from `first` on, up to those of the next stack. */
struct sentry_item_stack {
	uint64_t byte;
	size_t first;
	stack_id id; /* NO_ID: not made yet */
};

struct sentry_item_frame {
	frame_id id;
	bool in_app;
};

struct sentry_item_thread {
	string_id key, name;
	uint32_t stream;
};

/* What a profile says of the transaction that ran in it. */
struct sentry_transaction {
	string_id name, active; /* `active`: the key of its thread; 0: unknown */
	struct sentry_number start, end;
};

/* An object of the file: a header, or a payload with what its keys said. */
struct sentry_object {
	uint64_t byte;
	string_id type, version, profiler, chunk; /* 0: it has no such key */
	bool typed, profiled, event;
	bool spans; /* it is or has spans */
	struct sentry_number length, timestamp, start;
	string_id name, environment, release;
	struct sentry_transaction transaction;
};

/* A span as it is read; what it does not have is empty. */
struct sentry_span {
	bool identified, traced;
	uint32_t trace;
	struct span_id id, parent;
	struct sentry_number start, end;
	uint64_t tid;
	struct buf op, description, name, service, thread;
};

/* Items of one type that were passed over. */
enum { SENTRY_TYPES = 32 };
struct sentry_skipped {
	string_id type;
	uint64_t count;
};

struct sentry_reader {
	struct json j;
	struct input *in;
	struct profile *p;
	struct sentry_state *state;
	struct profile *tables; /* the state's; all ids of texts, frames and stacks are of it */
	uint64_t found;         /* profiles, transactions and lists of spans, wanted or not */
	uint64_t unwanted;      /* of these */
	string_id title;        /* the first transaction's name; 0: there is none */
	uint64_t others;        /* further names */
	struct sentry_skipped skipped[SENTRY_TYPES];
	size_t skipped_count;

	/* the profile that is being read */
	struct sentry_item_frame *frames;
	size_t frame_count, frame_cap;
	struct sentry_item_stack *stacks;
	size_t stack_count, stack_cap;
	uint32_t *numbers;
	size_t number_count, number_cap;
	struct sentry_item_sample *samples;
	size_t sample_count, sample_cap;
	struct sentry_item_thread *threads;
	size_t thread_count, thread_cap;
	struct index thread_index;

	/* spans; those of a transaction come before or after what is said of itself */
	struct spans *spans; /* NULL: none has been read, or they are not wanted */
	struct span_names names;
	struct sentry_span root, span;
	size_t first_row;       /* of the object that is being read */
	struct buf key, joined; /* scratch */
};

/* --- read_values.c --- */

/* A text, or 0 for a null. */
string_id sentry_take_text(struct sentry_reader *r);
/* The same, or a number by its digits: SDKs spell ids in both ways. */
string_id sentry_take_id(struct sentry_reader *r);
/* A whole number from 0 on, in quotes or not; nothing for a null. */
struct sentry_number sentry_take_count(struct sentry_reader *r, const char *what);
/* A time since 1970 in nanoseconds: seconds as a number, or a date; nothing for a null. */
struct sentry_number sentry_take_time(struct sentry_reader *r);
/* The place of the next value. */
uint64_t sentry_place(struct sentry_reader *r);

/* --- read_profile.c --- */

/* Reads the value of the key "profile" of a payload. */
void sentry_read_profile(struct sentry_reader *r);
/* Adds what was read, once the payload's other keys are known. */
void sentry_finish_profile(struct sentry_reader *r, const struct sentry_object *o);

/* --- read_spans.c --- */

void sentry_begin_spans(struct sentry_reader *r); /* with each object */
/* Sets r->spans unless spans are not wanted; the functions below need it. */
bool sentry_wants_spans(struct sentry_reader *r);
/* Reads an array of spans. */
void sentry_read_spans(struct sentry_reader *r);
/* Reads the value of contexts.trace, which makes the object's root. */
void sentry_read_trace_context(struct sentry_reader *r);
/* Reads the value if the key is one of spans, and these are wanted. */
bool sentry_span_key(struct sentry_reader *r, struct sentry_span *x, struct str key);
/* Adds the root, once the object's other keys are known. False if there is none. */
bool sentry_finish_spans(struct sentry_reader *r, const struct sentry_object *o);

#endif
