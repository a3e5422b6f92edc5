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
	/* the second byte's range rules out overlong forms, surrogates
	 * and points above U+10FFFF */
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
	return (b[0] & 0x07u) << 18 | (b[1] & 0x3fu) << 12 | (b[2] & 0x3fu) << 6 |
	       (b[3] & 0x3fu);
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

size_t utf8_count(struct str s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.n; count++) {
		size_t len = utf8_length(s, i);

		i += len ? len : 1;
	}
	return count;
}
