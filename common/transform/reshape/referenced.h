/*
 * referenced - what the rows of a profile name: tables may have more
 */
#ifndef RESHAPE_REFERENCED_H
#define RESHAPE_REFERENCED_H

#include "common/profile/profile.h"

struct referenced {
	bool *functions, *frames, *stacks; /* by id; of a stack in use all callers are */
};

void referenced_find(struct referenced *u, const struct profile *p);
void referenced_free(struct referenced *u);

#endif
