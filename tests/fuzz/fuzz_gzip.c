/*
 * fuzz_gzip - what input unwraps, beside zlib asked directly
 *
 * The first byte says how the others become a file: as they are, or packed here into
 * members that are then damaged at one place.
 */
#include <string.h>
#include <zlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/io/input.h"
#include "tests/fuzz/fuzz.h"

enum { MOST = 1 << 22 };

static void pack(struct buf *to, struct str bytes)
{
	z_stream z = { 0 };
	struct buf room = { 0 };

	MUST(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	room.n = deflateBound(&z, bytes.n);
	room.p = alloc(room.n);
	z.next_in = (unsigned char *)(uintptr_t)bytes.p;
	z.avail_in = (uInt)bytes.n;
	z.next_out = (unsigned char *)room.p;
	z.avail_out = (uInt)room.n;
	MUST(deflate(&z, Z_FINISH) == Z_STREAM_END);
	buf_add(to, str_head(buf_str(&room), room.n - z.avail_out));
	deflateEnd(&z);
	buf_free(&room);
}

/* Two members, zeros behind them, one byte changed. */
static void make(struct buf *file, unsigned how, struct str bytes)
{
	size_t cut = bytes.n ? how % bytes.n : 0;

	pack(file, str_head(bytes, cut));
	pack(file, str_from(bytes, cut));
	for (unsigned i = 0; i < how % 3; i++)
		buf_byte(file, '\0');
	if (how % 5)
		file->p[how * 7 % file->n] ^= (char)(1 << how % 8);
}

/* All members, then nothing but zeros: their bytes, and true. */
static bool unpack(struct str file, struct buf *out)
{
	unsigned char block[4096];
	bool good = true, first = true;

	for (; good && file.n && (first || *file.p); first = false) {
		z_stream z = { .next_in = (unsigned char *)(uintptr_t)file.p, .avail_in = (uInt)file.n };
		int state = Z_OK;

		MUST(inflateInit2(&z, 15 + 16) == Z_OK);
		while (state == Z_OK && out->n < MOST) {
			z.next_out = block;
			z.avail_out = sizeof block;
			state = inflate(&z, Z_NO_FLUSH);
			buf_add(out, (struct str){ (char *)block, sizeof block - z.avail_out });
		}
		good = state == Z_STREAM_END;
		file = str_from(file, file.n - z.avail_in);
		inflateEnd(&z);
	}
	while (file.n && !*file.p)
		file = str_from(file, 1);
	return good && !file.n;
}

static bool unwrap(struct str file, struct buf *out)
{
	struct input *in = input_memory("input", file);
	bool good;

	while (out->n < MOST && input_more(in)) {
		buf_add(out, (struct str){ in->p, (size_t)(in->end - in->p) });
		in->p = in->end;
	}
	good = !in->failed;
	input_close(in);
	return good;
}

static bool is_marked(struct str text)
{
	return str_starts(text, S("\xff\xfe")) || str_starts(text, S("\xfe\xff")) ||
	       str_starts(text, S("\xef\xbb\xbf"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size };
	struct buf file = { 0 }, ours = { 0 }, zlibs = { 0 };
	bool good;

	diag.silent = true;
	if (size && *data % 2)
		make(&file, data[0], str_from(bytes, 1));
	else
		buf_add(&file, bytes);
	good = unwrap(buf_str(&file), &ours);
	if (file.n > 2 && memcmp(file.p, "\x1f\x8b", 2) == 0 && ours.n < MOST) {
		bool whole = unpack(buf_str(&file), &zlibs);

		/* text with a byte order mark is unwrapped further */
		if (!is_marked(buf_str(&zlibs)) && zlibs.n < MOST) {
			MUST(whole == good);
			MUST(!good || str_eq(buf_str(&ours), buf_str(&zlibs)));
		}
	}
	buf_free(&file);
	buf_free(&ours);
	buf_free(&zlibs);
	return 0;
}
