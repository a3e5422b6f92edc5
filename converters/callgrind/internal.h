/* callgrind/internal - shared by the reader, the writer and the format */
#ifndef CALLGRIND_INTERNAL_H
#define CALLGRIND_INTERNAL_H

#include "common/program/format.h"

/*
 * A function that the writer adds for other readers of the file, and our reader drops. If a
 * function of the profile is called so, the added one has another name, which a note says.
 */
#define SYNTHETIC_ROOT S("[root]")
#define OUR_ROOT S("# profpipe: root ")

/* "desc:" lines and comments that our writer produces and our reader understands. */
#define OUR_THREAD S("Thread: ")
/* the number in the "thread:" line only tells it from other threads: it has none itself */
#define OUR_NUMBERED S("Numbered thread: ")
#define OUR_CALLS S("Calls: numbers of samples, nobody counted calls")

#define OUR_ESTIMATE S("Estimated: inclusive values of arcs, shared out by calls")
#define OUR_INCLUSIVE S("Unattributed: inclusive costs hold time that is in no self cost")
#define OUR_TOTALS S("# profpipe: totals")
#define OUR_LINES S("# profpipe: lines")

/* The sums over the calls of a function, and what must be noted besides. */
struct called {
	uint32_t arcs;
	bool own_total; /* its recorded total is not the sum of its calls */
	bool rooted;    /* it was called by other functions, and also by none */
	int64_t calls, primitive;
};

/* Sets the unit that an event name implies, if any: "Time_(10ns)", "bytes". */
void callgrind_unit_of_event(struct str name, struct value_type *type);

/* Suffixes that distinguish functions of the same name, as bits. */
enum callgrind_suffix { SUFFIX_FILE = 1, SUFFIX_LINE = 2 };
/*
 * Sets those of each function: one where functions are written alike otherwise, and one where
 * a name looks as if it had a suffix, so that removing one in the reader gives the name back.
 * Functions of other programs' files get none. `changed` is what callgrind_changes_texts()
 * says. Returns whether our reader tells all functions apart then.
 */
bool callgrind_suffixes(const struct profile *p, bool changed, uint8_t *suffixes);
/* The same answer without the suffixes, at once for most profiles. */
bool callgrind_tells_functions(const struct profile *p);

int callgrind_bid(struct str head, bool whole);
int callgrind_read(struct input *in, struct profile *p);
int callgrind_check(const struct profile *p, const void *options);
void callgrind_write(struct output *out, const struct profile *p);
/* The features of this profile that are kept in notes, see notes.c. */
unsigned callgrind_features_of(const struct profile *p, const void *options);
/* Whether functions are distinct without their system names; otherwise these are not kept. */
bool callgrind_tells_systems(const struct profile *p);
bool callgrind_can_spell(struct str name);
/* Whether some text of the profile cannot be spelled. */
bool callgrind_changes_texts(const struct profile *p);

#endif
