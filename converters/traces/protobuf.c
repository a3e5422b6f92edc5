/*
 * traces/protobuf - OTLP's messages: ExportTraceServiceRequest and TracesData, which are the same
 *
 *	1 resource_spans   1 resource       1 attributes
 *	                   2 scope_spans    2 spans    1 trace_id, 2 span_id, 4 parent_span_id,
 *	                                               5 name, 6 kind, 7 start, 8 end, 9 attributes
 *
 * A resource may have all spans of the file, so its message and that of a scope are entered, field
 * by field; only spans and resources are in memory as a whole.
 */
#include <inttypes.h>

#include "converters/traces/reading.h"

enum { RESOURCE_SPANS = 1, RESOURCE = 1, SCOPE_SPANS = 2, SPANS = 2, RESOURCE_ATTRIBUTES = 1 };
enum { TRACE_ID = 1, ID = 2, PARENT_ID = 4, NAME, KIND, START, END, ATTRIBUTES };
enum { ATTRIBUTE_KEY = 1, ATTRIBUTE_VALUE, ANY_TEXT = 1, ANY_INT = 3 };

/* --- attributes --- */

static void take_value(struct traces_reader *r, struct protobuf value, int which)
{
	struct protobuf_field f;

	while (protobuf_field(&value, &f)) {
		if (f.number == ANY_TEXT)
			traces_set_attribute(r, which, protobuf_text(&value, &f, "a text"));
		else if (f.number == ANY_INT)
			traces_set_number(r, which, protobuf_number(&value, &f, "a number"));
	}
}

static void take_attribute(struct traces_reader *r, struct protobuf row)
{
	struct protobuf value = { row.p, row.p, row.in };
	struct protobuf_field f;
	int which = 0;

	while (protobuf_field(&row, &f)) {
		if (f.number == ATTRIBUTE_KEY)
			which = traces_attribute(protobuf_text(&row, &f, "a key"));
		else if (f.number == ATTRIBUTE_VALUE)
			value = protobuf_nested(&row, &f, "a value");
	}
	if (which)
		take_value(r, value, which);
}

/* --- spans --- */

static int64_t take_time(const struct protobuf *m, const struct protobuf_field *f)
{
	uint64_t ns = protobuf_number(m, f, "a time");

	if (ns > INT64_MAX)
		protobuf_error(m, "expected a time of 0 to 2^63 - 1 nanoseconds");
	return ns > INT64_MAX ? 0 : (int64_t)ns;
}

static void take_trace(struct traces_reader *r, struct str bytes)
{
	r->has_trace = bytes.n > 0;
	if (r->has_trace)
		r->span.trace = spans_trace_bytes(r->s, bytes);
}

static void take_span_field(struct traces_reader *r, const struct protobuf *m,
			    const struct protobuf_field *f)
{
	struct span *span = &r->span;

	switch (f->number) {
	case TRACE_ID: take_trace(r, protobuf_text(m, f, "a trace id")); break;
	case ID:
		span->id = spans_id_bytes(r->s, protobuf_text(m, f, "a span id"));
		r->has_id = span_id_known(span->id);
		break;
	case PARENT_ID:
		span->parent = spans_id_bytes(r->s, protobuf_text(m, f, "a span id"));
		break;
	case NAME: r->texts[SPAN_NAME] = traces_intern(r, protobuf_text(m, f, "a name")); break;
	case KIND:
		span->kind = (enum span_kind)protobuf_number(m, f, "a kind of span");
		if ((unsigned)span->kind >= SPAN_KINDS)
			span->kind = SPAN_UNKNOWN;
		break;
	case START:
		span->start = take_time(m, f);
		r->has_start = true;
		break;
	case END:
		span->end = take_time(m, f);
		r->has_end = true;
		break;
	case ATTRIBUTES:
		if (traces_wants_attributes(r))
			take_attribute(r, protobuf_nested(m, f, "an attribute"));
		break;
	default: break;
	}
}

static void take_span(struct traces_reader *r, const struct protobuf_tag *tag)
{
	uint64_t at = input_offset(r->in);
	struct protobuf_field f;
	struct protobuf m;

	if (!protobuf_content(r->in, tag, "a span", &m))
		return;
	traces_begin_span(r, at);
	r->has_start = true; /* zero is not written */
	while (protobuf_field(&m, &f))
		take_span_field(r, &m, &f);
	traces_end_span(r);
	protobuf_leave(r->in, tag);
}

static void take_resource(struct traces_reader *r, const struct protobuf_tag *tag)
{
	struct protobuf_field f;
	struct protobuf m;

	if (!protobuf_content(r->in, tag, "a resource", &m))
		return;
	while (protobuf_field(&m, &f))
		if (f.number == RESOURCE_ATTRIBUTES)
			take_attribute(r, protobuf_nested(&m, &f, "an attribute"));
	r->service_known = true;
	traces_add_process(r, 0, r->service);
	protobuf_leave(r->in, tag);
}

/* --- messages that are entered --- */

enum { TOP, IN_RESOURCE, IN_SCOPE, LEVELS };

struct traces_levels {
	uint64_t ends[LEVELS]; /* byte where the message of a level ends */
	int level;
};

static void leave(struct traces_reader *r, struct traces_levels *l)
{
	if (l->level-- == IN_RESOURCE)
		traces_end_resource(r);
}

/* The bytes of a field are within the message that it is in. */
static bool is_within(const struct traces_reader *r, const struct traces_levels *l,
		      const struct protobuf_tag *tag)
{
	uint64_t left = l->ends[l->level] - input_offset(r->in);

	if (tag->type != PROTOBUF_BYTES || tag->length <= left)
		return true;
	input_error(r->in, "expected a field of at most %" PRIu64 " bytes, got %" PRIu64, left,
		    tag->length);
	return false;
}

static void enter(struct traces_reader *r, struct traces_levels *l, const struct protobuf_tag *tag)
{
	if (tag->type != PROTOBUF_BYTES) {
		input_error(r->in, "expected spans of a %s, got a number",
			    l->level == TOP ? "resource" : "scope");
		return;
	}
	if (l->level == TOP)
		traces_begin_resource(r);
	l->ends[++l->level] = input_offset(r->in) + tag->length;
}

static void take_field(struct traces_reader *r, struct traces_levels *l,
		       const struct protobuf_tag *tag)
{
	if (!is_within(r, l, tag))
		return;
	if ((l->level == TOP && tag->number == RESOURCE_SPANS) ||
	    (l->level == IN_RESOURCE && tag->number == SCOPE_SPANS))
		enter(r, l, tag);
	else if (l->level == IN_RESOURCE && tag->number == RESOURCE)
		take_resource(r, tag);
	else if (l->level == IN_SCOPE && tag->number == SPANS)
		take_span(r, tag);
	else
		protobuf_skip(r->in, tag);
}

/* A message up to byte `end`. */
static void take_message(struct traces_reader *r, uint64_t end)
{
	struct traces_levels l = { .ends = { end } };
	struct protobuf_tag tag;

	for (;;) {
		uint64_t at = input_offset(r->in);

		if (at > l.ends[l.level]) {
			input_error(r->in, "expected the end of a message at byte %" PRIu64,
				    l.ends[l.level]);
			return;
		}
		if (at == l.ends[l.level] && l.level > TOP) {
			leave(r, &l);
			continue;
		}
		if (at == l.ends[TOP] || !protobuf_next(r->in, &tag))
			break;
		take_field(r, &l, &tag);
	}
	if (l.level > TOP && !r->in->failed)
		input_error(r->in, "expected a message of %" PRIu64 " more bytes, got the end",
			    l.ends[l.level] - input_offset(r->in));
}

void traces_protobuf(struct traces_reader *r)
{
	struct input *in = r->in;

	if (!traces_is_framed((struct str){ in->p, (size_t)(in->end - in->p) })) {
		take_message(r, UINT64_MAX);
		return;
	}
	while (!in->failed && (in->p < in->end || input_more(in))) {
		const unsigned char *p;
		uint64_t length;

		if (!input_want(in, TRACES_FRAME)) {
			input_error(in, "expected a length of %d bytes, got the end of the file",
				    TRACES_FRAME);
			return;
		}
		p = (const unsigned char *)in->p;
		length = (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
		in->p += TRACES_FRAME;
		take_message(r, input_offset(in) + length);
	}
}
