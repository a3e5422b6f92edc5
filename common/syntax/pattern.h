/*
 * pattern - regular expressions (PCRE2) over arbitrary bytes
 *
 * Texts are taken as UTF-8; invalid bytes match nothing, and the text around them can still
 * match. A match that would take too many steps is reported as an error.
 */
#ifndef SYNTAX_PATTERN_H
#define SYNTAX_PATTERN_H

#include <stdbool.h>

#include "common/base/str.h"

struct pattern;

/*
 * `what` names the expression in messages ("--focus"). NULL after a message that says where the
 * error is.
 */
struct pattern *pattern_new(const char *what, struct str text, bool ignore_case);
void pattern_free(struct pattern *p);

/* 1 if it matches somewhere, 0 if not, -1 after a message. */
int pattern_matches(const struct pattern *p, struct str text);

/*
 * A substitution as in sed: "s/RE/TEXT/flags". Any byte may take the place of '/'. In TEXT, &
 * is the match and \1 to \9 its groups. Flags: g (all matches), i (ignore case).
 */
struct substitution;

struct substitution *substitution_new(const char *what, struct str text);
void substitution_free(struct substitution *s);

/* 1 if *to holds the new text, 0 if nothing matched, -1 after a message. */
int substitution_apply(const struct substitution *s, struct str text, struct buf *to);

#endif
