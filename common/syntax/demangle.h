/*
 * demangle - names of C++, Rust and D as in their source
 */
#ifndef SYNTAX_DEMANGLE_H
#define SYNTAX_DEMANGLE_H

#include <stdbool.h>

#include "common/base/str.h"

/* Appends the name to *to. False, and nothing: it is no mangled one. */
bool demangle_name(struct str name, struct buf *to);

#endif
