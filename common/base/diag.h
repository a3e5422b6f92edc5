/*
 * diag - messages, sent through the current task
 *
 * Every message is one line, "PROGRAM: ..." in lower case without a full stop. Untrusted text
 * is passed through diag_quote() or diag_masked(), which mask control bytes and shorten long
 * text, so that no input can control a terminal.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>

#include "common/base/task.h"
#include "common/base/str.h"

/* Exit statuses of every program. */
enum status {
	STATUS_DONE = 0,    /* success; a check or comparison answered yes */
	STATUS_NO = 1,      /* a check or comparison answered no */
	STATUS_TROUBLE = 2, /* usage error, invalid input, I/O error */
};

/*
 * main calls this first: makes t the current task, sets its program to the last component of
 * argv0, and sends messages to stderr.
 */
void diag_start(struct task *t, const char *argv0);
/* Changes the name that messages begin with. */
void diag_set_program(const char *argv0);

int diag_error(const char *format, ...) PRINTF_LIKE(1, 2);    /* always returns -1 */
void diag_warning(const char *format, ...) PRINTF_LIKE(1, 2); /* not with -q */
void diag_verbose(const char *format, ...) PRINTF_LIKE(1, 2); /* only with -v */
/* Reports an error and unwinds, see task_unwind(). */
_Noreturn void diag_die(const char *format, ...) PRINTF_LIKE(1, 2);

/*
 * diag_quote() returns the text in single quotes, cut at about 60 bytes, diag_masked() without
 * quotes, cut at about 250. What is unsafe on a terminal (utf8.h) becomes \xNN. The result is
 * valid until the eighth call after this one.
 */
const char *diag_quote(struct str text);
const char *diag_masked(struct str text); /* see above */

#endif
