#include "common/transform/traces/span_names.h"

#include "common/base/diag.h"
#include "common/base/num.h"

static int find_part(struct str word)
{
	static const char *const words[SPAN_NAME_PARTS] = {
		[SPAN_NAME] = "name",
		[SPAN_OP] = "op",
		[SPAN_DESCRIPTION] = "description",
		[SPAN_SERVICE] = "service",
	};

	for (int i = 0; i < SPAN_NAME_PARTS; i++)
		if (str_eq(word, str_of(words[i])))
			return i;
	return -1;
}

bool span_names_has(const struct span_names *names, enum span_name_part part)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->parts[i] == part)
			return true;
	return false;
}

int span_names_parse(struct span_names *names, const char *list, enum span_name_part usual)
{
	struct str rest = str_of(list ? list : ""), word;

	*names = (struct span_names){ .parts = { usual }, .count = 1 };
	if (!list)
		return 0;
	names->count = 0;
	while (str_part(&rest, ',', &word)) {
		int part = find_part(word);

		if (part < 0)
			return diag_error("--span-name: expected name, op, description or service, "
					  "got %s",
					  diag_quote(word));
		if (span_names_has(names, (enum span_name_part)part))
			return diag_error("--span-name: expected %s only once", diag_masked(word));
		names->parts[names->count++] = (enum span_name_part)part;
	}
	return names->count ? 0 : diag_error("--span-name: expected a name, got nothing");
}

struct str span_names_join(const struct span_names *names, const struct str *parts,
			   struct buf *scratch)
{
	struct str only = parts[SPAN_NAME];
	size_t used = 0;

	if (names->count == 1 && parts[names->parts[0]].n)
		return parts[names->parts[0]];
	scratch->n = 0;
	for (size_t i = 0; i < names->count; i++) {
		struct str part = parts[names->parts[i]];

		if (!part.n)
			continue;
		if (used++)
			buf_add(scratch, S(": "));
		buf_add(scratch, part);
	}
	return used ? buf_str(scratch) : only;
}

/* --- ids --- */

static bool is_figure(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word_byte(char c)
{
	return is_figure(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

static size_t word_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_word_byte(s.p[n]))
		n++;
	return n;
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (hex_digit(s.p[i]) < 0)
			return false;
	return s.n > 0;
}

static bool is_id(struct str word)
{
	enum { MIN_HEX = 8 };
	size_t figures = 0;

	for (size_t i = 0; i < word.n; i++)
		figures += is_figure(word.p[i]);
	if (figures == word.n)
		return word.n > 0;
	if (str_starts(word, S("0x")))
		return is_hex(str_from(word, 2));
	return figures && word.n >= MIN_HEX && is_hex(word);
}

/* The length of the UUID that s begins with, or 0. */
static size_t uuid_length(struct str s)
{
	static const size_t words[] = { 8, 4, 4, 4, 12 };
	size_t at = 0;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct str word;

		if (i && (at >= s.n || s.p[at] != '-'))
			return 0;
		at += i > 0;
		word = str_head(str_from(s, at), word_length(str_from(s, at)));
		if (word.n != words[i] || !is_hex(word))
			return 0;
		at += word.n;
	}
	return at;
}

void span_names_strip_ids(struct str name, struct buf *to)
{
	while (name.n) {
		size_t n = word_length(name), uuid = uuid_length(name);

		if (uuid || is_id(str_head(name, n))) {
			buf_byte(to, '*');
			name = str_from(name, uuid ? uuid : n);
		} else {
			n += n == 0;
			buf_add(to, str_head(name, n));
			name = str_from(name, n);
		}
	}
}
