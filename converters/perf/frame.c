/*
 * perf/frame - a line of a stack taken apart
 *
 *	13bd work::Grid<unsigned int>::operator()+0x2d (/srv/e/work/prog/load)
 *
 * Symbols of C++ hold blanks, commas and parentheses, and paths may, so that the line is cut where
 * the offset ends, or else at the parenthesis that opens what the last one closes.
 */
#include "common/base/num.h"
#include "converters/perf/internal.h"

#define INLINED S(" (inlined)")

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The length without "+0x2d" at the end. */
static size_t without_offset(struct str s)
{
	size_t i = s.n;

	while (i && is_hex(s.p[i - 1]))
		i--;
	return i < s.n && i > 3 && memcmp(s.p + i - 3, "+0x", 3) == 0 ? i - 3 : s.n;
}

/* The blank before the "(" that stands right behind an offset; SIZE_MAX: none. */
static size_t behind_offset(struct str s)
{
	const char *at = s.p, *end = s.p + s.n;

	while (at < end && (at = memchr(at, '+', (size_t)(end - at))) != NULL) {
		const char *c = at + 3;

		if (end - at > 3 && memcmp(at, "+0x", 3) == 0) {
			while (c < end && is_hex(*c))
				c++;
			if (c > at + 3 && end - c > 2 && memcmp(c, " (", 2) == 0)
				return (size_t)(c - s.p);
		}
		at++;
	}
	return SIZE_MAX;
}

/* The blank before the "(" that the last ")" closes; SIZE_MAX: none. */
static size_t before_last_pair(struct str s)
{
	size_t open = 0;

	for (size_t i = s.n; i-- > 0;) {
		open += s.p[i] == ')';
		if (s.p[i] == '(' && --open == 0)
			return i > 0 && s.p[i - 1] == ' ' ? i - 1 : i ? SIZE_MAX : 0;
	}
	return SIZE_MAX;
}

/* Takes " (object)" off the end. */
static void cut_object(struct str *s, struct str *object)
{
	size_t at = SIZE_MAX;

	if (!s->n || s->p[s->n - 1] != ')')
		return;
	if (str_starts(*s, S("[unknown] (")))
		at = sizeof "[unknown]" - 1;
	if (at == SIZE_MAX)
		at = behind_offset(*s);
	if (at == SIZE_MAX)
		at = before_last_pair(*s);
	if (at == SIZE_MAX)
		return;
	*object = str_from(*s, s->p[at] == ' ' ? at + 2 : at + 1);
	object->n--;
	s->n = at;
	if (str_eq(*object, S("[unknown]")))
		object->n = 0;
}

static bool take_mark(struct str *s)
{
	if (!str_ends(*s, INLINED))
		return false;
	s->n -= INLINED.n;
	return true;
}

/* "load.cc:14"; "??:0" is unknown. */
static void parse_srcline(struct str text, struct perf_frame *f)
{
	struct str file, number;
	uint64_t line;

	text = str_trim(text);
	f->inlined |= take_mark(&text);
	if (!str_cut_last(text, ':', &file, &number) || !str_to_u64(number, &line) ||
	    line > UINT32_MAX || str_starts(file, S("??")))
		return;
	f->file = file;
	f->line = (uint32_t)line;
}

/*
 * "py::Shop.price:/path/shop.py": what Python's trampolines are called for perf. The name has no
 * colon.
 */
static void parse_python(struct perf_frame *f)
{
	struct str name, file;

	if (!str_starts(f->symbol, S("py::")) ||
	    !str_cut(str_from(f->symbol, 4), ':', &name, &file) || !name.n)
		return;
	f->symbol = name;
	f->python = true;
	if (!f->file.n)
		f->file = file;
}

bool perf_parse_frame(struct str text, struct str srcline, struct perf_frame *f)
{
	enum { MAX_DIGITS = 16 };
	size_t digits = 0;

	*f = (struct perf_frame){ .symbol = S(""), .object = S(""), .file = S("") };
	while (digits < text.n && is_hex(text.p[digits]))
		f->address = f->address << 4 | (uint64_t)hex_digit(text.p[digits++]);
	if (!digits || digits > MAX_DIGITS || (digits < text.n && text.p[digits] != ' '))
		return false;
	text = str_from(text, digits < text.n ? digits + 1 : digits);
	f->inlined = take_mark(&text);
	if (srcline.n)
		parse_srcline(srcline, f);
	if (!f->inlined)
		cut_object(&text, &f->object);
	f->asked = text.n > 0;
	if (!str_eq(text, S("[unknown]")))
		f->symbol = str_head(text, without_offset(text));
	parse_python(f);
	return true;
}
