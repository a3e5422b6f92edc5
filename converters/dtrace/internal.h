/* dtrace/internal - shared by the files of this folder; format.c has the language */
#ifndef DTRACE_INTERNAL_H
#define DTRACE_INTERNAL_H

#include "common/program/format.h"

struct dtrace_read_options {
	bool lenient;
};

extern const struct option_row dtrace_read_rows[];
int dtrace_read(struct input *in, struct profile *p);

/* What a line is; its parts are in it. */
enum dtrace_kind {
	DTRACE_EMPTY,
	DTRACE_HEAD,   /* "CPU  ID  FUNCTION:NAME", or "  0  64091  :tick-60s" below it */
	DTRACE_FRAME,  /* symbol, object */
	DTRACE_VALUE,  /* number alone */
	DTRACE_KEY,    /* key alone, where a stack follows */
	DTRACE_ROW,    /* key and number */
	DTRACE_SCALE,  /* heading of a distribution */
	DTRACE_BUCKET, /* its rows: the number is the count */
	DTRACE_OTHER,
};
struct dtrace_line {
	enum dtrace_kind kind;
	struct str symbol, object, key, number;
	bool unsymbolised; /* the symbol is an address */
	uint64_t address;
};
struct dtrace_line dtrace_parse(struct str line);

#endif
