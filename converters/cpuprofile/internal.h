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
	bool gc_on_top, lenient;
};

struct cpuprofile_write_options {
	bool whole_us;
};

extern const struct option_row cpuprofile_read_rows[];
int cpuprofile_bid(struct str head, bool whole);
int cpuprofile_read(struct input *in, struct profile *p);
void cpuprofile_write(struct output *out, const struct profile *p);
/* Whether the only value type is bytes, which a .heapprofile holds. */
static inline bool cpuprofile_holds_bytes(const struct profile *p)
{
	return p->value_count == 1 && p->value_types[0].unit == UNIT_BYTES;
}
/* Whether each sample of the only value type begins where the one before it ends. */
bool cpuprofile_is_contiguous(const struct profile *p);

#endif
