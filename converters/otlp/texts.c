#include "converters/otlp/texts.h"

#include "common/base/utf8.h"

enum { ESCAPE = 4 }; /* \xNN */

/* The byte that is escaped here, or -1. */
static int escaped_at(struct str s, size_t i)
{
	int high, low;

	if (s.n - i < ESCAPE || s.p[i] != '\\' || s.p[i + 1] != 'x')
		return -1;
	high = otlp_hex_digit(s.p[i + 2]);
	low = otlp_hex_digit(s.p[i + 3]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool is_utf8(struct str s)
{
	for (size_t i = 0, length; i < s.n; i += length)
		if (!(length = utf8_length(s, i)))
			return false;
	return true;
}

/* A text that is the key itself would make readers undo what was never done. */
bool otlp_needs_escapes(const struct strings *texts)
{
	for (string_id i = 0; i < texts->count; i++)
		if (!is_utf8(strings_text(texts, i)) ||
		    str_eq(strings_text(texts, i), S(OTLP_ESCAPES)))
			return true;
	return false;
}

void otlp_escape(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.n;) {
		size_t length = utf8_length(text, i);

		if (!length || escaped_at(text, i) >= 0) {
			buf_print(to, "\\x%02x", (unsigned)(unsigned char)text.p[i]);
			i++;
		} else {
			buf_add(to, (struct str){ text.p + i, length });
			i += length;
		}
	}
}

void otlp_unescape(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.n;) {
		int byte = escaped_at(text, i);

		buf_byte(to, byte < 0 ? text.p[i] : (char)byte);
		i += byte < 0 ? 1 : ESCAPE;
	}
}

void otlp_put_hex(struct buf *to, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		buf_print(to, "%02x", (unsigned)(unsigned char)bytes.p[i]);
}

bool otlp_decode_hex(struct buf *to, struct str digits)
{
	for (size_t i = 0; i + 1 < digits.n; i += 2) {
		int high = hex_digit(digits.p[i]), low = hex_digit(digits.p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		buf_byte(to, (char)(high << 4 | low));
	}
	return true;
}
