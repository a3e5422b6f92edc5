/* jfr/bytes - numbers and texts */
#include "common/base/utf8.h"
#include "converters/jfr/internal.h"

enum { TEXT_NULL, TEXT_EMPTY, TEXT_CONSTANT, TEXT_UTF8, TEXT_UTF16, TEXT_LATIN1 };
enum { REPLACEMENT = 0xfffd };

uint64_t jfr_long_number(struct jfr_bytes *b)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 9 && b->p < b->end; i++) {
		uint64_t byte = (unsigned char)*b->p++;

		if (i == 8)
			return value | byte << 56;
		value |= (byte & 0x7f) << (7 * i);
		if (byte < 0x80)
			return value;
	}
	b->bad = true;
	return 0;
}

uint64_t jfr_fixed(struct jfr_bytes *b, unsigned bytes)
{
	uint64_t value = 0;

	if ((size_t)(b->end - b->p) < bytes) {
		b->p = b->end;
		b->bad = true;
		return 0;
	}
	while (bytes--)
		value = value << 8 | (unsigned char)*b->p++;
	return value;
}

void jfr_skip(struct jfr_bytes *b, uint64_t bytes)
{
	if ((uint64_t)(b->end - b->p) < bytes) {
		b->p = b->end;
		b->bad = true;
		return;
	}
	b->p += bytes;
}

/* The bytes of a text that has a length; they are in the event. */
static struct str take(struct jfr_bytes *b)
{
	uint64_t n = jfr_number(b);
	struct str text = { b->p, 0 };

	jfr_skip(b, n);
	if (!b->bad)
		text.n = (size_t)n;
	return text;
}

static void put(struct buf *out, uint32_t point)
{
	char bytes[4];

	if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		point = REPLACEMENT;
	buf_add(out, (struct str){ bytes, utf8_put(bytes, point) });
}

static void put_utf8(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n;) {
		size_t n = utf8_length(text, i);

		if (n)
			buf_add(out, (struct str){ text.p + i, n });
		else
			put(out, REPLACEMENT);
		i += n ? n : 1;
	}
}

/* Halves of a pair are numbers of their own. `out` may be NULL. */
static void take_utf16(struct jfr_bytes *b, struct buf *out)
{
	uint64_t n = jfr_number(b);
	uint32_t high = 0;

	for (uint64_t i = 0; i < n && !b->bad; i++) {
		uint64_t unit = jfr_number(b);
		bool low = unit >= 0xdc00 && unit < 0xe000;

		if (!out)
			continue;
		if (high && low) {
			put(out, 0x10000 + ((high - 0xd800) << 10) + (uint32_t)(unit - 0xdc00));
			high = 0;
			continue;
		}
		if (high)
			put(out, REPLACEMENT);
		high = unit >= 0xd800 && unit < 0xdc00 ? (uint32_t)unit : 0;
		if (!high)
			put(out, unit > 0xffff ? REPLACEMENT : (uint32_t)unit);
	}
	if (high)
		put(out, REPLACEMENT);
}

static bool read_text(struct jfr_bytes *b, struct buf *out, uint64_t *number)
{
	struct str text;

	switch (jfr_fixed(b, 1)) {
	case TEXT_NULL:
	case TEXT_EMPTY: return true;
	case TEXT_CONSTANT: *number = jfr_number(b); return false;
	case TEXT_UTF8:
		text = take(b);
		if (out)
			put_utf8(out, text);
		return true;
	case TEXT_UTF16: take_utf16(b, out); return true;
	case TEXT_LATIN1:
		text = take(b);
		for (size_t i = 0; out && i < text.n; i++)
			put(out, (unsigned char)text.p[i]);
		return true;
	default: b->bad = true; return true;
	}
}

void jfr_skip_text(struct jfr_bytes *b)
{
	uint64_t number;

	read_text(b, NULL, &number);
}

bool jfr_text(struct jfr_bytes *b, struct buf *out, uint64_t *number)
{
	return read_text(b, out, number);
}
