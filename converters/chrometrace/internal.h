/* chrometrace/internal - shared by the reader and the format */
#ifndef CHROMETRACE_INTERNAL_H
#define CHROMETRACE_INTERNAL_H

#include "common/program/format.h"

struct chrometrace_read_options {
	bool lenient;
};

extern const struct option_row chrometrace_read_rows[];
int chrometrace_bid(struct str head, bool whole);
int chrometrace_read(struct input *in, struct profile *p);

#endif
