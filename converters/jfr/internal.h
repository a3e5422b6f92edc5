/*
 * jfr/internal - Flight Recorder files: bytes, types, constants
 *
 *	bytes.c     numbers and texts
 *	types.c     the metadata of a chunk: what its values look like
 *	pools.c     its constants
 *	stacks.c    methods, stacks and threads of the profile, made of constants
 *	groups.c    samples that are alike
 *	events.c    which events are samples, and of what
 *	read.c      chunks
 *
 * A file is one chunk or several, back to back, each with type numbers, layouts and constants of
 * its own, so nothing is known of a value but what the metadata of its chunk says. A chunk is in
 * memory as a whole, for its metadata and constants may stand behind the events that need them.
 *
 * Facts: the sources of OpenJDK (jdk.jfr.internal), and files of JDK 17 and 25 and of
 * async-profiler 4.6.
 */
#ifndef JFR_INTERNAL_H
#define JFR_INTERNAL_H

#include "common/base/index.h"
#include "common/io/input.h"
#include "common/profile/profile.h"
#include "common/program/format.h"

struct jfr_read_options {
	bool lenient, strip_hidden, signatures;
};

extern const struct option_row jfr_read_rows[];
int jfr_bid(struct str head, bool whole);
int jfr_read(struct input *in, struct profile *p);

/* --- bytes --- */

/* Where the reader is in a chunk. What is read beyond the end is 0 and sets `bad`. */
struct jfr_bytes {
	const char *p, *end;
	bool bad;
};

uint64_t jfr_long_number(struct jfr_bytes *b);
/* LEB128 of at most 9 bytes, the ninth with 8 bits. */
static inline uint64_t jfr_number(struct jfr_bytes *b)
{
	if (b->p < b->end && (unsigned char)*b->p < 0x80)
		return (unsigned char)*b->p++;
	return jfr_long_number(b);
}
uint64_t jfr_fixed(struct jfr_bytes *b, unsigned bytes); /* big-endian */
void jfr_skip(struct jfr_bytes *b, uint64_t bytes);

/*
 * A text: NULL, empty, a constant's number, UTF-8, UTF-16 or Latin-1. jfr_text() appends it to
 * *out as UTF-8; what is no character becomes U+FFFD. False: it is constant *number of the pool
 * of texts.
 */
void jfr_skip_text(struct jfr_bytes *b);
bool jfr_text(struct jfr_bytes *b, struct buf *out, uint64_t *number);

/* --- types --- */

/* The fields that we look at, of events and of constants. */
#define JFR_FIELDS(X) \
	X(START_TIME, "startTime") \
	X(DURATION, "duration") \
	X(SAMPLED_THREAD, "sampledThread") \
	X(EVENT_THREAD, "eventThread") \
	X(STACK_TRACE, "stackTrace") \
	X(SAMPLES, "samples") \
	X(WEIGHT, "weight") \
	X(TLAB_SIZE, "tlabSize") \
	X(ALLOCATION_SIZE, "allocationSize") \
	X(SIZE, "size") \
	X(SAMPLING_PERIOD, "samplingPeriod") \
	X(LOST_SAMPLES, "lostSamples") \
	X(ID, "id") \
	X(NAME, "name") \
	X(VALUE, "value") \
	X(TRUNCATED, "truncated") \
	X(FRAMES, "frames") \
	X(METHOD, "method") \
	X(LINE_NUMBER, "lineNumber") \
	X(TYPE, "type") \
	X(DESCRIPTOR, "descriptor") \
	X(STRING, "string") \
	X(DESCRIPTION, "description") \
	X(OS_NAME, "osName") \
	X(OS_THREAD_ID, "osThreadId") \
	X(JAVA_NAME, "javaName")
/* clang-format off */
enum jfr_field {
#define X(field, text) JFR_##field,
	JFR_FIELDS(X)
#undef X
	JFR_FIELD_COUNT,
	JFR_NO_FIELD = JFR_FIELD_COUNT
};
/* clang-format on */

enum jfr_shape {
	JFR_VARINT,
	JFR_BYTES1,
	JFR_BYTES4,
	JFR_BYTES8,
	JFR_TEXT,
	JFR_CONSTANT,
	JFR_STRUCT
};

struct jfr_member {
	uint64_t type;     /* its number in the file */
	uint32_t type_row; /* in types, once all are known; UINT32_MAX: no such type */
	enum jfr_field field;
	enum jfr_shape shape;
	bool array;
};

struct jfr_type {
	uint64_t number;
	struct str name;
	enum jfr_shape shape;
	struct jfr_member *members;
	size_t count, cap;
	uint32_t by_field[JFR_FIELD_COUNT + 1]; /* 1 + the number of the member; 0: none */
	bool grouped;                           /* see groups.c */
	bool flat;                              /* all members are numbers: read_flat() */
	bool keep;                              /* constants of it are looked up */
	unsigned kind;                          /* of an event: see events.c; 0: no sample */
	int64_t period, interval; /* nanoseconds of a sample, as settings say; 0: unknown */
	value_id value;           /* of its samples; NO_ID before the first one */
	bool timed;               /* that is a time */
};

enum { JFR_LOW_TYPES = 2048 };
struct jfr_types {
	struct jfr_type *rows;
	size_t count, cap;
	struct index index;
	uint32_t low[JFR_LOW_TYPES]; /* by number: 1 + the row; 0: none */
};

/* The row, or UINT32_MAX. */
uint32_t jfr_type_row(const struct jfr_types *types, uint64_t number);

/*
 * What was read of a value: numbers, and where texts, arrays and structures begin. Only the fields
 * that the type has are set.
 */
struct jfr_record {
	const struct jfr_type *type; /* NULL: there is no value */
	uint64_t number[JFR_FIELD_COUNT + 1];
	const char *at[JFR_FIELD_COUNT + 1];
};

/* NULL: the type has no such field. */
static inline const struct jfr_member *jfr_member(const struct jfr_record *record,
						  enum jfr_field field)
{
	uint32_t at = record->type ? record->type->by_field[field] : 0;

	return at ? &record->type->members[at - 1] : NULL;
}

/* 0: the type has no such field. */
static inline uint64_t jfr_number_of(const struct jfr_record *record, enum jfr_field field)
{
	return record->type && record->type->by_field[field] ? record->number[field] : 0;
}

/* --- constants --- */

/* What has been made of a constant: `made` is the id of it in the profile, or a frame type. */
enum jfr_made { JFR_NOT_MADE, JFR_STACK, JFR_FUNCTION, JFR_THREAD, JFR_FRAME_TYPE };

/* A constant: where it is, and what has been made of it. */
struct jfr_constant {
	uint64_t key;
	uint32_t type;
	uint32_t made;
	enum jfr_made made_as;
	const char *at;
};

enum { JFR_RECENT = 8192 };
struct jfr_pools {
	struct jfr_constant *rows;
	size_t count, cap;
	struct index index;
	uint32_t
		recent[JFR_RECENT]; /* rows that were found, by a part of their hash; 1 + the row */
};

/* --- samples that are alike --- */

/* How many samples of a type have this thread and this stack; see groups.c. */
struct jfr_group {
	uint64_t thread, stack, count;
	uint32_t type;
};

struct jfr_groups {
	struct jfr_group *rows;
	size_t count, cap;
	struct index index;
	uint32_t recent[JFR_RECENT]; /* 1 + the row */
};

/* --- a chunk --- */

struct jfr_reader {
	struct input *in;
	struct profile *p;
	const struct jfr_read_options *options;

	/* of the chunk */
	struct str chunk;
	struct jfr_types types;
	uint32_t text_type; /* row of the type of texts */
	struct jfr_pools pools;
	struct jfr_groups groups;
	uint64_t left;    /* samples that wait for constants and settings */
	struct buf texts; /* of the metadata, one behind the other */
	size_t *text_ends;
	size_t text_count, text_cap;
	uint64_t start_ns, start_ticks, ticks_per_second;
	uint64_t last_tick;         /* the last one whose time fits, since the start */
	uint64_t text_bytes;        /* of all names, each as often as it was asked for */
	bool other_clock;           /* async-profiler's intervals are no times */
	struct jfr_bytes *settings; /* events of ActiveSetting */
	size_t setting_count, setting_cap;
	uint64_t setting_type;
	struct buf scratch, name, class_name;
	frame_id *frames;
	size_t frame_count, frame_cap;

	/* of the file */
	uint64_t chunks, samples, others, lost, truncated, first_ns;
	uint64_t without_bytes;     /* values that had none */
	struct jfr_sample *waiting; /* if the profile keeps their order */
	size_t waiting_count, waiting_cap;
	uint32_t best; /* kind of event that is shown by default */
	value_id shown;
	uint64_t duration_ns;
};

/* A sample that waits for those of earlier times. */
struct jfr_sample {
	int64_t time;
	thread_id thread;
	stack_id stack;
	value_id value;
	uint64_t count;
	int64_t amount;
};

/* Reports "expected EXPECTED" at a place of the chunk. */
void jfr_expected(struct jfr_reader *r, const char *at, const char *expected);

/* Types of the chunk from its metadata event; false after an error. */
bool jfr_read_types(struct jfr_reader *r, struct jfr_bytes event);
/*
 * Reads a value of a type: its fields into *record, if that is not NULL. False after an error.
 * A structure in a structure, and the elements of an array, are passed over.
 */
bool jfr_read_value(struct jfr_reader *r, struct jfr_bytes *b, const struct jfr_type *type,
		    struct jfr_record *record);

/* Constants of a checkpoint event; false after an error. */
bool jfr_read_pools(struct jfr_reader *r, struct jfr_bytes event);
/* The constant that a field refers to, or NULL. */
struct jfr_constant *jfr_constant_of(struct jfr_reader *r, const struct jfr_record *record,
				     enum jfr_field field);
/*
 * Whether it has been made as that. An error if it has been made as something else: in a broken
 * file one constant may be called a stack and a thread.
 */
bool jfr_is_made(struct jfr_reader *r, const struct jfr_constant *c, enum jfr_made as);
/*
 * Whether a constant that was asked for lately has been made as that, and its id then: the short
 * way to what jfr_stack() and jfr_thread() return.
 */
static inline bool jfr_recent(const struct jfr_reader *r, const struct jfr_record *record,
			      enum jfr_field field, enum jfr_made as, uint32_t *id)
{
	const struct jfr_member *m = jfr_member(record, field);
	const struct jfr_constant *c;
	uint32_t row;

	if (!m)
		return false;
	row = r->pools.recent[(record->number[field] + m->type_row * 31) % JFR_RECENT];
	if (!row)
		return false;
	c = &r->pools.rows[row - 1];
	*id = c->made;
	return c->key == record->number[field] && c->type == m->type_row && c->made_as == as;
}
/* Reads the constant that a field refers to; false if there is none. */
bool jfr_read_constant(struct jfr_reader *r, const struct jfr_record *record, enum jfr_field field,
		       struct jfr_record *constant);
/* The text of a field, be it in its place, a constant, or the one text in a constant. */
void jfr_field_text(struct jfr_reader *r, const struct jfr_record *record, enum jfr_field field,
		    struct buf *out);

/* Of the two fields for it, the one that the event has. */
static inline enum jfr_field jfr_thread_field(const struct jfr_record *event)
{
	return event->type->by_field[JFR_SAMPLED_THREAD] ? JFR_SAMPLED_THREAD : JFR_EVENT_THREAD;
}

stack_id jfr_stack(struct jfr_reader *r, const struct jfr_record *event);
thread_id jfr_thread(struct jfr_reader *r, const struct jfr_record *event);

/* What kind of event it is, by the name of its type; sets type->kind. */
void jfr_mark_event(struct jfr_type *type);
/* Whether the event says something of others, before or behind it. */
bool jfr_is_setting(const struct jfr_type *type);
/* Whether the event is a sample, or says how many were lost. */
bool jfr_is_sample(const struct jfr_type *type);
/* Takes a setting; false after an error. */
bool jfr_read_setting(struct jfr_reader *r, struct jfr_bytes event);
/* Takes an event that jfr_is_sample(); false after an error. */
bool jfr_read_event(struct jfr_reader *r, struct jfr_type *type, struct jfr_bytes event);
/* Adds `count` samples with the fields of an event; false after an error. */
bool jfr_add_samples(struct jfr_reader *r, struct jfr_type *type, const struct jfr_record *event,
		     uint64_t count);
/*
 * Whether events of the type may be counted by jfr_group_event(), and jfr_add_groups() makes samples
 * of them when constants and settings are known.
 */
bool jfr_is_groupable(const struct jfr_type *type);
bool jfr_group_event(struct jfr_reader *r, uint32_t type, struct jfr_bytes event);
void jfr_add_groups(struct jfr_reader *r);
/* Adds the samples that waited, in order of time. */
void jfr_add_waiting(struct jfr_reader *r);

#endif
