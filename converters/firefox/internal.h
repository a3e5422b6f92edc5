/* firefox/internal - shared by the reader, the writer and the format */
#ifndef FIREFOX_INTERNAL_H
#define FIREFOX_INTERNAL_H

#include "common/program/format.h"

/* A power of ten that makes nanoseconds of the file's times. */
enum { MILLISECONDS = 6 };

struct firefox_read_options {
	bool durations, lenient;
};

extern const struct option_row firefox_read_rows[];
int firefox_bid(struct str head, bool whole);
int firefox_read(struct input *in, struct profile *p);
void firefox_write(struct output *out, const struct profile *p);

/* The name of the category for frames of a kind; NULL: the default one. */
const char *firefox_category_of(enum frame_kind kind);
/* The inverse, for the names that Firefox and samply have too. */
enum frame_kind firefox_kind_of(struct str category);

#endif
