/*
 * fuzz - what libFuzzer, or replay.c in its place, calls with any bytes
 *
 * A target aborts where a law does not hold; the sanitizers see the rest.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/task.h"

/*
 * Nobody listens to messages. Limits are the usual ones, but for that of value types, which a
 * few hundred bytes can exceed: a program ends then, and a target must not.
 */
static inline void fuzz_start(void)
{
	static struct task task;

	if (!task_current) {
		task_init(&task);
		task.limits[LIMIT_VALUES] = 1 << 16;
		task_current = &task;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(holds) \
	((holds) ? (void)0 \
		 : (fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #holds), \
		    abort()))

#endif
