/*
 * collapsed - what its reader and its writer share
 */
#ifndef CONVERTERS_COLLAPSED_H
#define CONVERTERS_COLLAPSED_H

#include "common/program/format.h"

static inline bool collapsed_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline struct str collapsed_trim(struct str s)
{
	while (s.n && collapsed_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static inline bool collapsed_comment(struct str line)
{
	return str_starts(line, S("# "));
}

extern const struct option_row collapsed_read_options[];
int collapsed_bid(struct str head, bool whole);
int collapsed_read(struct input *in, struct profile *p);

#endif
