/* flamegraph/text - the width of text, and how much of it fits */
#include "common/base/utf8.h"
#include "common/syntax/xml_put.h"
#include "converters/flamegraph/internal.h"

/*
 * Advance widths in 1/100 em from ' ' to '~' of DejaVu Sans, the widest of the usual
 * sans-serif fonts: what fits in it fits in the reader's, whichever that is.
 */
static const unsigned char sans_widths[] = {
	32, 40, 46, 84, 64, 95, 78, 28, 39, 39, 50, 84, 32, 36,  32, 34, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53, 100, 69, 69, 70, 77, 63,
	58, 78, 75, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64,  61, 73, 69, 99, 69,
	61, 69, 39, 34, 39, 84, 50, 50, 62, 64, 55, 64, 62, 36,  64, 64, 28, 28, 58,
	28, 98, 64, 61, 64, 64, 41, 52, 40, 64, 59, 82, 59, 59,  53, 64, 34, 64, 84,
};
enum { OTHER_WIDTH = 66, MONOSPACE_WIDTH = 61, CJK_WIDTH = 105, BOLD_PERCENT = 112 };

static bool is_break(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r';
}

/* In 1/100 em. A font of the user's own may be a monospace one: no char counts less. */
static unsigned char_width(const struct flame_options *o, uint32_t c)
{
	unsigned width = OTHER_WIDTH;

	if (o->font_width)
		return flame_letter_width(o);
	if (utf8_is_wide(c))
		return CJK_WIDTH;
	if (is_break(c))
		c = ' ';
	if (c >= ' ' && c <= '~')
		width = sans_widths[c - ' '];
	return o->font && width < MONOSPACE_WIDTH ? MONOSPACE_WIDTH : width;
}

static uint64_t text_width(const struct flame_options *o, struct str s)
{
	uint64_t width = 0;

	for (size_t i = 0; i < s.n;)
		width += char_width(o, xml_put_next(s, &i));
	return width;
}

/* The start of the last characters that fit. */
static size_t fitting_end(const struct flame_options *o, struct str s, uint64_t room)
{
	uint64_t width = text_width(o, s), dots = 2 * char_width(o, '.');
	size_t i = 0;

	if (width <= room)
		return s.n;
	while (i < s.n && width + dots > room)
		width -= char_width(o, xml_put_next(s, &i));
	return s.n - i < 2 ? 0 : s.n - i;
}

size_t flame_fitting(const struct flame_options *o, struct str s, uint64_t room, bool from_end)
{
	uint64_t width = 0, dots = 2 * char_width(o, '.');
	size_t cut = 0, chars = 0;

	if (from_end)
		return fitting_end(o, s, room);
	for (size_t i = 0; i < s.n;) {
		width += char_width(o, xml_put_next(s, &i));
		if (width > room)
			return chars < 2 ? 0 : cut;
		if (width + dots <= room) {
			cut = i;
			chars++;
		}
	}
	return s.n;
}

/* Replaces line breaks and tabs, which would not be drawn, by blanks. */
static void put_line(struct output *out, struct str s)
{
	size_t from = 0, i = 0;

	while (i < s.n) {
		size_t at = i;

		if (!is_break(xml_put_next(s, &i)))
			continue;
		xml_put(out, (struct str){ s.p + from, at - from });
		output_byte(out, ' ');
		from = i;
	}
	xml_put(out, str_from(s, from));
}

void flame_put_fitting(struct output *out, struct str s, size_t n, bool from_end)
{
	if (n < s.n && from_end)
		output_text(out, "..");
	put_line(out, from_end ? str_from(s, s.n - n) : str_head(s, n));
	if (n < s.n && !from_end)
		output_text(out, "..");
}

struct str flame_next_line(const struct flame_options *o, struct str *rest, uint64_t width)
{
	struct str line = { rest->p, 0 }, word;

	while (str_word(rest, &word)) {
		struct str longer = { line.p, (size_t)(word.p + word.n - line.p) };

		if (line.n && text_width(o, longer) > width) {
			*rest = (struct str){ word.p, (size_t)(rest->p + rest->n - word.p) };
			break;
		}
		line = longer;
	}
	return line;
}
