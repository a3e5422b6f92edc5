#include "converters/tools/profmerge/files.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/io/input.h"
#include "common/io/limits.h"

void file_names_add(struct file_names *f, char *name)
{
	ARRAY_ROOM(f->names, f->count, f->cap);
	f->names[f->count++] = name;
}

/*
 * Names are taken as bytes: they may have any encoding, and contain newlines if NULs end them.
 */
static int read_all(const char *list, struct buf *text)
{
	struct input *in = input_open(list);
	int status;

	if (!in)
		return -1;
	while (input_more(in)) {
		buf_add(text, (struct str){ in->p, (size_t)(in->end - in->p) });
		in->p = in->end;
		limit_check(LIMIT_LISTS, text->n);
	}
	status = input_status(in);
	input_close(in);
	return status;
}

int file_names_read(struct file_names *f, const char *list, bool nul)
{
	size_t start = 0;

	if (read_all(list, &f->text) < 0)
		return -1;
	f->input_used = strcmp(list, "-") == 0;
	buf_byte(&f->text, nul ? '\0' : '\n');
	for (size_t i = 0; i < f->text.n; i++) {
		if (!nul && f->text.p[i] == '\0')
			return diag_error(
				"%s: byte %zu: expected a line, got a NUL byte (-0 reads such lists)",
				f->input_used ? "standard input" : diag_masked(str_of(list)), i);
		if (f->text.p[i] != (nul ? '\0' : '\n'))
			continue;
		f->text.p[i] = '\0';
		if (i > start)
			file_names_add(f, f->text.p + start);
		start = i + 1;
	}
	return 0;
}

void file_names_free(struct file_names *f)
{
	alloc_free(f->names);
	buf_free(&f->text);
	*f = (struct file_names){ 0 };
}
