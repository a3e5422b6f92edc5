/*
 * traces/zipkin - Zipkin's spans, version 2: what its API takes and answers
 *
 *	[{"traceId": "3835...", "id": "e151...", "parentId": "6d34...", "name": "get /cart",
 *	  "timestamp": 1795765995511344, "duration": 5246, "kind": "CLIENT", "shared": true,
 *	  "localEndpoint": {"serviceName": "shop"}, "tags": {"http.path": "/cart"}}]
 *
 * Times are microseconds, each rounded down. Both halves of a call may be spans of one id, of
 * which the server's has "shared". /api/v2/traces answers arrays of traces in an array.
 */
#include "converters/traces/reading.h"

enum { MICROSECONDS = 3 };

static void take_endpoint(struct traces_reader *r)
{
	struct str key;

	if (json_null(&r->j))
		return;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("serviceName")))
			r->texts[SPAN_SERVICE] = traces_take_text(r);
		else
			json_skip(&r->j);
	}
}

static void take_shared(struct traces_reader *r)
{
	if (!json_null(&r->j))
		json_bool(&r->j, &r->span.shared);
}

static void take_span_key(struct traces_reader *r, struct str key, int64_t *duration)
{
	if (str_eq(key, S("traceId")))
		traces_take_trace(r);
	else if (str_eq(key, S("id")))
		traces_take_id(r, &r->span.id);
	else if (str_eq(key, S("parentId")))
		traces_take_parent(r);
	else if (str_eq(key, S("name")))
		r->texts[SPAN_NAME] = traces_take_text(r);
	else if (str_eq(key, S("kind")))
		traces_take_kind(r);
	else if (str_eq(key, S("timestamp")))
		r->has_start = traces_take_time(r, MICROSECONDS, &r->span.start);
	else if (str_eq(key, S("duration")))
		r->has_end = traces_take_time(r, MICROSECONDS, duration);
	else if (str_eq(key, S("localEndpoint")))
		take_endpoint(r);
	else if (str_eq(key, S("shared")))
		take_shared(r);
	else if (str_eq(key, S("tags")) && traces_wants_attributes(r))
		traces_take_tags(r);
	else
		json_skip(&r->j);
}

/*
 * What is reported later of a span, such as annotations, comes under its id, without its name and
 * times: Zipkin puts both together. There is nothing in it that is read.
 */
static bool is_addition(const struct traces_reader *r)
{
	return r->has_trace && r->has_id && !r->has_start && !r->has_end && !r->texts[SPAN_NAME];
}

static void take_span(struct traces_reader *r)
{
	int64_t duration = 0;
	struct str key;

	if (!traces_expected_object(r, "a span"))
		return;
	traces_begin_resource(r);
	r->service_known = true; /* the span says it, or nobody does */
	traces_begin_span(r, input_offset(r->in));
	r->span.coarse = true;
	json_object(&r->j);
	while (json_key(&r->j, &key))
		take_span_key(r, key, &duration);
	if (is_addition(r))
		return;
	traces_set_duration(r, duration);
	traces_end_span(r);
}

void traces_zipkin(struct traces_reader *r)
{
	if (json_peek(&r->j) == JSON_OBJECT) {
		take_span(r);
		return;
	}
	json_array(&r->j);
	while (json_element(&r->j)) {
		if (json_peek(&r->j) != JSON_ARRAY) {
			take_span(r);
			continue;
		}
		json_array(&r->j);
		while (json_element(&r->j))
			take_span(r);
	}
}
