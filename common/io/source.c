#include "common/io/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/utf8.h"
#include "common/io/decompress.h"
#include "common/io/limits.h"
#include "common/io/progress.h"

enum { CHUNK = 1 << 15 };

const char *source_trouble(const struct source *s)
{
	while (s && !s->trouble)
		s = s->below;
	return s ? s->trouble : NULL;
}

/* --- files and memory --- */

struct file_source {
	struct source base;
	int fd;
	uint64_t size, given; /* size of a small file (0: unknown or large), and bytes read so
			         far */
	int trouble;          /* errno of a failed read: no later read can be trusted */
};

static ptrdiff_t file_read(struct source *s, char *to, size_t n)
{
	struct file_source *f = (struct file_source *)s;
	ssize_t got = -1;

	/* saves one system call for each of thousands of small files */
	if (f->size && f->given == f->size)
		return 0;
	while (!f->trouble && (got = read(f->fd, to, n)) < 0)
		if (errno != EINTR)
			f->trouble = errno;
	if (got > 0) {
		f->given += (uint64_t)got;
		progress_add((uint64_t)got);
	}
	if (f->trouble)
		errno = f->trouble;
	return got;
}

static void file_close(struct source *s)
{
	struct file_source *f = (struct file_source *)s;

	if (f->fd != STDIN_FILENO)
		close(f->fd);
	alloc_free(f);
}

struct source *source_file(int fd, uint64_t size)
{
	struct file_source *f = alloc_zero(1, sizeof *f);

	f->base = (struct source){ .read = file_read, .close = file_close };
	f->fd = fd;
	f->size = size < CHUNK ? size : 0;
	return &f->base;
}

struct memory_source {
	struct source base;
	struct str left;
};

static ptrdiff_t memory_read(struct source *s, char *to, size_t n)
{
	struct memory_source *m = (struct memory_source *)s;

	if (n > m->left.n)
		n = m->left.n;
	if (n)
		memcpy(to, m->left.p, n);
	m->left = str_from(m->left, n);
	return (ptrdiff_t)n;
}

static void memory_close(struct source *s)
{
	alloc_free(s);
}

struct source *source_memory(struct str bytes)
{
	struct memory_source *m = alloc_zero(1, sizeof *m);

	m->base = (struct source){ .read = memory_read, .close = memory_close };
	m->left = bytes;
	return &m->base;
}

struct callback_source {
	struct source base;
	ptrdiff_t (*read)(void *user, void *to, size_t n);
	void *user;
};

static ptrdiff_t callback_read(struct source *s, char *to, size_t n)
{
	struct callback_source *c = (struct callback_source *)s;
	ptrdiff_t got = s->trouble ? -1 : c->read(c->user, to, n);

	if (got < 0 || (size_t)got > n) {
		s->trouble = "cannot be read";
		return -1;
	}
	return got;
}

struct source *source_callback(ptrdiff_t (*read)(void *user, void *to, size_t n), void *user)
{
	struct callback_source *c = alloc_zero(1, sizeof *c);

	c->base = (struct source){ .read = callback_read, .close = memory_close };
	c->read = read;
	c->user = user;
	return &c->base;
}

/* --- gzip --- */

struct gunzip_source {
	struct source base;
	z_stream z;   /* reads from `chunk`, compressed or not */
	bool packed;  /* the input begins with the gzip magic */
	bool between; /* a member has ended; another member, zeros or the end must follow */
	uint64_t unpacked;
	char passed[128]; /* the message if the limit is exceeded */
	unsigned char chunk[CHUNK];
};

static ptrdiff_t gunzip_trouble(struct gunzip_source *g, const char *what)
{
	g->base.trouble = what;
	return -1;
}

/* Fills the chunk; returns the result of the read. */
static ptrdiff_t gunzip_fill(struct gunzip_source *g)
{
	ptrdiff_t got;

	if (g->z.avail_in)
		memmove(g->chunk, g->z.next_in, g->z.avail_in);
	got = g->base.below->read(g->base.below, (char *)g->chunk + g->z.avail_in,
				  CHUNK - g->z.avail_in);
	g->z.next_in = g->chunk;
	if (got > 0)
		g->z.avail_in += (uInt)got;
	return got;
}

/* 1: there is input; 0: the end; -1: an error */
static int gunzip_refill(struct gunzip_source *g)
{
	ptrdiff_t got = g->z.avail_in ? 1 : gunzip_fill(g);

	return got > 0 ? 1 : (int)got;
}

/* Uncompressed input: first the bytes that were looked at, then directly from below. */
static ptrdiff_t pass(struct gunzip_source *g, char *to, size_t n)
{
	if (!g->z.avail_in)
		return g->base.below->read(g->base.below, to, n);
	if (n > g->z.avail_in)
		n = g->z.avail_in;
	memcpy(to, g->z.next_in, n);
	g->z.next_in += n;
	g->z.avail_in -= (uInt)n;
	return (ptrdiff_t)n;
}

/* Files padded with zeros (tapes, block copies) are complete; any other byte is not gzip. */
static int gunzip_next_member(struct gunzip_source *g)
{
	int more;

	while ((more = gunzip_refill(g)) > 0 && *g->z.next_in == 0) {
		g->z.next_in++;
		g->z.avail_in--;
	}
	if (more > 0) {
		inflateReset(&g->z);
		g->between = false;
	}
	return more;
}

static ptrdiff_t gunzip_read(struct source *s, char *to, size_t n)
{
	struct gunzip_source *g = (struct gunzip_source *)s;
	int more, state;

	if (!g->packed)
		return pass(g, to, n);
	g->z.next_out = (unsigned char *)to;
	g->z.avail_out = (uInt)(n < CHUNK * 16 ? n : CHUNK * 16);
	n = g->z.avail_out;
	while (g->z.avail_out == n) {
		more = g->between ? gunzip_next_member(g) : gunzip_refill(g);
		if (more < 0)
			return -1;
		if (!more)
			return g->between ? 0 : gunzip_trouble(g, "the gzip data is cut short");
		state = inflate(&g->z, Z_NO_FLUSH);
		if (state == Z_STREAM_END)
			g->between = true;
		else if (state != Z_OK && state != Z_BUF_ERROR) {
			/*
			 * return what precedes the damage first: it determines the place in
			 * messages
			 */
			if (g->z.avail_out < n)
				break;
			return gunzip_trouble(g, "the gzip data is damaged");
		}
	}
	n -= g->z.avail_out;
	g->unpacked += n;
	if (g->unpacked <= task_current->limits[LIMIT_UNPACKED])
		return (ptrdiff_t)n;
	snprintf(g->passed, sizeof g->passed,
		 "expected at most %" PRIu64 " bytes unpacked from "
		 "gzip, got more (--limit unpacked=N allows more)",
		 task_current->limits[LIMIT_UNPACKED]);
	return gunzip_trouble(g, g->passed);
}

static void gunzip_close(struct source *s)
{
	struct gunzip_source *g = (struct gunzip_source *)s;

	if (g->packed)
		inflateEnd(&g->z);
	g->base.below->close(g->base.below);
	alloc_free(g);
}

struct source *source_unpack(struct source *below)
{
	struct gunzip_source *g = alloc_bytes(sizeof *g);

	/* except the chunk: clearing it would take longer than reading a small file */
	memset(g, 0, offsetof(struct gunzip_source, chunk));
	g->base = (struct source){ .read = gunzip_read, .close = gunzip_close, .below = below };
	/* trouble shows again at the next read */
	while (g->z.avail_in < MAGIC_BYTES && gunzip_fill(g) > 0)
		;
	g->base.compressed = g->packed = g->z.avail_in >= 2 && memcmp(g->chunk, "\x1f\x8b", 2) == 0;
	/* 16: a gzip header is required, for each member */
	if (g->packed && inflateInit2(&g->z, 15 + 16) != Z_OK)
		diag_die("zlib cannot start");
	if (g->packed)
		return &g->base;
	return source_decompress(&g->base, (struct str){ (const char *)g->chunk, g->z.avail_in });
}

/* --- UTF-16 and byte order marks --- */

struct utf8_source {
	struct source base;
	char first[4]; /* the first bytes of the one below, read ahead */
	size_t first_n, given;
	bool little;
	uint32_t high;      /* a high surrogate whose low one is expected */
	unsigned char half; /* first byte of a unit that a read cut */
	bool has_half;
	unsigned char *chunk; /* of UTF-16 */
	size_t at, n;
	char spare[8]; /* characters that did not fit */
	size_t spare_n;
};

static void look(struct utf8_source *u, size_t want)
{
	while (u->first_n < want) {
		ptrdiff_t got = u->base.below->read(u->base.below, u->first + u->first_n,
						    want - u->first_n);

		/* trouble shows again at the next read */
		if (got <= 0)
			return;
		u->first_n += (size_t)got;
	}
}

static ptrdiff_t plain_read(struct source *s, char *to, size_t n)
{
	struct utf8_source *u = (struct utf8_source *)s;

	if (u->given == u->first_n)
		return s->below->read(s->below, to, n);
	if (n > u->first_n - u->given)
		n = u->first_n - u->given;
	memcpy(to, u->first + u->given, n);
	u->given += n;
	return (ptrdiff_t)n;
}

/* Reads the next UTF-16 unit. 1; 0 at the end; -1 on an error. */
static int utf16_unit(struct utf8_source *u, uint32_t *unit)
{
	unsigned char pair[2];

	for (int i = 0; i < 2; i++) {
		if (u->at == u->n) {
			ptrdiff_t got = plain_read(&u->base, (char *)u->chunk, CHUNK);

			if (got <= 0 && i == 1) {
				u->base.trouble = "UTF-16 text ends within a character";
				return -1;
			}
			if (got <= 0)
				return (int)got;
			u->at = 0;
			u->n = (size_t)got;
		}
		pair[i] = u->chunk[u->at++];
	}
	*unit = u->little ? pair[0] | (uint32_t)pair[1] << 8 : pair[1] | (uint32_t)pair[0] << 8;
	return 1;
}

/* Lone surrogates become three bytes, as in Python's "surrogatepass". */
static int utf16_character(struct utf8_source *u)
{
	uint32_t unit = 0, high = u->high;
	int more = utf16_unit(u, &unit);

	u->high = 0;
	if (more <= 0) {
		if (more == 0 && high)
			u->spare_n = utf8_put(u->spare, high);
		return more < 0 ? -1 : u->spare_n > 0;
	}
	if (high && unit >= 0xdc00 && unit < 0xe000) {
		unit = 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
		high = 0;
	}
	if (high)
		u->spare_n = utf8_put(u->spare, high);
	if (unit >= 0xd800 && unit < 0xdc00)
		u->high = unit;
	else
		u->spare_n += utf8_put(u->spare + u->spare_n, unit);
	return 1;
}

static ptrdiff_t utf16_read(struct source *s, char *to, size_t n)
{
	struct utf8_source *u = (struct utf8_source *)s;
	size_t done = 0;

	if (s->trouble)
		return -1; /* what precedes it has been returned */
	while (done < n) {
		size_t take = u->spare_n < n - done ? u->spare_n : n - done;

		memcpy(to + done, u->spare, take);
		memmove(u->spare, u->spare + take, u->spare_n - take);
		u->spare_n -= take;
		done += take;
		if (!u->spare_n && done < n) {
			int more = utf16_character(u);

			if (more < 0 && !done)
				return -1;
			if (more <= 0)
				break;
		}
	}
	return (ptrdiff_t)done;
}

static void utf8_close(struct source *s)
{
	struct utf8_source *u = (struct utf8_source *)s;

	s->below->close(s->below);
	alloc_free(u->chunk);
	alloc_free(u);
}

struct source *source_utf8(struct source *below)
{
	struct utf8_source *u = alloc_zero(1, sizeof *u);
	const char *b = u->first;

	u->base = (struct source){ .read = plain_read, .close = utf8_close, .below = below };
	look(u, 3);
	if (u->first_n == 3 && memcmp(b, "\xef\xbb\xbf", 3) == 0) {
		u->given = 3;
	} else if (u->first_n >= 2 &&
		   (memcmp(b, "\xff\xfe", 2) == 0 || memcmp(b, "\xfe\xff", 2) == 0)) {
		u->base.read = utf16_read;
		u->chunk = alloc_bytes(CHUNK);
		u->little = b[0] == '\xff';
		u->given = 2;
	}
	return &u->base;
}
