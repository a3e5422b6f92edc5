/* table_names - writes names of any bytes to a terminal, Markdown or a spreadsheet */
#include "common/base/utf8.h"
#include "common/syntax/table.h"

static void add_unsafe(struct buf *b, struct str s, size_t at, size_t length)
{
	if (length > 1)
		buf_print(b, "\\u{%x}", (unsigned)utf8_point(s, at));
	else
		buf_print(b, "\\x%02x", (unsigned char)s.p[at]);
}

/* The length of the run of printable ASCII from s on. */
static size_t plain_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= ' ' && s.p[n] < 0x7f)
		n++;
	return n;
}

void buf_add_visible(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.n;) {
		size_t plain = plain_length(str_from(text, i));
		size_t length;

		if (plain) {
			buf_add(b, str_head(str_from(text, i), plain));
			i += plain;
			continue;
		}
		length = utf8_length(text, i);
		if (!length || utf8_is_unsafe(utf8_point(text, i)))
			add_unsafe(b, text, i, length);
		else
			buf_add(b, str_head(str_from(text, i), length));
		i += length ? length : 1;
	}
}

/*
 * Escapes for the Markdown of GitHub and GitLab: every possible mark becomes a character
 * reference, and so does the point that would make "www." a link.
 */
void buf_add_markdown(struct buf *b, struct str text)
{
	struct buf safe = { 0 };

	buf_add_visible(&safe, text);
	for (size_t i = 0; i < safe.n; i++) {
		bool link = str_ends(str_head(buf_str(&safe), i + 1), S("www."));
		char c = safe.p[i];

		if (link || str_has(S("&<>|\\`*_~[]#!@$:"), c))
			buf_print(b, "&#%d;", c);
		else
			buf_byte(b, c);
	}
	buf_free(&safe);
}

/*
 * Whether a formula would begin here: one of four marks, also wide ones, or a blank, which a
 * spreadsheet skips.
 */
static bool is_formula(struct str text)
{
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
					    "\xef\xbc\xa0" };
	bool formula = text.n && str_has(S("=+-@\t\r\n"), text.p[0]);

	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		formula |= str_starts(text, str_of(wide[i]));
	return formula;
}

/* RFC 4180; what begins like a formula gets an apostrophe in front. */
void buf_add_csv(struct buf *b, struct str text)
{
	bool formula = is_formula(text);
	bool quoted = formula;

	for (size_t i = 0; i < text.n; i++)
		quoted |= str_has(S("\",\n\r"), text.p[i]);
	if (quoted)
		buf_byte(b, '"');
	if (formula)
		buf_byte(b, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, text.p[i]);
	}
	if (quoted)
		buf_byte(b, '"');
}
