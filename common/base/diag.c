#include "common/base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/utf8.h"

/* One write for each line, so that lines of several programs in a pipe do not mix. */
static void to_stderr(struct task *c, enum message kind, struct str line, size_t head)
{
	(void)c, (void)kind, (void)head;
	fwrite(line.p, 1, line.n, stderr);
}

void diag_set_program(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	if (slash)
		task_current->program = slash + 1;
	else if (argv0 && *argv0)
		task_current->program = argv0;
}

void diag_start(struct task *t, const char *argv0)
{
	hash_start();
	task_init(t);
	task_current = t;
	t->say = to_stderr;
	diag_set_program(argv0);
}

static void say(enum message kind, const char *format, va_list args)
{
	struct task *c = task_current;
	char line[2048];
	size_t n;
	int head, body;

	if (!c->say)
		return;
	head = snprintf(line, sizeof line, "%s: %s", c->program,
			kind == MESSAGE_WARNING ? "warning: " : "");
	if (head < 0 || (size_t)head >= sizeof line - 1)
		head = 0;
	body = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
	if (body < 0)
		body = 0;
	n = (size_t)head + (size_t)body;
	if (n > sizeof line - 2)
		n = utf8_head((struct str){ line, sizeof line }, sizeof line - 2).n;
	line[n] = '\n';
	c->say(c, kind, (struct str){ line, n + 1 }, (size_t)head);
}

int diag_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(MESSAGE_ERROR, format, args);
	va_end(args);
	return -1;
}

void diag_warning(const char *format, ...)
{
	va_list args;

	if (task_current->quiet)
		return;
	va_start(args, format);
	say(MESSAGE_WARNING, format, args);
	va_end(args);
}

void diag_verbose(const char *format, ...)
{
	va_list args;

	if (!task_current->verbose)
		return;
	va_start(args, format);
	say(MESSAGE_VERBOSE, format, args);
	va_end(args);
}

void diag_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(MESSAGE_ERROR, format, args);
	va_end(args);
	task_unwind(FAILURE_OTHER);
}

/* Eight buffers are used in turn, so that one message can show several texts. */
static char *next_buffer(size_t *size)
{
	struct task *c = task_current;

	*size = TASK_QUOTE;
	return c->quotes[c->quote++ % TASK_QUOTES];
}

/* Copies what is safe on a terminal; everything else becomes \xNN. */
static char *mask(char *out, struct str text, size_t max_bytes)
{
	size_t i = 0;

	while (i < text.n && i < max_bytes) {
		size_t len = utf8_length(text, i);
		bool safe = len && !utf8_is_unsafe(utf8_point(text, i)) &&
			    !(i && utf8_is_log_command(str_from(text, i - 1)));

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
