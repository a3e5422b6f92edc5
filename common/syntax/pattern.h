/*
 * pattern - regular expressions (PCRE2) over texts of any bytes
 *
 * Texts are UTF-8; bytes that are none match nothing, and what is around them still
 * does. A match that would take too many steps is an error, not a program that hangs.
 * Only programs that use this link libpcre2.
 */
#ifndef SYNTAX_PATTERN_H
#define SYNTAX_PATTERN_H

#include <stdbool.h>

#include "common/base/str.h"

struct pattern;

/* `what` names it in messages ("--focus"). NULL after a message with the place of the error. */
struct pattern *pattern_new(const char *what, struct str text, bool ignore_case);
void pattern_free(struct pattern *p);

/* 1: it matches somewhere; 0: nowhere; -1 after a message. */
int pattern_matches(const struct pattern *p, struct str text);

/*
 * A substitution as sed has it: "s/RE/TEXT/flags". Any byte may stand for '/'. In TEXT &
 * is the match and \1 to \9 are its groups; flags are g (all matches) and i (any case).
 */
struct substitution;

struct substitution *substitution_new(const char *what, struct str text);
void substitution_free(struct substitution *s);

/* 1: *to has the new text; 0: nothing to replace; -1 after a message. */
int substitution_apply(const struct substitution *s, struct str text, struct buf *to);

#endif
