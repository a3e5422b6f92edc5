/*
 * limits - what a profile may at most cost, whoever made it
 *
 * Each task has a table: a program's is read from PROFPIPE_LIMITS and --limit before any input,
 * asked wherever a stranger's bytes make something grow. The usual limits are far above
 * what profilers write; those of memory are chosen so that a file has to be about as
 * long as what it makes the program hold. Ids have 32 bits: no limit of rows is above.
 */
#ifndef IO_LIMITS_H
#define IO_LIMITS_H

#include <stdint.h>
#include <stdio.h>

#include "common/base/task.h"

/*
 * "NAME=N[,NAME=N...]", N with k, M, G or T (1024 times each); -1 after a message that
 * says where that was given.
 */
int limits_set(const char *from, const char *text);
/* The names, what they limit and how much that is now: a line each. */
void limits_print(FILE *to);
const char *limit_name(enum limit which);

/* Says where in the input it was, and gives up (FAILURE_LIMIT). */
_Noreturn void limit_exceeded(enum limit which);

/* Starts the clock of LIMIT_SECONDS, the processor time of this thread; asks it, cheaply enough for a loop's every turn. */
void limit_clock_start(void);
void limit_clock(void);

static inline void limit_check(enum limit which, uint64_t count)
{
	if (count > task_current->limits[which])
		limit_exceeded(which);
}

#endif
