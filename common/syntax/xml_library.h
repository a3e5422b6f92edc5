/*
 * xml_library - libxml2, loaded when the first XML is met
 *
 * Linked in the ordinary way, libxml2 and the libraries below it (ICU's above all) take
 * longer to load than a small conversion takes in all, in every program and whether XML
 * comes or not. Loading it on demand costs a program that meets none nothing, and one
 * that does the same as linking. (A second program for XML, started by the first, was
 * measured too: it adds a process to each flame graph that is read, and what has been
 * read of a pipe would have to be handed over. See README, "Speed".)
 *
 * The headers are those of the build and the library is found by the soname that the
 * build's linker saw, so both have one binary interface.
 */
#ifndef SYNTAX_XML_LIBRARY_H
#define SYNTAX_XML_LIBRARY_H

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlwriter.h>

/* Every function of libxml2 that we call. */
#define XML_FUNCTIONS(FUNCTION) \
	FUNCTION(xmlBufferContent) \
	FUNCTION(xmlBufferCreate) \
	FUNCTION(xmlBufferFree) \
	FUNCTION(xmlBufferLength) \
	FUNCTION(xmlCleanupParser) \
	FUNCTION(xmlCreatePushParserCtxt) \
	FUNCTION(xmlCtxtUseOptions) \
	FUNCTION(xmlFreeDoc) \
	FUNCTION(xmlFreeEnumeration) \
	FUNCTION(xmlFreeParserCtxt) \
	FUNCTION(xmlFreeTextWriter) \
	FUNCTION(xmlInitParser) \
	FUNCTION(xmlNewTextWriterMemory) \
	FUNCTION(xmlParseChunk) \
	FUNCTION(xmlSAX2GetLineNumber) \
	FUNCTION(xmlSetGenericErrorFunc) \
	FUNCTION(xmlTextWriterEndDocument) \
	FUNCTION(xmlTextWriterEndElement) \
	FUNCTION(xmlTextWriterSetIndent) \
	FUNCTION(xmlTextWriterStartDocument) \
	FUNCTION(xmlTextWriterStartElement) \
	FUNCTION(xmlTextWriterWriteAttribute) \
	FUNCTION(xmlTextWriterWriteElement)

/* Its functions under their own names: xml->xmlParseChunk(...). */
struct xml_library {
#define XML_FUNCTION(name) __typeof__(name) *name;
	XML_FUNCTIONS(XML_FUNCTION)
#undef XML_FUNCTION
};

/*
 * Loads the library at the first call; never NULL. A system that lacks it is told so and
 * the program ends with status 2. A sandbox has to be closed after the first call.
 */
const struct xml_library *xml_library(void);

/* For xmlSetGenericErrorFunc(): messages of libxml2 that no handler gets are dropped. */
void xml_drop_message(void *context, const char *format, ...);

#endif
