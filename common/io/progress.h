/*
 * progress - a bar for those who wait
 *
 * Only where stderr is a terminal, not with -q, and only when the work has taken
 * over a second; it is wiped off when the work is done. Nothing else is ever written.
 * A task without a struct progress shows none: that of a library.
 */
#ifndef IO_PROGRESS_H
#define IO_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* All zeros at first. */
struct progress {
	bool active, shown, whole; /* whole: pieces are steps of it */
	char what[64];
	uint64_t total, done;
	int64_t started, last;     /* ms */
};

/* A new piece of work: what is shown, and how many bytes it has (0: nobody knows). */
void progress_start(const char *what, uint64_t total);
void progress_add(uint64_t bytes);
void progress_end(void);

/*
 * Work of many pieces, each with a start and an end of its own: the bar counts `steps`
 * of those, not bytes, until progress_end_steps().
 */
void progress_start_steps(const char *what, uint64_t steps);
void progress_step(void);
void progress_end_steps(void);

#endif
