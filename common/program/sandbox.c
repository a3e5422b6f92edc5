#define _DEFAULT_SOURCE /* MAP_ANONYMOUS: POSIX has it since 2024 only */
#include "common/program/sandbox.h"

#include <errno.h>
#include <string.h>

#include "common/base/diag.h"
#include "common/program/convert.h"

#ifdef __linux__

#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io/decompress.h"
#include "common/io/input.h"
#include "common/io/output.h"
#include "common/syntax/xml_library.h"

/* Any other system call ends the process. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(lseek),
	SCMP_SYS(close),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	/* needed for signals, the clock and sorting in the C library */
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(sysinfo),
	SCMP_SYS(gettid),
	/* needed to remove the temporary file */
	SCMP_SYS(getpid),
};

/* Calls that the C library makes but can do without: no terminal, no thread, no facts. */
static const struct {
	int call, trouble;
} denied[] = {
	{ SCMP_SYS(ioctl), ENOTTY },      { SCMP_SYS(fstat), EACCES },
	{ SCMP_SYS(newfstatat), EACCES }, { SCMP_SYS(statx), EACCES },
	{ SCMP_SYS(clone), EAGAIN },      { SCMP_SYS(clone3), ENOSYS },
	{ SCMP_SYS(prlimit64), EPERM },   { SCMP_SYS(getrandom), ENOSYS },
};

static int add_rules(scmp_filter_ctx filter)
{
	const int mappings[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };
	int status = 0;

	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		status |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < sizeof denied / sizeof *denied; i++)
		status |= seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)denied[i].trouble),
					   denied[i].call, 0);
	/* memory, but not executable memory */
	for (size_t i = 0; i < 2; i++) {
		status |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, mappings[i], 1,
					   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
		status |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), mappings[i], 1,
					   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	}
	return status;
}

static int give_up_rights(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int status = filter ? add_rules(filter) : -ENOMEM;

	if (status == 0)
		status = seccomp_load(filter);
	seccomp_release(filter);
	return status == 0 ? 0
			   : diag_error("--sandbox: this system does not let it be closed: %s",
					strerror(-status));
}

/* Thousands of files may be merged, and all are open at once. */
static int raise_file_limit(int wanted)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= (rlim_t)wanted)
		return 0;
	if (files.rlim_max < (rlim_t)wanted)
		return diag_error("--sandbox: %d files have to be open at once, and the system "
				  "allows %llu (ulimit -Hn)",
				  wanted, (unsigned long long)files.rlim_max);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	return 0;
}

int sandbox_preopen(const struct settings *s, char **files, int count)
{
	enum { OTHERS = 16 };
	if (!s->sandbox)
		return 0;
	if (raise_file_limit(OTHERS + (int)task_current->preopened_count + count) < 0)
		return -1;
	for (int i = 0; i < count || (i == 0 && !count); i++)
		if (input_preopen(count ? files[i] : NULL) < 0)
			return -1;
	return 0;
}

_Noreturn static void wait_for(pid_t child, const bool *written)
{
	int status = 0;
	bool kept;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		diag_error("--sandbox: stopped at a system call that a conversion does not need");
	else if (WIFSIGNALED(status))
		diag_error("--sandbox: the conversion was ended by signal %d", WTERMSIG(status));
	kept = output_finish_rename(WIFEXITED(status) && *written) == 0;
	exit(WIFEXITED(status) && kept ? WEXITSTATUS(status) : STATUS_TROUBLE);
}

int sandbox_close(const struct settings *s, bool xml)
{
	bool *written;
	pid_t child, parent = getpid();

	if (!s->sandbox)
		return 0;
	if (output_preopen(s->output) < 0)
		return -1;
	written = mmap(NULL, sizeof *written, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	child = written == MAP_FAILED ? -1 : fork();
	if (child < 0)
		return diag_error("--sandbox: %s", strerror(errno));
	if (child > 0)
		wait_for(child, written);
	output_defer_rename(written);
	/* if the waiting process were killed, the output would not be renamed */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(STATUS_TROUBLE);
	decompress_load();
	if (xml)
		xml_library();
	return give_up_rights();
}

#else

int sandbox_preopen(const struct settings *s, char **files, int count)
{
	(void)files, (void)count;
	return s->sandbox ? diag_error("--sandbox: there is none on this system") : 0;
}

int sandbox_close(const struct settings *s, bool xml)
{
	(void)s, (void)xml;
	return 0;
}

#endif

int sandbox_enter(const struct settings *s, char **files, int count, bool xml)
{
	return sandbox_preopen(s, files, count) < 0 ? -1 : sandbox_close(s, xml);
}
