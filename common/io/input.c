#include "common/io/input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "common/io/progress.h"
#include "common/io/source.h"

enum { BLOCK = 1 << 18 };

#define LINE_TOO_LONG \
	"expected at most %" PRIu64 " bytes of a line or a text, got more " \
	"(--limit line=N allows more)"

/* Releases what is not memory; memory is released as a whole when work is given up. */
static void abandon(void *owner)
{
	struct input *in = owner;

	if (task_current->reading == in)
		task_current->reading = NULL;
	if (in->source)
		in->source->close(in->source);
	else if (in->fd > STDERR_FILENO)
		close(in->fd);
	progress_end();
}

/*
 * Keeps the buffer for the next input: otherwise each of thousands of small files would have
 * memory mapped and cleared again. Not if memory is linked to a list, since the next input may
 * belong to another one.
 */
static struct input *input_new(const char *name, int fd)
{
	struct task *c = task_current;
	struct input *in = alloc_zero(1, sizeof *in);

	in->name = name;
	in->fd = fd;
	task_on_unwind(&in->cleanup, abandon, in);
	in->cap = BLOCK;
	in->buffer = c->spare_buffer ? c->spare_buffer : alloc_bytes(in->cap);
	c->spare_buffer = NULL;
	in->p = in->end = in->buffer;
	return in;
}

/* --- opening --- */

/* What input_preopen() opened and input_open() has not given out yet. */
struct preopened_file {
	const char *path; /* NULL: standard input */
	int fd;
	uint64_t size; /* 0: unknown */
};

static bool is_standard(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

static const char *display_path(const char *path)
{
	return is_standard(path) ? "standard input" : diag_masked(str_of(path));
}

static int open_file(const char *path, struct preopened_file *f)
{
	struct stat st = { 0 };
	int wrong = 0;

	f->path = is_standard(path) ? NULL : path;
	if (!f->path && isatty(STDIN_FILENO))
		diag_warning("reading a profile from this terminal: give a file, or end it with "
			     "Ctrl-D; --help tells more");
	f->fd = f->path ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (f->fd < 0 || fstat(f->fd, &st) < 0)
		wrong = diag_error("%s: %s", display_path(path), strerror(errno));
	else if (S_ISDIR(st.st_mode))
		wrong = diag_error("%s: expected a file, got a directory", display_path(path));
	if (wrong && f->fd >= 0 && f->path)
		close(f->fd);
	f->size = wrong == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	return wrong;
}

int input_preopen(const char *path)
{
	struct task *c = task_current;
	struct preopened_file f;

	c->preopening = true;
	if (open_file(path, &f) < 0)
		return -1;
	ARRAY_ROOM(c->preopened, c->preopened_count, c->preopened_cap);
	c->preopened[c->preopened_count++] = f;
	return 0;
}

static int take_preopened(const char *path, struct preopened_file *f)
{
	struct task *c = task_current;
	struct preopened_file *preopened = c->preopened;

	for (size_t i = 0; i < c->preopened_count; i++) {
		bool same = is_standard(path)
				    ? !preopened[i].path
				    : preopened[i].path && strcmp(preopened[i].path, path) == 0;

		if (!same)
			continue;
		*f = preopened[i];
		/* usually requested in order */
		memmove(preopened + i, preopened + i + 1,
			(--c->preopened_count - i) * sizeof *preopened);
		return 0;
	}
	return diag_error("%s: was not opened before the sandbox was closed", display_path(path));
}

struct input *input_open(const char *path)
{
	struct task *c = task_current;
	struct preopened_file f = { 0 };
	struct input *in;

	if ((c->preopening ? take_preopened(path, &f) : open_file(path, &f)) < 0)
		return NULL;
	progress_start(f.path ? f.path : "reading", f.size);
	in = input_new(f.path ? f.path : "standard input", f.fd);
	in->source = source_file(f.fd, f.size);
	in->source = source_unpack(in->source);
	if (in->source->compressed)
		in->source = source_read_ahead(in->source);
	in->source = source_utf8(in->source);
	return c->reading = in;
}

struct input *input_source(const char *name, struct source *bottom)
{
	struct task *c = task_current;
	struct input *in = input_new(name, -1);

	in->source = bottom;
	in->source = source_unpack(in->source);
	in->source = source_utf8(in->source);
	/* a part of a file has no offset that the user could find */
	if (!c->reading)
		c->reading = in;
	return in;
}

struct input *input_memory(const char *name, struct str bytes)
{
	return input_source(name, source_memory(bytes));
}

void input_close(struct input *in)
{
	struct task *c = task_current;

	if (!in)
		return;
	task_settle(&in->cleanup);
	abandon(in); /* the progress bar ends after the thread that reads ahead */
	if (in->cap == BLOCK && !c->spare_buffer && !c->memory)
		c->spare_buffer = in->buffer;
	else
		alloc_free(in->buffer);
	alloc_free(in);
}

static void read_failed(struct input *in)
{
	const char *trouble = source_trouble(in->source);

	if (!trouble)
		trouble = strerror(errno);
	input_error_at(in, in->passed + (uint64_t)(in->end - in->buffer), "%s", trouble);
}

bool input_want(struct input *in, size_t want)
{
	size_t have = (size_t)(in->end - in->p);

	if (have >= want)
		return true;
	if (in->ended)
		return false;
	if (in->p > in->buffer) {
		in->passed += (uint64_t)(in->p - in->buffer);
		memmove(in->buffer, in->p, have);
	}
	if (want > BLOCK && want > task_current->limits[LIMIT_LINE]) {
		input_error_at(in, in->passed + (uint64_t)(in->p - in->buffer), LINE_TOO_LONG,
			       task_current->limits[LIMIT_LINE]);
		return false;
	}
	if (want > in->cap / 2) {
		while (in->cap / 2 < want)
			in->cap *= 2;
		in->buffer = alloc_resize(in->buffer, in->cap, 1);
	}
	in->p = in->buffer;
	in->end = in->buffer + have;
	while (have < want) {
		ptrdiff_t got = in->source->read(in->source, in->buffer + have, in->cap - have);

		if (got < 0)
			read_failed(in);
		if (got <= 0) {
			in->ended = true;
			return false;
		}
		have += (size_t)got;
		in->end = in->buffer + have;
	}
	return true;
}

bool input_line(struct input *in, struct str *line)
{
	size_t seen = 0;
	const char *newline;

	do {
		newline = memchr(in->p + seen, '\n', (size_t)(in->end - in->p) - seen);
		if (newline)
			break;
		seen = (size_t)(in->end - in->p);
	} while (input_more(in));
	if (!newline && in->p == in->end)
		return false;
	line->p = in->p;
	line->n = (size_t)((newline ? newline : in->end) - in->p);
	in->p = newline ? newline + 1 : in->end;
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	in->line++;
	if (line->n > task_current->limits[LIMIT_LINE]) {
		input_error(in, LINE_TOO_LONG, task_current->limits[LIMIT_LINE]);
		return false;
	}
	return true;
}

void input_skip_empty_lines(struct input *in)
{
	do {
		const char *begin = in->p;

		while (in->p < in->end && *in->p == '\n')
			in->p++;
		in->line += (uint64_t)(in->p - begin);
	} while (in->p == in->end && input_more(in));
}

uint64_t input_offset(const struct input *in)
{
	return in->passed + (uint64_t)(in->p - in->buffer);
}

static int fail(struct input *in, const char *kind, uint64_t at, const char *format, va_list args)
{
	char text[1024];

	if (!in->failed) {
		progress_end();
		vsnprintf(text, sizeof text, format, args);
		diag_error("%s: %s %" PRIu64 ": %s", diag_masked(str_of(in->name)), kind, at, text);
	}
	in->failed = in->ended = true;
	in->p = in->end = in->buffer;
	return -1;
}

int input_error(struct input *in, const char *format, ...)
{
	va_list args;
	bool lines = in->place == PLACE_LINE;

	va_start(args, format);
	fail(in, lines ? "line" : "byte", lines ? in->line : input_offset(in), format, args);
	va_end(args);
	return -1;
}

int input_error_at(struct input *in, uint64_t at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(in, "byte", at, format, args);
	va_end(args);
	return -1;
}

void input_refuse(const char *format, ...)
{
	struct input *reading = task_current->reading;
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (reading && reading->cut) /* that is not reported: this is */
		reading->failed = reading->cut = false;
	if (reading)
		input_error(reading, "%s", text);
	else
		diag_error("%s", text);
}
