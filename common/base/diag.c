#include "common/base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/utf8.h"

struct diag diag = { .program = "profpipe" };

void diag_start(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	if (slash)
		diag.program = slash + 1;
	else if (argv0 && *argv0)
		diag.program = argv0;
	hash_start();
}

/* One write a line: lines of programs in one pipe do not mix. */
static void say(const char *kind, const char *format, va_list args)
{
	char line[2048];
	size_t n;
	int head, body;

	if (diag.silent)
		return;
	head = snprintf(line, sizeof line, "%s: %s", diag.program, kind);
	if (head < 0 || (size_t)head >= sizeof line - 1)
		head = 0;
	body = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
	if (body < 0)
		body = 0;
	n = (size_t)head + (size_t)body;
	if (n > sizeof line - 2)
		n = utf8_head((struct str){ line, sizeof line }, sizeof line - 2).n;
	line[n] = '\n';
	fwrite(line, 1, n + 1, stderr);
}

int diag_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
	return -1;
}

void diag_warning(const char *format, ...)
{
	va_list args;

	if (diag.quiet)
		return;
	va_start(args, format);
	say("warning: ", format, args);
	va_end(args);
}

void diag_verbose(const char *format, ...)
{
	va_list args;

	if (!diag.verbose)
		return;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void diag_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
	exit(STATUS_TROUBLE);
}

/* Eight buffers in turn, so that one message may show several texts. */
static char *next_buffer(size_t *size)
{
	enum { RING = 8, SIZE = 1100 };
	static char ring[RING][SIZE];
	static unsigned turn;

	*size = SIZE;
	return ring[turn++ % RING];
}

/* Copies what a terminal may see; the rest becomes \xNN. */
static char *mask(char *out, struct str text, size_t max_bytes)
{
	size_t i = 0;

	while (i < text.n && i < max_bytes) {
		size_t len = utf8_length(text, i);
		bool safe = len && !utf8_is_unsafe(utf8_point(text, i));

		if (!len)
			len = 1;
		for (size_t end = i + len; i < end; i++) {
			if (safe)
				*out++ = text.p[i];
			else
				out += snprintf(out, 5, "\\x%02x", (unsigned char)text.p[i]);
		}
	}
	return out;
}

static const char *show(struct str text, const char *mark, size_t max_bytes)
{
	size_t size;
	char *out = next_buffer(&size), *p = out;

	if (max_bytes > size / 4 - 8)
		max_bytes = size / 4 - 8;
	p += snprintf(p, 2, "%s", mark);
	p = mask(p, text, max_bytes);
	snprintf(p, 6, "%s%s", mark, text.n > max_bytes ? "..." : "");
	return out;
}

const char *diag_quote(struct str text)
{
	return show(text, "'", 60);
}

const char *diag_masked(struct str text)
{
	return show(text, "", 250);
}
