/*
 * flamegraph/read - SVG flame graphs: the XML
 *
 * Nothing of the document is kept but the boxes and the text of our <metadata>, which may be of
 * any length.
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
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/flamegraph/xml.h"

enum { DEEPEST = 255 };

void flame_xml_fail(struct flame_xml_reader *r, const char *expected, const char *got)
{
	if (!r->in->failed)
		input_error(r->in, "expected %s, got %s", expected, got);
}

/* --- elements --- */

static enum flame_element_kind kind_of(struct str name, const struct xml_attributes *a)
{
	static const char *const names[] = { [KIND_SVG] = "svg",
					     [KIND_GROUP] = "g",
					     [KIND_LINK] = "a",
					     [KIND_RECT] = "rect",
					     [KIND_TITLE] = "title" };

	for (enum flame_element_kind kind = KIND_SVG; kind <= KIND_TITLE; kind++)
		if (str_eq(name, str_of(names[kind])))
			return kind;
	return str_eq(name, S("metadata")) && flame_attribute_is(a, "id", "profile") ? KIND_DATA
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
		      const struct xml_attributes *a)
{
	struct str size;

	/* Graphviz measures its pictures in points; programs that draw flame graphs, in pixels */
	if (r->depth == 1 && xml_attribute(a, "", "width", &size) && str_ends(size, S("pt"))) {
		flame_xml_fail(r, "a flame graph",
			       "a picture measured in points, such as Graphviz draws of a graph");
		return;
	}
	e->left += flame_length_of(r, a, "x", e->full);
	e->top += flame_length_of(r, a, "y", e->tall);
	if (xml_attribute(a, "", "width", &size))
		e->full = flame_length_of(r, a, "width", e->full);
	if (xml_attribute(a, "", "height", &size))
		e->tall = flame_length_of(r, a, "height", e->tall);
}

static void begin_data(struct flame_xml_reader *r)
{
	if (r->found) {
		flame_xml_fail(r, "the profile's data once", "it again");
		return;
	}
	r->data.n = 0;
	r->data_line = r->in->line;
}

static void begin_element(void *owner, struct str name, const struct xml_attributes *a)
{
	struct flame_xml_reader *r = owner;
	enum flame_element_kind kind = kind_of(name, a);
	struct flame_element *e = push(r, kind);

	if (r->depth > DEEPEST)
		flame_xml_fail(r, "a picture less than 256 elements deep", "one more");
	else if (r->depth == 1 && kind == KIND_OTHER && str_eq(name, S("html")))
		r->in_html = true;
	else if (r->depth == 1 && kind != KIND_SVG)
		flame_xml_fail(r, "an element 'svg'", diag_quote(name));
	else if (kind == KIND_SVG)
		begin_svg(r, e, a);
	else if (kind == KIND_DATA)
		begin_data(r);
	if (kind == KIND_RECT && r->depth > 1) {
		e->place = flame_place_of(r, e - 1, a);
		e->placed = true;
	}
	if (kind == KIND_GROUP || kind == KIND_LINK)
		flame_translate(a, e);
	if (kind == KIND_GROUP || kind == KIND_LINK || kind == KIND_RECT)
		flame_take_spoken(a, e);
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

static void end_element(void *owner)
{
	struct flame_xml_reader *r = owner;
	struct flame_element *e = &r->open[--r->depth];

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

static void add_text(void *owner, struct str s)
{
	struct flame_xml_reader *r = owner;
	struct flame_element *e = r->depth ? &r->open[r->depth - 1] : NULL;

	if (e && e->kind == KIND_TITLE)
		buf_add(&e->title, s);
	else if (e && e->kind == KIND_DATA)
		buf_add(&r->data, s);
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

int flamegraph_read(struct input *in, struct profile *p)
{
	static const struct xml_events events = { begin_element, end_element, add_text };
	struct flame_xml_reader r = { .in = in };

	flame_picture_init(&r.picture);
	xml_read((struct xml_reader){ .in = in, .events = &events, .owner = &r });
	finish(&r, p);
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
