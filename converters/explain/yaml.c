/*
 * explain/yaml - plans in YAML, as EXPLAIN writes it
 *
 *	- Plan:
 *	    Node Type: "Limit"
 *	    Output:
 *	      - "u.name"
 *	    Plans:
 *	      - Node Type: "Sort"
 *	  Planning Time: 0.676
 *
 * Texts are in quotes with JSON's escapes, numbers are bare; nothing goes over several lines.
 */
#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "converters/explain/reading.h"

static struct plan_yaml_level *top(const struct plan_yaml *y)
{
	return y->depth ? &y->levels[y->depth - 1] : NULL;
}

static void push(struct plan_yaml *y, enum plan_key key, size_t indent, bool list)
{
	plan_enter(y->b, key);
	ARRAY_ROOM(y->levels, y->depth, y->cap);
	y->levels[y->depth++] = (struct plan_yaml_level){ indent, list };
}

static void pop(struct plan_yaml *y)
{
	y->depth--;
	plan_leave(y->b);
}

/* The byte for "\uXXXX" or another escape at the start of s; returns how much of s it is. */
static size_t put_escape(struct buf *to, struct str s)
{
	const struct str letters = S("bfnrt"), meanings = S("\b\f\n\r\t");
	uint64_t unit;
	char bytes[4];

	if (s.n >= 6 && s.p[1] == 'u' && str_to_hex((struct str){ s.p + 2, 4 }, &unit)) {
		buf_add(to, (struct str){ bytes, utf8_put(bytes, (uint32_t)unit) });
		return 6;
	}
	for (size_t i = 0; i < letters.n; i++)
		if (s.p[1] == letters.p[i]) {
			buf_byte(to, meanings.p[i]);
			return 2;
		}
	buf_byte(to, s.p[1]);
	return 2;
}

static void take_scalar(struct plan_yaml *y, enum plan_key key, struct str text)
{
	struct buf plain = { 0 };

	if (!str_starts(text, S("\""))) {
		plan_scalar(y->b, key, text);
		return;
	}
	if (text.n < 2 || !str_ends(text, S("\""))) {
		input_error(y->b->in, "expected the end of a text in quotes, got %s",
			    diag_quote(text));
		return;
	}
	text = (struct str){ text.p + 1, text.n - 2 };
	while (text.n) {
		size_t n = 1;

		if (text.p[0] == '\\' && text.n > 1)
			n = put_escape(&plain, text);
		else
			buf_byte(&plain, text.p[0]);
		text = str_from(text, n);
	}
	plan_scalar(y->b, key, buf_str(&plain));
	buf_free(&plain);
}

static void take_pair(struct plan_yaml *y, struct str s, size_t column)
{
	struct str key = s, value;
	size_t i = 0;

	while (i < s.n && !(s.p[i] == ':' && (i + 1 == s.n || s.p[i + 1] == ' ')))
		i++;
	if (i == s.n || i == 0) {
		input_error(y->b->in, "expected 'KEY: VALUE', got %s", diag_quote(s));
		return;
	}
	key.n = i;
	value = str_trim(str_from(s, i + 1));
	y->key = plan_key_of(&y->b->keys, key);
	y->waiting = value.n == 0;
	y->indent = column;
	if (value.n)
		take_scalar(y, y->key, value);
}

static bool is_pair(struct str s)
{
	return !str_starts(s, S("\"")) && (str_contains(s, S(": ")) || str_ends(s, S(":")));
}

static void take_element(struct plan_yaml *y, struct str s, size_t column)
{
	if (is_pair(s)) {
		push(y, KEY_OTHER, column + 2, false);
		take_pair(y, s, column + 2);
	} else if (!y->depth) {
		input_error(y->b->in, "expected '- Plan:', got %s", diag_quote(s));
	} else {
		take_scalar(y, KEY_OTHER, s);
	}
}

/* Ends what does not go on at this column, and begins what the key before announced. */
static void settle(struct plan_yaml *y, size_t column, bool dash)
{
	bool below = y->waiting && (column > y->indent || (dash && column == y->indent));

	y->waiting = false;
	if (below) {
		push(y, y->key, column, dash);
		return;
	}
	while (y->depth &&
	       (top(y)->indent > column || (top(y)->indent == column && top(y)->list && !dash)))
		pop(y);
	if (!y->depth && !dash)
		push(y, KEY_OTHER, column, false);
	if (y->depth && top(y)->indent != column)
		input_error(y->b->in, "expected a line indented by %zu blanks, got %zu",
			    top(y)->indent, column);
	else if (y->depth && top(y)->list != dash)
		input_error(y->b->in, "expected %s",
			    dash ? "a key, got an element of a list" : "an element of a list");
}

void plan_yaml_line(struct plan_yaml *y, struct str line)
{
	struct str s = line;
	bool dash;

	while (s.n && s.p[0] == ' ')
		s = str_from(s, 1);
	if (!str_trim(s).n)
		return;
	dash = str_starts(s, S("- "));
	settle(y, line.n - s.n, dash);
	if (y->b->in->failed)
		return;
	if (dash)
		take_element(y, str_trim(str_from(s, 2)), line.n - s.n);
	else
		take_pair(y, str_trim(s), line.n - s.n);
}

void plan_yaml_end(struct plan_yaml *y)
{
	while (y->depth)
		pop(y);
	y->waiting = false;
}

void plan_yaml_free(struct plan_yaml *y)
{
	alloc_free(y->levels);
}
