#include "common/base/task.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"

#define MIB ((uint64_t)1 << 20)

_Thread_local struct task *task_current;

/*
 * Where task_unwind() returns to; `mark` separates the cleanups of this task_run() from older
 * ones.
 */
struct catch_point {
	jmp_buf at;
	struct catch_point *outer;
	struct cleanup mark;
};

static const uint64_t usual_limits[LIMITS] = {
	[LIMIT_NESTING] = 2000, /* CPython's own limit for marshal */
	[LIMIT_NAME] = 64 * MIB,        [LIMIT_LINE] = 256 * MIB,      [LIMIT_FUNCTIONS] = 50000000,
	[LIMIT_STACKS] = 500000000,     [LIMIT_THREADS] = 5000000,     [LIMIT_VALUES] = 256,
	[LIMIT_CELLS] = 64 * MIB,       [LIMIT_MAPPINGS] = 1000000,    [LIMIT_LABELS] = 50000000,
	[LIMIT_LABEL_SETS] = 100000000, [LIMIT_UNPACKED] = 4096 * MIB, [LIMIT_WRITTEN] = 4096 * MIB,
	[LIMIT_LISTS] = 64 * MIB,       [LIMIT_SECONDS] = 600,
};

void task_init(struct task *c)
{
	memset(c, 0, offsetof(struct task, quotes));
	c->program = "profpipe";
	memcpy(c->limits, usual_limits, sizeof usual_limits);
	c->cleanups.previous = c->cleanups.next = &c->cleanups;
}

void task_free(struct task *c)
{
	alloc_free(c->spare_buffer);
	alloc_free(c->preopened);
	c->spare_buffer = NULL;
	c->preopened = NULL;
	c->preopened_count = c->preopened_cap = 0;
}

/* --- cleanups --- */

static void link_cleanup(struct task *c, struct cleanup *one)
{
	one->previous = &c->cleanups;
	one->next = c->cleanups.next;
	one->next->previous = one;
	c->cleanups.next = one;
}

void task_on_unwind(struct cleanup *one, void (*run)(void *owner), void *owner)
{
	one->run = run;
	one->owner = owner;
	link_cleanup(task_current, one);
}

void task_settle(struct cleanup *one)
{
	if (!one->next)
		return;
	one->previous->next = one->next;
	one->next->previous = one->previous;
	*one = (struct cleanup){ 0 };
}

/* A cleanup that gives up itself has been unlinked, so the others still run. */
static void run_cleanups(struct task *c, const struct cleanup *until)
{
	while (c->cleanups.next != until) {
		struct cleanup one = *c->cleanups.next;

		task_settle(c->cleanups.next);
		one.run(one.owner);
	}
}

/* --- the way out --- */

/* A function of its own, because setjmp() makes local variables of its caller unreliable. */
static bool attempt(struct catch_point *here, void (*act)(void *argument), void *argument)
{
	if (setjmp(here->at))
		return false;
	act(argument);
	return true;
}

bool task_run(struct task *c, void (*act)(void *argument), void *argument)
{
	struct task *before = task_current;
	struct catch_point here = { .outer = c->catch };
	bool done;

	task_current = c;
	c->catch = &here;
	link_cleanup(c, &here.mark);
	done = attempt(&here, act, argument);
	task_settle(&here.mark);
	c->catch = here.outer;
	task_current = before;
	return done;
}

void task_unwind(enum failure why)
{
	struct task *c = task_current;

	run_cleanups(c, c->catch ? &c->catch->mark : &c->cleanups);
	if (!c->catch)
		exit(STATUS_TROUBLE);
	c->failure = why;
	longjmp(c->catch->at, 1);
}
