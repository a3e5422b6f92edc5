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

/* A function in an object that has been seen; source lines are looked up in the profile. */
struct perf_function {
	struct str symbol, object;
	bool in_caller; /* inlined into a frame that the stack has, too */
	bool inlined;
	frame_id frame;
};

/* The frame that is the caller of the next one. */
struct perf_caller {
	bool any;
	uint64_t address;
	struct str object; /* in the text */
};

/* The stack of a text that has been seen. */
struct perf_known_text {
	size_t at, n; /* in the bytes of the cache */
	stack_id root, stack;
};

/*
 * The cache of texts is emptied when it is full: a stack that is not in it is only read again, so
 * memory follows the profile and not the file.
 */
struct perf_stacks {
	struct input *in;
	struct profile *p;
	const struct perf_read_options *options;

	struct perf_function *functions;
	size_t function_count, function_cap;
	struct index function_index;
	struct strings names; /* of these */

	struct perf_known_text *texts;
	size_t text_count, text_cap;
	struct buf bytes;
	struct index index;
	unsigned searched, found; /* in the cache, lately */
	unsigned resting;         /* so many texts more are not looked for */

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
