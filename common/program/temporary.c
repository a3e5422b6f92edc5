#include "common/program/temporary.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The temporary file of this process; static because a signal handler gets no argument. */
static char temporary[PATH_MAX];

/* What else must be done before a signal ends the process. */
static void (*last_act)(void);

/* Those that end a process and are no fault of its own, which debuggers and sanitizers take. */
static bool ends_process(int number)
{
	static const int others[] = {
		SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGCHLD, SIGURG,
		SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGTRAP, SIGSYS,  SIGXFSZ, SIGWINCH,
	};

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (number == others[i])
			return false;
	return true;
}

static void on_signal(int number)
{
	if (temporary[0])
		unlink(temporary);
	if (last_act)
		last_act();
	signal(number, SIG_DFL);
	raise(number);
}

/* The C library keeps some numbers below SIGRTMIN for itself and refuses them. */
static void handle_signals(void)
{
	static bool ready;

	if (ready)
		return;
	ready = true;
	for (int i = 1; i <= SIGRTMAX; i++)
		if (ends_process(i) && signal(i, on_signal) == SIG_IGN)
			signal(i, SIG_IGN);
}

/* Blocks signals until the name of the temporary file is stored. */
static int make(char *name)
{
	sigset_t wait, before;
	int fd;

	sigfillset(&wait);
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

/* Nothing: write() then fails with EFBIG. Programs that are started begin without it. */
static void on_too_large(int number)
{
	(void)number;
}

void temporary_before_end(void (*act)(void))
{
	last_act = act;
	handle_signals();
}

void temporary_guard(struct task *c)
{
	/* exceeding a limit on file sizes is an ordinary error, not the end */
	signal(SIGXFSZ, on_too_large);
	c->make_temporary = make;
	c->forget_temporary = forget;
}
