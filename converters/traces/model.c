/*
 * traces/model - Jaeger's messages as JSON, which its storage and the collector's translator have
 *
 *	{"spans": [{
 *	  "trace_id": "ODV3nFNCkEq4rdv4E1oaGw==", "span_id": "4VE7pAC2VYI=", "operation_name": "GET",
 *	  "references": [{"trace_id": "...", "span_id": "bTS0jSsxrkI=", "ref_type": 0}],
 *	  "start_time": "2026-11-27T08:06:35.511344390Z", "duration": 5246802,
 *	  "process": {"service_name": "shop"}}], "process": {"service_name": "shop"}}
 *
 * The process is that of the span or of the batch. A duration is nanoseconds, where the UI's are
 * microseconds; or seconds as a text, "0.005s", as protobuf's printers have it. Batches may be in
 * an array, and spans by themselves.
 */
#include "converters/traces/reading.h"

enum { SECONDS = 9 };

static bool take_duration(struct traces_reader *r, int64_t *ns)
{
	enum exactness exactness;
	struct decimal seconds;
	struct str text;
	uint64_t at;

	if (json_peek(&r->j) != JSON_STRING)
		return traces_take_time(r, 0, ns);
	at = input_offset(r->in);
	if (!json_string(&r->j, &text))
		return false;
	if (str_ends(text, S("s")) &&
	    str_to_decimal(str_head(text, text.n - 1), &seconds, &exactness) &&
	    seconds.mantissa >= 0) {
		seconds.exponent += SECONDS;
		if (decimal_at(seconds, 0, ns) != OUT_OF_RANGE)
			return true;
	}
	input_error_at(r->in, at, "expected a duration like 0.005s, got %s", diag_quote(text));
	return false;
}

static string_id take_process(struct traces_reader *r)
{
	string_id service = 0;
	struct str key;

	if (json_null(&r->j))
		return 0;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("service_name")) || str_eq(key, S("serviceName")))
			service = traces_take_text(r);
		else
			json_skip(&r->j);
	}
	return service;
}

static void take_span_key(struct traces_reader *r, struct str key, int64_t *duration)
{
	if (str_eq(key, S("trace_id")) || str_eq(key, S("traceId")))
		traces_take_trace(r);
	else if (str_eq(key, S("span_id")) || str_eq(key, S("spanId")))
		traces_take_id(r, &r->span.id);
	else if (str_eq(key, S("operation_name")) || str_eq(key, S("operationName")))
		r->texts[SPAN_NAME] = traces_take_text(r);
	else if (str_eq(key, S("references")))
		traces_take_references(r);
	else if (str_eq(key, S("start_time")) || str_eq(key, S("startTime")))
		r->has_start = traces_take_date(r, &r->span.start);
	else if (str_eq(key, S("duration")))
		r->has_end = take_duration(r, duration);
	else if (str_eq(key, S("process")))
		r->texts[SPAN_SERVICE] = take_process(r);
	else if (str_eq(key, S("tags")) && (r->wants_op || traces_wants_attributes(r)))
		traces_take_attributes(r);
	else
		json_skip(&r->j);
}

static void end_span(struct traces_reader *r, int64_t duration)
{
	traces_choose_parent(r);
	traces_set_duration(r, duration);
	traces_end_span(r);
}

static void take_spans(struct traces_reader *r)
{
	struct str key;

	json_array(&r->j);
	while (json_element(&r->j)) {
		int64_t duration = 0;

		if (!traces_expected_object(r, "a span"))
			return;
		traces_begin_span(r, input_offset(r->in));
		json_object(&r->j);
		while (json_key(&r->j, &key))
			take_span_key(r, key, &duration);
		end_span(r, duration);
	}
}

/* A batch or a span: which one is known when "spans" comes, or at the end. */
static void take_batch(struct traces_reader *r)
{
	bool batch = false;
	int64_t duration = 0;
	string_id service = 0;
	struct str key;

	if (!traces_expected_object(r, "a batch or a span"))
		return;
	traces_begin_resource(r);
	traces_begin_span(r, input_offset(r->in));
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("process"))) {
			r->service = service = take_process(r);
			r->service_known = true;
		} else if (str_eq(key, S("spans"))) {
			batch = true;
			if (!json_null(&r->j))
				take_spans(r);
		} else {
			take_span_key(r, key, &duration);
		}
	}
	if (!batch)
		end_span(r, duration);
	traces_add_process(r, 0, service);
	traces_end_resource(r);
}

static void take_batches(struct traces_reader *r)
{
	json_array(&r->j);
	while (json_element(&r->j))
		take_batch(r);
}

void traces_model(struct traces_reader *r)
{
	if (json_peek(&r->j) == JSON_ARRAY)
		take_batches(r);
	else
		take_batch(r);
}
