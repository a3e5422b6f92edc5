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

static void take_span_key(struct traces_reader *r, struct str key)
{
	if (str_eq(key, S("traceId")) || str_eq(key, S("trace_id")))
		traces_take_trace(r);
	else if (str_eq(key, S("spanId")) || str_eq(key, S("span_id")))
		traces_take_id(r, &r->span.id);
	else if (str_eq(key, S("parentSpanId")) || str_eq(key, S("parent_span_id")))
		traces_take_parent(r);
	else if (str_eq(key, S("name")))
		r->texts[SPAN_NAME] = traces_take_text(r);
	else if (str_eq(key, S("kind")))
		traces_take_kind(r);
	else if (str_eq(key, S("startTimeUnixNano")) || str_eq(key, S("start_time_unix_nano")))
		r->has_start = traces_take_time(r, 0, &r->span.start);
	else if (str_eq(key, S("endTimeUnixNano")) || str_eq(key, S("end_time_unix_nano")))
		r->has_end = traces_take_time(r, 0, &r->span.end);
	else if (str_eq(key, S("attributes")) && traces_wants_attributes(r))
		traces_take_attributes(r);
	else
		json_skip(&r->j);
}

static void take_span(struct traces_reader *r)
{
	struct str key;

	if (!traces_expected_object(r, "a span"))
		return;
	traces_begin_span(r, input_offset(r->in));
	json_object(&r->j);
	while (json_key(&r->j, &key))
		take_span_key(r, key);
	traces_end_span(r);
}

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
