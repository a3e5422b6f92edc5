/*
 * chrometrace/reading - one file while it is read
 *
 * 	read.c        the file: its container, what concerns all events, what is said
 * 	read_event.c  one event: its keys and arguments
 * 	tables.c      threads, processes and functions of events
 * 	nest.c        rows of a thread become stacks with self times
 * 	read_cpu.c    pieces of CPU profiles: Chromium's Profile and ProfileChunk
 * 	read_hermes.c samples and stackFrames of the file
 * 	read_own.c    what our own files say beside the events
 * 	samples.c     samples of both become rows
 *
 * What an event is inside of is known when all events of its thread are: complete events are
 * written when they end, so a parent may come behind its children. So each event that takes time
 * is one row of 24 bytes, and the rows are nested at the end of the file.
 */
#ifndef CHROMETRACE_READING_H
#define CHROMETRACE_READING_H

#include "common/base/index.h"
#include "common/profile/details_json.h"
#include "converters/chrometrace/internal.h"

enum { CHROMETRACE_KEYS = 10 }; /* of an event, and one for all others */

/* A number, or any other text; of `texts`. */
struct chrometrace_id {
	uint64_t number;
	string_id text;
};
static inline bool chrometrace_id_eq(struct chrometrace_id a, struct chrometrace_id b)
{
	return a.number == b.number && a.text == b.text;
}

/*
 * A complete event lasts from start to end. Begins and ends of others have no end yet: it is one
 * of these two, which no time is.
 */
#define CHROMETRACE_BEGIN INT64_MIN
#define CHROMETRACE_END (INT64_MIN + 1)
struct chrometrace_row {
	int64_t start, end;
	frame_id frame; /* NO_ID: idle */
	uint32_t thread;
};

/* What our own files say of a thread. */
struct chrometrace_own_thread {
	struct thread thread;
	bool known, negative, ranged;
	bool sampled; /* its events stand for samples */
	int64_t start, end;
	bool timed;               /* samples were taken when their events begin, */
	size_t times, time_count; /* or then: of the reader's `times` */
};

struct chrometrace_thread {
	struct chrometrace_id pid, tid;
	string_id name;
	uint32_t last;     /* its last row, or NO_ID */
	bool unordered;    /* its rows do not come in order of time, the longer one first */
	bool spans, pairs; /* has complete events; begins or ends */
	int64_t first_time, last_time;
	struct chrometrace_own_thread own;
};

struct chrometrace_process {
	struct chrometrace_id pid;
	string_id name;
};

/* What a function is known by: events that have the same are of one frame. */
struct chrometrace_name {
	string_id name, detail, file, system;
	uint32_t begins;    /* the line where the function does */
	bool function_line; /* the name has that line */
	bool idle;          /* no function: nothing ran */
	struct frame at;    /* all but the function */
};
struct chrometrace_frame {
	struct chrometrace_name of;
	frame_id id;
};

/* A begin of LLVM's asynchronous pairs, which waits for its end. */
struct chrometrace_pending {
	uint32_t thread;
	struct chrometrace_name of;
	int64_t start;
};

/* A CPU profile, or the samples of one thread. */
struct chrometrace_stream {
	struct chrometrace_id pid, id; /* pieces are joined by these; id: unused by Hermes */
	uint32_t thread;
	int64_t time;    /* of the last sample, in nanoseconds, or the start */
	int64_t end;     /* when the last sample ends, if later */
	uint32_t number; /* counts the streams of Hermes' threads apart from profiles: 1 */
};

struct chrometrace_sample {
	int64_t time;
	uint32_t stream;
	union {
		stack_id stack;
		string_id frame; /* Hermes', before its frames are known */
	};
};

/* A node of V8's tree of calls. */
struct chrometrace_node {
	uint64_t byte;
	uint32_t stream;
	uint32_t id, parent;
	bool has_parent, is_root;
	frame_id frame;
	stack_id stack, caller;
};

/* Arrays of whole numbers, or of times in nanoseconds. */
struct chrometrace_numbers {
	int64_t *list;
	size_t count, cap;
};

/* The argument "data" of the event that is being read, if it may be a piece of a CPU profile. */
struct chrometrace_piece {
	bool any;
	bool has_start, has_end;
	int64_t start, end;
	struct chrometrace_numbers samples, deltas, lines, columns;
	size_t node_count, node_cap;
	struct chrometrace_node *nodes;
};

/* A frame of Hermes, by its key. */
struct chrometrace_stack_frame {
	string_id key, parent; /* parent: 0 if there is none */
	frame_id frame;
	bool is_root, known;
	stack_id stack;
};

/* The event that is being read. Texts are of `texts`. */
struct chrometrace_event {
	uint64_t byte;
	char phase;
	bool known; /* it has a phase */
	bool named;
	bool keyed; /* it has any key */
	bool has_start, has_length;
	bool is_sum; /* it has "avg ms", as LLVM's sums of others have */
	int64_t start, length;
	struct chrometrace_id pid, tid, id;
	string_id category, given; /* given: the argument "name" */
	struct chrometrace_name of;
	struct chrometrace_own_thread own;
};

/* What was read in another way than it stands there, or not at all. */
struct chrometrace_counts {
	uint64_t unclosed, stray; /* begins without an end; ends without a begin */
	uint64_t overlaps;        /* events that would outlast their caller */
	uint64_t unmeasured;      /* complete events without a duration */
	uint64_t async;           /* events of operations that are on no stack */
	uint64_t sums;            /* LLVM's */
	uint64_t others;          /* instants, flows, counters: they take no time */
	uint64_t lost_callers;    /* nodes whose caller is in no piece */
};

struct chrometrace_reader {
	struct json j;
	struct input *in;
	struct profile *p;
	bool lenient;
	bool is_array, found; /* the file is an array; the events have been found */
	bool unended, cut;    /* the file ends before its events do, or amidst one */
	int64_t beginning;    /* of LLVM's clock, in nanoseconds since 1970; 0: unknown */
	struct chrometrace_counts counts;
	uint64_t child_first, parent_first; /* pairs of one event in another, by who comes first */

	struct strings texts;
	struct buf scratch;
	struct chrometrace_event event;
	string_id last_category;
	uint8_t key_after[CHROMETRACE_KEYS]; /* by key: the one that followed it last */

	struct chrometrace_thread *threads;
	size_t thread_count, thread_cap;
	struct index thread_index;
	uint32_t last_thread;
	struct chrometrace_process *processes;
	size_t process_count, process_cap;
	struct index process_index;
	struct chrometrace_frame *frames;
	size_t frame_count, frame_cap;
	struct index frame_index;
	struct chrometrace_pending *pending;
	size_t pending_count, pending_cap;

	struct chrometrace_row *rows;
	size_t row_count, row_cap;

	int source; /* enum chrometrace_source */

	/* of our own files */
	bool own, typed;
	bool calls;     /* each event is a call */
	bool unordered; /* times are those of no clock */
	struct numbered mappings;
	struct chrometrace_numbers times; /* NO_TIME: unknown */
	value_id value;                   /* if typed */
	struct chrometrace_piece piece;
	struct chrometrace_stream *streams;
	size_t stream_count, stream_cap;
	struct index stream_index;
	struct chrometrace_node *nodes;
	size_t node_count, node_cap;
	struct index node_index;
	struct chrometrace_sample *samples;
	size_t sample_count, sample_cap;
	size_t hermes_count; /* of the first samples: they have frames */
	struct chrometrace_stack_frame *stack_frames;
	size_t stack_frame_count, stack_frame_cap;
	struct index stack_frame_index;
};

/* --- read_event.c --- */

/* Reads the next event of the array. */
void chrometrace_read_event(struct chrometrace_reader *r);

/* A time or duration as nanoseconds; `what` names it. */
bool chrometrace_take_time(struct chrometrace_reader *r, const char *what, int64_t *ns);
struct chrometrace_id chrometrace_take_id(struct chrometrace_reader *r);

/* --- read_cpu.c --- */

/* Reads the argument "data" of an event, whatever the event is. */
void chrometrace_read_data(struct chrometrace_reader *r);
/* The event has ended, and it is a Profile or a ProfileChunk. */
void chrometrace_begin_profile(struct chrometrace_reader *r, const struct chrometrace_event *e);
void chrometrace_add_piece(struct chrometrace_reader *r, const struct chrometrace_event *e);

/* --- read_own.c --- */

/* Read the values of "profpipe" of the file, and among the arguments of thread_name. */
void chrometrace_read_own(struct chrometrace_reader *r);
void chrometrace_read_own_thread(struct chrometrace_reader *r, struct chrometrace_own_thread *own);

/* --- read_hermes.c --- */

/* Read the values of the file's keys "samples" and "stackFrames". */
void chrometrace_read_samples(struct chrometrace_reader *r);
void chrometrace_read_stack_frames(struct chrometrace_reader *r);
/* Gives the samples their stacks, when all of the file is known. */
void chrometrace_resolve_samples(struct chrometrace_reader *r);

/* --- samples.c --- */

/* The stream of that process and id, or of that thread; a new one begins at `start`. */
uint32_t chrometrace_find_stream(struct chrometrace_reader *r, struct chrometrace_stream wanted);
void chrometrace_add_sample(struct chrometrace_reader *r, struct chrometrace_sample sample);
void chrometrace_make_samples(struct chrometrace_reader *r);

/* --- tables.c --- */

/* The value type of all that is read. */
value_id chrometrace_value_type(struct chrometrace_reader *r);

string_id chrometrace_text(struct chrometrace_reader *r, struct str text);
uint32_t chrometrace_find_thread(struct chrometrace_reader *r, struct chrometrace_id pid,
				 struct chrometrace_id tid);
void chrometrace_name_process(struct chrometrace_reader *r, struct chrometrace_id pid,
			      string_id name);
/* The frame of events that are called so. */
frame_id chrometrace_find_frame(struct chrometrace_reader *r, struct chrometrace_name name);
/* The thread in the profile, with its name and that of its process. */
thread_id chrometrace_make_thread(struct chrometrace_reader *r, uint32_t thread);
void chrometrace_free_tables(struct chrometrace_reader *r);

/* --- nest.c --- */

/* Adds a row; `end` may be CHROMETRACE_BEGIN or CHROMETRACE_END. */
void chrometrace_add_row(struct chrometrace_reader *r, struct chrometrace_row row);
/* Makes samples, and call events where they are wanted, of all rows. */
void chrometrace_nest(struct chrometrace_reader *r);

#endif
