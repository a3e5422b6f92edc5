#include "common/syntax/json_scan.h"

#include "common/base/utf8.h"

enum {
	LONGEST_NUMBER = 4096,
	LONGEST_FLAT = 1 << 20,
};

void json_start(struct json *j, struct input *in)
{
	*j = (struct json){ .in = in };
}

void json_free(struct json *j)
{
	buf_free(&j->text);
}

/* --- between values --- */

bool json_expected(struct json *j, const char *what)
{
	struct input *in = j->in;
	struct str rest;

	input_want(in, 24);
	rest = (struct str){ in->p, (size_t)(in->end - in->p) };
	if (rest.n)
		input_error(in, "expected %s, got %s", what, diag_quote(str_head(rest, 24)));
	else if (!json_cut_here(j, what))
		input_error(in, "expected %s, got the end of the input", what);
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static char pass_blanks(struct json *j)
{
	struct input *in = j->in;

	for (;;) {
		while (in->p < in->end && is_blank(*in->p))
			in->p++;
		if (in->p < in->end)
			return *in->p;
		if (!input_more(in))
			return '\0';
	}
}

/* The next byte that is not whitespace, or "\0" at the end (which no JSON contains). */
static inline char next_byte(struct json *j)
{
	struct input *in = j->in;

	return in->p<in->end && * in->p> ' ' ? *in->p : pass_blanks(j);
}

static inline bool take_byte(struct json *j, char c, const char *what)
{
	if (next_byte(j) != c || j->in->p == j->in->end)
		return json_expected(j, what);
	j->in->p++;
	return true;
}

/* Moves to the next value; returns its first byte, or "\0". */
static inline char next_value(struct json *j)
{
	if (j->colon) {
		j->colon = false;
		if (!take_byte(j, ':', "':'"))
			return '\0';
	}
	return next_byte(j);
}

bool json_end(struct json *j)
{
	if (next_byte(j) || j->in->p < j->in->end)
		json_expected(j, "nothing more");
	return !j->in->failed;
}

enum json_kind json_peek(struct json *j)
{
	char c = next_value(j);

	switch (c) {
	case '{': return JSON_OBJECT;
	case '[': return JSON_ARRAY;
	case '"': return JSON_STRING;
	case 't':
	case 'f': return JSON_BOOL;
	case 'n': return JSON_NULL;
	default: return c == '-' || (c >= '0' && c <= '9') ? JSON_NUMBER : JSON_NOTHING;
	}
}

/* --- objects and arrays --- */

static bool enter(struct json *j, char bracket, const char *what)
{
	if (next_value(j) != bracket)
		return json_expected(j, what);
	j->in->p++;
	j->at_start = true;
	return true;
}

bool json_object(struct json *j)
{
	return enter(j, '{', "an object");
}

bool json_array(struct json *j)
{
	return enter(j, '[', "an array");
}

/* Whether another member precedes the closing bracket; consumes the bracket or the comma. */
static inline bool another(struct json *j, char bracket, const char *expected)
{
	bool at_start = j->at_start;
	char c = next_byte(j);

	j->at_start = false;
	if (c == bracket) {
		j->in->p++;
		return false;
	}
	return at_start ? !j->in->failed : take_byte(j, ',', expected);
}

bool json_element(struct json *j)
{
	return another(j, ']', "',' or ']'");
}

/* --- strings --- */

/* A run of plain bytes ends at a quote, a backslash or a control byte. */
static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/* The length of the run of plain bytes from p + start; reads on until it ends. */
static size_t plain_run(struct input *in, size_t start)
{
	size_t i = start;

	do {
		const char *p = in->p + i;

		while (p < in->end && is_plain(*p))
			p++;
		i = (size_t)(p - in->p);
		if (p < in->end)
			break;
	} while (input_more(in));
	return i - start;
}

static bool hex4(const char *p, uint32_t *unit)
{
	uint64_t value;

	if (!str_to_hex((struct str){ p, 4 }, &value))
		return false;
	*unit = (uint32_t)value;
	return true;
}

/* Decodes the \uXXXX at p, with the second half of its pair if there is one. */
static bool take_unit(struct json *j)
{
	struct input *in = j->in;
	uint32_t unit, low;
	char bytes[4];

	if (!input_want(in, 6) && !memchr(in->p, '"', (size_t)(in->end - in->p)) &&
	    json_cut_here(j, "an escape"))
		return false;
	if (!input_want(in, 6) || !hex4(in->p + 2, &unit))
		return json_expected(j, "\\u and four hexadecimal digits");
	if (unit >= 0xd800 && unit < 0xdc00 && input_want(in, 12) && in->p[6] == '\\' &&
	    in->p[7] == 'u' && hex4(in->p + 8, &low) && low >= 0xdc00 && low < 0xe000) {
		in->p += 6;
		unit = 0x10000 + ((unit - 0xd800) << 10 | (low - 0xdc00));
	}
	if (in->failed) /* failed while looking for the second half of the pair */
		return false;
	in->p += 6;
	if (unit >= 0xdc80 && unit <= 0xdcff)
		buf_byte(&j->text, (char)(unit & 0xff));
	else
		buf_add(&j->text, (struct str){ bytes, utf8_put(bytes, unit) });
	return true;
}

static bool take_escape(struct json *j)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	struct input *in = j->in;
	const char *letter;

	if (!input_want(in, 2))
		return json_cut_here(j, "an escape") ? false : json_expected(j, "an escape");
	if (in->p[1] == 'u')
		return take_unit(j);
	letter = memchr(letters, in->p[1], sizeof letters - 1);
	if (!letter)
		return json_expected(j, "an escape");
	buf_byte(&j->text, meanings[letter - letters]);
	in->p += 2;
	return true;
}

/* Reads the remainder of a string after its first escape. */
static bool take_escaped(struct json *j)
{
	struct input *in = j->in;
	size_t run;

	while (input_want(in, 1) && *in->p != '"') {
		if (*in->p == '\\') {
			if (!take_escape(j))
				return false;
			continue;
		}
		run = plain_run(in, 0);
		if (!run || in->failed)
			return json_expected(j, "no control byte in a string");
		buf_add(&j->text, (struct str){ in->p, run });
		in->p += run;
	}
	return take_byte(j, '"', "the end of a string");
}

static bool take_string(struct json *j, struct str *text)
{
	struct input *in = j->in;
	size_t run = plain_run(in, 1);

	if (in->failed)
		return false;
	*text = (struct str){ in->p + 1, run };
	if (in->p + run + 1 < in->end && in->p[run + 1] == '"') {
		in->p += run + 2;
		return true;
	}
	j->text.n = 0;
	buf_add(&j->text, *text);
	in->p += run + 1;
	if (!take_escaped(j))
		return false;
	*text = buf_str(&j->text);
	return true;
}

bool json_key(struct json *j, struct str *key)
{
	if (!another(j, '}', "',' or '}'"))
		return false;
	if (next_byte(j) != '"')
		return json_expected(j, "a key");
	j->colon = take_string(j, key);
	return j->colon;
}

bool json_key_guessed(struct json *j, struct str quoted)
{
	struct input *in = j->in;
	size_t comma = !j->at_start;

	if ((size_t)(in->end - in->p) < comma + quoted.n || (comma && *in->p != ',') ||
	    memcmp(in->p + comma, quoted.p, quoted.n) != 0)
		return false;
	in->p += comma + quoted.n;
	j->at_start = false;
	return true;
}

bool json_string(struct json *j, struct str *text)
{
	if (next_value(j) != '"')
		return json_expected(j, "a string");
	return take_string(j, text);
}

/* --- numbers and words --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool in_number(char c)
{
	return is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

/* The bytes from p that may belong to a number; all of them are in the window. */
static struct str number_text(struct input *in)
{
	size_t i = 0;

	do {
		while (in->p + i < in->end && in_number(in->p[i]))
			i++;
	} while (in->p + i == in->end && i < LONGEST_NUMBER && input_more(in));
	return (struct str){ in->p, i };
}

static size_t count_digits(struct str s, size_t i)
{
	size_t from = i;

	while (i < s.n && is_digit(s.p[i]))
		i++;
	return i - from;
}

/* Whether the text follows the grammar of JSON numbers. */
static bool is_number(struct str s)
{
	size_t i = s.n && s.p[0] == '-', digits = count_digits(s, i);

	if (!digits || (digits > 1 && s.p[i] == '0'))
		return false;
	i += digits;
	if (i < s.n && s.p[i] == '.') {
		digits = count_digits(s, i + 1);
		if (!digits)
			return false;
		i += 1 + digits;
	}
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		i++;
		i += i < s.n && (s.p[i] == '+' || s.p[i] == '-');
		digits = count_digits(s, i);
		if (!digits)
			return false;
		i += digits;
	}
	return i == s.n;
}

/*
 * Fast path for usual numbers: up to 18 digits, no exponent, completely in the window, parsed
 * in one pass. Returns the length, or 0 for other numbers.
 */
static size_t short_number(const struct input *in, struct decimal *number)
{
	const char *p = in->p, *end = in->end, *from = p += p < end && *p == '-', *point;
	uint64_t value = 0;
	int exponent = 0;

	while (p < end && is_digit(*p))
		value = value * 10 + (uint64_t)(*p++ - '0');
	if (p == from || (*from == '0' && p > from + 1))
		return 0;
	if (p < end && *p == '.') {
		for (point = p++; p < end && is_digit(*p); p++)
			value = value * 10 + (uint64_t)(*p - '0');
		exponent = (int)(point + 1 < p ? point + 1 - p : 1);
	}
	if (exponent > 0 || p - from - (exponent < 0) > 18 || p == end || in_number(*p))
		return 0;
	for (; exponent && value % 10 == 0; exponent++)
		value /= 10;
	*number = (struct decimal){ *in->p == '-' ? -(int64_t)value : (int64_t)value, exponent };
	return (size_t)(p - in->p);
}

bool json_number_text(struct json *j, struct str *text)
{
	next_value(j);
	*text = number_text(j->in);
	if (text->n && text->n < LONGEST_NUMBER && text->p + text->n == j->in->end &&
	    json_cut_here(j, "the end of a number"))
		return false;
	if (j->in->failed || !is_number(*text) || text->n >= LONGEST_NUMBER)
		return json_expected(j, "a number");
	j->in->p += text->n;
	return true;
}

bool json_number(struct json *j, struct decimal *number, enum exactness *exactness)
{
	struct str text;
	size_t n;

	next_value(j);
	n = short_number(j->in, number);
	*exactness = EXACT;
	if (n) {
		j->in->p += n;
		return true;
	}
	if (!json_number_text(j, &text))
		return false;
	if (!str_to_decimal(text, number, exactness)) {
		j->in->p = text.p;
		return json_expected(j, "a number in range");
	}
	return true;
}

bool json_index(struct json *j, uint32_t max, const char *what, uint32_t *value)
{
	uint64_t at;
	struct decimal number;
	enum exactness exactness;
	int64_t integer;

	next_value(j);
	at = input_offset(j->in);
	if (!json_number(j, &number, &exactness))
		return false;
	if (exactness != EXACT || decimal_at(number, 0, &integer) != EXACT || integer < 0 ||
	    integer > max) {
		char text[NUM_TEXT] = "";

		if (number.exponent >= -20 && number.exponent <= 20)
			decimal_text(text, number);
		input_error_at(j->in, at, "expected %s from 0 to %lu, got %.*s", what,
			       (unsigned long)max, NUM_TEXT, *text ? text : "another number");
		return false;
	}
	*value = (uint32_t)integer;
	return true;
}

static bool take_word(struct json *j, struct str word)
{
	struct input *in = j->in;
	size_t have;

	if (!input_want(in, word.n)) {
		have = (size_t)(in->end - in->p);
		if (have && memcmp(in->p, word.p, have) == 0)
			json_cut_here(j, "a word");
		return false;
	}
	if (memcmp(in->p, word.p, word.n) != 0)
		return false;
	in->p += word.n;
	return true;
}

bool json_null(struct json *j)
{
	return next_value(j) == 'n' && take_word(j, S("null"));
}

bool json_bool(struct json *j, bool *value)
{
	next_value(j);
	*value = take_word(j, S("true"));
	return *value || take_word(j, S("false")) || json_expected(j, "true or false");
}

/* --- whole values --- */

bool json_flat_array(struct json *j, struct str *text)
{
	struct input *in = j->in;
	const char *close;
	size_t seen = 0;

	if (next_value(j) != '[')
		return false;
	do {
		close = memchr(in->p + seen, ']', (size_t)(in->end - in->p) - seen);
		if (close)
			break;
		seen = (size_t)(in->end - in->p);
	} while (seen < LONGEST_FLAT && input_more(in));
	if (!close)
		return false;
	*text = (struct str){ in->p, (size_t)(close + 1 - in->p) };
	return true;
}

static const char *after_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

bool json_flat_neighbour(const struct json *j, struct str *text)
{
	const char *end = j->in->end, *p = after_blanks(text->p + text->n, end), *close;

	if (p == end || *p != ',')
		return false;
	p = after_blanks(p + 1, end);
	if (p == end || *p != '[')
		return false;
	close = memchr(p, ']', (size_t)(end - p));
	if (!close)
		return false;
	*text = (struct str){ p, (size_t)(close + 1 - p) };
	return true;
}

void json_pass(struct json *j, size_t bytes)
{
	j->in->p += bytes;
}
