/*
 * traces/format - spans of distributed traces: OpenTelemetry's, Jaeger's, Zipkin's
 *
 * One format for all shapes in which the same spans are found: they differ in keys and units, and
 * a user rarely knows which one a file has. Only read: a profile has no spans to write.
 *
 * Spans become samples behind the last file, by common/transform/traces: parents may be anywhere.
 */
#include "common/syntax/protobuf.h"
#include "converters/traces/internal.h"

/* UNSURE: only where the user says that it is traces. */
enum { SURE = 90, LIKELY = 70, UNSURE = 0 };

/* --- JSON --- */

struct traces_sign {
	enum traces_shape shape;
	int bid;
	const char *first[2]; /* bytes that it may begin with; NULL: any object or array */
	const char *words[3]; /* each is in the head */
};

/* The first that fits; what is surest comes first. */
static const struct traces_sign signs[] = {
	{ TRACES_OTLP, SURE, { "{\"resourceSpans\"", "{\"resource_spans\"" }, { NULL } },
	{ TRACES_CONSOLE, SURE, { NULL }, { "\"context\":", "\"trace_id\"", "\"parent_id\"" } },
	{ TRACES_JAEGER, SURE, { NULL }, { "\"traceID\"", "\"spanID\"", "\"operationName\"" } },
	{ TRACES_MODEL, SURE, { NULL }, { "\"trace_id\"", "\"span_id\"", "\"operation_name\"" } },
	{ TRACES_MODEL, SURE, { NULL }, { "\"traceId\"", "\"spanId\"", "\"operationName\"" } },
	{ TRACES_ZIPKIN, SURE, { "[{", "[[{" }, { "\"traceId\"", "\"id\"", "\"localEndpoint\"" } },
	{ TRACES_ZIPKIN, LIKELY, { "[{", "[[{" }, { "\"traceId\"", "\"id\"", NULL } },
	{ TRACES_ZIPKIN, SURE, { "{", NULL }, { "\"traceId\"", "\"id\"", "\"localEndpoint\"" } },
	{ TRACES_OTLP, LIKELY, { "{", NULL }, { "\"resourceSpans\"", NULL } },
	{ TRACES_OTLP, LIKELY, { "{", NULL }, { "\"batches\"", "\"scopeSpans\"", NULL } },
	{ TRACES_OTLP,
	  LIKELY,
	  { "{", NULL },
	  { "\"batches\"", "\"instrumentationLibrarySpans\"", NULL } },
	/* without a span, or cut before the first */
	{ TRACES_JAEGER, UNSURE, { "{\"data\"", NULL }, { NULL } },
	{ TRACES_MODEL, UNSURE, { "{\"spans\"", "{\"process\"" }, { NULL } },
	{ TRACES_ZIPKIN, UNSURE, { "[", NULL }, { NULL } },
	{ TRACES_OTLP, UNSURE, { "{", NULL }, { NULL } },
};

/* Whether s begins with that, where s may have blanks between tokens. */
static bool begins(struct str s, const char *with)
{
	for (; *with; with++) {
		s = *with == '"' ? str_after_blanks(s) : s;
		if (*with == '{' || *with == '[')
			s = str_after_blanks(s);
		if (!s.n || s.p[0] != *with)
			return false;
		s = str_from(s, 1);
	}
	return true;
}

static bool fits(const struct traces_sign *sign, struct str head)
{
	if (sign->first[0] && !begins(head, sign->first[0]) &&
	    !(sign->first[1] && begins(head, sign->first[1])))
		return false;
	for (size_t i = 0; i < sizeof sign->words / sizeof *sign->words && sign->words[i]; i++)
		if (!str_contains(head, str_of(sign->words[i])))
			return false;
	return true;
}

/* --- protobuf --- */

/*
 * The content of field `number`, the first of message m; what comes before it must be bytes. The
 * content may be cut off.
 */
static bool first_field(struct str m, uint32_t number, struct str *content)
{
	const char *p = m.p, *end = m.p + m.n;

	while (p < end) {
		uint64_t tag, length;

		p = protobuf_varint(p, end, &tag);
		if (!p || (tag & 7) != PROTOBUF_BYTES || !(p = protobuf_varint(p, end, &length)))
			return false;
		*content = str_head((struct str){ p, (size_t)(end - p) }, length);
		if (tag >> 3 == number)
			return true;
		p += content->n;
	}
	return false;
}

/* Ids of 16 and 8 bytes are in no other message at this place. */
static bool is_span(struct str span)
{
	struct str trace, id;

	return first_field(span, 1, &trace) && trace.n == 16 && first_field(span, 2, &id) &&
	       id.n == 8;
}

bool traces_is_framed(struct str head)
{
	return head.n > TRACES_FRAME && (unsigned char)head.p[0] < 1 << 3;
}

static bool is_protobuf(struct str head)
{
	struct str resource, scope, span;

	if (traces_is_framed(head))
		head = str_from(head, TRACES_FRAME);
	return head.n && head.p[0] == (1 << 3 | PROTOBUF_BYTES) &&
	       first_field(head, 1, &resource) && first_field(resource, 2, &scope) &&
	       first_field(scope, 2, &span) && is_span(span);
}

/* --- the format --- */

enum traces_shape traces_recognise(struct str head, bool whole, int *bid)
{
	struct str text = str_after_blanks(head);

	(void)whole;
	*bid = 0;
	if (is_protobuf(head)) {
		*bid = SURE;
		return TRACES_PROTOBUF;
	}
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (text.n && str_has(S("{["), text.p[0]) && fits(&signs[i], text)) {
			*bid = signs[i].bid;
			return signs[i].shape;
		}
	/* a message without a span, or cut before the first */
	return head.n && head.p[0] == (1 << 3 | PROTOBUF_BYTES) ? TRACES_PROTOBUF : TRACES_UNKNOWN;
}

static int traces_bid(struct str head, bool whole)
{
	int bid;

	traces_recognise(head, whole, &bid);
	return bid;
}

static const struct traces_read_options usual_reading;

const struct format traces_format = {
	.name = "traces",
	.title = "spans of traces: OpenTelemetry (OTLP), Jaeger, Zipkin",
	.suffixes = ".traces .traces.json .traces.jsonl .traces.pb",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_CALLS | FEATURE_THREADS | FEATURE_UNITS,
	.binary = true,
	.bid = traces_bid,
	.read = traces_read,
	.read_options = FORMAT_OPTIONS(traces_read_rows, usual_reading),
};
