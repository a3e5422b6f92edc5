/*
 * diag - what a program says on stderr
 *
 * Every message is one line, "PROGRAM: ..." in lower case without a full stop.
 * Text that came from outside goes through diag_quote(), which masks control bytes
 * and cuts what is long, so that no input can write to a terminal.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>

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

struct diag {
	const char *program; /* the last part of argv[0] */
	bool quiet;          /* -q: no warnings */
	bool verbose;        /* -v: what was kept, lost, estimated */
	bool silent;         /* nothing at all: in-process tests and fuzzers */
};
extern struct diag diag;

/* For every main, before anything else: how it is called, and the key of its tables. */
void diag_start(const char *argv0);

int diag_error(const char *format, ...) PRINTF_LIKE(1, 2); /* always -1 */
void diag_warning(const char *format, ...) PRINTF_LIKE(1, 2); /* not with -q */
void diag_verbose(const char *format, ...) PRINTF_LIKE(1, 2); /* only with -v */
_Noreturn void diag_die(const char *format, ...) PRINTF_LIKE(1, 2);

/*
 * 'text' in single quotes, what a terminal must not get (utf8.h) as \xNN, at most
 * about 60 bytes. The result lives until the eighth call after this one.
 */
const char *diag_quote(struct str text);
const char *diag_masked(struct str text); /* without the quotes, up to about 250 bytes */

#endif
