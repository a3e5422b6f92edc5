/*
 * flamegraph/read_title - what the title of a box says
 *
 * A name may hold anything, " (" and "%)" too: what counts is the last bracket that
 * has the form, on the first line that ends with one.
 *
 *	text.<listcomp> (a.py:68) (1,234 samples, 5.67%)
 *	all (98 samples, 100%)
 *	spin (7 samples, 7.14%; +2.04%)                    a difference
 *	a.py:56:spin 97.98% (1 1 1.5855e-05 0.000411648)   flameprof
 */
#include "converters/flamegraph/reading.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Parses "12.50" or "+2.04", followed by a "%". */
static bool is_percent(struct str s)
{
	struct decimal number;
	enum exactness exactness;

	if (s.n && s.p[0] == '<') /* "<0.01%" */
		s = str_from(s, 1);
	return str_ends(s, S("%")) && str_to_decimal(str_head(s, s.n - 1), &number, &exactness);
}

enum { LONGEST_COUNT = 64 };

/* Parses "1,234.5"; commas between digits are skipped. */
static bool take_count(struct str s, struct decimal *count)
{
	char digits[LONGEST_COUNT];
	enum exactness exactness;
	size_t n = 0;

	if (s.n > sizeof digits)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != ',')
			digits[n++] = s.p[i];
		else if (!i || i + 1 == s.n || !is_digit(s.p[i - 1]) || !is_digit(s.p[i + 1]))
			return false;
	}
	return str_to_decimal((struct str){ digits, n }, count, &exactness);
}

/* Parses "1,234 samples, 5.67%; +0.89%", without the brackets. */
static bool take_numbers(struct str s, struct flame_title *t)
{
	struct str number, share, delta;

	t->kind = TITLE_COUNTED;
	if (str_cut_last(s, ';', &share, &delta)) {
		if (!is_percent(str_trim(delta)))
			return false;
		t->kind = TITLE_DIFFERENCE;
		s = share;
	}
	if (!str_cut_last(s, ',', &s, &share) || !is_percent(str_trim(share)))
		return false;
	if (!str_cut(s, ' ', &number, &t->word)) {
		number = s;
		t->word = S("");
	}
	t->word = str_trim(t->word);
	return take_count(number, &t->value);
}

/* Parses flameprof's four numbers; the last one corresponds to the width of the box. */
static bool take_flameprof(struct str name, struct str fields, struct flame_title *t)
{
	struct str word, share;
	enum exactness exactness;
	int numbers = 0;

	while (str_word(&fields, &word)) {
		if (!str_to_decimal(word, &t->value, &exactness))
			return false;
		numbers++;
	}
	if (numbers != 4 || !str_cut_last(name, ' ', &t->name, &share) || !is_percent(share))
		return false;
	t->kind = TITLE_FLAMEPROF;
	t->word = S("s");
	return true;
}

/* The text up to a ")" that ends it or its line. */
static bool take_line(struct str text, struct flame_title *t)
{
	for (size_t i = text.n - 1; i-- > 0;) {
		struct str inside = { text.p + i + 1, text.n - i - 2 };

		if (text.p[i] != '(')
			continue;
		if (i && text.p[i - 1] != ' ')
			continue;
		t->name = str_head(text, i ? i - 1 : 0);
		if (take_numbers(inside, t) || take_flameprof(t->name, inside, t))
			return true;
		/* what precedes is longer still and cannot have the form either */
		if (inside.n > 4 * LONGEST_COUNT)
			return false;
	}
	return false;
}

/* Removes the line breaks that pretty-printed XML has around a text. */
static struct str trim(struct str s)
{
	while (s.n && strchr(" \t\r\n", s.p[0]) && s.p[0])
		s = str_from(s, 1);
	while (s.n && strchr(" \t\r\n", s.p[s.n - 1]) && s.p[s.n - 1])
		s.n--;
	return s;
}

bool flame_title(struct str text, struct flame_title *t)
{
	size_t from = 0;

	text = trim(text);
	while (from < text.n) {
		struct str rest = str_from(text, from);
		const char *newline = memchr(rest.p, '\n', rest.n);
		size_t end = from + (newline ? (size_t)(newline - rest.p) : rest.n);

		if (end > from && text.p[end - 1] == ')' && take_line(str_head(text, end), t))
			return true;
		from = end + 1;
	}
	return false;
}
