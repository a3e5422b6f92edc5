/*
 * flamegraph/read - SVG flame graphs: the XML
 *
 * libxml2 parses the input as it comes, in its push mode: nothing of the document is
 * kept but the boxes and the text of our <metadata>, which may be of any length. It
 * opens no file and no connection and knows no entities but XML's own five: a
 * document type may be named, as all writers do, but one that declares something is
 * refused before it can expand.
 *
 * A box is a rect with a title, which stands
 *
 *	<g><title>T</title><rect x= y= width= .../></g>      inferno, py-spy, flamegraph.pl
 *	<g><title>T</title><a><rect .../></a></g>            with links
 *	<a><title>T</title><rect .../></a>                   inferno with links
 *	<g onmouseover="s('T')"><rect .../></g>              flamegraph.pl of 2013
 *	<rect .../ onmouseover="s('T')"/>                    flamegraph.pl of 2011
 *	<svg x= y= width=><g><title>T</title><rect width="100%"/></g></svg>   flameprof
 *	<g transform="translate(X Y)"><rect ...><title>T</title></rect></g>   ours
 */
#include <limits.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/flamegraph/xml.h"

enum { DEEPEST = 255 };

#if LIBXML_VERSION >= 21200
typedef const xmlError *error_pointer;
#else
typedef xmlErrorPtr error_pointer;
#endif

/* The events of libxml2 and the functions that handle them. */
struct sax_event {
	void (*act)(struct flame_xml_reader *r, const struct sax_event *event);
	struct flame_xml_reader *reader;
	const xmlChar *text;    /* the name of the element, or text of `count` bytes */
	int count;              /* of attributes or bytes */
	const xmlChar **values; /* attributes */
	error_pointer trouble;
};

/*
 * Ignores all events until the chunk of input ends. (Stopping the parser at once would free the
 * attributes that the current event refers to.)
 */
void flame_xml_fail(struct flame_xml_reader *r, uint64_t line, const char *expected,
		    const char *got)
{
	if (r->in->failed)
		return;
	r->in->line = line;
	input_error(r->in, "expected %s, got %s", expected, got);
}

/* --- elements --- */

static enum flame_element_kind kind_of(const char *name, const struct flame_attributes *a)
{
	static const char *const names[] = { [KIND_SVG] = "svg",
					     [KIND_GROUP] = "g",
					     [KIND_LINK] = "a",
					     [KIND_RECT] = "rect",
					     [KIND_TITLE] = "title" };

	for (enum flame_element_kind kind = KIND_SVG; kind <= KIND_TITLE; kind++)
		if (strcmp(name, names[kind]) == 0)
			return kind;
	return strcmp(name, "metadata") == 0 && flame_attribute_is(a, "id", "profile") ? KIND_DATA
										       : KIND_OTHER;
}

static struct flame_element *push(struct flame_xml_reader *r, enum flame_element_kind kind)
{
	struct flame_element *e;

	ARRAY_ROOM(r->open, r->depth, r->cap);
	e = &r->open[r->depth];
	if (r->depth++ == r->ready) {
		*e = (struct flame_element){ 0 };
		r->ready++;
	}
	*e = (struct flame_element){ .kind = kind, .title = e->title };
	if (r->depth > 1) {
		e->left = e[-1].left;
		e->top = e[-1].top;
		e->full = e[-1].full;
		e->tall = e[-1].tall;
	}
	e->title.n = 0;
	return e;
}

static void begin_svg(struct flame_xml_reader *r, struct flame_element *e,
		      const struct flame_attributes *a)
{
	struct str size;

	/* Graphviz measures its pictures in points; programs that draw flame graphs, in pixels */
	if (r->depth == 1 && flame_find_attribute(a, "", "width", &size) &&
	    str_ends(size, S("pt"))) {
		flame_xml_fail(r, line_of(r), "a flame graph",
			       "a picture measured in points, such as Graphviz draws of a graph");
		return;
	}
	e->left += flame_length_of(r, a, "x", e->full);
	e->top += flame_length_of(r, a, "y", e->tall);
	if (flame_find_attribute(a, "", "width", &size))
		e->full = flame_length_of(r, a, "width", e->full);
	if (flame_find_attribute(a, "", "height", &size))
		e->tall = flame_length_of(r, a, "height", e->tall);
}

static void begin_data(struct flame_xml_reader *r)
{
	if (r->found) {
		flame_xml_fail(r, line_of(r), "the profile's data once", "it again");
		return;
	}
	r->data.n = 0;
	r->data_line = line_of(r);
}

static void begin_element(struct flame_xml_reader *r, const struct sax_event *event)
{
	struct flame_attributes a = { event->values, event->count };
	enum flame_element_kind kind = kind_of(text_of(event->text), &a);
	struct flame_element *e = push(r, kind);

	if (r->depth > DEEPEST)
		flame_xml_fail(r, line_of(r), "a picture less than 256 elements deep", "one more");
	else if (r->depth == 1 && kind == KIND_OTHER && strcmp(text_of(event->text), "html") == 0)
		r->in_html = true;
	else if (r->depth == 1 && kind != KIND_SVG)
		flame_xml_fail(r, line_of(r), "an element 'svg'",
			       diag_quote(str_of(text_of(event->text))));
	else if (kind == KIND_SVG)
		begin_svg(r, e, &a);
	else if (kind == KIND_DATA)
		begin_data(r);
	if (kind == KIND_RECT && r->depth > 1) {
		e->place = flame_place_of(r, e - 1, &a);
		e->placed = true;
	}
	if (kind == KIND_GROUP || kind == KIND_LINK)
		flame_translate(&a, e);
	if (kind == KIND_GROUP || kind == KIND_LINK || kind == KIND_RECT)
		flame_take_spoken(&a, e);
}

/* A group has the title and the place of its contents. */
static void hand_up(struct flame_element *e, struct flame_element *parent)
{
	if (e->titled && (e->kind == KIND_TITLE || !parent->titled)) {
		struct buf title = parent->title;

		parent->title = e->title;
		e->title = title;
		parent->titled = true;
	}
	if (e->placed && !parent->placed) {
		parent->place = e->place;
		parent->placed = true;
	}
}

static void end_element(struct flame_xml_reader *r, const struct sax_event *event)
{
	struct flame_element *e = &r->open[--r->depth];

	(void)event;
	if (e->kind == KIND_DATA)
		r->found = flame_is_data(buf_str(&r->data));
	if (!r->depth || e->kind == KIND_DATA || e->kind == KIND_OTHER)
		return;
	e->titled |= e->kind == KIND_TITLE;
	if (e->titled && e->placed)
		flame_picture_add(&r->picture, &e->place, buf_str(&e->title));
	else if (e->kind == KIND_TITLE || e->kind == KIND_RECT || e->kind == KIND_LINK)
		hand_up(e, e - 1);
}

static void add_text(struct flame_xml_reader *r, const struct sax_event *event)
{
	struct flame_element *e = r->depth ? &r->open[r->depth - 1] : NULL;
	struct str s = { text_of(event->text), (size_t)event->count };

	if (e && e->kind == KIND_TITLE)
		buf_add(&e->title, s);
	else if (e && e->kind == KIND_DATA)
		buf_add(&r->data, s);
}

/* --- from libxml2 to the above --- */

static void call(void *argument)
{
	const struct sax_event *event = argument;

	event->act(event->reader, event);
}

/*
 * What is given up within an event is given up when libxml2 has returned: in a library it
 * would leak what it holds just then. A program ends at once.
 */
static void handle(struct sax_event event)
{
	struct flame_xml_reader *r = event.reader;

	if (r->in->failed)
		return;
	if (!task_current->memory) {
		event.act(r, &event);
	} else if (!task_run(task_current, call, &event)) {
		r->given_up = task_current->failure;
		r->in->failed = true;
	}
}

static void on_begin(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int space_count, const xmlChar **spaces, int count, int defaulted,
		     const xmlChar **values)
{
	(void)prefix, (void)uri, (void)space_count, (void)spaces, (void)defaulted;
	handle((struct sax_event){ .act = begin_element,
				   .reader = context,
				   .text = name,
				   .count = count,
				   .values = values });
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)prefix, (void)uri;
	handle((struct sax_event){ .act = end_element, .reader = context, .text = name });
}

static void on_text(void *context, const xmlChar *text, int n)
{
	handle((struct sax_event){ .act = add_text, .reader = context, .text = text, .count = n });
}

/* An undeclared entity: only its name is known. */
static void on_reference(void *context, const xmlChar *name)
{
	on_text(context, (const xmlChar *)"&", 1);
	on_text(context, name, (int)strlen(text_of(name)));
	on_text(context, (const xmlChar *)";", 1);
}

/* --- the parser --- */

static void refuse_entity(void *context, const xmlChar *name, int type, const xmlChar *public,
			  const xmlChar *system, xmlChar *content)
{
	struct flame_xml_reader *r = context;

	(void)type;
	(void)public;
	(void)system;
	(void)content;
	flame_xml_fail(r, line_of(r), "a document type without declarations",
		       diag_quote(str_of(text_of(name))));
}

static void refuse_attribute(void *context, const xmlChar *element, const xmlChar *name, int type,
			     int fixed, const xmlChar *value, xmlEnumerationPtr values)
{
	struct flame_xml_reader *r = context;

	(void)element;
	(void)fixed;
	r->library->xmlFreeEnumeration(values);
	refuse_entity(context, name, type, NULL, value, NULL);
}

/*
 * libxml2's first line, beginning as ours do: "opening and ending tag mismatch: g line 3 and
 * svg"
 */
static void put_error(struct flame_xml_reader *r, error_pointer trouble, struct buf *text)
{
	struct str line = trouble->message ? str_of(trouble->message) : S(""), rest;

	if (trouble->code == XML_ERR_DOCUMENT_EMPTY)
		line = S("it begins with something else");
	else if (trouble->code == XML_ERR_DOCUMENT_END && r->ending)
		line = S("it is cut short");
	else if (str_starts(line, S("xmlParseEntityRef:"))) /* older flamegraph.pl's titles */
		line = S("'&' stands for itself");
	str_cut(line, '\n', &line, &rest);
	buf_add(text, line);
	if (text->n > 1 && text->p[1] >= 'a' && text->p[1] <= 'z' && text->p[0] >= 'A' &&
	    text->p[0] <= 'Z')
		text->p[0] = (char)(text->p[0] - 'A' + 'a');
}

static void take_error(struct flame_xml_reader *r, const struct sax_event *event)
{
	error_pointer trouble = event->trouble;
	struct buf text = { 0 };

	if (trouble->code == XML_ERR_NO_MEMORY)
		diag_die("out of memory");
	if (trouble->level < XML_ERR_FATAL || r->in->failed)
		return;
	put_error(r, trouble, &text);
	r->in->line = trouble->line > 0 ? (uint64_t)trouble->line : 1;
	input_error(r->in, "expected well-formed XML: %s", diag_masked(buf_str(&text)));
	buf_free(&text);
}

static void on_error(void *context, error_pointer trouble)
{
	handle((struct sax_event){ .act = take_error, .reader = context, .trouble = trouble });
}

static void parse_chunk(struct flame_xml_reader *r, const char *bytes, int n)
{
	if (r->library->xmlParseChunk(r->xml, bytes, n, n == 0) && r->xml->disableSAX)
		flame_xml_fail(r, line_of(r), "text in the encoding that it declares",
			       "other bytes");
}

static void parse(struct flame_xml_reader *r)
{
	struct input *in = r->in;

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
	if (!in->failed)
		in->line = line_of(r);
}

static void finish(struct flame_xml_reader *r, struct profile *p)
{
	if (r->in->failed)
		return;
	if (r->found)
		flame_read_data(r->in, p, buf_str(&r->data), r->data_line);
	else if (r->in_html)
		input_error(r->in, "expected a flame graph in the page, got another HTML page");
	else
		flame_picture_read(&r->picture, r->in, p);
}

static void free_parser(void *owner)
{
	struct flame_xml_reader *r = owner;

	/* declared entities are looked up there before we are asked */
	r->library->xmlFreeDoc(r->xml->myDoc);
	r->xml->myDoc = NULL;
	r->library->xmlFreeParserCtxt(r->xml);
	r->library->xmlSetGenericErrorFunc(NULL, NULL);
}

int flamegraph_read(struct input *in, struct profile *p)
{
	struct flame_xml_reader r = { .in = in, .library = xml_library() };
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

	in->place = PLACE_LINE;
	r.library->xmlSetGenericErrorFunc(NULL, xml_drop_message);
	r.xml = r.library->xmlCreatePushParserCtxt(&events, &r, NULL, 0, NULL);
	if (!r.xml)
		diag_die("out of memory");
	if (task_current->memory)
		task_on_unwind(&r.cleanup, free_parser, &r);
	r.library->xmlCtxtUseOptions(r.xml, XML_PARSE_NONET);
	flame_picture_init(&r.picture);
	parse(&r);
	if (r.given_up)
		task_unwind(r.given_up);
	finish(&r, p);
	task_settle(&r.cleanup);
	free_parser(&r);
	flame_picture_free(&r.picture);
	for (size_t i = 0; i < r.ready; i++)
		buf_free(&r.open[i].title);
	alloc_free(r.open);
	buf_free(&r.data);
	return input_status(in);
}

void flame_report_missing(struct input *in, struct profile *p, const char *what)
{
	profile_report_missing(p, str_of(in->name), "%s", what);
}

/* --- sniffing --- */

/* Moves behind the next `end`. */
static bool pass(struct str *s, const char *end)
{
	struct str mark = str_of(end);

	for (; s->n >= mark.n; *s = str_from(*s, 1))
		if (str_starts(*s, mark)) {
			*s = str_from(*s, mark.n);
			return true;
		}
	return false;
}

/* Skips <?xml ...?>, comments and the document type before the root. */
int flamegraph_bid(struct str head, bool whole)
{
	(void)whole;
	for (;;) {
		head = str_trim(head);
		while (head.n && head.p[0] == '\n')
			head = str_trim(str_from(head, 1));
		if (str_starts(head, S("<svg")) ||
		    (str_starts(head, S("<html")) && str_contains(head, str_of(FLAME_GENERATOR))))
			return 90;
		if (str_starts(head, S("<!--"))
			    ? !pass(&head, "-->")
			    : !(str_starts(head, S("<?")) || str_starts(head, S("<!"))) ||
				      !pass(&head, ">"))
			return 0;
	}
}
