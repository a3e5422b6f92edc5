/*
 * xml_put - any bytes as XML text
 *
 * XML 1.0 cannot hold every character, not even as a reference: control bytes,
 * U+FFFE and U+FFFF are forbidden, and so is what is no UTF-8. Each such byte or
 * character becomes U+FFFD, the sign for "cannot be shown"; the rest comes back
 * from any XML parser as it was.
 */
#ifndef SYNTAX_XML_PUT_H
#define SYNTAX_XML_PUT_H

#include "common/io/output.h"

enum { XML_UNKNOWN = 0xfffd };

/* The character at *i, which is moved behind it; XML_UNKNOWN where XML has none. */
uint32_t xml_put_next(struct str s, size_t *i);

/* Escaped for text and for attributes, in either kind of quotes; bidi controls are XML_UNKNOWN too. */
void xml_put(struct output *out, struct str s);

#endif
