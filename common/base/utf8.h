/*
 * utf8 - which bytes are text
 *
 * Names in profiles are arbitrary bytes. Writers of formats that require UTF-8 check them
 * here, character by character.
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

/* The longest prefix of at most n bytes that does not cut a character. */
struct str utf8_head(struct str s, size_t n);

/* Encodes a code point in 1 to 4 bytes (surrogates in three) and returns the length. */
size_t utf8_put(char out[4], uint32_t point);

/* Bidi controls (marks, embeddings, overrides, isolates): they reorder the text around them. */
bool utf8_is_bidi(uint32_t point);

/*
 * Bidi controls, other controls, line ends and noncharacters: invisible, or changing the text
 * around them.
 */
bool utf8_is_unsafe(uint32_t point);

/*
 * Whether a log of GitHub or Azure would obey what begins here, wherever in a line: "##[" and
 * "##vso[". Text that may reach a log has its second '#' as \x23. (What begins with "::" is
 * obeyed at the beginning of a line.)
 */
bool utf8_is_log_command(struct str s);

/* East Asian wide characters and emoji, which take two columns. */
bool utf8_is_wide(uint32_t point);

/* The number of terminal columns that s takes; a byte that is not UTF-8 counts as one. */
size_t utf8_columns(struct str s);

#endif
