/*
 * speedscope - what its reader, its writer and its handler share
 */
#ifndef CONVERTERS_SPEEDSCOPE_H
#define CONVERTERS_SPEEDSCOPE_H

#include "common/program/format.h"

int speedscope_bid(struct str head, bool whole);
int speedscope_read(struct input *in, struct profile *p);
void speedscope_write(struct output *out, const struct profile *p);

#endif
