/* traces/internal - shared by the reader and the format */
#ifndef TRACES_INTERNAL_H
#define TRACES_INTERNAL_H

#include "common/program/format.h"

enum traces_shape {
	TRACES_UNKNOWN,
	TRACES_OTLP,     /* JSON, also that of protobuf's own printers */
	TRACES_PROTOBUF, /* the same messages */
	TRACES_JAEGER,   /* of the UI: camelCase with "spanID", microseconds */
	TRACES_MODEL,    /* Jaeger's messages: snake_case, times as text */
	TRACES_ZIPKIN,
	TRACES_CONSOLE, /* OpenTelemetry's exporter for the console */
};

struct traces_read_options {
	bool wall, strip_ids, repair_siblings;
	const char *span_name;
};

extern const struct option_row traces_read_rows[];
int traces_read(struct input *in, struct profile *p);

/* Which shape a file has that begins so, and how sure that is: *bid, from 0 to MAX_BID. */
enum traces_shape traces_recognise(struct str head, bool whole, int *bid);

/* Messages in a file of several have their length in front, 4 bytes, the highest first. */
enum { TRACES_FRAME = 4 };
bool traces_is_framed(struct str head);

#endif
