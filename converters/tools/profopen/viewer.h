/*
 * profopen/viewer - the programs that show a profile, found on the PATH
 */
#ifndef PROFOPEN_VIEWER_H
#define PROFOPEN_VIEWER_H

#include "common/base/str.h"

#define VIEWERS "auto|browser|kcachegrind|speedscope"

struct viewer {
	const char *command; /* NULL: none is there */
	const char *format;  /* what it opens */
};

/*
 * `with` is of VIEWERS; auto takes the first that is there, or none. 0, or -1 after a message
 * if the one that was asked for is not there.
 */
int viewer_find(int with, struct viewer *found);
/* Starts it and does not wait for its end. 0, or -1 after a message. */
int viewer_start(const struct viewer *viewer, const char *path);

#endif
