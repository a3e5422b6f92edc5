#include "common/io/decompress.h"

#include <bzlib.h>
#include <dlfcn.h>
#include <inttypes.h>
#include <lzma.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/task.h"

enum { CHUNK = 1 << 16 };

/* The most memory that an xz file may ask for; `xz -9` asks for 65 MB, `xz -e9` too. */
#define MAX_XZ_MEMORY (UINT64_C(1) << 29)

/* What one step did. */
enum step { STEP_MORE, STEP_END, STEP_DAMAGED };

struct decoder {
	struct source base;
	const struct codec *codec;
	union {
		ZSTD_DStream *zstd;
		lzma_stream xz;
		bz_stream bzip2;
	} state;
	const char *in; /* not yet decoded */
	size_t left;
	bool begun;   /* the state exists */
	bool between; /* a stream has ended: another one or the end follows */
	bool damaged; /* the library must not be called again: what it has is no state */
	uint64_t unpacked;
	char message[160];
	char chunk[CHUNK];
};

struct codec {
	const char *name, *library;
	struct str magic;
	bool (*begin)(struct decoder *d);
	/* Moves d->in and *to; both have room. */
	enum step (*step)(struct decoder *d, char **to, char *end);
	void (*end)(struct decoder *d);
};

/* --- the libraries --- */

#define FUNCTIONS(FUNCTION) \
	FUNCTION(ZSTD, ZSTD_createDStream) \
	FUNCTION(ZSTD, ZSTD_decompressStream) \
	FUNCTION(ZSTD, ZSTD_freeDStream) \
	FUNCTION(ZSTD, ZSTD_isError) \
	FUNCTION(XZ, lzma_code) \
	FUNCTION(XZ, lzma_end) \
	FUNCTION(XZ, lzma_stream_decoder) \
	FUNCTION(BZIP2, BZ2_bzDecompress) \
	FUNCTION(BZIP2, BZ2_bzDecompressEnd) \
	FUNCTION(BZIP2, BZ2_bzDecompressInit)

enum { ZSTD, XZ, BZIP2, CODECS };

static struct {
#define FUNCTION(codec, name) __typeof__(name) *name;
	FUNCTIONS(FUNCTION)
#undef FUNCTION
} call;

static bool load_functions(void *library, int codec)
{
	bool found = true;

	/* POSIX's dlsym() gives functions as void *, which C lets no one convert */
#define FUNCTION(of, name) \
	if (codec == (of)) \
		found = found && (*(void **)&call.name = dlsym(library, #name)) != NULL;
	FUNCTIONS(FUNCTION)
#undef FUNCTION
	return found;
}

/* --- zstd --- */

static bool zstd_begin(struct decoder *d)
{
	return (d->state.zstd = call.ZSTD_createDStream()) != NULL;
}

static enum step zstd_step(struct decoder *d, char **to, char *end)
{
	ZSTD_inBuffer in = { d->in, d->left, 0 };
	ZSTD_outBuffer out = { *to, (size_t)(end - *to), 0 };
	size_t status = call.ZSTD_decompressStream(d->state.zstd, &out, &in);

	d->in += in.pos;
	d->left -= in.pos;
	*to += out.pos;
	return call.ZSTD_isError(status) ? STEP_DAMAGED : status == 0 ? STEP_END : STEP_MORE;
}

static void zstd_end(struct decoder *d)
{
	call.ZSTD_freeDStream(d->state.zstd);
}

/* --- xz --- */

static bool xz_begin(struct decoder *d)
{
	d->state.xz = (lzma_stream)LZMA_STREAM_INIT;
	return call.lzma_stream_decoder(&d->state.xz, MAX_XZ_MEMORY, 0) == LZMA_OK;
}

static enum step xz_step(struct decoder *d, char **to, char *end)
{
	lzma_stream *s = &d->state.xz;
	lzma_ret status;

	s->next_in = (const uint8_t *)d->in;
	s->avail_in = d->left;
	s->next_out = (uint8_t *)*to;
	s->avail_out = (size_t)(end - *to);
	status = call.lzma_code(s, LZMA_RUN);
	d->in = (const char *)s->next_in;
	d->left = s->avail_in;
	*to = (char *)s->next_out;
	if (status == LZMA_STREAM_END)
		return STEP_END;
	return status == LZMA_OK || status == LZMA_BUF_ERROR ? STEP_MORE : STEP_DAMAGED;
}

static void xz_end(struct decoder *d)
{
	call.lzma_end(&d->state.xz);
}

/* --- bzip2 --- */

static bool bzip2_begin(struct decoder *d)
{
	memset(&d->state.bzip2, 0, sizeof d->state.bzip2);
	return call.BZ2_bzDecompressInit(&d->state.bzip2, 0, 0) == BZ_OK;
}

static enum step bzip2_step(struct decoder *d, char **to, char *end)
{
	bz_stream *s = &d->state.bzip2;
	int status;

	s->next_in = (char *)(uintptr_t)d->in;
	s->avail_in = (unsigned)d->left;
	s->next_out = *to;
	s->avail_out = (unsigned)(end - *to < CHUNK ? end - *to : CHUNK);
	status = call.BZ2_bzDecompress(s);
	d->in = s->next_in;
	d->left = s->avail_in;
	*to = s->next_out;
	return status == BZ_STREAM_END ? STEP_END : status == BZ_OK ? STEP_MORE : STEP_DAMAGED;
}

static void bzip2_end(struct decoder *d)
{
	call.BZ2_bzDecompressEnd(&d->state.bzip2);
}

/* --- the table --- */

static const struct codec codecs[CODECS] = {
	[ZSTD] = { "zstd",
		   ZSTD_LIBRARY,
		   { "\x28\xb5\x2f\xfd", 4 },
		   zstd_begin,
		   zstd_step,
		   zstd_end },
	[XZ] = { "xz",
		 XZ_LIBRARY,
		 { "\xfd"
		   "7zXZ\0",
		   6 },
		 xz_begin,
		 xz_step,
		 xz_end },
	[BZIP2] = { "bzip2", BZIP2_LIBRARY, { "BZh", 3 }, bzip2_begin, bzip2_step, bzip2_end },
};

static bool loaded[CODECS];

static bool load(const struct codec *codec)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	bool *done = &loaded[codec - codecs];
	void *library;

	pthread_mutex_lock(&lock);
	if (!*done && (library = dlopen(codec->library, RTLD_LAZY | RTLD_LOCAL)))
		*done = load_functions(library, (int)(codec - codecs));
	pthread_mutex_unlock(&lock);
	return *done;
}

void decompress_load(void)
{
	for (size_t i = 0; i < CODECS; i++)
		load(&codecs[i]);
}

/* --- the link --- */

static ptrdiff_t fail(struct decoder *d, const char *what)
{
	snprintf(d->message, sizeof d->message, "the %s data is %s", d->codec->name, what);
	d->base.trouble = d->message;
	return -1;
}

/* 1: there is input; 0: the end; -1: trouble */
static int refill(struct decoder *d)
{
	ptrdiff_t got;

	if (d->left)
		return 1;
	got = d->base.below->read(d->base.below, d->chunk, CHUNK);
	if (got <= 0)
		return (int)got;
	d->in = d->chunk;
	d->left = (size_t)got;
	return 1;
}

static void begin_stream(struct decoder *d)
{
	if (d->begun)
		d->codec->end(d);
	d->begun = d->codec->begin(d);
	d->between = false;
	if (!d->begun)
		diag_die("%s cannot start", d->codec->name);
}

static ptrdiff_t decoder_read(struct source *s, char *to, size_t n)
{
	struct decoder *d = (struct decoder *)s;
	char *at = to;
	int more;

	if (d->damaged)
		return fail(d, "damaged");
	while (at == to) {
		enum step step;

		if ((more = refill(d)) < 0)
			return -1;
		if (!more)
			return d->between ? 0 : fail(d, "cut short");
		if (d->between || !d->begun)
			begin_stream(d);
		step = d->codec->step(d, &at, to + n);
		d->damaged = step == STEP_DAMAGED;
		if (d->damaged) {
			/* what came before the damage first: it tells the place */
			if (at > to)
				break;
			return fail(d, "damaged");
		}
		d->between = step == STEP_END;
	}
	d->unpacked += (uint64_t)(at - to);
	if (d->unpacked <= task_current->limits[LIMIT_UNPACKED])
		return at - to;
	snprintf(d->message, sizeof d->message,
		 "expected at most %" PRIu64 " bytes unpacked from "
		 "%s, got more (--limit unpacked=N allows more)",
		 task_current->limits[LIMIT_UNPACKED], d->codec->name);
	d->base.trouble = d->message;
	return -1;
}

static void decoder_close(struct source *s)
{
	struct decoder *d = (struct decoder *)s;

	if (d->begun)
		d->codec->end(d);
	d->base.below->close(d->base.below);
	alloc_free(d);
}

/* "BZh" may begin a line of text: of bzip2 a digit and a block, or the end, come behind it. */
static bool is_of(const struct codec *codec, struct str head)
{
	struct str rest;

	if (!str_starts(head, codec->magic))
		return false;
	rest = str_from(head, codec->magic.n);
	return codec != &codecs[BZIP2] || (rest.n > 2 && rest.p[0] >= '1' && rest.p[0] <= '9' &&
					   (str_starts(str_from(rest, 1), S("1A")) ||
					    str_starts(str_from(rest, 1), S("\x17\x72"))));
}

struct source *source_decompress(struct source *below, struct str head)
{
	for (size_t i = 0; i < CODECS; i++) {
		struct decoder *d;

		if (!is_of(&codecs[i], head))
			continue;
		if (!load(&codecs[i]))
			diag_die("%s input needs %s, which cannot be loaded", codecs[i].name,
				 codecs[i].library);
		d = alloc_zero(1, sizeof *d);
		d->base = (struct source){ .read = decoder_read,
					   .close = decoder_close,
					   .below = below,
					   .compressed = true };
		d->codec = &codecs[i];
		return &d->base;
	}
	return below;
}
