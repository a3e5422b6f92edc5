/*
 * flamegraph/read_attributes - the meaning of attributes: lengths, places, titles in handlers
 */
#include "converters/flamegraph/xml.h"

enum { MICRO = -6 };
static const int64_t FARTHEST = (int64_t)1 << 50; /* a sum of a thousand of these fits */

bool flame_attribute_is(const struct xml_attributes *a, const char *name, const char *wanted)
{
	struct str value;

	return xml_attribute(a, "", name, &value) && str_eq(value, str_of(wanted));
}

/* Parses "12.5" or "12.5px" into millionths. */
static bool take_length(struct str s, int64_t *length)
{
	struct decimal number;
	enum exactness exactness;

	s = str_trim(s);
	if (str_ends(s, S("px")))
		s = str_head(s, s.n - 2);
	return str_to_decimal(s, &number, &exactness) &&
	       decimal_at(number, MICRO, length) != OUT_OF_RANGE && *length <= FARTHEST &&
	       *length >= -FARTHEST;
}

int64_t flame_length_of(struct flame_xml_reader *r, const struct xml_attributes *a,
			const char *name, int64_t full)
{
	struct str text;
	int64_t length;

	if (!xml_attribute(a, "", name, &text))
		return 0;
	if (str_ends(text, S("%"))) {
		if (take_length(str_head(text, text.n - 1), &length)) {
			length = i64_of((double)length / 1e8 * (double)full);
			if (length <= FARTHEST && length >= -FARTHEST)
				return length;
		}
	} else if (take_length(text, &length)) {
		return length;
	}
	flame_xml_fail(r, "a length", diag_quote(text));
	return 0;
}

static int64_t exact_of(struct flame_xml_reader *r, struct str text)
{
	int64_t value = 0;

	if (!str_to_i64(text, &value) || value < 0 || value > INT64_MAX / 4) {
		flame_xml_fail(r, "an integer from 0 to 2^61", diag_quote(text));
		return 0;
	}
	return value;
}

struct flame_place flame_place_of(struct flame_xml_reader *r, const struct flame_element *parent,
				  const struct xml_attributes *a)
{
	struct flame_place place = {
		.x = parent->left + flame_length_of(r, a, "x", parent->full),
		.y = parent->top + flame_length_of(r, a, "y", parent->tall),
		.width = flame_length_of(r, a, "width", parent->full),
		.height = flame_length_of(r, a, "height", parent->tall),
		.line = (uint32_t)r->in->line,
	};
	struct str x, width;

	place.exact = xml_attribute(a, "fg", "x", &x) && xml_attribute(a, "fg", "w", &width);
	if (place.exact) {
		place.exact_x = exact_of(r, x);
		place.exact_width = exact_of(r, width);
	}
	return place;
}

/* Parses "translate(0 160)"; other transformations do not separate boxes. */
void flame_translate(const struct xml_attributes *a, struct flame_element *e)
{
	struct str text, x, y = S("");
	int64_t by;

	if (!xml_attribute(a, "", "transform", &text) || !str_starts(text, S("translate(")) ||
	    !str_cut(str_from(text, 10), ')', &text, &x))
		return;
	text = str_trim(text);
	if (!str_cut(text, ',', &x, &y) && !str_cut(text, ' ', &x, &y))
		x = text;
	if (take_length(x, &by))
		e->left += by;
	if (take_length(y, &by))
		e->top += by;
}

/* onmouseover="s('it\'s (12 samples, 3.45%)')", in the years before with the other quotes */
void flame_take_spoken(const struct xml_attributes *a, struct flame_element *e)
{
	struct str text;

	if (!xml_attribute(a, "", "onmouseover", &text) || text.n < 5 ||
	    !((str_starts(text, S("s('")) && str_ends(text, S("')"))) ||
	      (str_starts(text, S("s(\"")) && str_ends(text, S("\")")))))
		return;
	text = str_from(str_head(text, text.n - 2), 3);
	e->title.n = 0;
	while (text.n) {
		/* in attributes libxml2 leaves this one to who expands entities */
		bool ampersand = str_starts(text, S("&#38;"));
		bool escaped = text.p[0] == '\\' && text.n > 1;

		buf_byte(&e->title, escaped ? text.p[1] : text.p[0]);
		text = str_from(text, ampersand ? 5 : escaped ? 2 : 1);
	}
	e->titled = true;
}
