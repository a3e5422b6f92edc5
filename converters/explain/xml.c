/*
 * explain/xml - plans in XML
 *
 * The elements are JSON's keys with "-" for blanks, in http://www.postgresql.org/2009/explain:
 * <explain><Query><Plan>...</Plan></Query></explain>, without <Query> from auto_explain. An
 * element with others in it is an object or an array, any other one a value. libxml2 gets the
 * bytes as they come; a document type that declares something is refused.
 */
#include <limits.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "common/syntax/xml_library.h"
#include "converters/explain/reading.h"

#if LIBXML_VERSION >= 21200
typedef const xmlError *error_pointer;
#else
typedef xmlErrorPtr error_pointer;
#endif

struct plan_element {
	enum plan_key key;
	bool entered; /* has elements in it */
};

struct plan_xml {
	struct plan_builder *b;
	const struct plan_body *body;
	const struct xml_library *library;
	xmlParserCtxtPtr xml;
	struct plan_element *open;
	size_t depth, cap;
	struct buf text;
	bool bare; /* a query without <Query> is open */
	bool ending;
	enum failure given_up;
	struct cleanup cleanup;
};

/* An event of libxml2. */
struct plan_xml_event {
	void (*act)(struct plan_xml *r, const struct plan_xml_event *event);
	struct plan_xml *reader;
	struct str text;
	error_pointer trouble;
};

static uint64_t file_line(const struct plan_xml *r, int line)
{
	size_t row = line > 0 ? (size_t)line - 1 : 0;

	if (!r->body)
		return row + 1;
	return r->body->lines[row < r->body->count ? row : r->body->count - 1];
}

static void set_line(struct plan_xml *r)
{
	r->b->in->line = file_line(r, r->library->xmlSAX2GetLineNumber(r->xml));
}

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

static void begin_element(struct plan_xml *r, const struct plan_xml_event *event)
{
	set_line(r);
	if (!r->depth && !str_eq(event->text, S("explain"))) {
		input_error(r->b->in, "expected an element 'explain', got %s",
			    diag_quote(event->text));
		return;
	}
	if (r->depth)
		enter_parent(r, event->text);
	ARRAY_ROOM(r->open, r->depth, r->cap);
	r->open[r->depth++] = (struct plan_element){ .key = key_of(r, event->text) };
	r->text.n = 0;
}

static void end_element(struct plan_xml *r, const struct plan_xml_event *event)
{
	const struct plan_element *e = &r->open[--r->depth];

	(void)event;
	set_line(r);
	if (!r->depth ? r->bare : e->entered)
		plan_leave(r->b);
	else if (r->depth)
		plan_scalar(r->b, e->key, buf_str(&r->text));
	r->text.n = 0;
}

static void add_text(struct plan_xml *r, const struct plan_xml_event *event)
{
	limit_check(LIMIT_LINE, r->text.n + event->text.n);
	buf_add(&r->text, event->text);
}

/* --- from libxml2 to the above --- */

static void call(void *argument)
{
	const struct plan_xml_event *event = argument;

	event->act(event->reader, event);
}

/* What is given up within an event is given up when libxml2 has returned, which would leak. */
static void handle(struct plan_xml_event event)
{
	struct plan_xml *r = event.reader;

	if (r->b->in->failed)
		return;
	if (!task_current->memory) {
		event.act(r, &event);
	} else if (!task_run(task_current, call, &event)) {
		r->given_up = task_current->failure;
		r->b->in->failed = true;
	}
}

static void on_begin(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int space_count, const xmlChar **spaces, int count, int defaulted,
		     const xmlChar **values)
{
	(void)prefix, (void)uri, (void)space_count, (void)spaces, (void)count, (void)defaulted;
	(void)values;
	handle((struct plan_xml_event){
		.act = begin_element, .reader = context, .text = str_of((const char *)name) });
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)name, (void)prefix, (void)uri;
	handle((struct plan_xml_event){ .act = end_element, .reader = context });
}

static void on_text(void *context, const xmlChar *text, int n)
{
	handle((struct plan_xml_event){
		.act = add_text, .reader = context, .text = { (const char *)text, (size_t)n } });
}

static void take_declaration(struct plan_xml *r, const struct plan_xml_event *event)
{
	set_line(r);
	input_error(r->b->in, "expected a document type without declarations, got %s",
		    diag_quote(event->text));
}

static void refuse_entity(void *context, const xmlChar *name, int type, const xmlChar *public,
			  const xmlChar *system, xmlChar *content)
{
	(void)type, (void)public, (void)system, (void)content;
	handle((struct plan_xml_event){
		.act = take_declaration, .reader = context, .text = str_of((const char *)name) });
}

static void refuse_attribute(void *context, const xmlChar *element, const xmlChar *name, int type,
			     int fixed, const xmlChar *value, xmlEnumerationPtr values)
{
	struct plan_xml *r = context;

	(void)element, (void)fixed;
	r->library->xmlFreeEnumeration(values);
	refuse_entity(context, name, type, NULL, value, NULL);
}

static void take_error(struct plan_xml *r, const struct plan_xml_event *event)
{
	error_pointer trouble = event->trouble;
	struct str line = trouble->message ? str_of(trouble->message) : S(""), rest;

	if (trouble->code == XML_ERR_NO_MEMORY)
		diag_die("out of memory");
	if (trouble->level < XML_ERR_FATAL)
		return;
	if (r->ending)
		line = S("it is cut short");
	str_cut(line, '\n', &line, &rest);
	r->b->in->line = file_line(r, trouble->line);
	input_error(r->b->in, "expected well-formed XML: %s", diag_masked(line));
}

static void on_error(void *context, error_pointer trouble)
{
	handle((struct plan_xml_event){ .act = take_error, .reader = context, .trouble = trouble });
}

static void parse_chunk(struct plan_xml *r, const char *bytes, int n)
{
	if (r->library->xmlParseChunk(r->xml, bytes, n, n == 0) && !r->b->in->failed) {
		set_line(r);
		input_error(r->b->in, "expected well-formed XML in the encoding that it declares");
	}
}

static void parse(struct plan_xml *r)
{
	struct input *in = r->b->in;

	while (!in->failed && input_want(in, 1)) {
		size_t n = (size_t)(in->end - in->p);

		n = n < INT_MAX ? n : INT_MAX;
		parse_chunk(r, in->p, (int)n);
		if (!in->failed)
			in->p += n;
	}
	r->ending = true;
	if (!in->failed)
		parse_chunk(r, "", 0);
}

static void free_parser(void *owner)
{
	struct plan_xml *r = owner;

	r->library->xmlFreeDoc(r->xml->myDoc);
	r->xml->myDoc = NULL;
	r->library->xmlFreeParserCtxt(r->xml);
	r->library->xmlSetGenericErrorFunc(NULL, NULL);
}

void plan_read_xml(struct plan_builder *b, const struct plan_body *body)
{
	struct plan_xml r = { .b = b, .body = body, .library = xml_library() };
	xmlSAXHandler events = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_begin,
		.endElementNs = on_end,
		.characters = on_text,
		.cdataBlock = on_text,
		.entityDecl = refuse_entity,
		.attributeDecl = refuse_attribute,
		.serror = on_error,
	};

	b->in->place = PLACE_LINE;
	r.library->xmlSetGenericErrorFunc(NULL, xml_drop_message);
	r.xml = r.library->xmlCreatePushParserCtxt(&events, &r, NULL, 0, NULL);
	if (!r.xml)
		diag_die("out of memory");
	if (task_current->memory)
		task_on_unwind(&r.cleanup, free_parser, &r);
	r.library->xmlCtxtUseOptions(r.xml, XML_PARSE_NONET);
	parse(&r);
	if (r.given_up)
		task_unwind(r.given_up);
	task_settle(&r.cleanup);
	free_parser(&r);
	alloc_free(r.open);
	buf_free(&r.text);
}
