/*
 * fuzz_gzip - what input unwraps, beside zlib asked directly
 *
 * The first byte says how they become a file: as they are, or the others packed here into
 * members that are then damaged at one place. Some go through a file of the system or a
 * pipe too, and some are long enough for the thread that reads ahead: which ones, their
 * checksum says.
 */
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/io/input.h"
#include "common/io/limits.h"
#include "tests/fuzz/fuzz.h"

enum {
	MAX_BYTES = 1 << 22,
	LARGE = 11 << 17,
	EARLY = 9 << 17, /* more than is read without the thread; not all of it */
	LITTLE = 1000,   /* a limit to what is unpacked */
	PIPE = 1 << 14,  /* what any pipe holds */
};

/* What is done with an input: what takes long with few, and with few of its like. */
struct gzip_way {
	bool limited, large, left_early, file, pipe, lines;
};

static struct gzip_way way_of(struct str bytes)
{
	unsigned long n = crc32(0, (const unsigned char *)bytes.p, (uInt)bytes.n);

	return (struct gzip_way){
		.limited = n % 16 == 5,
		.large = n % 1024 == 200,
		.left_early = n % 2048 == 200,
		.file = n % 16 == 8,
		.pipe = n % 16 == 9,
		.lines = n % 4 == 2,
	};
}

static void pack(struct buf *to, struct str bytes)
{
	z_stream z = { 0 };
	struct buf room = { 0 };

	MUST(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	room.n = deflateBound(&z, bytes.n);
	room.p = alloc_bytes(room.n);
	z.next_in = (unsigned char *)(uintptr_t)bytes.p;
	z.avail_in = (uInt)bytes.n;
	z.next_out = (unsigned char *)room.p;
	z.avail_out = (uInt)room.n;
	MUST(deflate(&z, Z_FINISH) == Z_STREAM_END);
	buf_add(to, str_head(buf_str(&room), room.n - z.avail_out));
	deflateEnd(&z);
	buf_free(&room);
}

/* Two members, zeros behind them, one byte changed: of a large file, anywhere. */
static void make(struct buf *file, unsigned options, struct str bytes)
{
	size_t cut = bytes.n ? options % bytes.n : 0, at;

	pack(file, str_head(bytes, cut));
	pack(file, str_from(bytes, cut));
	for (unsigned i = 0; i < options % 3; i++)
		buf_byte(file, '\0');
	at = file->n < PIPE / 4 ? options * 7 % file->n : options * (file->n / 256);
	if (options % 5)
		file->p[at] ^= (char)(1 << options % 8);
}

/* Members, zeros behind any of them, as Python's gzip reads them: their bytes, and true. */
static bool unpack(struct str file, struct buf *out)
{
	unsigned char block[4096];
	bool good = true;

	while (good && file.n) {
		z_stream z = { .next_in = (unsigned char *)(uintptr_t)file.p,
			       .avail_in = (uInt)file.n };
		int state = Z_OK;

		MUST(inflateInit2(&z, 15 + 16) == Z_OK);
		while (state == Z_OK && out->n < MAX_BYTES) {
			z.next_out = block;
			z.avail_out = sizeof block;
			state = inflate(&z, Z_NO_FLUSH);
			buf_add(out, (struct str){ (char *)block, sizeof block - z.avail_out });
		}
		good = state == Z_STREAM_END;
		file = str_from(file, file.n - z.avail_in);
		inflateEnd(&z);
		while (file.n && !*file.p)
			file = str_from(file, 1);
	}
	return good;
}

static bool unwrap(struct input *in, size_t max_bytes, struct buf *out)
{
	bool good;

	while (out->n < max_bytes && input_more(in)) {
		buf_add(out, (struct str){ in->p, (size_t)(in->end - in->p) });
		in->p = in->end;
	}
	good = !in->failed;
	input_close(in);
	return good;
}

/* A descriptor to read them from: always the same file, or the end of a pipe. */
static int put_bytes(struct str bytes, bool piped)
{
	static FILE *file;
	int ends[2];

	if (piped) {
		MUST(pipe(ends) == 0);
		MUST(write(ends[1], bytes.p, bytes.n) == (ssize_t)bytes.n);
		close(ends[1]);
		return ends[0];
	}
	if (!file)
		file = tmpfile();
	MUST(file && ftruncate(fileno(file), 0) == 0);
	MUST(pwrite(fileno(file), bytes.p, bytes.n, 0) == (ssize_t)bytes.n);
	MUST(lseek(fileno(file), 0, SEEK_SET) == 0);
	return dup(fileno(file));
}

/* What comes from a descriptor is what came from memory. */
static void compare_file(struct str bytes, struct gzip_way way, struct str memory, bool good)
{
	int fd = put_bytes(bytes, way.pipe);
	size_t max_bytes = way.left_early ? EARLY : MAX_BYTES;
	struct buf path = { 0 }, out = { 0 };
	struct input *in;
	bool whole;

	buf_print(&path, "/dev/fd/%d", fd);
	in = input_open(path.p);
	close(fd);
	/* not every system has such names */
	if (in) {
		whole = unwrap(in, max_bytes, &out);
		MUST(out.n >= max_bytes || (whole == good && out.n == memory.n));
		MUST(str_eq(str_head(buf_str(&out), memory.n), str_head(memory, out.n)));
	}
	buf_free(&path);
	buf_free(&out);
}

/* Its lines are what stands between the ends of lines. */
static void compare_lines(struct str file, struct str whole)
{
	struct input *in = input_memory("input", file);
	struct str line, want;

	while (input_line(in, &line)) {
		MUST(whole.n);
		if (!str_cut(whole, '\n', &want, &whole)) {
			want = whole;
			whole.n = 0;
		}
		if (str_ends(want, S("\r")))
			want.n--;
		MUST(str_eq(line, want));
	}
	MUST(in->failed || !whole.n);
	input_close(in);
}

static bool is_marked(struct str text)
{
	return str_starts(text, S("\xff\xfe")) || str_starts(text, S("\xfe\xff")) ||
	       str_starts(text, S("\xef\xbb\xbf"));
}

/* What has a mark of its own shall keep it. */
static bool is_packed_here(struct str bytes)
{
	return bytes.n && bytes.p[0] & 1 && !is_marked(bytes) && !str_starts(bytes, S("\x1f\x8b"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf bytes = { 0 }, file = { 0 }, ours = { 0 }, zlibs = { 0 };
	const struct gzip_way way = way_of((struct str){ (const char *)data, size });
	uint64_t usual;
	bool good;

	fuzz_start();
	usual = task_current->limits[LIMIT_UNPACKED];
	do
		buf_add(&bytes, (struct str){ (const char *)data, size });
	while (way.large && bytes.n < LARGE);
	if (is_packed_here(buf_str(&bytes)))
		make(&file, data[0], str_from(buf_str(&bytes), 1));
	else
		buf_add(&file, buf_str(&bytes));
	if (way.limited)
		task_current->limits[LIMIT_UNPACKED] = LITTLE;
	good = unwrap(input_memory("input", buf_str(&file)), MAX_BYTES, &ours);
	if (file.n > 2 && memcmp(file.p, "\x1f\x8b", 2) == 0 && ours.n < MAX_BYTES) {
		bool whole = unpack(buf_str(&file), &zlibs);

		whole = whole && zlibs.n <= task_current->limits[LIMIT_UNPACKED];
		/* text with a byte order mark is unwrapped further */
		if (!is_marked(buf_str(&zlibs)) && zlibs.n < MAX_BYTES) {
			MUST(whole == good);
			MUST(!good || str_eq(buf_str(&ours), buf_str(&zlibs)));
		}
	}
	if (way.file || (way.pipe && file.n <= PIPE))
		compare_file(buf_str(&file), way, buf_str(&ours), good);
	if (way.lines)
		compare_lines(buf_str(&file), buf_str(&ours));
	task_current->limits[LIMIT_UNPACKED] = usual;
	buf_free(&bytes);
	buf_free(&file);
	buf_free(&ours);
	buf_free(&zlibs);
	return 0;
}
