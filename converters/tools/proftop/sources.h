/*
 * proftop/sources - the source files that a profile names, found on this machine
 *
 * A profile was often recorded elsewhere, so a file is looked for by ever shorter ends of its
 * path: of "/srv/app/lib/a.py" first all of it, then "app/lib/a.py", "lib/a.py" and "a.py",
 * below each directory of --source-path; then where the path itself says; then likewise beside
 * each profile. Only regular files are opened.
 */
#ifndef PROFTOP_SOURCES_H
#define PROFTOP_SOURCES_H

#include "common/io/input.h"
#include "converters/tools/proftop/internal.h"

/* The source, to be read line by line, or NULL if it is not found; no message either way. */
struct input *sources_open(const struct proftop_options *o, struct str file);

#endif
