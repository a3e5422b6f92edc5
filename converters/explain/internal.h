/* explain/internal - shared by the reader, the profile's maker and the format */
#ifndef EXPLAIN_INTERNAL_H
#define EXPLAIN_INTERNAL_H

#include "common/program/format.h"
#include "converters/explain/plan.h"

struct explain_read_options {
	bool nested;
};

extern const struct option_row explain_read_rows[];
int explain_bid(struct str head, bool whole);
int explain_read(struct input *in, struct profile *p);

/* Adds all plans of a file to p; after input_error() if they cannot be. */
void explain_emit(struct input *in, struct profile *p, const struct plans *plans);

#endif
