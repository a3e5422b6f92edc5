/*
 * limits - upper limits for untrusted input
 *
 * Each task has a table of limits; that of a program is read from PROFPIPE_LIMITS and --limit
 * before any input. They are checked wherever untrusted bytes make something grow. The
 * defaults are far above what profilers write. Those for memory are chosen so that a file
 * must be about as large as the memory that it makes the program use. Ids have 32 bits, so no
 * limit on rows is higher.
 */
#ifndef IO_LIMITS_H
#define IO_LIMITS_H

#include <stdint.h>
#include <stdio.h>

#include "common/base/task.h"

/*
 * Parses "NAME=N[,NAME=N...]", N with k, M, G or T (powers of 1024). 0, or -1 after a message
 * that names `from`.
 */
int limits_set(const char *from, const char *text);
/* Prints a line for each limit: its name, what it limits, its value. */
void limits_print(FILE *to);
const char *limit_name(enum limit which);

/* Reports the place in the input and gives up the work (FAILURE_LIMIT). */
_Noreturn void limit_exceeded(enum limit which);

/*
 * limit_clock_start() starts the clock of LIMIT_SECONDS, the processor time of this thread;
 * limit_clock() checks it, and is cheap enough for every turn of a loop.
 */
void limit_clock_start(void);
void limit_clock(void);

static inline void limit_check(enum limit which, uint64_t count)
{
	if (count > task_current->limits[which])
		limit_exceeded(which);
}

#endif
