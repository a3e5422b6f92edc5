/*
 * json_put - any bytes as a JSON string
 *
 * The way back of json_scan: every byte string comes back as it was. UTF-8 is
 * written as it is; a byte that is no part of it as a lone surrogate \udc80 to
 * \udcff; a surrogate in three bytes as its own escape, where that cannot be taken
 * for one of these or for half of a pair. Control characters and U+2028, U+2029
 * (line ends in old JavaScript) are escaped, so the text is one line.
 */
#ifndef SYNTAX_JSON_PUT_H
#define SYNTAX_JSON_PUT_H

#include "common/io/output.h"

/* With its quotes. */
void json_put(struct output *out, struct str s);

#endif
