#include "common/syntax/xml_put.h"

#include "common/base/utf8.h"

static bool allowed(uint32_t point)
{
	if (point < 0x20)
		return point == '\t' || point == '\n' || point == '\r';
	return point != 0xfffe && point != 0xffff;
}

uint32_t xml_put_next(struct str s, size_t *i)
{
	size_t length = utf8_length(s, *i);
	uint32_t point = length ? utf8_point(s, *i) : XML_UNKNOWN;

	*i += length ? length : 1;
	return allowed(point) ? point : XML_UNKNOWN;
}

/*
 * A bare line break or tab would be a blank in an attribute, and a bare CR a line
 * break anywhere; '>' ends CDATA in "]]>"; what turns text round would show another
 * name. NULL: needs no escape.
 */
static const char *escape(uint32_t point)
{
	switch (point) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	case '\t': return "&#9;";
	case '\n': return "&#10;";
	case '\r': return "&#13;";
	case XML_UNKNOWN: return "\xef\xbf\xbd";
	default: return point > 0x7f && utf8_is_bidi(point) ? "\xef\xbf\xbd" : NULL;
	}
}

void xml_put(struct output *out, struct str s)
{
	size_t from = 0, i = 0;

	while (i < s.n) {
		size_t at = i;
		const char *instead = escape(xml_put_next(s, &i));

		if (!instead)
			continue;
		output_bytes(out, s.p + from, at - from);
		output_text(out, instead);
		from = i;
	}
	output_bytes(out, s.p + from, s.n - from);
}
