/* cpuprofile/internal - shared by the reader, the writer and the format */
#ifndef CPUPROFILE_INTERNAL_H
#define CPUPROFILE_INTERNAL_H

#include "common/program/format.h"

/* Powers of ten that make nanoseconds of the file's times. */
enum { MICROSECONDS = 3, SECONDS = 9 };

/* V8's names of nodes that are no functions. */
#define CPUPROFILE_ROOT S("(root)")
#define CPUPROFILE_IDLE S("(idle)")
#define CPUPROFILE_GC S("(garbage collector)")

struct cpuprofile_read_options {
	bool gc_on_top;
};

extern const struct option_row cpuprofile_read_rows[];
int cpuprofile_bid(struct str head, bool whole);
int cpuprofile_read(struct input *in, struct profile *p);

#endif
