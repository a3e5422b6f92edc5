/*
 * unit.h - what cmocka needs to be included first, and what the unit tests share
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/diag.h"
#include "common/base/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Bytes compared with their length: cmocka's own strings end at a NUL. */
static inline void assert_str(struct str got, struct str expected)
{
	assert_int_equal(got.n, expected.n);
	if (got.n)
		assert_memory_equal(got.p, expected.p, got.n);
}

/* The same numbers on every run: a test that fails can be looked at. */
static inline uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* Messages are expected in these tests, and no use: nobody listens. */
static struct task unit_task;

#define RUN(tests) \
	(task_init(&unit_task), task_current = &unit_task, \
	 cmocka_run_group_tests(tests, NULL, NULL))

#endif
