/* perf/internal - shared by the files of this folder; format.c has the language */
#ifndef PERF_INTERNAL_H
#define PERF_INTERNAL_H

#include "common/program/format.h"

struct perf_read_options {
	const char *event_filter; /* NULL: all events */
	bool comm, pid, tid;      /* a root frame with these */
	bool addrs;
	bool kernel, inlined, jit; /* which names get a mark */
	bool lenient;
};

extern const struct option_row perf_read_rows[];
int perf_read(struct input *in, struct profile *p);

/* --- the first line of a sample --- */

enum perf_line {
	PERF_OTHER,  /* neither a time nor an event: a name at most */
	PERF_SAMPLE, /* of a sample */
	PERF_RECORD, /* of another record of perf.data: "PERF_RECORD_MMAP2 ..." */
	PERF_BROKEN, /* of a sample whose time or period does not fit in 64 bits */
};

/* The parts are in the line; those that -F left out are empty or not there. */
struct perf_header {
	struct str thread; /* comm and numbers as they are written */
	struct str comm;
	uint64_t pid, tid; /* 0: unknown */
	bool has_time, has_period;
	int64_t time; /* nanoseconds */
	int64_t period;
	struct str event;
	struct str rest; /* what follows: fields of a tracepoint, a frame, or the record */
};

enum perf_line perf_parse_header(struct str line, struct perf_header *h);
/*
 * The frame at the end of the line, as perf writes it where no stacks were recorded: an address
 * in 16 columns, a symbol and an object. False if there is none.
 */
bool perf_find_frame(struct str rest, struct str *frame);
/* Whether the line, which is no header, is "  file.c:12" behind such a frame. */
bool perf_is_srcline(struct str line);

/* --- stacks --- */

/* A line of a stack taken apart. */
struct perf_frame {
	uint64_t address;
	struct str symbol; /* without its offset; empty: perf did not know it, or was not asked */
	bool asked;        /* there is a symbol, be it "[unknown]" */
	struct str object; /* empty: unknown */
	struct str file;   /* of the source line; empty: unknown */
	uint32_t line;
	bool inlined;
	bool python; /* the symbol was a function of Python and its file */
};

/*
 * Parses "address symbol+0xoff (object)", and the source line that follows it or an empty text.
 * False if the address is missing.
 */
bool perf_parse_frame(struct str text, struct str srcline, struct perf_frame *f);

/*
 * The frame of a line that has been seen. An inlined frame has no object of its own: it is the
 * one of the frame that it is in.
 */
struct perf_known_line {
	frame_id frame;
	uint64_t address;
	string_id object;
	bool inlined, in_caller; /* the second: its caller has the same address */
	bool flat;               /* stood on the line of a sample */
};

/* The stack of a text that has been seen. */
struct perf_known_text {
	size_t at, n; /* in the bytes of the cache */
	stack_id root, stack;
};

/*
 * Both caches are emptied when they are full: a stack that is not in them is only read again,
 * so memory follows the profile and not the file.
 */
struct perf_stacks {
	struct input *in;
	struct profile *p;
	const struct perf_read_options *options;

	struct strings lines;
	struct perf_known_line *known;
	size_t known_count, known_cap;
	size_t line_bytes;

	struct perf_known_text *texts;
	size_t text_count, text_cap;
	struct buf bytes;
	struct index index;

	const char *text; /* the present one, which begins behind line in->line; NULL: on it */
	struct str *rows; /* its frames, the leaf first */
	size_t row_count, row_cap;
	struct buf name;
};

void perf_stacks_start(struct perf_stacks *s, struct input *in, struct profile *p);
void perf_stacks_free(struct perf_stacks *s);
/*
 * The stack of these lines above `root`, each ended by a newline; in->line is the line before
 * the first. Reports an error if one is no frame.
 */
stack_id perf_stack_of(struct perf_stacks *s, stack_id root, struct str text);
/*
 * The stack of one frame, which stands on the line of its sample; the source line may follow,
 * behind a newline.
 */
stack_id perf_flat_stack(struct perf_stacks *s, stack_id root, struct str row);

#endif
