/* instruments/internal - shared by the files of this folder; format.c has the languages */
#ifndef INSTRUMENTS_INTERNAL_H
#define INSTRUMENTS_INTERNAL_H

#include "common/program/format.h"

struct instruments_read_options {
	bool lenient;
};

extern const struct option_row instruments_read_rows[];
int instruments_read(struct input *in, struct profile *p);
/* What sample prints, from its first line. */
void instruments_read_text(struct input *in, struct profile *p);
/* What xctrace exports. */
void instruments_read_xml(struct input *in, struct profile *p);

/* The value type that counts samples. */
value_id instruments_samples(struct profile *p);

#endif
