/*
 * sandbox.c - what a conversion that was taken over could still do: nothing
 *
 * Each test does one thing inside a closed sandbox. The process inside must not come
 * back from it; the one that waits must say so with status 2 and leave no output.
 */
#define _DEFAULT_SOURCE /* syscall(), MAP_ANONYMOUS */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/program/convert.h"
#include "common/program/sandbox.h"

enum { CAME_BACK = 55 };

/* A leak checker looks at the process from another one, which nobody here may start. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static char folder[] = "/tmp/sandbox.XXXXXX";
static char path[sizeof folder + 8];

static void try_open(void)
{
	open("/etc/passwd", O_RDONLY);
}

static void try_create(void)
{
	open(path, O_WRONLY | O_CREAT, 0600);
}

static void try_exec(void)
{
	execl("/bin/true", "true", (char *)NULL);
}

static void try_socket(void)
{
	socket(AF_INET, SOCK_STREAM, 0);
}

static void try_fork(void)
{
	if (syscall(SYS_fork) == 0)
		_exit(0);
}

static void try_kill(void)
{
	kill(getppid(), SIGTERM);
}

static void try_unlink(void)
{
	unlink(path);
}

static void try_rename(void)
{
	rename(path, "/tmp/elsewhere");
}

static void try_ptrace(void)
{
	syscall(SYS_ptrace, 0, 0, 0, 0);
}

static void try_io_uring(void)
{
	syscall(425, 1, NULL); /* io_uring_setup: opens and connects without those calls */
}

static void try_code(void)
{
	/* refused, not ended: a matcher asks and goes on without */
	if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		 0) == MAP_FAILED)
		_exit(STATUS_TROUBLE);
}

static void work(void)
{
	free(malloc(1 << 22));
	exit(write(STDOUT_FILENO, "", 0) == 0 ? STATUS_DONE : CAME_BACK);
}

/* The exit status of who waits for a process that does this. */
static int status_of(void (*act)(void))
{
	int status = -1;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		const struct settings s = { .sandbox = true, .output = path };

		if (sandbox_preopen(&s, (char *[]){ (char *)(uintptr_t) "/dev/null" }, 1) < 0 ||
		    sandbox_close(&s, false) < 0)
			_exit(CAME_BACK);
		act();
		_exit(CAME_BACK);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void sandbox_ends_the_process(void **state)
{
	static void (*const acts[])(void) = {
		try_open,   try_create, try_exec,   try_socket,   try_fork, try_kill,
		try_unlink, try_rename, try_ptrace, try_io_uring, try_code,
	};

	(void)state;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		assert_int_equal(status_of(acts[i]), STATUS_TROUBLE);
		assert_int_equal(access(path, F_OK), -1);
	}
}

static void sandbox_lets_work(void **state)
{
	(void)state;
	assert_int_equal(status_of(work), STATUS_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandbox_ends_the_process),
		cmocka_unit_test(sandbox_lets_work),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/out", folder);
	failed = RUN(tests);
	rmdir(folder);
	return failed;
}
