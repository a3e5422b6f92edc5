/* collapsed/internal - shared by the reader and the writer */
#ifndef COLLAPSED_INTERNAL_H
#define COLLAPSED_INTERNAL_H

#include "common/program/format.h"

static inline bool collapsed_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline struct str collapsed_trim(struct str s)
{
	while (s.n && collapsed_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static inline bool collapsed_comment(struct str line)
{
	return str_starts(line, S("# "));
}

/*
 * A comment for files with names that end like "f 2": the lines below it have one count, and
 * readers do not guess.
 */
#define COLLAPSED_ONE_COUNT S("# folded stacks, one count a line")

/*
 * Likewise for frames below "P1;T2", which are not in austin's form, and for a frame "tid:1",
 * which is none of the threads of Python's sampler.
 */
#define COLLAPSED_FULL_FRAMES S("# folded stacks, frames are not austin's")

/* The dialect of a file is detected from this many bytes, and at least one line. */
enum { COLLAPSED_WINDOW = 1 << 16 };

/* The length of a "P123" at the beginning of the text, or 0. */
size_t collapsed_process(struct str text);
/* Whether the line is "P123;T0:123;..." or "P123;T123", with or without a count. */
bool collapsed_austin_stack(struct str line);
/*
 * The length of the "tid:123;" of Python's sampler at the beginning of a stack (without the ';'
 * where nothing else is on the stack), or 0. *tid, if not NULL, gets the number.
 */
size_t collapsed_sampler_thread(struct str stack, uint64_t *tid);
/* Whether the end of the stack could be read as the first of two counts. */
bool collapsed_ends_in_number(struct str stack);

struct collapsed_read_options {
	bool skip_bad_lines;
	int counts; /* auto, 1, 2 */
	int unit;   /* 0: none given, else a time unit + 1 or bytes */
};

extern const struct option_row collapsed_read_rows[];
int collapsed_bid(struct str head, bool whole);
int collapsed_read(struct input *in, struct profile *p);

#endif
