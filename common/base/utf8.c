#include "common/base/utf8.h"

size_t utf8_length(struct str s, size_t i)
{
	const unsigned char *b = (const unsigned char *)s.p + i;
	size_t left = s.n - i, len;
	unsigned char low = 0x80, high = 0xbf;

	if (!left)
		return 0;
	if (b[0] < 0x80)
		return 1;
	if (b[0] < 0xc2 || b[0] > 0xf4)
		return 0;
	len = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	if (left < len)
		return 0;
	/*
	 * the range of the second byte excludes overlong forms, surrogates and code points
	 * above U+10FFFF
	 */
	if (b[0] == 0xe0)
		low = 0xa0;
	if (b[0] == 0xed)
		high = 0x9f;
	if (b[0] == 0xf0)
		low = 0x90;
	if (b[0] == 0xf4)
		high = 0x8f;
	if (b[1] < low || b[1] > high)
		return 0;
	for (size_t k = 2; k < len; k++)
		if ((b[k] & 0xc0) != 0x80)
			return 0;
	return len;
}

uint32_t utf8_point(struct str s, size_t i)
{
	const unsigned char *b = (const unsigned char *)s.p + i;

	if (b[0] < 0x80)
		return b[0];
	if (b[0] < 0xe0)
		return (b[0] & 0x1fu) << 6 | (b[1] & 0x3fu);
	if (b[0] < 0xf0)
		return (b[0] & 0x0fu) << 12 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu);
	return (b[0] & 0x07u) << 18 | (b[1] & 0x3fu) << 12 | (b[2] & 0x3fu) << 6 | (b[3] & 0x3fu);
}

struct str utf8_head(struct str s, size_t n)
{
	struct str head = str_head(s, n);
	size_t start = head.n;

	while (start && ((unsigned char)head.p[start - 1] & 0xc0) == 0x80)
		start--;
	if (start && !utf8_length(head, start - 1))
		head.n = start - 1;
	return head;
}

size_t utf8_put(char out[4], uint32_t point)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

bool utf8_is_bidi(uint32_t c)
{
	return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

bool utf8_is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || utf8_is_bidi(c) ||
	       (c >= 0x200b && c <= 0x200d) || c == 0x2028 || c == 0x2029 ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       c == 0xfffe || c == 0xffff || (c >= 0xe0000 && c <= 0xe007f);
}

bool utf8_is_wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
	       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
	       (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

/* Combining marks, drawn over the preceding character. */
static bool is_combining(uint32_t c)
{
	return (c >= 0x300 && c <= 0x36f) || (c >= 0x483 && c <= 0x489) ||
	       (c >= 0x591 && c <= 0x5bd) || (c >= 0x64b && c <= 0x65f) ||
	       (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x1dc0 && c <= 0x1dff) ||
	       (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe00 && c <= 0xfe0f) ||
	       (c >= 0xfe20 && c <= 0xfe2f);
}

size_t utf8_columns(struct str s)
{
	size_t columns = 0;

	for (size_t i = 0; i < s.n;) {
		size_t length;
		uint32_t point;

		if ((unsigned char)s.p[i] < 0x80) { /* most bytes of most names */
			columns++;
			i++;
			continue;
		}
		length = utf8_length(s, i);
		point = length ? utf8_point(s, i) : 0;
		columns += is_combining(point) ? 0 : utf8_is_wide(point) ? 2 : 1;
		i += length ? length : 1;
	}
	return columns;
}

bool utf8_is_log_command(struct str s)
{
	if (s.n < 3 || s.p[0] != '#' || s.p[1] != '#')
		return false;
	return s.p[2] == '[' || (s.n >= 6 && (s.p[2] | 32) == 'v' && (s.p[3] | 32) == 's' &&
				 (s.p[4] | 32) == 'o' && s.p[5] == '[');
}
