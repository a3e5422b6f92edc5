/*
 * json_put - writes any bytes as a JSON string
 *
 * The inverse of json_scan: every byte string comes back unchanged. UTF-8 is written as is.
 * A byte that is not part of UTF-8 becomes a lone surrogate, \udc80 to \udcff; a surrogate
 * encoded in three bytes becomes its own escape, unless that could be read as such a byte or
 * as half of a pair. Control characters and what else utf8_is_unsafe() names are escaped, so the
 * text is one line, and a terminal shows it as it is.
 */
#ifndef SYNTAX_JSON_PUT_H
#define SYNTAX_JSON_PUT_H

#include "common/io/output.h"

/* Writes the text and the quotes around it. */
void json_put(struct output *out, struct str s);
/* Writes JSON that was made before, with what a log or a terminal would obey escaped. */
void json_put_guarded(struct output *out, struct str json);

#endif
