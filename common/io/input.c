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
#include "common/io/progress.h"
#include "common/io/source.h"

enum { BLOCK = 1 << 18 };

static struct input *input_new(const char *name, struct source *bottom)
{
	struct input *in = alloc_zero(1, sizeof *in);

	in->name = name;
	in->source = bottom;
	in->cap = BLOCK;
	in->buffer = alloc(in->cap);
	in->p = in->end = in->buffer;
	return in;
}

struct input *input_open(const char *path)
{
	bool standard = !path || strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct source *source;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		error("%s: %s", standard ? "standard input" : masked(str_of(path)),
		      strerror(errno));
		if (fd >= 0 && !standard)
			close(fd);
		return NULL;
	}
	if (S_ISDIR(st.st_mode)) {
		error("%s: expected a file, got a directory",
		      standard ? "standard input" : masked(str_of(path)));
		if (!standard)
			close(fd);
		return NULL;
	}
	progress_start(standard ? "reading" : path, S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0);
	source = source_gunzip(source_file(fd));
	if (source_is_packed(source))
		source = source_beside(source);
	return input_new(standard ? "standard input" : path, source_utf8(source));
}

struct input *input_memory(const char *name, struct str bytes)
{
	return input_new(name, source_utf8(source_gunzip(source_memory(bytes))));
}

void input_close(struct input *in)
{
	if (!in)
		return;
	in->source->close(in->source);
	progress_end(); /* after whoever reads beside the program */
	free(in->buffer);
	free(in);
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
	if (want > in->cap / 2) {
		while (in->cap / 2 < want)
			in->cap *= 2;
		in->buffer = alloc_again(in->buffer, in->cap, 1);
	}
	in->p = in->buffer;
	in->end = in->buffer + have;
	while (have < want) {
		ptrdiff_t got = in->source->read(in->source, in->buffer + have,
						 in->cap - have);

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
	return true;
}

uint64_t input_offset(const struct input *in)
{
	return in->passed + (uint64_t)(in->p - in->buffer);
}

static int fail(struct input *in, const char *kind, uint64_t at, const char *format,
		va_list args)
{
	char text[1024];

	if (!in->failed) {
		progress_end();
		vsnprintf(text, sizeof text, format, args);
		error("%s: %s %" PRIu64 ": %s", masked(str_of(in->name)), kind, at, text);
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
	fail(in, lines ? "line" : "byte", lines ? in->line : input_offset(in), format,
	     args);
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
