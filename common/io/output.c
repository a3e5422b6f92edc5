#define _GNU_SOURCE /* O_TMPFILE */
#include "common/io/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/utf8.h"
#include "common/io/limits.h"
#include "common/io/progress.h"

enum { BLOCK = 1 << 17 };

/* The temporary file has been renamed or removed. */
static void forget_temporary(void)
{
	if (task_current->forget_temporary)
		task_current->forget_temporary();
}

static int make_temp(char *name)
{
	return task_current->make_temporary ? task_current->make_temporary(name) : mkstemp(name);
}

/* --- the bytes' way out --- */

static void put_file(struct output *out, const char *p, size_t n)
{
	while (n && !out->trouble) {
		ssize_t put = write(out->fd, p, n);

		if (put < 0 && errno != EINTR)
			out->trouble = errno;
		if (put > 0) {
			progress_add((uint64_t)put);
			p += put;
			n -= (size_t)put;
		}
	}
}

static void put_gzip(struct output *out, const char *p, size_t n, int flush)
{
	unsigned char packed[1 << 14];

	out->gzip->next_in = (unsigned char *)(uintptr_t)p;
	out->gzip->avail_in = (uInt)n;
	do {
		out->gzip->next_out = packed;
		out->gzip->avail_out = sizeof packed;
		deflate(out->gzip, flush);
		put_file(out, (char *)packed, sizeof packed - out->gzip->avail_out);
	} while (!out->gzip->avail_out);
}

static void put_sink(struct output *out, const char *p, size_t n)
{
	if (n && !out->trouble && out->sink(out->user, p, n) != 0)
		out->trouble = ECANCELED;
}

/* Without the bytes at the end that may begin a character: their number. */
static size_t incomplete(struct str text)
{
	size_t n = 0;

	while (n < 3 && n < text.n && ((unsigned char)text.p[text.n - n - 1] & 0xc0) == 0x80)
		n++;
	if (n < text.n && (unsigned char)text.p[text.n - n - 1] >= 0xc0 &&
	    !utf8_length(text, text.n - n - 1))
		return n + 1;
	return 0;
}

/* A character that is cut by the end of the block waits in out->begun for the next. */
static void put_shown(struct output *out, struct str block, bool last)
{
	struct buf text = { 0 }, shown = { 0 };
	size_t kept;

	buf_add(&text, (struct str){ out->begun, out->begun_length });
	buf_add(&text, block);
	kept = last ? 0 : incomplete(buf_str(&text));
	for (size_t i = 0; i < text.n - kept;) {
		size_t length = utf8_length(buf_str(&text), i);
		char c = text.p[i];

		if (c == '\n' || c == '\t' ||
		    (length && !utf8_is_unsafe(utf8_point(buf_str(&text), i)))) {
			buf_add(&shown, str_from(str_head(buf_str(&text), i + length), i));
			i += length;
			continue;
		}
		for (size_t end = i + (length ? length : 1); i < end; i++)
			buf_print(&shown, "\\x%02x", (unsigned char)text.p[i]);
	}
	memcpy(out->begun, text.p + text.n - kept, kept);
	out->begun_length = kept;
	put_file(out, shown.p, shown.n);
	buf_free(&text);
	buf_free(&shown);
}

static void flush(struct output *out, size_t n)
{
	out->passed += n;
	limit_check(LIMIT_WRITTEN, out->passed);
	if (out->memory)
		buf_add(out->memory, (struct str){ out->buffer, n });
	else if (out->sink)
		put_sink(out, out->buffer, n);
	else if (out->gzip)
		put_gzip(out, out->buffer, n, Z_NO_FLUSH);
	else if (out->shown)
		put_shown(out, (struct str){ out->buffer, n }, false);
	else
		put_file(out, out->buffer, n);
}

void output_block(struct output *out)
{
	size_t more = (size_t)(out->p - out->full);

	flush(out, BLOCK);
	memcpy(out->buffer, out->full, more);
	out->p = out->buffer + more;
}

void output_bytes(struct output *out, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n) {
		char *to = output_room(out);
		size_t room = (size_t)(out->full - to) + OUTPUT_ROOM;
		size_t part = n < room ? n : room;

		memcpy(to, p, part);
		out->p += part;
		p += part;
		n -= part;
	}
}

/* --- opening and closing --- */

static char *joined(const char *a, const char *b)
{
	struct buf text = { 0 };

	buf_print(&text, "%s%s", a, b);
	return text.p;
}

static void end_gzip(struct output *out)
{
	if (out->gzip)
		deflateEnd(out->gzip);
	alloc_free(out->gzip);
	out->gzip = NULL;
}

static void remove_temporary(struct output *out)
{
	unlink(out->temp_name);
	forget_temporary();
}

/* Releases what is not memory; memory is released as a whole when work is given up. */
static void abandon(void *owner)
{
	struct output *out = owner;

	end_gzip(out);
	if (out->fd > STDERR_FILENO)
		close(out->fd);
	if (out->made && !out->written)
		remove_temporary(out);
	progress_end();
}

static struct output *output_new(int fd, const char *display_name)
{
	struct output *out = alloc_zero(1, sizeof *out);

	progress_start("writing", 0);
	out->buffer = out->p = alloc_bytes(BLOCK + OUTPUT_ROOM);
	out->full = out->buffer + BLOCK;
	out->fd = fd;
	out->display_name = joined(display_name, "");
	task_on_unwind(&out->cleanup, abandon, out);
	return out;
}

static void output_free(struct output *out)
{
	task_settle(&out->cleanup);
	end_gzip(out);
	alloc_free(out->buffer);
	alloc_free(out->path);
	alloc_free(out->temp_name);
	alloc_free(out->display_name);
	alloc_free(out);
}

/* A symbolic link is kept: the file that it points to is replaced. */
static char *final_name(const char *path)
{
	char real[PATH_MAX];

	if (realpath(path, real))
		return joined(real, "");
	return errno == ENOENT ? joined(path, "") : NULL;
}

/*
 * A new file gets the permissions that open() gives under the umask of the process. The umask
 * cannot be read without changing it for other threads, so the file that mkstemp() made is
 * created again under the same name.
 */
static int make_public(int fd, const char *name)
{
	close(fd);
	unlink(name);
	return open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

#ifdef O_TMPFILE
/* How a file without a name can be given one (open(2)). */
static void link_source(int fd, char path[32])
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
}

/*
 * A file without a name: whatever ends this process, nothing is left of it. -1 where the file
 * system has none, with an errno of these; other errors would meet a file with a name, too.
 */
static bool has_none(int trouble)
{
	return trouble == EOPNOTSUPP || trouble == EISDIR || trouble == EINVAL || trouble == ENOENT;
}

static int open_unnamed(const char *path, bool is_new)
{
	struct str directory = str_head(str_of(path), strlen(path) - str_base(str_of(path)).n);
	struct buf name = { 0 };
	char source[32];
	int fd;

	buf_add(&name, directory.n ? directory : S("."));
	buf_byte(&name, '\0');
	fd = open(name.p, O_TMPFILE | O_RDWR | O_CLOEXEC, is_new ? 0666 : 0600);
	buf_free(&name);
	if (fd < 0)
		return -1;
	link_source(fd, source);
	if (access(source, F_OK) == 0)
		return fd;
	close(fd);
	errno = EOPNOTSUPP;
	return -1;
}

/*
 * Gives the file its own name. Where another file has it, which link() never replaces, it gets
 * a name that is free for the moment until it is renamed.
 */
static int name_unnamed(struct output *out)
{
	char source[32];
	int fd;

	link_source(out->fd, source);
	if (linkat(AT_FDCWD, source, AT_FDCWD, out->path, AT_SYMLINK_FOLLOW) == 0) {
		memcpy(out->temp_name, out->path, strlen(out->path) + 1);
		out->made = true;
		return 0;
	}
	if (errno != EEXIST || (fd = make_temp(out->temp_name)) < 0)
		return -1;
	close(fd);
	unlink(out->temp_name);
	if (linkat(AT_FDCWD, source, AT_FDCWD, out->temp_name, AT_SYMLINK_FOLLOW) < 0) {
		forget_temporary();
		return -1;
	}
	out->made = true;
	return 0;
}
#else
static bool has_none(int trouble)
{
	(void)trouble;
	return true;
}

static int open_unnamed(const char *path, bool is_new)
{
	(void)path, (void)is_new;
	return -1;
}

static int name_unnamed(struct output *out)
{
	(void)out;
	return -1;
}
#endif

/*
 * A replacement gets the old file's permissions, never more in between, and its owner and group
 * as far as the system lets us; not the rights that come with setuid and the like.
 */
static void keep_attributes(const struct output *out, const struct stat *old)
{
	if (fchown(out->fd, old->st_uid, old->st_gid) < 0 &&
	    fchown(out->fd, (uid_t)-1, old->st_gid) < 0)
		diag_verbose("%s: gets another owner or group than the file that it replaces",
			     diag_masked(str_of(out->display_name)));
	fchmod(out->fd, old->st_mode & 0777);
}

static int open_named(struct output *out, bool is_new)
{
	out->fd = make_temp(out->temp_name);
	if (out->fd < 0)
		return -1;
	out->made = true;
	if (is_new)
		out->fd = make_public(out->fd, out->temp_name);
	return out->fd < 0 ? -1 : 0;
}

/* What the user may not write is not replaced either, although a directory's owner could. */
static int open_temporary(struct output *out, const char *path)
{
	struct stat st;
	bool is_new;

	out->path = final_name(path);
	if (!out->path)
		return -1;
	is_new = stat(out->path, &st) < 0;
	if (!is_new && faccessat(AT_FDCWD, out->path, W_OK, AT_EACCESS) < 0)
		return -1;
	out->temp_name = joined(out->path, ".XXXXXX");
	out->fd = open_unnamed(out->path, is_new);
	out->unnamed = out->fd >= 0;
	if (!out->unnamed && (!has_none(errno) || open_named(out, is_new) < 0))
		return -1;
	if (!is_new)
		keep_attributes(out, &st);
	return 0;
}

static void start_gzip(struct output *out)
{
	out->gzip = alloc_zero(1, sizeof *out->gzip);
	/* 16: a gzip wrapper, with a zero time stamp */
	if (deflateInit2(out->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		diag_die("zlib cannot start");
}

/* Devices, pipes and the like are written to and never replaced. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

struct output *output_open(const char *path)
{
	struct output *out = task_current->preopened_output;
	struct stat st;

	if (out)
		return out;
	if (!path || strcmp(path, "-") == 0)
		return output_new(STDOUT_FILENO, "standard output");
	out = output_new(-1, path);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		errno = EISDIR;
	else if (is_special(path))
		out->fd = open(path, O_WRONLY | O_CLOEXEC);
	else
		open_temporary(out, path);
	if (out->fd < 0) {
		diag_error("%s: %s", diag_masked(str_of(path)), strerror(errno));
		if (out->made)
			forget_temporary();
		output_free(out);
		return NULL;
	}
	if (str_ends(str_of(path), S(".gz")))
		start_gzip(out);
	return out;
}

void output_show_controls(struct output *out)
{
	out->shown = true;
}

struct output *output_memory(struct buf *into)
{
	struct output *out = output_new(-1, "memory");

	out->memory = into;
	return out;
}

struct output *output_callback(int (*sink)(void *user, const void *bytes, size_t n), void *user)
{
	struct output *out = output_new(-1, "output");

	out->sink = sink;
	out->user = user;
	return out;
}

static void close_file(struct output *out)
{
	if (out->unnamed && !out->trouble && name_unnamed(out) < 0)
		out->trouble = errno;
	if (out->fd > STDERR_FILENO && close(out->fd) < 0 && !out->trouble)
		out->trouble = errno;
	if (out->temp_name && !out->trouble && rename(out->temp_name, out->path) < 0)
		out->trouble = errno;
	if (out->temp_name && !out->trouble) {
		out->made = false;
		forget_temporary();
	}
}

static void finish(struct output *out)
{
	output_room(out);
	flush(out, (size_t)(out->p - out->buffer));
	if (out->gzip)
		put_gzip(out, NULL, 0, Z_FINISH);
	else if (out->shown)
		put_shown(out, S(""), true);
	if (!out->written)
		close_file(out);
	else
		*out->written = !out->trouble;
}

int output_close(struct output *out, bool keep)
{
	int status = 0;

	progress_end();
	if (keep)
		finish(out);
	else if (out->fd > STDERR_FILENO)
		close(out->fd);
	if (out->made && !out->written && (!keep || out->trouble))
		remove_temporary(out);
	if (out->trouble) {
		status = -1;
		/* a reader that closes a pipe early is not an error */
		if (out->trouble != EPIPE)
			diag_error("%s: %s", diag_masked(str_of(out->display_name)),
				   strerror(out->trouble));
	}
	output_free(out);
	return status;
}

/* --- written by one process, named by another --- */

int output_preopen(const char *path)
{
	task_current->preopened_output = output_open(path);
	return task_current->preopened_output ? 0 : -1;
}

void output_defer_rename(bool *written)
{
	task_current->preopened_output->written = written;
	forget_temporary();
}

int output_finish_rename(bool written)
{
	struct output *out = task_current->preopened_output;

	task_current->preopened_output = NULL;
	/* the other process has written everything, including the end of gzip */
	end_gzip(out);
	return output_close(out, written);
}
