#include "common/syntax/xml_read.h"

#include <limits.h>
#include <string.h>

#include "common/base/task.h"
#include "common/syntax/xml_library.h"

#if LIBXML_VERSION >= 21200
typedef const xmlError *error_pointer;
#else
typedef xmlErrorPtr error_pointer;
#endif

struct xml_parser {
	struct xml_reader r;
	const struct xml_library *library;
	xmlParserCtxtPtr xml;
	bool ending;           /* all input has been parsed */
	enum failure given_up; /* why work was given up within an event */
	struct cleanup cleanup;
};

/* What libxml2 calls us with, and the function that handles it. */
struct xml_event {
	void (*act)(struct xml_parser *p, const struct xml_event *event);
	struct xml_parser *parser;
	struct str text;
	struct xml_attributes attributes;
	error_pointer trouble;
};

bool xml_attribute(const struct xml_attributes *a, const char *prefix, const char *name,
		   struct str *value)
{
	for (int i = 0; i < a->n; i++) {
		const unsigned char **at = a->v + 5 * i;

		if (strcmp((const char *)at[0], name) != 0 ||
		    strcmp(at[1] ? (const char *)at[1] : "", prefix) != 0)
			continue;
		*value = (struct str){ (const char *)at[3], (size_t)(at[4] - at[3]) };
		return true;
	}
	return false;
}

static void set_line(struct xml_parser *p, int line)
{
	const struct xml_lines *lines = p->r.lines;
	size_t row = line > 0 ? (size_t)line - 1 : 0;

	if (!lines)
		p->r.in->line = row + 1;
	else
		p->r.in->line = lines->lines[row < lines->count ? row : lines->count - 1];
}

static void set_current_line(struct xml_parser *p)
{
	set_line(p, p->library->xmlSAX2GetLineNumber(p->xml));
}

/* --- from libxml2 to the reader --- */

static void call(void *argument)
{
	const struct xml_event *event = argument;

	event->act(event->parser, event);
}

/*
 * Events after an error are ignored until the chunk of input ends: stopping the parser at once would
 * free the attributes that the current event refers to.
 *
 * What is given up within an event is given up when libxml2 has returned: in a library it would leak
 * what it holds just then. A program ends at once.
 */
static void handle(struct xml_event event)
{
	struct xml_parser *p = event.parser;

	if (p->r.in->failed)
		return;
	if (!task_current->memory) {
		event.act(p, &event);
	} else if (!task_run(task_current, call, &event)) {
		p->given_up = task_current->failure;
		p->r.in->failed = true;
	}
}

static void begin_element(struct xml_parser *p, const struct xml_event *event)
{
	set_current_line(p);
	p->r.events->begin(p->r.owner, event->text, &event->attributes);
}

static void end_element(struct xml_parser *p, const struct xml_event *event)
{
	(void)event;
	set_current_line(p);
	p->r.events->end(p->r.owner);
}

static void take_text(struct xml_parser *p, const struct xml_event *event)
{
	set_current_line(p);
	p->r.events->text(p->r.owner, event->text);
}

static void on_begin(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int space_count, const xmlChar **spaces, int count, int defaulted,
		     const xmlChar **values)
{
	(void)prefix, (void)uri, (void)space_count, (void)spaces, (void)defaulted;
	handle((struct xml_event){ .act = begin_element,
				   .parser = context,
				   .text = str_of((const char *)name),
				   .attributes = { values, count } });
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)name, (void)prefix, (void)uri;
	handle((struct xml_event){ .act = end_element, .parser = context });
}

static void on_text(void *context, const xmlChar *text, int n)
{
	handle((struct xml_event){
		.act = take_text, .parser = context, .text = { (const char *)text, (size_t)n } });
}

/* An undeclared entity: only its name is known. */
static void on_reference(void *context, const xmlChar *name)
{
	on_text(context, (const xmlChar *)"&", 1);
	on_text(context, name, (int)strlen((const char *)name));
	on_text(context, (const xmlChar *)";", 1);
}

static void take_declaration(struct xml_parser *p, const struct xml_event *event)
{
	set_current_line(p);
	input_error(p->r.in, "expected a document type without declarations, got %s",
		    diag_quote(event->text));
}

static void refuse_entity(void *context, const xmlChar *name, int type, const xmlChar *public,
			  const xmlChar *system, xmlChar *content)
{
	(void)type, (void)public, (void)system, (void)content;
	handle((struct xml_event){
		.act = take_declaration, .parser = context, .text = str_of((const char *)name) });
}

static void refuse_attribute(void *context, const xmlChar *element, const xmlChar *name, int type,
			     int fixed, const xmlChar *value, xmlEnumerationPtr values)
{
	struct xml_parser *p = context;

	(void)element, (void)fixed;
	p->library->xmlFreeEnumeration(values);
	refuse_entity(context, name, type, NULL, value, NULL);
}

/* --- errors --- */

/* libxml2's first line, beginning as ours do: "opening and ending tag mismatch: g line 3 and svg" */
static void put_error(struct xml_parser *p, error_pointer trouble, struct buf *text)
{
	struct str line = trouble->message ? str_of(trouble->message) : S(""), rest;

	if (trouble->code == XML_ERR_DOCUMENT_EMPTY)
		line = S("it begins with something else");
	else if (trouble->code == XML_ERR_DOCUMENT_END && p->ending)
		line = S("it is cut short");
	else if (str_starts(line, S("xmlParseEntityRef:"))) /* older flamegraph.pl's titles */
		line = S("'&' stands for itself");
	str_cut(line, '\n', &line, &rest);
	buf_add(text, line);
	if (text->n > 1 && text->p[1] >= 'a' && text->p[1] <= 'z' && text->p[0] >= 'A' &&
	    text->p[0] <= 'Z')
		text->p[0] = (char)(text->p[0] - 'A' + 'a');
}

static void take_error(struct xml_parser *p, const struct xml_event *event)
{
	error_pointer trouble = event->trouble;
	struct buf text = { 0 };

	if (trouble->code == XML_ERR_NO_MEMORY)
		diag_die("out of memory");
	if (trouble->level < XML_ERR_FATAL)
		return;
	put_error(p, trouble, &text);
	set_line(p, trouble->line);
	input_error(p->r.in, "expected well-formed XML: %s", diag_masked(buf_str(&text)));
	buf_free(&text);
}

static void on_error(void *context, error_pointer trouble)
{
	handle((struct xml_event){ .act = take_error, .parser = context, .trouble = trouble });
}

/* --- the parser --- */

static void parse_chunk(struct xml_parser *p, const char *bytes, int n)
{
	if (p->library->xmlParseChunk(p->xml, bytes, n, n == 0) && p->xml->disableSAX &&
	    !p->r.in->failed) {
		set_current_line(p);
		input_error(p->r.in, "expected text in the encoding that it declares, got "
				     "other bytes");
	}
}

static void parse(struct xml_parser *p)
{
	struct input *in = p->r.in;

	while (!in->failed && input_want(in, 1)) {
		size_t n = (size_t)(in->end - in->p);

		n = n < INT_MAX ? n : INT_MAX;
		parse_chunk(p, in->p, (int)n);
		if (!in->failed)
			in->p += n;
	}
	p->ending = true;
	if (!in->failed)
		parse_chunk(p, "", 0);
}

static void free_parser(void *owner)
{
	struct xml_parser *p = owner;

	/* declared entities are looked up there before we are asked */
	p->library->xmlFreeDoc(p->xml->myDoc);
	p->xml->myDoc = NULL;
	p->library->xmlFreeParserCtxt(p->xml);
	p->library->xmlSetGenericErrorFunc(NULL, NULL);
}

void xml_read(struct xml_reader r)
{
	struct xml_parser p = { .r = r, .library = xml_library() };
	xmlSAXHandler events = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_begin,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.reference = on_reference,
		.entityDecl = refuse_entity,
		.attributeDecl = refuse_attribute,
		.serror = on_error,
	};

	r.in->place = PLACE_LINE;
	p.library->xmlSetGenericErrorFunc(NULL, xml_drop_message);
	p.xml = p.library->xmlCreatePushParserCtxt(&events, &p, NULL, 0, NULL);
	if (!p.xml)
		diag_die("out of memory");
	if (task_current->memory)
		task_on_unwind(&p.cleanup, free_parser, &p);
	p.library->xmlCtxtUseOptions(p.xml, XML_PARSE_NONET);
	parse(&p);
	if (p.given_up)
		task_unwind(p.given_up);
	task_settle(&p.cleanup);
	free_parser(&p);
}
