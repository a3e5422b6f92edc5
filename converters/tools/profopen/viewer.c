#define _DEFAULT_SOURCE /* setsid() */
#include "converters/tools/profopen/viewer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/diag.h"

enum { AUTO, BROWSER };

/* In the order in which auto takes them; xdg-open and open ask the desktop. */
static const struct candidate {
	int with; /* of VIEWERS */
	const char *command, *format;
} candidates[] = {
	{ BROWSER, "xdg-open", "html" },         { BROWSER, "open", "html" },
	{ BROWSER, "sensible-browser", "html" }, { BROWSER, "firefox", "html" },
	{ BROWSER, "chromium", "html" },         { BROWSER, "google-chrome", "html" },
	{ 2, "kcachegrind", "callgrind" },       { 2, "qcachegrind", "callgrind" },
	{ 3, "speedscope", "speedscope" },
};
static const char *const names[] = { "a viewer", "a browser", "KCachegrind", "speedscope" };

static bool is_executable(struct str directory, struct str command)
{
	struct buf path = { 0 };
	bool found;

	buf_add(&path, directory.n ? directory : S("."));
	buf_byte(&path, '/');
	buf_add(&path, command);
	buf_byte(&path, '\0');
	found = access(path.p, X_OK) == 0;
	buf_free(&path);
	return found;
}

static bool is_there(const char *command)
{
	const char *path = getenv("PATH");
	struct str rest = str_of(path ? path : ""), directory;
	bool found = false;

	if (str_has(str_of(command), '/'))
		return access(command, X_OK) == 0;
	while (!found && str_part(&rest, ':', &directory))
		found = is_executable(directory, str_of(command));
	return found;
}

int viewer_find(int with, struct viewer *found)
{
	const char *browser = getenv("BROWSER");

	*found = (struct viewer){ NULL, "html" };
	if (with <= BROWSER && browser && *browser && is_there(browser))
		found->command = browser;
	for (size_t i = 0; i < sizeof candidates / sizeof *candidates && !found->command; i++) {
		const struct candidate *c = &candidates[i];

		if ((with == AUTO || with == c->with) && is_there(c->command))
			*found = (struct viewer){ c->command, c->format };
	}
	if (!found->command && with != AUTO)
		return diag_error("%s is not on the PATH", names[with]);
	return 0;
}

/* In the child: no terminal and no signals of ours; exec()'s error goes to the parent. */
_Noreturn static void become(const struct viewer *viewer, const char *path, int report)
{
	char *words[] = { (char *)(uintptr_t)viewer->command, (char *)(uintptr_t)path, NULL };
	int null = open("/dev/null", O_RDWR), error;

	setsid();
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	execvp(words[0], words);
	error = errno;
	if (write(report, &error, sizeof error) < 0)
		_exit(126);
	_exit(127);
}

int viewer_start(const struct viewer *viewer, const char *path)
{
	int report[2], error = 0;
	pid_t child;

	if (pipe(report) < 0 || fcntl(report[1], F_SETFD, FD_CLOEXEC) < 0)
		return diag_error("%s: %s", viewer->command, strerror(errno));
	child = fork();
	if (child == 0) {
		close(report[0]);
		/* the viewer is nobody's child: it lives on, and nobody has to wait for it */
		if (fork() != 0)
			_exit(0);
		become(viewer, path, report[1]);
	}
	close(report[1]);
	if (child > 0)
		waitpid(child, NULL, 0);
	if (child < 0 || read(report[0], &error, sizeof error) < 0)
		error = errno;
	close(report[0]);
	return error ? diag_error("%s: %s", viewer->command, strerror(error)) : 0;
}
