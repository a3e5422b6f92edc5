/*
 * xml_read - XML as it comes: elements, attributes and text
 *
 * libxml2 parses in its push mode, so that nothing of the document is kept. It opens no file and
 * no connection and knows no entities but XML's own five: a document type may be named, as many
 * writers do, but one that declares something is refused before it can expand.
 *
 *	static const struct xml_events events = { .begin = begin, .end = end, .text = text };
 *
 *	xml_read((struct xml_reader){ .in = in, .events = &events, .owner = &mine });
 *
 * Each event finds its line in in->line. What an event reports with input_error() ends the
 * reading: no event comes after it.
 */
#ifndef SYNTAX_XML_READ_H
#define SYNTAX_XML_READ_H

#include "common/base/str.h"
#include "common/io/input.h"

/* As in libxml2: name, prefix, URI, value, end of value. They are valid during the event. */
struct xml_attributes {
	const unsigned char **v;
	int n;
};

/* `prefix` is "" for an attribute without one. */
bool xml_attribute(const struct xml_attributes *a, const char *prefix, const char *name,
		   struct str *value);

/* Names come without their prefixes. The text of an element may come in several pieces. */
struct xml_events {
	void (*begin)(void *owner, struct str name, const struct xml_attributes *a);
	void (*end)(void *owner);
	void (*text)(void *owner, struct str text);
};

/* Where a document's lines are in the file, for one that was cut out of a log. */
struct xml_lines {
	const uint64_t *lines;
	size_t count;
};

struct xml_reader {
	struct input *in;
	const struct xml_events *events;
	void *owner;
	const struct xml_lines *lines; /* NULL: the document is the file */
};

/* Reads to the end of the input, or to the first error: in->failed. */
void xml_read(struct xml_reader r);

#endif
