#include "common/base/alloc.h"
#include "converters/traces/reading.h"

/* A word, or 1 as in the messages. */
static bool take_follows(struct traces_reader *r)
{
	uint32_t number = 0;
	struct str text;

	if (json_peek(&r->j) == JSON_NUMBER)
		return json_index(&r->j, UINT32_MAX, "a kind of reference", &number) && number == 1;
	return json_string(&r->j, &text) && str_eq(text, S("FOLLOWS_FROM"));
}

static struct traces_reference take_reference(struct traces_reader *r)
{
	struct traces_reference ref = { .trace = NO_ID };
	struct str key, text;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		bool trace = str_eq(key, S("traceID")) || str_eq(key, S("trace_id")) ||
			     str_eq(key, S("traceId"));

		if (json_null(&r->j))
			continue;
		if (trace) {
			if (json_string(&r->j, &text))
				ref.trace = spans_trace_text(r->s, text);
		} else if (str_eq(key, S("spanID")) || str_eq(key, S("span_id")) ||
			   str_eq(key, S("spanId"))) {
			traces_take_id(r, &ref.id);
		} else if (str_eq(key, S("refType")) || str_eq(key, S("ref_type"))) {
			ref.follows = take_follows(r);
		} else {
			json_skip(&r->j);
		}
	}
	return ref;
}

void traces_take_references(struct traces_reader *r)
{
	if (json_null(&r->j))
		return;
	json_array(&r->j);
	while (json_element(&r->j)) {
		if (!traces_expected_object(r, "a reference"))
			break;
		ARRAY_ROOM(r->references, r->reference_count, r->reference_cap);
		r->references[r->reference_count++] = take_reference(r);
	}
}

void traces_choose_parent(struct traces_reader *r)
{
	for (int follows = 0; follows < 2; follows++)
		for (size_t i = 0; i < r->reference_count; i++) {
			const struct traces_reference *ref = &r->references[i];

			if (span_id_known(r->span.parent) || ref->follows != follows ||
			    (ref->trace != NO_ID && ref->trace != r->span.trace))
				continue;
			r->span.parent = ref->id;
		}
}
