/*
 * profile_view - a profile in the terms of the public header
 *
 * Texts are copied, with a NUL at their end, into the memory of the current task.
 */
#ifndef LIBRARY_PROFILE_VIEW_H
#define LIBRARY_PROFILE_VIEW_H

#include "common/library/profpipe.h"
#include "common/base/task.h"
#include "common/profile/profile.h"

void profile_view_value(const struct profile *p, value_id v, struct profpipe_value *found);
/* False if it does not fit. */
bool profile_view_total(const struct profile *p, value_id v, int64_t *total);
/*
 * Changes p, which must not be used otherwise afterwards. The array and its texts are linked to
 * `memory`.
 */
const struct profpipe_function *profile_view_functions(struct profile *p, value_id v,
						       struct memory *memory, size_t *count);
/* Stops when `visit` returns something other than 0. */
void profile_view_stacks(const struct profile *p,
			 int (*visit)(void *user, const struct profpipe_stack *stack), void *user);
/* The key or the text of a metadata row of the whole profile; NULL behind the last. */
const char *profile_view_metadata(const struct profile *p, size_t number, bool key);

#endif
