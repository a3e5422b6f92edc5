/*
 * task - the state of one piece of work, and how it is given up
 *
 * A program is one task; each handle of the library has its own. A task holds what would
 * otherwise be static variables: messages and who gets them, limits on the input, files that
 * were opened ahead, and the point to return to when work cannot continue.
 *
 * `task_current` is the task of the running thread. It is set by whatever starts the work
 * (task_run(), or a program's main) and by every thread that works for it. It is not passed
 * as an argument, because lack of memory, a limit or an overflow can occur in any function
 * that adds a row: nearly all functions would pass it on and none would use it. What callers
 * choose (settings, options of a format) is an argument everywhere.
 *
 * Giving up: task_unwind() runs the cleanups that were registered since the innermost
 * task_run() began, newest first, and makes that task_run() return false. Memory is not
 * released piece by piece: if a task has `memory`, every allocation is linked to it and
 * memory_release() frees all of it (as PostgreSQL's memory contexts do). A program's task
 * has none, since the program then ends. Files, threads and resources of other libraries
 * need a cleanup.
 */
#ifndef BASE_TASK_H
#define BASE_TASK_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/str.h"

/* What is limited, see common/io/limits.h. */
enum limit {
	LIMIT_NESTING, /* nesting of JSON, XML and marshal values */
	LIMIT_NAME,    /* length of a name of a function, file or thread */
	LIMIT_LINE,    /* bytes that must be in memory at once: a line, a JSON string */
	LIMIT_FUNCTIONS,
	LIMIT_STACKS, /* distinct stacks; every caller of a stack is one */
	LIMIT_THREADS,
	LIMIT_VALUES, /* value types */
	LIMIT_CELLS,  /* rows of a table of values, times its value types if it has several */
	LIMIT_MAPPINGS,
	LIMIT_LABELS,     /* distinct labels of samples */
	LIMIT_LABEL_SETS, /* distinct sets of labels; every set without its last label is one */
	LIMIT_UNPACKED,   /* uncompressed size of a gzip file */
	LIMIT_WRITTEN,    /* size of an output, before it is compressed */
	LIMIT_LISTS,      /* size of a list of files or of rules */
	LIMIT_SECONDS,    /* processor time of stacks_from_graph */
	LIMITS
};

enum message { MESSAGE_ERROR, MESSAGE_WARNING, MESSAGE_VERBOSE };

/* The reason why work was given up. */
enum failure { FAILURE_NONE, FAILURE_OTHER, FAILURE_LIMIT, FAILURE_MEMORY };

/* The header of each linked allocation, and the head of the list. */
struct memory {
	struct memory *previous, *next;
};

/* Releases one resource other than memory; a member of its owner. */
struct cleanup {
	struct cleanup *previous, *next;
	void (*run)(void *owner);
	void *owner;
};

/* Buffers for the results of diag_quote(). */
enum { TASK_QUOTES = 8, TASK_QUOTE = 1100 };

struct task {
	/* --- messages --- */
	const char *program; /* messages begin with it */
	bool quiet;          /* -q: no warnings */
	bool verbose;        /* -v: what was kept, lost, estimated */
	/*
	 * Receives each message; NULL: messages are dropped. `line` is "PROGRAM: warning:
	 * TEXT\n"; TEXT begins at offset `head`.
	 */
	void (*say)(struct task *c, enum message kind, struct str line, size_t head);
	void *listener;            /* argument for `say` */
	unsigned quote;            /* the next of `quotes` */
	struct progress *progress; /* NULL: no progress bar is shown */

	/* --- limits --- */
	uint64_t limits[LIMITS];
	uint64_t clock_start, clock_turns; /* state of LIMIT_SECONDS */

	/* --- the way out --- */
	struct memory *memory; /* allocations are linked to it; NULL: they are not linked */
	struct catch_point *catch;
	struct cleanup cleanups; /* head of a ring; the newest comes next */
	enum failure failure;    /* why the last task_run() returned false */

	/* --- input and output --- */
	struct input *reading; /* the input opened last: messages about limits name its place */
	char *spare_buffer;    /* buffer of a closed input, for the next one */
	struct marshal *spare_marshal; /* tables of a closed marshal reader, for the next one */
	/*
	 * files opened ahead, for a time when no file can be opened any more: see
	 * input_preopen() and output_preopen()
	 */
	struct preopened_file *preopened;
	size_t preopened_count, preopened_cap;
	bool preopening;
	struct output *preopened_output;
	/*
	 * Make a temporary file like mkstemp(), and note that it was renamed or removed; both
	 * or neither are set.
	 */
	int (*make_temporary)(char *name);
	void (*forget_temporary)(void);

	/* last, as the only part that is not cleared: a small conversion would feel it */
	char quotes[TASK_QUOTES][TASK_QUOTE];
};

/* NULL in a thread that has not begun any work. */
extern _Thread_local struct task *task_current;

/* Sets the defaults: no listener, the default limits, nothing linked. */
void task_init(struct task *c);
/* Frees what the task itself owns. */
void task_free(struct task *c);

/*
 * Calls act(argument) with c as the current task. Returns false if the work was given up: then
 * c->failure is the reason and a message has been sent. May be nested, also within one task.
 */
bool task_run(struct task *c, void (*act)(void *argument), void *argument);

/*
 * Gives up the work; the caller has sent a message. Without an enclosing task_run(), as in a
 * program, the process exits with status 2.
 */
_Noreturn void task_unwind(enum failure why);

/* Registers a cleanup that task_unwind() runs unless task_settle() is called first. */
void task_on_unwind(struct cleanup *one, void (*run)(void *owner), void *owner);
/* Unregisters a cleanup; allowed if it was never registered (all zeros). */
void task_settle(struct cleanup *one);

#endif
