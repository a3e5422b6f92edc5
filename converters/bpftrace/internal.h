/* bpftrace/internal - shared by the files of this folder; format.c has the language */
#ifndef BPFTRACE_INTERNAL_H
#define BPFTRACE_INTERNAL_H

#include "common/program/format.h"

struct bpftrace_read_options {
	const char *map; /* NULL: all of them */
	bool lenient;
};

extern const struct option_row bpftrace_read_rows[];
int bpftrace_read(struct input *in, struct profile *p);

/* "@name[" or "@name: " at the beginning of a line: false if it is neither. */
struct bpftrace_map {
	struct str name; /* without the '@' */
	struct str rest; /* behind the '[' or the ':' */
	bool has_keys;
};
bool bpftrace_parse_map(struct str line, struct bpftrace_map *map);

/*
 * Cuts "keys]: value" at the last "]:". False if there is none: then a stack follows. Without
 * a value, a histogram does.
 */
bool bpftrace_cut_value(struct str text, struct str *keys, struct str *value);

/* A line of a stack; an address alone is the symbol. */
struct bpftrace_frame {
	struct str symbol, object; /* object: may be empty */
	uint64_t address;
	bool unsymbolised;
};
bool bpftrace_parse_frame(struct str line, struct bpftrace_frame *f);

#endif
