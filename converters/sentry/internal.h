/* sentry/internal - shared by the reader and the format */
#ifndef SENTRY_INTERNAL_H
#define SENTRY_INTERNAL_H

#include "common/program/format.h"

/* Whose samples are read. */
enum sentry_threads {
	SENTRY_THREADS_APP, /* all but those of the SDK itself */
	SENTRY_THREADS_ACTIVE,
	SENTRY_THREADS_ALL,
};

struct sentry_read_options {
	int threads; /* enum sentry_threads */
	bool threads_given, app_frames;
};

extern const struct option_row sentry_read_rows[];
int sentry_bid(struct str head, bool whole);
int sentry_read(struct input *in, struct profile *p);

#endif
