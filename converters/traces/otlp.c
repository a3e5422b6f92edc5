/*
 * traces/otlp - OTLP/JSON, and what protobuf's own printers make of the same messages
 *
 *	{"resourceSpans": [{
 *	  "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
 *	  "scopeSpans": [{"scope": {}, "spans": [{
 *	    "traceId": "3835...", "spanId": "e151...", "parentSpanId": "", "name": "GET", "kind": 2,
 *	    "startTimeUnixNano": "1795765995511344390", "endTimeUnixNano": "..."}]}]}]}
 *
 * Ids are digits in the one and base64 in the other. One object is a request; the collector writes
 * one a line. Tempo calls resourceSpans "batches", below "trace" in its newer answers; scopeSpans
 * were instrumentationLibrarySpans before 2022. Keys come in any order.
 */
#include "converters/traces/reading.h"

/* --- spans --- */

/* What is done with a key's value; KEY_END is what an object begins and ends with. */
enum otlp_span_key {
	KEY_END,
	KEY_TRACE,
	KEY_ID,
	KEY_PARENT,
	KEY_NAME,
	KEY_KIND,
	KEY_START,
	KEY_FINISH,
	KEY_ATTRIBUTES,
	KEY_SKIPPED,
};

/* In the order of their numbers in the messages, then as protobuf's names have it. */
static const struct {
	enum otlp_span_key key;
	struct str quoted;
} span_keys[TRACES_KEYS] = {
	{ KEY_END, { NULL, 0 } },
#define KEY(key, name) \
	{ \
		key, \
		{ \
			"\"" name "\":", sizeof name + 2 \
		} \
	}
	KEY(KEY_TRACE, "traceId"),
	KEY(KEY_ID, "spanId"),
	KEY(KEY_SKIPPED, "traceState"),
	KEY(KEY_PARENT, "parentSpanId"),
	KEY(KEY_SKIPPED, "flags"),
	KEY(KEY_NAME, "name"),
	KEY(KEY_KIND, "kind"),
	KEY(KEY_START, "startTimeUnixNano"),
	KEY(KEY_FINISH, "endTimeUnixNano"),
	KEY(KEY_ATTRIBUTES, "attributes"),
	KEY(KEY_SKIPPED, "events"),
	KEY(KEY_SKIPPED, "links"),
	KEY(KEY_SKIPPED, "status"),
	KEY(KEY_TRACE, "trace_id"),
	KEY(KEY_ID, "span_id"),
	KEY(KEY_PARENT, "parent_span_id"),
	KEY(KEY_START, "start_time_unix_nano"),
	KEY(KEY_FINISH, "end_time_unix_nano"),
#undef KEY
};

/* The row of a key; the last one, of which there is none, for others. */
static uint8_t find_key(struct str key)
{
	int row = 1;

	for (; row < TRACES_KEYS; row++) {
		struct str quoted = span_keys[row].quoted;

		if (key.n + 3 == quoted.n && memcmp(key.p, quoted.p + 1, key.n) == 0)
			break;
	}
	return (uint8_t)row;
}

/*
 * Moves to the next key of a span: *row is that of the one before, 0 at the beginning. A writer
 * has one order, so the key that came behind this one in the span before is looked for first.
 */
static bool next_key(struct traces_reader *r, uint8_t *row)
{
	uint8_t guess = *row < TRACES_KEYS ? r->key_after[*row] : 0;
	struct str key;

	if (guess && json_key_guessed(&r->j, span_keys[guess].quoted)) {
		*row = guess;
		return true;
	}
	if (!json_key(&r->j, &key))
		return false;
	guess = find_key(key);
	if (*row < TRACES_KEYS && guess < TRACES_KEYS)
		r->key_after[*row] = guess;
	*row = guess;
	return true;
}

static void take_member(struct traces_reader *r, enum otlp_span_key key)
{
	switch (key) {
	case KEY_TRACE: traces_take_trace(r); break;
	case KEY_ID: traces_take_id(r, &r->span.id); break;
	case KEY_PARENT: traces_take_parent(r); break;
	case KEY_NAME: r->texts[SPAN_NAME] = traces_take_text(r); break;
	case KEY_KIND: traces_take_kind(r); break;
	case KEY_START: r->has_start = traces_take_time(r, 0, &r->span.start); break;
	case KEY_FINISH: r->has_end = traces_take_time(r, 0, &r->span.end); break;
	case KEY_ATTRIBUTES:
		if (traces_wants_attributes(r)) {
			traces_take_attributes(r);
			break;
		}
		json_skip(&r->j);
		break;
	default: json_skip(&r->j);
	}
}

static void take_span(struct traces_reader *r)
{
	uint8_t row = 0;

	if (!traces_expected_object(r, "a span"))
		return;
	traces_begin_span(r, input_offset(r->in));
	json_object(&r->j);
	while (next_key(r, &row))
		take_member(r, row < TRACES_KEYS ? span_keys[row].key : KEY_SKIPPED);
	traces_end_span(r);
}

/* --- what is around them --- */

static void take_scope(struct traces_reader *r)
{
	struct str key;

	if (!traces_expected_object(r, "spans of a scope"))
		return;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (!str_eq(key, S("spans")) || json_null(&r->j)) {
			if (!str_eq(key, S("spans")))
				json_skip(&r->j);
			continue;
		}
		json_array(&r->j);
		while (json_element(&r->j))
			take_span(r);
	}
}

static void take_resource(struct traces_reader *r)
{
	struct str key;

	if (json_null(&r->j))
		return;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("attributes")))
			traces_take_attributes(r);
		else
			json_skip(&r->j);
	}
	r->service_known = true;
	traces_add_process(r, 0, r->service);
}

static void take_scopes(struct traces_reader *r)
{
	if (json_null(&r->j))
		return;
	json_array(&r->j);
	while (json_element(&r->j))
		take_scope(r);
}

static void take_resource_spans(struct traces_reader *r)
{
	struct str key;

	if (!traces_expected_object(r, "spans of a resource"))
		return;
	traces_begin_resource(r);
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("resource")))
			take_resource(r);
		else if (str_eq(key, S("scopeSpans")) || str_eq(key, S("scope_spans")) ||
			 str_eq(key, S("instrumentationLibrarySpans")))
			take_scopes(r);
		else
			json_skip(&r->j);
	}
	traces_end_resource(r);
}

/* `found`: there was a list of spans, be it empty. */
static void take_request_key(struct traces_reader *r, struct str key, bool *found)
{
	if (!str_eq(key, S("resourceSpans")) && !str_eq(key, S("resource_spans")) &&
	    !str_eq(key, S("batches"))) {
		json_skip(&r->j);
		return;
	}
	*found = true;
	if (json_null(&r->j))
		return;
	json_array(&r->j);
	while (json_element(&r->j))
		take_resource_spans(r);
}

void traces_otlp(struct traces_reader *r)
{
	bool found = false, any = false;
	struct str key, inner;
	uint64_t at;

	json_peek(&r->j);
	at = input_offset(r->in);
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		any = true;
		if (!str_eq(key, S("trace")) || json_peek(&r->j) != JSON_OBJECT) {
			take_request_key(r, key, &found);
			continue;
		}
		json_object(&r->j);
		while (json_key(&r->j, &inner))
			take_request_key(r, inner, &found);
	}
	if (any && !found) /* {} is a request without spans */
		input_error_at(r->in, at, "expected 'resourceSpans'");
}
