/*
 * xml_put - writes any bytes as XML text
 *
 * XML 1.0 cannot represent every character, not even as a reference: control bytes, U+FFFE
 * and U+FFFF are forbidden, and so are bytes that are not UTF-8. Each such byte or character
 * is written as U+FFFD, the replacement character; everything else survives a round trip
 * through any XML parser.
 */
#ifndef SYNTAX_XML_PUT_H
#define SYNTAX_XML_PUT_H

#include "common/io/output.h"

enum { XML_UNKNOWN = 0xfffd };

/* The character at *i, which is moved past it; XML_UNKNOWN if XML cannot represent it. */
uint32_t xml_put_next(struct str s, size_t *i);

/*
 * Escapes for text and for attributes in either kind of quotes. Bidi controls are written as
 * XML_UNKNOWN too.
 */
void xml_put(struct output *out, struct str s);

#endif
