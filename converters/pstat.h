/*
 * pstat - what its reader, its writer and its handler share
 */
#ifndef CONVERTERS_PSTAT_H
#define CONVERTERS_PSTAT_H

#include "common/program/format.h"

/* The file of built-in functions, and of those whose file is unknown. */
#define NOWHERE S("~")
/* A function that the writer adds for readers of the file, and the reader drops. */
#define ROOT S("[root]")

enum {
	SECONDS = 9,        /* a time counts 10^-9 of what is in the file */
	SURROGATE = 0xdc00, /* U+DC80 to U+DCFF are the bytes 0x80 to 0xff */
};

/* How the notes spell an enum unit. */
enum { PSTAT_UNITS = 3 };
extern const char *const pstat_units[PSTAT_UNITS];

/* The value type of plain seconds, as every profiler writes them. */
struct value_type pstat_seconds(struct profile *p);

/* A float of the file is an integer of the model / 10^digits. */
int pstat_digits_of(const struct value_type *type);
double pstat_to_float(int64_t value, int digits);
bool pstat_from_float(double x, int digits, int64_t *value);

/* U+DC80 to U+DCFF, in three bytes, at byte i: one byte of a name that is not UTF-8. */
bool pstat_is_escape(struct str s, size_t i);

int pstat_bid(struct str head, bool whole);
int pstat_read(struct input *in, struct profile *p);
int pstat_check(const struct profile *p);
void pstat_write(struct output *out, const struct profile *p);

#endif
