/*
 * flamegraph - colours, for the picture
 *
 * Each colour is a CSS class with a name of one letter.
 */
#ifndef CONVERTERS_FLAMEGRAPH_H
#define CONVERTERS_FLAMEGRAPH_H

#include "common/io/output.h"

/* Letters that no colour takes. */
enum { CLASS_LABELLED = 'W', CLASS_NOWHERE = 'Y', CLASS_ROOT = 'Z' };

/* The class of a function by its name and file; `colors` is the place in --colors. */
char flame_class(int colors, struct str name, struct str file);

/* The style sheet's rules for all of them. */
void flame_put_colors(struct output *out, int colors);

#endif
