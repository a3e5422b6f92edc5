/*
 * callgrind/write_text - texts of any bytes, in a line
 */
#include "converters/callgrind/writing.h"

/* Whether only blanks remain after the replacements of callgrind_put_text(). */
static bool is_blank(struct str text)
{
	size_t i = 0;

	while (i < text.n && memchr(" \t\n\v\f\r", text.p[i], sizeof " \t\n\v\f\r"))
		i++;
	return i == text.n;
}

bool callgrind_unknown(struct str name)
{
	return is_blank(name) || str_eq(name, S("???"));
}

void callgrind_put_text(struct callgrind_writer *w, struct str text)
{
	struct output *out = w->out;

	if (!w->changed) {
		output_str(out, text);
		return;
	}
	while (text.n) {
		struct str part = str_head(text, OUTPUT_ROOM);
		char *to = output_room(out);

		for (size_t i = 0; i < part.n; i++)
			to[i] = callgrind_byte(part.p[i]);
		out->p += part.n;
		text = str_from(text, part.n);
	}
}

/* For KCachegrind and callgrind_annotate, only blanks behind an ID mean no name. */
void callgrind_put_name(struct callgrind_writer *w, struct str text)
{
	callgrind_put_text(w, callgrind_unknown(text) ? S("???") : text);
}

/* Whether one of eight bytes is below 16: rare in names, and checked in one step. */
static inline bool has_low(const char *p)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return (word - ones * 16) & ~word & ones * 0x80;
}

bool callgrind_can_spell(struct str name)
{
	bool low = name.n >= 8 && has_low(name.p + name.n - 8);

	if (name.n < 8)
		for (size_t i = 0; i < name.n; i++)
			low |= (unsigned char)name.p[i] < 16;
	for (size_t i = 0; !low && i + 8 < name.n; i += 8)
		low = has_low(name.p + i);
	if (low && (str_has(name, '\n') || str_has(name, '\r') || str_has(name, '\0')))
		return false;
	return !name.n || !is_blank(name);
}
