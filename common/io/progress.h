/*
 * progress - a progress bar
 *
 * Shown only if stderr is a terminal, without -q, and when the work has taken over a second;
 * it is erased when the work is done. A task without a struct progress, such as that of a
 * library handle, shows none.
 */
#ifndef IO_PROGRESS_H
#define IO_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Initially all zeros. */
struct progress {
	bool active, shown, whole; /* whole: the parts of the work are its steps */
	char what[64];
	uint64_t total, done;
	int64_t started, last; /* ms */
};

/* Starts a piece of work: the text to show, and its size in bytes (0: unknown). */
void progress_start(const char *what, uint64_t total);
void progress_add(uint64_t bytes);
void progress_end(void);

/*
 * Work in many parts, each with its own start and end: until progress_end_steps() the bar
 * counts `steps` of them, not bytes.
 */
void progress_start_steps(const char *what, uint64_t steps);
void progress_step(void);
void progress_end_steps(void);

#endif
