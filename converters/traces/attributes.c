/* traces/attributes - the few attributes of spans and resources that are read */
#include "converters/traces/reading.h"

enum { ATTRIBUTE_NONE, SERVICE_NAME, PROCESS_ID, THREAD_ID, THREAD_TITLE, SPAN_KIND, DESCRIPTIONS };

/*
 * By OpenTelemetry's semantic conventions, newer keys first; sql.query is Zipkin's. The first of
 * those that a span has describes it.
 */
static const char *const keys[] = {
	[SERVICE_NAME] = "service.name",
	[PROCESS_ID] = "process.pid",
	[THREAD_ID] = "thread.id",
	[THREAD_TITLE] = "thread.name",
	[SPAN_KIND] = "span.kind",
	[DESCRIPTIONS] = "db.query.text",
	"db.statement",
	"sql.query",
	"url.full",
	"http.url",
	"http.route",
	"http.target",
	"url.path",
	"messaging.destination.name",
	"rpc.method",
};

bool traces_wants_attributes(const struct traces_reader *r)
{
	/* threads of samples count only if all spans have one */
	return r->wants_description || r->p->keep_spans || r->s->threaded == r->s->count;
}

int traces_attribute(struct str key)
{
	for (int i = 1; i < (int)(sizeof keys / sizeof *keys); i++)
		if (str_eq(key, str_of(keys[i])))
			return i;
	return ATTRIBUTE_NONE;
}

void traces_set_number(struct traces_reader *r, int which, uint64_t number)
{
	if (which == PROCESS_ID && !r->in_span)
		r->pid = number;
	if (which == PROCESS_ID)
		r->thread.pid = number;
	else if (which == THREAD_ID)
		r->thread.tid = number;
}

void traces_set_attribute(struct traces_reader *r, int which, struct str text)
{
	uint64_t number;

	if (which == PROCESS_ID || which == THREAD_ID) {
		if (str_to_u64(text, &number))
			traces_set_number(r, which, number);
	} else if (which == SERVICE_NAME && !r->in_span) {
		r->service = traces_intern(r, text);
		r->service_known = true;
	} else if (which == THREAD_TITLE) {
		r->thread.name = traces_intern(r, text);
	} else if (which == SPAN_KIND) {
		if (r->wants_op && !r->span.kind)
			r->span.kind = span_kind_find(text);
	} else if (which >= DESCRIPTIONS && r->wants_description &&
		   (!r->description_rank || which < r->description_rank)) {
		r->texts[SPAN_DESCRIPTION] = traces_intern(r, text);
		r->description_rank = which;
	}
}

/* A text, or a number as it is written, goes to r->value; other values are not read. */
static bool take_scalar(struct traces_reader *r)
{
	enum json_kind kind = json_peek(&r->j);
	struct str text;

	if (kind != JSON_STRING && kind != JSON_NUMBER) {
		json_skip(&r->j);
		return false;
	}
	if (!(kind == JSON_STRING ? json_string(&r->j, &text) : json_number_text(&r->j, &text)))
		return false;
	r->value.n = 0;
	buf_add(&r->value, text);
	return true;
}

/* {"stringValue": "x"}, or the value itself. */
static bool take_value(struct traces_reader *r)
{
	bool taken = false;
	struct str key;

	if (json_peek(&r->j) != JSON_OBJECT)
		return take_scalar(r);
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("stringValue")) || str_eq(key, S("intValue")) ||
		    str_eq(key, S("string_value")) || str_eq(key, S("int_value")))
			taken = take_scalar(r);
		else
			json_skip(&r->j);
	}
	return taken;
}

/* A value may stand in front of its key. */
static void take_attribute(struct traces_reader *r)
{
	bool keyed = false, taken = false;
	int which = ATTRIBUTE_NONE;
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("key")) && json_peek(&r->j) == JSON_STRING) {
			keyed = json_string(&r->j, &key);
			which = traces_attribute(key);
		} else if ((which || !keyed) &&
			   (str_eq(key, S("value")) || str_eq(key, S("v_str")) ||
			    str_eq(key, S("vStr")))) {
			taken = take_value(r);
		} else {
			json_skip(&r->j);
		}
	}
	if (taken && which && !r->in->failed)
		traces_set_attribute(r, which, buf_str(&r->value));
}

void traces_take_attributes(struct traces_reader *r)
{
	if (json_null(&r->j))
		return;
	json_array(&r->j);
	while (json_element(&r->j))
		if (traces_expected_object(r, "an attribute"))
			take_attribute(r);
}

void traces_take_tags(struct traces_reader *r)
{
	struct str key;

	if (json_null(&r->j))
		return;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		int which = traces_attribute(key);

		if (!which)
			json_skip(&r->j);
		else if (take_scalar(r))
			traces_set_attribute(r, which, buf_str(&r->value));
	}
}
