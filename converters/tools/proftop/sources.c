#define _GNU_SOURCE /* O_CLOEXEC */
#include "converters/tools/proftop/sources.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io/source.h"

/* A path that a profile names may be anything: neither a device nor a FIFO is waited for. */
static struct input *open_regular(const struct buf *path)
{
	struct stat st;
	int fd;

	if (str_has((struct str){ path->p, path->n - 1 }, '\0'))
		return NULL;
	fd = open(path->p, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return NULL;
	}
	return input_source("source", source_file(fd, (uint64_t)st.st_size));
}

static struct input *open_below(struct str directory, struct str file)
{
	struct buf path = { 0 };
	struct input *in;

	buf_add(&path, directory);
	if (directory.n && file.n && file.p[0] != '/')
		buf_byte(&path, '/');
	buf_add(&path, file);
	buf_byte(&path, '\0');
	in = open_regular(&path);
	buf_free(&path);
	return in;
}

/* Below the directory, by ever shorter ends of the path. */
static struct input *find_below(struct str directory, struct str file)
{
	struct str before;
	struct input *in = NULL;

	do
		in = open_below(directory, file);
	while (!in && str_cut(file, '/', &before, &file));
	return in;
}

static struct input *find_beside(const char *profile, struct str file)
{
	struct str path = str_of(profile), base = str_base(path);
	struct str directory = str_head(path, path.n - base.n);

	if (str_eq(path, S("-")))
		return NULL;
	return find_below(directory.n ? directory : S("."), file);
}

struct input *sources_open(const struct proftop_options *o, struct str file)
{
	struct str rest = str_of(o->source_path ? o->source_path : ""), directory;
	struct input *in = NULL;

	if (!file.n || task_current->preopening)
		return NULL;
	while (!in && str_part(&rest, ':', &directory))
		if (directory.n)
			in = find_below(directory, file);
	if (!in)
		in = open_below(S(""), file);
	for (int i = 0; i < o->file_count && !in; i++)
		in = find_beside(o->files[i], file);
	return in;
}
