/*
 * flamegraph/xml - reads the XML of a flame graph
 *
 * 	read.c             elements
 * 	read_attributes.c  the meaning of attributes
 *
 * The title of an element is kept for the next one at its depth: flamegraph_read() frees
 * those of the `ready` ones.
 */
#ifndef FLAMEGRAPH_XML_H
#define FLAMEGRAPH_XML_H

#include "common/base/alloc.h"
#include "common/syntax/xml_read.h"
#include "converters/flamegraph/reading.h"

enum flame_element_kind {
	KIND_OTHER,
	KIND_SVG,
	KIND_GROUP,
	KIND_LINK,
	KIND_RECT,
	KIND_TITLE,
	KIND_DATA
};

/* An open element. */
struct flame_element {
	enum flame_element_kind kind;
	int64_t left, top;  /* origin of the coordinates of its children */
	int64_t full, tall; /* 100 % of width and height */
	bool titled, placed;
	struct buf title; /* title of its contents */
	struct flame_place place;
};

struct flame_xml_reader {
	struct input *in;
	struct flame_picture picture;
	struct flame_element *open;
	size_t depth, ready, cap; /* `ready`: how many have been used before */
	struct buf data;
	uint64_t data_line;
	bool found;   /* the data was written by us */
	bool in_html; /* the picture is in a page */
};

/* Reports "expected EXPECTED, got GOT" unless an error was reported before. */
void flame_xml_fail(struct flame_xml_reader *r, const char *expected, const char *got);

/* --- attributes --- */

bool flame_attribute_is(const struct xml_attributes *a, const char *name, const char *wanted);
/* A length in millionths of a pixel, or a fraction of `full`; 0 if it is missing. */
int64_t flame_length_of(struct flame_xml_reader *r, const struct xml_attributes *a,
			const char *name, int64_t full);
struct flame_place flame_place_of(struct flame_xml_reader *r, const struct flame_element *parent,
				  const struct xml_attributes *a);
/* Applies a translation to the contents of the element. */
void flame_translate(const struct xml_attributes *a, struct flame_element *e);
/* Takes the title of an element that an event handler shows. */
void flame_take_spoken(const struct xml_attributes *a, struct flame_element *e);

#endif
