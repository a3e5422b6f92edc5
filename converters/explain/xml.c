/*
 * explain/xml - plans in XML
 *
 * The elements are JSON's keys with "-" for blanks, in http://www.postgresql.org/2009/explain:
 * <explain><Query><Plan>...</Plan></Query></explain>, without <Query> from auto_explain. An
 * element with others in it is an object or an array, any other one a value.
 */
#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "common/syntax/xml_read.h"
#include "converters/explain/reading.h"

struct plan_element {
	enum plan_key key;
	bool entered; /* has elements in it */
};

struct plan_xml {
	struct plan_builder *b;
	struct plan_element *open;
	size_t depth, cap;
	struct buf text;
	bool bare; /* a query without <Query> is open */
};

/* --- elements --- */

static enum plan_key key_of(struct plan_xml *r, struct str name)
{
	r->b->scratch.n = 0;
	for (size_t i = 0; i < name.n; i++)
		buf_byte(&r->b->scratch, name.p[i] == '-' ? ' ' : name.p[i]);
	return plan_key_of(&r->b->keys, buf_str(&r->b->scratch));
}

/* What is above turns out to have elements in it. */
static void enter_parent(struct plan_xml *r, struct str name)
{
	struct plan_element *above = &r->open[r->depth - 1];

	if (r->depth == 1 && !above->entered && !str_eq(name, S("Query"))) {
		r->bare = true;
		plan_enter(r->b, KEY_OTHER);
	} else if (r->depth > 1 && !above->entered) {
		plan_enter(r->b, above->key);
	}
	above->entered = true;
}

static void begin_element(void *owner, struct str name, const struct xml_attributes *a)
{
	struct plan_xml *r = owner;

	(void)a;
	if (!r->depth && !str_eq(name, S("explain"))) {
		input_error(r->b->in, "expected an element 'explain', got %s", diag_quote(name));
		return;
	}
	if (r->depth)
		enter_parent(r, name);
	ARRAY_ROOM(r->open, r->depth, r->cap);
	r->open[r->depth++] = (struct plan_element){ .key = key_of(r, name) };
	r->text.n = 0;
}

static void end_element(void *owner)
{
	struct plan_xml *r = owner;
	const struct plan_element *e = &r->open[--r->depth];

	if (!r->depth ? r->bare : e->entered)
		plan_leave(r->b);
	else if (r->depth)
		plan_scalar(r->b, e->key, buf_str(&r->text));
	r->text.n = 0;
}

static void add_text(void *owner, struct str text)
{
	struct plan_xml *r = owner;

	limit_check(LIMIT_LINE, r->text.n + text.n);
	buf_add(&r->text, text);
}

void plan_read_xml(struct plan_builder *b, const struct plan_body *body)
{
	static const struct xml_events events = { begin_element, end_element, add_text };
	struct plan_xml r = { .b = b };
	struct xml_lines lines = { 0 };

	if (body)
		lines = (struct xml_lines){ body->lines, body->count };
	xml_read((struct xml_reader){
		.in = b->in, .events = &events, .owner = &r, .lines = body ? &lines : NULL });
	alloc_free(r.open);
	buf_free(&r.text);
}
