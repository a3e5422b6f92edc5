#include "common/syntax/json_put.h"

#include "common/base/utf8.h"

static void put_unit(struct output *out, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	char text[6] = { '\\',
			 'u',
			 digits[unit >> 12 & 15],
			 digits[unit >> 8 & 15],
			 digits[unit >> 4 & 15],
			 digits[unit & 15] };

	output_bytes(out, text, sizeof text);
}

/* Decodes ED A0 80 to ED BF BF as U+D800 to U+DFFF; 0 for anything else. */
static uint32_t surrogate_at(struct str s, size_t i)
{
	const unsigned char *b = (const unsigned char *)s.p + i;

	if (s.n - i < 3 || b[0] != 0xed || b[1] < 0xa0 || b[1] > 0xbf || b[2] < 0x80 || b[2] > 0xbf)
		return 0;
	return 0xd000 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu);
}

/*
 * Writes bytes that are not UTF-8: a single byte, or the three bytes of a surrogate. \udc80 to
 * \udcff stand for bytes; after the first half of a pair, what follows must not be written as a
 * second half.
 */
static size_t put_invalid(struct output *out, struct str s, size_t i)
{
	uint32_t surrogate = surrogate_at(s, i);
	bool taken = surrogate >= 0xdc80 && surrogate <= 0xdcff;
	bool paired = surrogate < 0xdc00 && i + 3 < s.n && !utf8_length(s, i + 3);

	if (surrogate && !taken && !paired) {
		put_unit(out, surrogate);
		return 3;
	}
	put_unit(out, 0xdc00u | (unsigned char)s.p[i]);
	return 1;
}

/* As UTF-16: a pair of surrogates beyond U+FFFF. */
static void put_point(struct output *out, uint32_t point)
{
	if (point > 0xffff) {
		put_unit(out, 0xd7c0 + (point >> 10));
		point = 0xdc00 | (point & 0x3ff);
	}
	put_unit(out, point);
}

static void put_escape(struct output *out, uint32_t point)
{
	static const char meanings[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *meaning = point && point < 0x80
				      ? memchr(meanings, (int)point, sizeof meanings - 1)
				      : NULL;

	if (!meaning) {
		put_point(out, point);
		return;
	}
	output_byte(out, '\\');
	output_byte(out, letters[meaning - meanings]);
}

static bool stands_for_itself(uint32_t point)
{
	if (point < 0x7f)
		return point >= 0x20 && point != '"' && point != '\\';
	return !utf8_is_unsafe(point);
}

void json_put(struct output *out, struct str s)
{
	size_t from = 0, i = 0;

	output_byte(out, '"');
	while (i < s.n) {
		size_t length = utf8_length(s, i);

		if (length && stands_for_itself(utf8_point(s, i))) {
			i += length;
			continue;
		}
		output_bytes(out, s.p + from, i - from);
		if (length)
			put_escape(out, utf8_point(s, i));
		else
			length = put_invalid(out, s, i);
		i += length;
		from = i;
	}
	if (from < s.n) /* an empty text may have no address */
		output_bytes(out, s.p + from, s.n - from);
	output_byte(out, '"');
}

void json_put_guarded(struct output *out, struct str json)
{
	size_t from = 0, i = 0;

	while (i < json.n) {
		size_t length = utf8_length(json, i);
		uint32_t point = length ? utf8_point(json, i) : 0;

		if (utf8_is_log_command(str_from(json, i))) {
			i++; /* its second '#' */
		} else if (point < 0x7f || !utf8_is_unsafe(point)) {
			i += length ? length : 1;
			continue;
		}
		output_str(out, str_from(str_head(json, i), from));
		put_point(out, point);
		i += length;
		from = i;
	}
	output_str(out, str_from(json, from));
}
