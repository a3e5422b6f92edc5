/*
 * utf8 - which bytes are text
 *
 * Names in profiles are bytes of any kind. Writers whose language demands
 * UTF-8 ask here, character by character.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "common/base/str.h"

/*
 * The length of the well-formed UTF-8 character at byte i (RFC 3629: no
 * overlong forms, no surrogates, nothing above U+10FFFF), or 0 if there is none.
 */
size_t utf8_length(struct str s, size_t i);

/* The code point of a character that utf8_length() accepted. */
uint32_t utf8_point(struct str s, size_t i);

/* At most n bytes of its beginning, without the part of a character. */
struct str utf8_head(struct str s, size_t n);

/* Writes the 1-4 bytes of a code point (surrogates as three bytes) and returns how many. */
size_t utf8_put(char out[4], uint32_t point);

/* Marks, embeddings, overrides and isolates: they change the order of the text around them. */
bool utf8_is_bidi(uint32_t point);

/* These and all else that moves what is around it or is not seen: controls, line ends, no characters. */
bool utf8_is_unsafe(uint32_t point);

/* East Asian characters and emoji: as wide as two letters. */
bool utf8_is_wide(uint32_t point);

/* Columns of a terminal that s takes; a byte that is not UTF-8 counts as one. */
size_t utf8_columns(struct str s);

#endif
