/* chrometrace/internal - shared by the reader and the format */
#ifndef CHROMETRACE_INTERNAL_H
#define CHROMETRACE_INTERNAL_H

#include "common/program/format.h"

/* What a file that has both is read as. */
enum chrometrace_source {
	CHROMETRACE_AUTO, /* CPU profiles, or events where there is none */
	CHROMETRACE_EVENTS,
	CHROMETRACE_CPU,
};

struct chrometrace_read_options {
	int source; /* enum chrometrace_source */
	bool lenient;
};

extern const struct option_row chrometrace_read_rows[];
int chrometrace_bid(struct str head, bool whole);
int chrometrace_read(struct input *in, struct profile *p);

/* Whether all that is written are call events, so that the number of calls is kept. */
bool chrometrace_is_evented(const struct profile *p);
void chrometrace_write(struct output *out, const struct profile *p);

#endif
