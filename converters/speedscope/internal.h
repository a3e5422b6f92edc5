/* speedscope/internal - shared by the reader, the writer and the format */
#ifndef SPEEDSCOPE_INTERNAL_H
#define SPEEDSCOPE_INTERNAL_H

#include "common/program/format.h"

struct speedscope_read_options {
	bool lenient;
};

extern const struct option_row speedscope_read_rows[];
int speedscope_bid(struct str head, bool whole);
int speedscope_read(struct input *in, struct profile *p);
void speedscope_write(struct output *out, const struct profile *p);

#endif
