/*
 * alloc - memory that is there, or the program ends
 *
 * A filter that runs out of memory has nothing left to decide: these print
 * one line and exit with status 2 (temporaries of -o are removed on the way).
 * Sizes are counted as (items, size) so that no product can wrap.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

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

/* Makes room for one more item in an array of (pointer, count, cap). */
#define ARRAY_ROOM(array, count, cap)                                      \
	((count) < (cap) ? (void)0                                         \
			 : (void)((array) = alloc_grow((array), &(cap),    \
						       (size_t)(count) + 1, \
						       sizeof *(array))))

#endif
