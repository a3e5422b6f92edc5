/*
 * alloc - memory that is there, or the work is given up
 *
 * Nobody who converts a profile can go on without memory: these say so in one line and
 * unwind (task.h), where a program ends with status 2 and a library's function returns
 * an error. Sizes are counted as (items, size) so that no product can wrap.
 *
 * Where the current task has a list of memory, what is allocated is linked to it, by a
 * header of two pointers in front; a program pays for none. So what was allocated in such
 * a task is grown and freed in one, though not with the same list.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

#include "common/base/task.h"

#if defined(__GNUC__)
#define NEVER_NULL __attribute__((returns_nonnull))
#else
#define NEVER_NULL
#endif

NEVER_NULL void *alloc_bytes(size_t bytes);
NEVER_NULL void *alloc_zero(size_t items, size_t size);
NEVER_NULL void *alloc_resize(void *old, size_t items, size_t size);
/* For what came from the functions here, and only for that. NULL is allowed. */
void alloc_free(void *p);

/* Doubles *cap until it holds `need` items and returns the moved array. */
NEVER_NULL void *alloc_grow(void *old, size_t *cap, size_t need, size_t size);
/* The same, with zeros behind the *cap items that there were. */
NEVER_NULL void *alloc_grow_zero(void *old, size_t *cap, size_t need, size_t size);

/* An empty list; frees all that is linked to it, and leaves it empty. */
void memory_init(struct memory *head);
void memory_release(struct memory *head);

/* Makes room for one more item in an array of (pointer, count, cap). */
#define ARRAY_ROOM(array, count, cap)                                      \
	((count) < (cap) ? (void)0                                         \
			 : (void)((array) = alloc_grow((array), &(cap),    \
						       (size_t)(count) + 1, \
						       sizeof *(array))))

#endif
