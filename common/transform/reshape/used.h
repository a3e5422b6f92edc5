/*
 * used - what the rows of a profile name: tables may have more
 */
#ifndef RESHAPE_USED_H
#define RESHAPE_USED_H

#include "common/profile/profile.h"

struct used {
	bool *functions, *frames, *stacks; /* by id; of a stack in use all callers are */
};

void used_find(struct used *u, const struct profile *p);
void used_free(struct used *u);

#endif
