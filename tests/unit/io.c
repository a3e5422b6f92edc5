/*
 * io.c - the input's window and what it unwraps, the output's ways to end
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/base/alloc.h"
#include "common/io/input.h"
#include "common/io/output.h"
#include "common/io/source.h"

/* --- input --- */

/* Everything that comes out of these bytes; -1 in *status after an error. */
static struct buf unwrapped(struct str bytes, int *status)
{
	struct input *in = input_memory("memory", bytes);
	struct buf all = { 0 };

	while (input_more(in)) {
		buf_add(&all, (struct str){ in->p, (size_t)(in->end - in->p) });
		in->p = in->end;
	}
	*status = input_status(in);
	input_close(in);
	return all;
}

static void assert_unwrapped(struct str bytes, struct str expected)
{
	int status;
	struct buf all = unwrapped(bytes, &status);

	assert_int_equal(status, 0);
	assert_str(buf_str(&all), expected);
	buf_free(&all);
}

static void assert_refused(struct str bytes)
{
	int status;
	struct buf all = unwrapped(bytes, &status);

	assert_int_equal(status, -1);
	buf_free(&all);
}

static void plain_bytes(void **state)
{
	(void)state;
	assert_unwrapped(S(""), S(""));
	assert_unwrapped(S("a"), S("a"));
	assert_unwrapped(S("a\0b\xff"), S("a\0b\xff"));
	assert_unwrapped(S("\x1f"), S("\x1f"));
	assert_unwrapped(S("\xef\xbb"), S("\xef\xbb"));
}

static void byte_order_marks(void **state)
{
	(void)state;
	assert_unwrapped(S("\xef\xbb\xbf"
			   "abc"),
			 S("abc"));
	assert_unwrapped(S("\xef\xbb\xbf"), S(""));
	assert_unwrapped(S("\xff\xfe"
			   "a\0\xe9\0"),
			 S("a\xc3\xa9"));
	assert_unwrapped(S("\xfe\xff\0a\0\xe9"), S("a\xc3\xa9"));
	assert_unwrapped(S("\xff\xfe"), S(""));
}

static void utf16_surrogates(void **state)
{
	(void)state;
	/* U+1F600 is D83D DE00 */
	assert_unwrapped(S("\xff\xfe\x3d\xd8\x00\xde"), S("\xf0\x9f\x98\x80"));
	assert_unwrapped(S("\xfe\xff\xd8\x3d\xde\x00"), S("\xf0\x9f\x98\x80"));
	/* halves on their own: as three bytes each */
	assert_unwrapped(S("\xfe\xff\xd8\x3d\0a"), S("\xed\xa0\xbd"
						     "a"));
	assert_unwrapped(S("\xfe\xff\xd8\x3d"), S("\xed\xa0\xbd"));
	assert_unwrapped(S("\xfe\xff\xde\x00\xd8\x3d"), S("\xed\xb8\x80\xed\xa0\xbd"));
	assert_unwrapped(S("\xfe\xff\xd8\x3d\xd8\x3d\xde\x00"), S("\xed\xa0\xbd\xf0\x9f\x98\x80"));
	assert_refused(S("\xff\xfe"
			 "a\0b"));
}

static void add_member(struct buf *all, struct str text)
{
	unsigned char packed[4096];
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)text.p,
		       .avail_in = (uInt)text.n,
		       .next_out = packed,
		       .avail_out = sizeof packed };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_add(all, (struct str){ (char *)packed, sizeof packed - z.avail_out });
	deflateEnd(&z);
}

static void gzip_members(void **state)
{
	struct buf b = { 0 };
	size_t first;

	(void)state;
	add_member(&b, S("one "));
	first = b.n;
	assert_unwrapped(buf_str(&b), S("one "));
	add_member(&b, S(""));
	add_member(&b, S("two"));
	assert_unwrapped(buf_str(&b), S("one two"));
	/* a block device pads with zeros */
	buf_add(&b, S("\0\0\0\0\0"));
	assert_unwrapped(buf_str(&b), S("one two"));
	add_member(&b, S(" three"));
	assert_unwrapped(buf_str(&b), S("one two three"));
	buf_add(&b, S("x"));
	assert_refused(buf_str(&b));
	/* any place but between the members is in the middle of one */
	for (size_t n = 2; n < first; n++)
		assert_refused(str_head(buf_str(&b), n));
	b.p[first - 8] = (char)(b.p[first - 8] ^ 1); /* the checksum */
	assert_refused(buf_str(&b));
	buf_free(&b);
}

static void gzip_around_utf16(void **state)
{
	struct buf b = { 0 };

	(void)state;
	add_member(&b, S("\xff\xfe"
			 "a\0"));
	assert_unwrapped(buf_str(&b), S("a"));
	buf_free(&b);
}

/* A file on the bottom that gives one byte a read. */
struct slow {
	struct source base;
	struct str left;
};

static ptrdiff_t slow_read(struct source *s, char *to, size_t n)
{
	struct slow *slow = (struct slow *)s;

	if (!n || !slow->left.n)
		return 0;
	*to = *slow->left.p;
	slow->left = str_from(slow->left, 1);
	return 1;
}

static void slow_close(struct source *s)
{
	free(s);
}

static void tiny_reads(void **state)
{
	static const char utf16[] = "\xff\xfe\x3d\xd8\x00\xde"
				    "a\0";
	struct buf packed = { 0 };
	struct slow *slow = alloc_zero(1, sizeof *slow);
	struct source *top;
	char bytes[32];
	size_t n = 0;
	ptrdiff_t got;

	(void)state;
	add_member(&packed, (struct str){ utf16, sizeof utf16 - 1 });
	slow->base = (struct source){ .read = slow_read, .close = slow_close };
	slow->left = buf_str(&packed);
	top = source_utf8(source_unpack(&slow->base));
	while ((got = top->read(top, bytes + n, 1)) > 0)
		n += (size_t)got;
	assert_int_equal(got, 0);
	assert_str((struct str){ bytes, n }, S("\xf0\x9f\x98\x80"
					       "a"));
	top->close(top);
	buf_free(&packed);
}

/* The window moves; what was asked for is in it, and the offset counts on. */
static void window_moves(void **state)
{
	enum { SIZE = 3 << 20 };
	char *big = alloc_bytes(SIZE);
	struct input *in;

	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		big[i] = (char)(i * 7 >> 8);
	in = input_memory("memory", (struct str){ big, SIZE });
	for (size_t at = 0; at + 70000 < SIZE; at += 70000) {
		assert_true(input_want(in, 70000));
		assert_memory_equal(in->p, big + at, 70000);
		assert_int_equal(input_offset(in), at);
		in->p += 70000;
	}
	assert_false(input_want(in, SIZE));
	assert_int_equal(input_status(in), 0);
	input_close(in);
	free(big);
}

static void lines(void **state)
{
	struct input *in = input_memory("memory", S("one\r\ntwo\n\n\rthree\rx\r\nlast"));
	static const char *const expected[] = { "one", "two", "", "\rthree\rx", "last" };
	struct str line;

	(void)state;
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_true(input_line(in, &line));
		assert_str(line, str_of(expected[i]));
		assert_int_equal(in->line, i + 1);
	}
	assert_false(input_line(in, &line));
	assert_false(input_line(in, &line));
	input_close(in);
}

static void errors_stick(void **state)
{
	struct input *in = input_memory("memory", S("one\ntwo\n"));
	struct str line;

	(void)state;
	assert_true(input_line(in, &line));
	assert_int_equal(input_error(in, "expected %s", "more"), -1);
	assert_false(input_line(in, &line) || input_more(in) || input_want(in, 1));
	assert_int_equal(in->p - in->end, 0);
	assert_int_equal(input_status(in), -1);
	input_close(in);
}

/* --- output --- */

static char folder[] = "/tmp/unit-io.XXXXXX", path[64];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/out", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder); /* fails if a temporary was left behind */
}

static struct buf contents(const char *name)
{
	struct input *in = input_open(name);
	struct buf all = { 0 };

	assert_non_null(in);
	while (input_more(in)) {
		buf_add(&all, (struct str){ in->p, (size_t)(in->end - in->p) });
		in->p = in->end;
	}
	input_close(in);
	return all;
}

static void assert_file(const char *name, struct str expected)
{
	struct buf all = contents(name);

	assert_str(buf_str(&all), expected);
	buf_free(&all);
}

static void write_file(const char *name, const char *text, bool keep)
{
	struct output *out = output_open(name);

	assert_non_null(out);
	output_text(out, text);
	assert_int_equal(output_close(out, keep), 0);
}

static void output_to_memory(void **state)
{
	struct buf b = { 0 };
	struct output *out = output_memory(&b);

	(void)state;
	output_i64(out, INT64_MIN);
	output_byte(out, ' ');
	output_u64(out, UINT64_MAX);
	output_text(out, " ");
	output_decimal(out, (struct decimal){ 15, -1 });
	output_str(out, S("\0"));
	assert_int_equal(output_close(out, true), 0);
	assert_str(buf_str(&b), S("-9223372036854775808 18446744073709551615 1.5\0"));
	buf_free(&b);
}

static void output_is_kept_or_replaced_whole(void **state)
{
	struct output *out;

	(void)state;
	write_file(path, "old", true);
	out = output_open(path);
	output_text(out, "new");
	assert_file(path, S("old"));
	assert_int_equal(output_close(out, true), 0);
	assert_file(path, S("new"));
	write_file(path, "never", false);
	assert_file(path, S("new"));
}

static void output_larger_than_its_buffer(void **state)
{
	enum { ROWS = 200000 };
	struct output *out = output_open(path);
	struct buf all;

	(void)state;
	for (int i = 0; i < ROWS; i++)
		output_text(out, "0123456789");
	assert_int_equal(output_close(out, true), 0);
	all = contents(path);
	assert_int_equal(all.n, ROWS * 10);
	for (size_t i = 0; i < all.n; i++)
		assert_int_equal(all.p[i], '0' + i % 10);
	buf_free(&all);
}

static void output_keeps_permissions(void **state)
{
	struct stat st;

	(void)state;
	write_file(path, "old", true);
	assert_int_equal(chmod(path, 0640), 0);
	write_file(path, "new", true);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void raw_bytes(const char *name, unsigned char *bytes, size_t size, size_t *n)
{
	FILE *f = fopen(name, "rb");

	assert_non_null(f);
	*n = fread(bytes, 1, size, f);
	fclose(f);
}

static void gzip_is_deterministic(void **state)
{
	unsigned char first[200], second[200];
	char name[80];
	size_t n, m;

	(void)state;
	snprintf(name, sizeof name, "%s/out.gz", folder);
	write_file(name, "the same text", true);
	raw_bytes(name, first, sizeof first, &n);
	sleep(1); /* a time stamp would differ now */
	write_file(name, "the same text", true);
	raw_bytes(name, second, sizeof second, &m);
	assert_int_equal(n, m);
	assert_memory_equal(first, second, n);
	assert_memory_equal(first, "\x1f\x8b\x08\0\0\0\0\0", 8); /* no name, no time */
	assert_file(name, S("the same text"));
	unlink(name);
}

static void output_that_cannot_be_made(void **state)
{
	char name[80];

	(void)state;
	assert_null(output_open(folder));
	snprintf(name, sizeof name, "%s/missing/out", folder);
	assert_null(output_open(name));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_bytes),
		cmocka_unit_test(byte_order_marks),
		cmocka_unit_test(utf16_surrogates),
		cmocka_unit_test(gzip_members),
		cmocka_unit_test(gzip_around_utf16),
		cmocka_unit_test(tiny_reads),
		cmocka_unit_test(window_moves),
		cmocka_unit_test(lines),
		cmocka_unit_test(errors_stick),
		cmocka_unit_test(output_to_memory),
		cmocka_unit_test_setup_teardown(output_is_kept_or_replaced_whole, make_folder,
						NULL),
		cmocka_unit_test(output_larger_than_its_buffer),
		cmocka_unit_test(output_keeps_permissions),
		cmocka_unit_test(gzip_is_deterministic),
		cmocka_unit_test_setup_teardown(output_that_cannot_be_made, NULL, remove_folder),
	};

	return RUN(tests);
}
