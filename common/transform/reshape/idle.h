/*
 * idle - samples without a stack as the function [idle]
 *
 * A sample without a stack says that nothing ran. Formats of stacks keep it so. Reports,
 * pictures and call graphs have a function for it, named IDLE_NAME, without a file and without
 * callers: so what is idle has a row and a share, and all views have one total.
 *
 * A function of that name that calls or is called is a source's own: what is idle is called
 * "[idle 2]" then (own_name.h). One that stands alone is idle, whoever named it.
 */
#ifndef RESHAPE_IDLE_H
#define RESHAPE_IDLE_H

#include "common/profile/profile.h"

#define IDLE_NAME "[idle]"

/* The stack of a new or an equal function alone, which has the name that is free in `from`. */
stack_id idle_push(struct profile *to, const struct profile *from);

/* The function of that name, without a file or object, callers and callees, or NO_ID. */
function_id idle_function(const struct profile *p);

/* Whether there are samples without a stack. */
bool idle_has_samples(const struct profile *p);

/* Whether the stack is that of the function alone. */
bool idle_is_stack(const struct profile *p, function_id idle, stack_id stack);

/* The stack of the function alone; EMPTY_STACK if there is none. */
stack_id idle_stack(const struct profile *p);

/* A copy in which samples without a stack have the function. */
struct profile *idle_named(const struct profile *p);
/* Puts that in its place; does nothing if there are no such samples. */
void idle_name(struct profile **p);

/*
 * The same without a copy, for a profile to which no samples are added any more: rows that become
 * equal stay apart.
 */
void idle_name_rows(struct profile *p);

/* Leaves out samples without a stack and what a conversion has made of them: the function. */
void idle_drop(struct profile **p);

/* The value of value type v that is idle, under either form. */
int64_t idle_total(const struct profile *p, value_id v);

#endif
