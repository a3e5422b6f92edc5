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

/* What a file that has both is read as. */
enum sentry_source {
	SENTRY_AUTO, /* profiles, or spans where no file has a profile */
	SENTRY_PROFILES,
	SENTRY_SPANS,
};

struct sentry_read_options {
	int source;  /* enum sentry_source */
	int threads; /* enum sentry_threads */
	bool threads_given, app_frames;
	const char *span_name;
	bool strip_ids, wall, repair_siblings;
};

extern const struct option_row sentry_read_rows[];
int sentry_bid(struct str head, bool whole);
int sentry_read(struct input *in, struct profile *p);

#endif
