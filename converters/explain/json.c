/* explain/json - plans in JSON: an array of queries, or one query, any number of times */
#include "common/base/alloc.h"
#include "common/syntax/json_scan.h"
#include "converters/explain/reading.h"

enum plan_json_level { LEVEL_QUERIES, LEVEL_OBJECT, LEVEL_ARRAY };

struct plan_json {
	struct json j;
	struct plan_builder *b;
	struct plan_place_in_body place;
	uint8_t *levels;
	size_t depth, cap;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Errors name the next token, not what is before it. */
static void locate(struct plan_json *r)
{
	struct input *in = r->j.in;

	do
		while (in->p < in->end && is_blank(*in->p))
			in->p++;
	while (in->p == in->end && input_more(in));
	r->b->at = input_offset(in);
	if (r->place.body && !in->failed)
		in->line = plan_body_line(&r->place, r->b->at);
}

static void push(struct plan_json *r, enum plan_json_level level)
{
	ARRAY_ROOM(r->levels, r->depth, r->cap);
	r->levels[r->depth++] = (uint8_t)level;
}

static void take_number(struct plan_json *r, enum plan_key key)
{
	struct decimal number;
	enum exactness exactness;

	if (json_number(&r->j, &number, &exactness))
		plan_measure(r->b, key, number, exactness);
}

static void take_value(struct plan_json *r, enum plan_key key)
{
	struct str text;
	bool flag;

	switch (json_peek(&r->j)) {
	case JSON_OBJECT:
		if (json_object(&r->j)) {
			plan_enter(r->b, key);
			push(r, LEVEL_OBJECT);
		}
		break;
	case JSON_ARRAY:
		if (json_array(&r->j)) {
			plan_enter(r->b, key);
			push(r, LEVEL_ARRAY);
		}
		break;
	case JSON_STRING:
		if (json_string(&r->j, &text))
			plan_scalar(r->b, key, text);
		break;
	case JSON_NUMBER: take_number(r, key); break;
	case JSON_BOOL:
		if (json_bool(&r->j, &flag))
			plan_flag(r->b, key, flag);
		break;
	default: json_skip(&r->j);
	}
}

static void take_query(struct plan_json *r)
{
	enum json_kind kind = json_peek(&r->j);

	/* statements without a plan, such as NOTIFY in a rule, are texts */
	if (kind == JSON_STRING)
		json_skip(&r->j);
	else if (kind == JSON_OBJECT)
		take_value(r, KEY_OTHER);
	else
		json_expected(&r->j, "a query with its plan");
}

static void take_level(struct plan_json *r)
{
	enum plan_json_level level = r->levels[r->depth - 1];
	struct str key;

	locate(r);
	if (level == LEVEL_OBJECT ? json_key(&r->j, &key) : json_element(&r->j)) {
		enum plan_key known = level == LEVEL_OBJECT ? plan_key_of(&r->b->keys, key)
							    : KEY_OTHER;

		if (level == LEVEL_QUERIES)
			take_query(r);
		else
			take_value(r, known);
	} else {
		if (level != LEVEL_QUERIES)
			plan_leave(r->b);
		r->depth--;
	}
}

static void take_document(struct plan_json *r)
{
	if (json_peek(&r->j) == JSON_ARRAY) {
		json_array(&r->j);
		push(r, LEVEL_QUERIES);
	} else {
		take_query(r);
	}
	while (r->depth && !r->j.in->failed)
		take_level(r);
}

void plan_read_json(struct plan_builder *b, const struct plan_body *body)
{
	struct plan_json r = { .b = b, .place = { .body = body } };

	json_start(&r.j, b->in);
	b->in->place = body ? PLACE_LINE : PLACE_BYTE;
	for (locate(&r); input_want(b->in, 1); locate(&r))
		take_document(&r);
	json_free(&r.j);
	alloc_free(r.levels);
}
