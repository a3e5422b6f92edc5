/*
 * limits - what a profile may at most cost, whoever made it
 *
 * One table for the program: read from PROFPIPE_LIMITS and --limit before any input,
 * asked wherever a stranger's bytes make something grow. The usual limits are far above
 * what profilers write; those of memory are chosen so that a file has to be about as
 * long as what it makes the program hold. Ids have 32 bits: no limit of rows is above.
 */
#ifndef IO_LIMITS_H
#define IO_LIMITS_H

#include <stdint.h>
#include <stdio.h>

enum limit {
	LIMIT_NESTING,   /* JSON, XML and marshal values within each other */
	LIMIT_NAME,      /* bytes of a function's, file's or thread's name */
	LIMIT_LINE,      /* bytes that have to be in memory at once: a line, a JSON string */
	LIMIT_FUNCTIONS,
	LIMIT_STACKS,    /* different stacks; every caller of a stack is one */
	LIMIT_THREADS,
	LIMIT_VALUES,    /* value types */
	LIMIT_MAPPINGS,
	LIMIT_LABELS,    /* different ones of samples */
	LIMIT_LABEL_SETS, /* different sets of them; every set without its last label is one */
	LIMIT_UNPACKED,  /* bytes that one gzip file becomes */
	LIMIT_SECONDS,   /* of processor time for stacks_from_graph */
	LIMITS
};

extern uint64_t limits[LIMITS];

/*
 * "NAME=N[,NAME=N...]", N with k, M, G or T (1024 times each); -1 after a message that
 * says where that was given.
 */
int limits_set(const char *from, const char *text);
/* The names, what they limit and how much that is now: a line each. */
void limits_print(FILE *to);
const char *limit_name(enum limit which);

/* Says where in the input it was, and ends the program with status 2. */
_Noreturn void limit_exceeded(enum limit which);

/* Starts the clock of LIMIT_SECONDS; asks it, cheaply enough for a loop's every turn. */
void limit_clock_start(void);
void limit_clock(void);

static inline void limit_check(enum limit which, uint64_t count)
{
	if (count > limits[which])
		limit_exceeded(which);
}

#endif
