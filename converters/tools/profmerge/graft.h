/*
 * profmerge/graft - --graft: spans and samples of the same time as one profile
 *
 * All files are read into one profile, since spans of one may be those of another's samples. Times
 * of samples become those since 1970, whatever the file counts them from.
 */
#ifndef PROFMERGE_GRAFT_H
#define PROFMERGE_GRAFT_H

#include "common/program/convert.h"

/* An empty profile that asks readers for both. */
struct profile *graft_new(void);
/* Reads one file into it: 0; 1 if it is empty; -1 after a message. */
int graft_read(struct settings *s, struct profile *p, const struct format *from, char *file,
	       const struct format **found);
/* The profile of both, or NULL after a message; p is freed. */
struct profile *graft_finish(struct settings *s, struct profile *p);

#endif
