/*
 * flamegraph/xml - what the files share that read the XML of a flame graph
 *
 *	flamegraph_read.c             elements, and the parser that tells of them
 *	flamegraph_read_attributes.c  what attributes say
 *
 * An element's title is kept for the next one at its depth: flamegraph_read() frees the
 * `ready` ones. Attributes are libxml2's, and end with the event.
 */
#ifndef FLAMEGRAPH_XML_H
#define FLAMEGRAPH_XML_H

#include "common/base/alloc.h"
#include "common/syntax/xml_library.h"
#include "converters/flamegraph/reading.h"

enum flame_element_kind { KIND_OTHER, KIND_SVG, KIND_GROUP, KIND_LINK, KIND_RECT, KIND_TITLE, KIND_DATA };

/* An element that has begun. */
struct flame_element {
	enum flame_element_kind kind;
	int64_t left, top;    /* where its children's 0 is */
	int64_t full, tall;   /* 100% of width and height */
	bool titled, placed;
	struct buf title;     /* of what is in it */
	struct flame_place place;
};

struct flame_xml_reader {
	struct input *in;
	const struct xml_library *library;
	xmlParserCtxtPtr xml;
	struct flame_picture picture;
	struct flame_element *open;
	size_t depth, ready, cap; /* `ready` ones have been used before */
	struct buf data;
	uint64_t data_line;
	bool found;               /* the data is ours */
	bool ending;              /* all of the input is parsed */
	enum failure given_up;    /* within an event */
	struct cleanup cleanup;
};

static inline uint32_t line_of(struct flame_xml_reader *r)
{
	return (uint32_t)r->library->xmlSAX2GetLineNumber(r->xml);
}

/* "expected EXPECTED, got GOT", unless there was an error before. */
void flame_xml_fail(struct flame_xml_reader *r, uint64_t line, const char *expected, const char *got);

/* --- attributes --- */

/* As libxml2 gives them: name, prefix, URI, value, end of value. */
struct flame_attributes {
	const xmlChar **v;
	int n;
};

static inline const char *text_of(const xmlChar *s)
{
	return (const char *)s;
}

bool flame_find_attribute(const struct flame_attributes *a, const char *prefix, const char *name,
			  struct str *value);
bool flame_attribute_is(const struct flame_attributes *a, const char *name, const char *wanted);
/* In millionths of a pixel, or a share of `full`; 0 where it is not given. */
int64_t flame_length_of(struct flame_xml_reader *r, const struct flame_attributes *a, const char *name,
			int64_t full);
struct flame_place flame_place_of(struct flame_xml_reader *r, const struct flame_element *parent,
				  const struct flame_attributes *a);
/* Moves what is in the element. */
void flame_translate(const struct flame_attributes *a, struct flame_element *e);
/* The element's title, if a handler of events shows one. */
void flame_take_spoken(const struct flame_attributes *a, struct flame_element *e);

#endif
