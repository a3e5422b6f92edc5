/* otlp/internal - shared by the reader and the format */
#ifndef OTLP_INTERNAL_H
#define OTLP_INTERNAL_H

#include "common/program/format.h"

/*
 * Layouts by the version of opentelemetry-proto that made them: 1.9 is that of 1.8 too, 1.11
 * that of 1.10. The order is that of the option's choices.
 */
enum otlp_layout { OTLP_AUTO, OTLP_1_6, OTLP_1_7, OTLP_1_9, OTLP_1_11 };
#define OTLP_LAYOUTS "auto|1.6|1.7|1.9|1.11"

struct otlp_read_options {
	int layout; /* enum otlp_layout */
};

extern const struct option_row otlp_read_rows[];
int otlp_read(struct input *in, struct profile *p);

/* A message in a file of several has its length in front, 4 bytes, the highest first. */
enum { OTLP_FRAME = 4 };
/* Whether a file that begins so is one of messages with lengths: no message begins with 0. */
bool otlp_is_framed(struct str head);
uint32_t otlp_frame_length(const char *p);

#endif
