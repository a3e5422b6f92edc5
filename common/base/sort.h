/*
 * sort - sorts ids by a comparison that gets a context
 *
 * C11 and POSIX.1-2008 have no qsort() with an argument for its comparison, and a pointer in
 * a static variable would be shared by all threads. In this project such sorts are always of
 * row ids, so this sorts ids.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Negative if a comes before b, 0 if their order does not matter. */
typedef int sort_order(uint32_t a, uint32_t b, const void *context);

/*
 * A stable merge sort: at most count * log2(count) comparisons, and half as much memory again.
 * `ids` may be NULL if count is 0.
 */
void sort_ids(uint32_t *ids, size_t count, sort_order *compare, const void *context);

#endif
