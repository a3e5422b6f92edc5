/*
 * otlp/texts - names of any bytes in a format whose texts are UTF-8
 *
 * Readers of protobuf refuse a message with other bytes in a text. So each byte that is no UTF-8
 * is written as \xNN, in small letters, and the backslash of what looks so already as \x5c. A
 * file of which this is true has an attribute of profiles with the key OTLP_ESCAPES, and only in
 * such a file is it undone: other files have names like C:\xa0.
 */
#ifndef OTLP_TEXTS_H
#define OTLP_TEXTS_H

#include "common/base/num.h"
#include "common/profile/strings.h"

#define OTLP_ESCAPES "profpipe.escapes"

/* Whether some of the texts can only be written with escapes. */
bool otlp_needs_escapes(const struct strings *texts);
/* Each appends the other form. */
void otlp_escape(struct buf *to, struct str text);
void otlp_unescape(struct buf *to, struct str text);

/* --- bytes as hexadecimal digits --- */

/* Appends two small letters or figures for each byte. */
void otlp_put_hex(struct buf *to, struct str bytes);
/* Appends the bytes of pairs of digits, large ones too. False: something is no digit. */
bool otlp_decode_hex(struct buf *to, struct str digits);
/* The value of a digit as it is written here, -1 for large letters too. */
static inline int otlp_hex_digit(char c)
{
	return c >= 'A' && c <= 'F' ? -1 : hex_digit(c);
}

#endif
