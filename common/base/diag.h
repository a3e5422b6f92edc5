/*
 * diag - what the work says, through the current task
 *
 * Every message is one line, "PROGRAM: ..." in lower case without a full stop.
 * Text that came from outside goes through diag_quote(), which masks control bytes
 * and cuts what is long, so that no input can write to a terminal.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>

#include "common/base/task.h"
#include "common/base/str.h"

#if defined(__GNUC__)
#define PRINTF_LIKE(a, b) __attribute__((format(printf, a, b)))
#else
#define PRINTF_LIKE(a, b)
#endif

/* Exit statuses of every program. */
enum status {
	STATUS_DONE = 0,    /* did it; a check or comparison said yes */
	STATUS_NO = 1,      /* a check or comparison said no */
	STATUS_TROUBLE = 2, /* usage, bad input, I/O */
};

/*
 * For main, before anything else: t is the current task from now on, its program is the
 * last part of argv0, and messages go to stderr.
 */
void diag_start(struct task *t, const char *argv0);
/* The same program under another name. */
void diag_set_program(const char *argv0);

int diag_error(const char *format, ...) PRINTF_LIKE(1, 2); /* always -1 */
void diag_warning(const char *format, ...) PRINTF_LIKE(1, 2); /* not with -q */
void diag_verbose(const char *format, ...) PRINTF_LIKE(1, 2); /* only with -v */
/* An error, and task_unwind(). */
_Noreturn void diag_die(const char *format, ...) PRINTF_LIKE(1, 2);

/*
 * 'text' in single quotes, what a terminal must not get (utf8.h) as \xNN, at most
 * about 60 bytes. The result lives until the eighth call after this one.
 */
const char *diag_quote(struct str text);
const char *diag_masked(struct str text); /* without the quotes, up to about 250 bytes */

#endif
