/*
 * fail - system and memory calls that fail when a test says so, by LD_PRELOAD
 *
 *	FAULTS=N[,N...]     the N-th of the calls below fails, from 1 on, over all of them
 *	FAULT_WAY=WAY       fail (the default); eintr: every second read and write is
 *	                    interrupted; short: each of them gives or takes one byte
 *	FAULT_LOG=FILE      the name of each call, a line each
 *	FAULT_NAMED=1       the file system has no files without a name
 *
 * malloc's family is left alone where a sanitizer has its own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned faults[16];
static size_t fault_count;
static unsigned calls;
static int log_fd = -1;
static enum { WAY_FAIL, WAY_EINTR, WAY_SHORT } way;
static int ready;
static _Thread_local int loading;

/* Before main: the loader's own calls are none of the program's. */
__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("FAULTS"), *log = getenv("FAULT_LOG");
	const char *how = getenv("FAULT_WAY");

	for (char *end; text && *text && fault_count < 16; text = *end ? end + 1 : end)
		faults[fault_count++] = (unsigned)strtoul(text, &end, 10);
	if (log)
		log_fd = (int)syscall(SYS_openat, AT_FDCWD, log,
				      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (how && strcmp(how, "eintr") == 0)
		way = WAY_EINTR;
	if (how && strcmp(how, "short") == 0)
		way = WAY_SHORT;
	ready = 1;
}

/* Counts the call; true if it has to fail, with errno set. */
static int fails(const char *name, int trouble)
{
	unsigned number;

	if (!ready || loading)
		return 0;
	number = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
	if (log_fd >= 0) {
		char line[64];
		int n = snprintf(line, sizeof line, "%s\n", name);

		syscall(SYS_write, log_fd, line, n);
	}
	for (size_t i = 0; i < fault_count; i++)
		if (faults[i] == number) {
			errno = trouble;
			return 1;
		}
	return 0;
}

static int interrupted(void)
{
	static unsigned count;

	errno = EINTR;
	return ready && way == WAY_EINTR && ++count % 2;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* What a library does while it is loaded, nobody asked for. */
void *dlopen(const char *name, int flags)
{
	void *library;

	loading++;
	library = REAL(dlopen)(name, flags);
	loading--;
	return library;
}

ssize_t read(int fd, void *to, size_t n)
{
	if (interrupted() || fails("read", EIO))
		return -1;
	return syscall(SYS_read, fd, to, way == WAY_SHORT && n ? 1 : n);
}

ssize_t write(int fd, const void *from, size_t n)
{
	/* what is said on stderr is how a test sees that it went well */
	if (fd != STDERR_FILENO && (interrupted() || fails("write", ENOSPC)))
		return -1;
	return syscall(SYS_write, fd, from, way == WAY_SHORT && fd != STDERR_FILENO && n ? 1 : n);
}

int close(int fd)
{
	int failed = fails("close", EIO);

	/* it is closed all the same, as on Linux */
	syscall(SYS_close, fd);
	return failed ? -1 : 0;
}

int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	if ((flags & O_TMPFILE) == O_TMPFILE && getenv("FAULT_NAMED")) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (fails("open", EMFILE))
		return -1;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int mkstemp(char *name)
{
	return fails("mkstemp", ENOSPC) ? -1 : REAL(mkstemp)(name);
}

int fstat(int fd, struct stat *st)
{
	return fails("fstat", EIO) ? -1 : REAL(fstat)(fd, st);
}

int fchmod(int fd, mode_t mode)
{
	return fails("fchmod", EPERM) ? -1 : REAL(fchmod)(fd, mode);
}

int fchown(int fd, uid_t owner, gid_t group)
{
	return fails("fchown", EPERM) ? -1 : REAL(fchown)(fd, owner, group);
}

int rename(const char *from, const char *to)
{
	return fails("rename", EACCES) ? -1 : REAL(rename)(from, to);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
	return fails("linkat", EACCES) ? -1 : REAL(linkat)(from_folder, from, to_folder, to, flags);
}

int fsync(int fd)
{
	return fails("fsync", EIO) ? -1 : REAL(fsync)(fd);
}

void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
	return fails("mmap", ENOMEM)
		       ? MAP_FAILED
		       : (void *)syscall(SYS_mmap, at, n, protection, flags, fd, offset);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *with)
{
	return fails("pthread_create", EAGAIN) ? EAGAIN
					       : REAL(pthread_create)(thread, how, run, with);
}

#ifndef KEEP_MALLOC

/* glibc's own names for them: dlsym() itself asks for memory */
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);

/*
 * The loader asks too, for a library that is loaded or a thread's variables in it. Where it
 * gets nothing, glibc (2.36) may end the process with status 127, and no program is asked.
 */
static int from_loader(const void *caller)
{
	Dl_info from;

	return ready && dladdr(caller, &from) && from.dli_fname &&
	       strstr(from.dli_fname, "/ld-linux");
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t n)
{
	return !from_loader(CALLER) && fails("malloc", ENOMEM) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return !from_loader(CALLER) && fails("calloc", ENOMEM) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t n)
{
	return !from_loader(CALLER) && fails("realloc", ENOMEM) ? NULL : __libc_realloc(old, n);
}

#endif
