/*
 * traces/console - what OpenTelemetry's SDK for Python prints to a console
 *
 *	{
 *	    "name": "GET",
 *	    "context": {"trace_id": "0x3835...", "span_id": "0xe151...", "trace_state": "[]"},
 *	    "kind": "SpanKind.SERVER",
 *	    "parent_id": null,
 *	    "start_time": "2026-11-27T08:06:35.511344Z",
 *	    "end_time": "2026-11-27T08:06:35.516591Z",
 *	    "resource": {"attributes": {"service.name": "shop"}, "schema_url": ""}
 *	}
 *
 * Objects one after another. Times are microseconds, rounded down.
 */
#include "converters/traces/reading.h"

static void take_context(struct traces_reader *r)
{
	struct str key;

	if (json_null(&r->j))
		return;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("trace_id")))
			traces_take_trace(r);
		else if (str_eq(key, S("span_id")))
			traces_take_id(r, &r->span.id);
		else
			json_skip(&r->j);
	}
}

static void take_resource(struct traces_reader *r)
{
	struct str key;

	if (json_null(&r->j))
		return;
	r->in_span = false;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("attributes")))
			traces_take_tags(r);
		else
			json_skip(&r->j);
	}
	r->in_span = true;
}

static void take_span_key(struct traces_reader *r, struct str key)
{
	if (str_eq(key, S("name")))
		r->texts[SPAN_NAME] = traces_take_text(r);
	else if (str_eq(key, S("context")))
		take_context(r);
	else if (str_eq(key, S("kind")))
		traces_take_kind(r);
	else if (str_eq(key, S("parent_id")))
		traces_take_parent(r);
	else if (str_eq(key, S("start_time")))
		r->has_start = traces_take_date(r, &r->span.start);
	else if (str_eq(key, S("end_time")))
		r->has_end = traces_take_date(r, &r->span.end);
	else if (str_eq(key, S("attributes")) && traces_wants_attributes(r))
		traces_take_tags(r);
	else if (str_eq(key, S("resource")))
		take_resource(r);
	else
		json_skip(&r->j);
}

void traces_console(struct traces_reader *r)
{
	struct str key;

	if (!traces_expected_object(r, "a span"))
		return;
	traces_begin_resource(r);
	traces_begin_span(r, input_offset(r->in));
	r->span.coarse = true;
	json_object(&r->j);
	while (json_key(&r->j, &key))
		take_span_key(r, key);
	r->service_known = true; /* the resource was in the object */
	traces_end_span(r);
}
