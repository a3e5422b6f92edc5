/*
 * alloc - allocation that never fails: it gives up the work instead
 *
 * No conversion can continue without memory, so these functions report the lack in one line
 * and unwind (task.h): a program exits with status 2, a library function returns an error.
 * Sizes are passed as (items, size), so that no product can overflow.
 *
 * If the current task has a list of memory, each allocation is linked to it by a header of
 * two pointers in front; programs do without. So memory that was allocated in such a task
 * must be resized and freed in a task that has a list too, though not the same one.
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
/* Frees what was allocated by these functions, and only that. NULL is allowed. */
void alloc_free(void *p);

/* Doubles *cap until `need` items fit and returns the moved array. */
NEVER_NULL void *alloc_grow(void *old, size_t *cap, size_t need, size_t size);
/* Like alloc_grow(), and sets the items behind the first *cap to zero. */
NEVER_NULL void *alloc_grow_zero(void *old, size_t *cap, size_t need, size_t size);

/*
 * memory_init() makes an empty list; memory_release() frees everything linked to it and leaves
 * it empty.
 */
void memory_init(struct memory *head);
void memory_release(struct memory *head);
/* All that is linked to one is linked to the other. */
void memory_move(struct memory *from, struct memory *to);

/* Makes room for one more item in an array of (pointer, count, cap). */
#define ARRAY_ROOM(array, count, cap) \
	((count) < (cap) ? (void)0 \
			 : (void)((array) = alloc_grow((array), &(cap), (size_t)(count) + 1, \
						       sizeof *(array))))

#endif
