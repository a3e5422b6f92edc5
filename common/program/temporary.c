#include "common/program/temporary.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The temporary file of this process; static because a signal handler gets no argument. */
static char temporary[PATH_MAX];

static const int fatal_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGXCPU };
enum { FATAL_SIGNALS = sizeof fatal_signals / sizeof *fatal_signals };

static void on_signal(int number)
{
	if (temporary[0])
		unlink(temporary);
	signal(number, SIG_DFL);
	raise(number);
}

static void handle_signals(void)
{
	static bool ready;

	if (ready)
		return;
	ready = true;
	for (int i = 0; i < FATAL_SIGNALS; i++)
		if (signal(fatal_signals[i], on_signal) == SIG_IGN)
			signal(fatal_signals[i], SIG_IGN);
}

/* Blocks signals until the name of the temporary file is stored. */
static int make(char *name)
{
	sigset_t wait, before;
	int fd;

	sigemptyset(&wait);
	for (int i = 0; i < FATAL_SIGNALS; i++)
		sigaddset(&wait, fatal_signals[i]);
	sigprocmask(SIG_BLOCK, &wait, &before);
	fd = mkstemp(name);
	if (fd >= 0) {
		snprintf(temporary, sizeof temporary, "%s", name);
		handle_signals();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return fd;
}

static void forget(void)
{
	temporary[0] = '\0';
}

void temporary_guard(struct task *c)
{
	/* exceeding a limit on file sizes is an ordinary error, not the end */
	signal(SIGXFSZ, SIG_IGN);
	c->make_temporary = make;
	c->forget_temporary = forget;
}
