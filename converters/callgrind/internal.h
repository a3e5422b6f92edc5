/*
 * callgrind/internal - what its reader, its writer and its handler share
 */
#ifndef CALLGRIND_INTERNAL_H
#define CALLGRIND_INTERNAL_H

#include "common/program/format.h"

/* A function that the writer adds for readers of the file, and the reader drops. */
#define SYNTHETIC_ROOT S("[root]")

/* Descriptions that we write, and understand when we read them. */
#define OUR_THREAD S("Thread: ")
/* the number in its "thread:" line is there to tell it from others: it has none */
#define OUR_NUMBERED S("Numbered thread: ")
#define OUR_CALLS S("Calls: numbers of samples, nobody counted calls")

#define OUR_ESTIMATE S("Estimated: inclusive values of arcs, shared out by calls")
#define OUR_INCLUSIVE S("Unattributed: inclusive costs hold time that is in no self cost")
#define OUR_TOTALS S("# profpipe: totals")
#define OUR_LINES S("# profpipe: lines")

/* What the calls to a function add up to, and what has to be said of it beside that. */
struct called {
	uint32_t arcs;
	bool own_total;      /* its total is not the sum of its calls */
	bool rooted;         /* it was called by others, and by nobody */
	int64_t calls, primitive;
};

/* The unit that an event's name tells, if it does: "Time_(10ns)", "bytes". */
void callgrind_unit_of_event(struct str name, struct value_type *type);

/* How a function is written: what keeps it apart from others, in bits. */
enum callgrind_suffix { SUFFIX_FILE = 1, SUFFIX_LINE = 2 };
void callgrind_suffixes(const struct profile *p, uint8_t *suffixes); /* by function */

int callgrind_bid(struct str head, bool whole);
int callgrind_read(struct input *in, struct profile *p);
int callgrind_check(const struct profile *p, const void *options);
void callgrind_write(struct output *out, const struct profile *p);
/* What is kept of this profile in notes, see callgrind_totals.c. */
unsigned callgrind_features_of(const struct profile *p, const void *options);
/* Whether functions are apart without their system names: else those are not kept. */
bool callgrind_tells_systems(const struct profile *p);
bool callgrind_can_spell(struct str name);

#endif
