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

/* The length of the run of printable ASCII from s on, up to the middle of a log's command. */
static size_t plain_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= ' ' && s.p[n] < 0x7f)
		if (s.p[n++] == '#' && utf8_is_log_command(str_from(s, n - 1)))
			break;
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
			if (!utf8_is_log_command(str_from(text, i - 1)))
				continue;
			add_unsafe(b, text, i++, 1);
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

void buf_add_line(struct buf *b, struct str text)
{
	struct str trimmed = str_trim(text);

	if (!str_starts(trimmed, S("::"))) {
		buf_add_visible(b, text);
		return;
	}
	buf_add(b, S("\\x3a"));
	buf_add_visible(b, str_from(trimmed, 1));
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
 * spreadsheet skips. "::" is a log's command, where the cell is a line's first.
 */
static bool is_formula(struct str text)
{
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
					    "\xef\xbc\xa0" };
	bool formula = text.n &&
		       (str_has(S("=+-@\t\r\n"), text.p[0]) || str_starts(str_trim(text), S("::")));

	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		formula |= str_starts(text, str_of(wide[i]));
	return formula;
}

/* RFC 4180; the text as on a terminal, and what begins like a formula gets an apostrophe. */
void buf_add_csv(struct buf *b, struct str text)
{
	struct buf shown = { 0 };
	bool formula, quoted;

	buf_add_visible(&shown, text);
	formula = quoted = is_formula(buf_str(&shown));
	for (size_t i = 0; i < shown.n; i++)
		quoted |= str_has(S("\","), shown.p[i]);
	if (quoted)
		buf_byte(b, '"');
	if (formula)
		buf_byte(b, '\'');
	for (size_t i = 0; i < shown.n; i++) {
		if (shown.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, shown.p[i]);
	}
	if (quoted)
		buf_byte(b, '"');
	buf_free(&shown);
}

static void add_tsv_bytes(struct buf *b, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		buf_print(b, "\\x%02x", (unsigned char)bytes.p[i]);
}

void buf_add_tsv(struct buf *b, struct str text)
{
	if (is_formula(text))
		buf_byte(b, '\'');
	for (size_t i = 0, length; i < text.n; i += length ? length : 1) {
		struct str one;

		length = utf8_length(text, i);
		one = str_head(str_from(text, i), length ? length : 1);
		if (text.p[i] == '\t')
			buf_add(b, S("\\t"));
		else if (text.p[i] == '\n')
			buf_add(b, S("\\n"));
		else if (text.p[i] == '\r')
			buf_add(b, S("\\r"));
		else if (text.p[i] == '\\')
			buf_add(b, S("\\\\"));
		else if (!length || utf8_is_unsafe(utf8_point(text, i)) ||
			 (i && utf8_is_log_command(str_from(text, i - 1))))
			add_tsv_bytes(b, one);
		else
			buf_add(b, one);
	}
}
