/*
 * task - the state of one piece of work, and the way out of it
 *
 * A program is one task; a handle of the library has its own. It holds what would otherwise
 * be static variables: what is said and to whom, how much input may cost, files that were
 * opened ahead, and the point where work that cannot go on is given up.
 *
 * The task of the running thread is `task_current`, set by whoever starts the work
 * (task_run(), or a program's main) and by every thread that works for it. It is not an
 * argument because lack of memory, a limit and an overflow can come up in any function that
 * adds a row: nearly all functions would pass it on, none would look at it, and one that
 * forgot to could not be told from one that needs none. What callers do choose (settings,
 * options of a format) is an argument everywhere.
 *
 * Giving up: task_unwind() runs the cleanups that were registered since the innermost
 * task_run() began, the newest first, and that task_run() answers false. Memory is not
 * released piece by piece: where a task has `memory`, every allocation is linked to it and
 * memory_release() frees all. (PostgreSQL's memory contexts work like this.) A program's
 * task has none, as the program ends then. Files, threads and what other libraries own
 * need a cleanup.
 */
#ifndef BASE_TASK_H
#define BASE_TASK_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/str.h"

/* What may be limited, see common/io/limits.h. */
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

enum message { MESSAGE_ERROR, MESSAGE_WARNING, MESSAGE_VERBOSE };

/* Why work was given up. */
enum failure { FAILURE_NONE, FAILURE_OTHER, FAILURE_LIMIT, FAILURE_MEMORY };

/* Stands in front of each allocation that is linked, and at the head of the list. */
struct memory {
	struct memory *previous, *next;
};

/* Releases one thing that is not memory; part of its owner. */
struct cleanup {
	struct cleanup *previous, *next;
	void (*run)(void *owner);
	void *owner;
};

/* Texts that diag_quote() returns live here. */
enum { TASK_QUOTES = 8, TASK_QUOTE = 1100 };

struct task {
	/* --- messages --- */
	const char *program;     /* how messages begin */
	bool quiet;              /* -q: no warnings */
	bool verbose;            /* -v: what was kept, lost, estimated */
	/*
	 * Gets each message; NULL: nobody does. `line` is "PROGRAM: warning: TEXT\n" and
	 * TEXT begins `head` bytes behind its start.
	 */
	void (*say)(struct task *c, enum message kind, struct str line, size_t head);
	void *listener;          /* for `say` */
	char quotes[TASK_QUOTES][TASK_QUOTE];
	unsigned quote;          /* the next of them */
	struct progress *progress; /* of a program; NULL: there is no bar */

	/* --- limits --- */
	uint64_t limits[LIMITS];
	uint64_t clock_start, clock_turns; /* of LIMIT_SECONDS */

	/* --- the way out --- */
	struct memory *memory;   /* allocations are linked to it; NULL: they are not */
	struct catch_point *catch;
	struct cleanup cleanups; /* the head of a ring, the newest next */
	enum failure failure;    /* why the last task_run() answered false */

	/* --- input and output --- */
	struct input *reading;   /* the last one opened: messages about limits name its place */
	char *spare_buffer;      /* of an input that was closed, for the next one */
	struct marshal *spare_marshal; /* the same of tables */
	/* opened ahead, for when no file can be opened any more: see input_preopen(), output_preopen() */
	struct preopened_file *preopened;
	size_t preopened_count, preopened_cap;
	bool preopening;
	struct output *preopened_output;
	/* mkstemp(), and telling that the file has got its name or was removed; both or none */
	int (*make_temporary)(char *name);
	void (*forget_temporary)(void);
};

/* NULL in a thread that has not begun any work. */
extern _Thread_local struct task *task_current;

/* Fills it with what is usual: no listener, the usual limits, nothing linked. */
void task_init(struct task *c);
/* Frees what the task itself holds. */
void task_free(struct task *c);

/*
 * Calls act(argument) with c as the current task. False if it was given up: then
 * c->failure says why and a message has been said. May be nested, also within one task.
 */
bool task_run(struct task *c, void (*act)(void *argument), void *argument);

/*
 * Gives up, after a message. Without a task_run() around it the process exits with
 * status 2: only programs' tests work so.
 */
_Noreturn void task_unwind(enum failure why);

/* To be run by task_unwind(), until task_settle(). */
void task_on_unwind(struct cleanup *one, void (*run)(void *owner), void *owner);
/* It was released, or never registered (all zeros). */
void task_settle(struct cleanup *one);

#endif
