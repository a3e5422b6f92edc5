/*
 * traces/jaeger - what Jaeger's UI downloads and its /api/traces answers
 *
 *	{"data": [{"traceID": "3835...", "processes": {"p1": {"serviceName": "shop"}}, "spans": [{
 *	  "traceID": "3835...", "spanID": "e151...", "operationName": "GET", "processID": "p1",
 *	  "references": [{"refType": "CHILD_OF", "traceID": "3835...", "spanID": "6d34..."}],
 *	  "startTime": 1795765995511344, "duration": 5246}]}]}
 *
 * Times are microseconds, each rounded down. A trace may stand without "data", and several in an
 * array.
 */
#include "converters/traces/reading.h"

enum { MICROSECONDS = 3 };

static void take_span_key(struct traces_reader *r, struct str key, int64_t *duration)
{
	if (str_eq(key, S("traceID")))
		traces_take_trace(r);
	else if (str_eq(key, S("spanID")))
		traces_take_id(r, &r->span.id);
	else if (str_eq(key, S("parentSpanID")))
		traces_take_parent(r);
	else if (str_eq(key, S("operationName")))
		r->texts[SPAN_NAME] = traces_take_text(r);
	else if (str_eq(key, S("references")))
		traces_take_references(r);
	else if (str_eq(key, S("startTime")))
		r->has_start = traces_take_time(r, MICROSECONDS, &r->span.start);
	else if (str_eq(key, S("duration")))
		r->has_end = traces_take_time(r, MICROSECONDS, duration);
	else if (str_eq(key, S("processID")))
		r->process = traces_take_text(r);
	else if (str_eq(key, S("tags")) && (r->wants_op || traces_wants_attributes(r)))
		traces_take_attributes(r);
	else
		json_skip(&r->j);
}

static void take_span(struct traces_reader *r)
{
	int64_t duration = 0;
	struct str key;

	if (!traces_expected_object(r, "a span"))
		return;
	traces_begin_span(r, input_offset(r->in));
	r->span.coarse = true;
	json_object(&r->j);
	while (json_key(&r->j, &key))
		take_span_key(r, key, &duration);
	traces_choose_parent(r);
	traces_set_duration(r, duration);
	traces_end_span(r);
}

static void take_process(struct traces_reader *r, string_id process)
{
	string_id service = 0;
	struct str key;

	if (!traces_expected_object(r, "a process"))
		return;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("serviceName")))
			service = traces_take_text(r);
		else
			json_skip(&r->j);
	}
	traces_add_process(r, process, service);
}

/* `found`: there was a list of spans, be it empty. */
static void take_trace_key(struct traces_reader *r, struct str key, bool *found)
{
	bool spans = str_eq(key, S("spans"));

	*found |= spans;
	if (json_null(&r->j))
		return;
	if (spans) {
		json_array(&r->j);
		while (json_element(&r->j))
			take_span(r);
	} else if (str_eq(key, S("processes"))) {
		json_object(&r->j);
		while (json_key(&r->j, &key))
			take_process(r, traces_intern(r, key));
	} else {
		json_skip(&r->j);
	}
}

/* A span of another shape, in a file that has two, has none of the keys that are read. */
static void check_found(struct traces_reader *r, uint64_t at, bool any, bool found)
{
	if (any && !found)
		input_error_at(r->in, at, "expected 'spans' of a trace of Jaeger, or 'data'");
}

static void take_trace(struct traces_reader *r)
{
	bool found = false, any = false;
	struct str key;
	uint64_t at;

	if (!traces_expected_object(r, "a trace"))
		return;
	at = input_offset(r->in);
	traces_begin_resource(r);
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		any = true;
		take_trace_key(r, key, &found);
	}
	traces_end_resource(r);
	check_found(r, at, any, found);
}

static void take_traces(struct traces_reader *r)
{
	json_array(&r->j);
	while (json_element(&r->j))
		take_trace(r);
}

void traces_jaeger(struct traces_reader *r)
{
	bool found = false, any = false;
	struct str key;
	uint64_t at;

	if (json_peek(&r->j) == JSON_ARRAY) {
		take_traces(r);
		return;
	}
	at = input_offset(r->in);
	traces_begin_resource(r);
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		any = true;
		found |= str_eq(key, S("data"));
		if (str_eq(key, S("data")) && json_peek(&r->j) == JSON_ARRAY)
			take_traces(r);
		else
			take_trace_key(r, key, &found);
	}
	traces_end_resource(r);
	check_found(r, at, any, found);
}
