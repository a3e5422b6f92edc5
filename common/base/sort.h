/*
 * sort - ids in an order that a context decides
 *
 * C11 and POSIX.1-2008 have no qsort() whose comparison gets an argument, and a pointer
 * in a static variable would belong to all threads. What is sorted that way in this
 * project are ids of rows, so this sorts ids.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Below 0 where a comes before b, 0 where their order does not matter. */
typedef int sort_order(uint32_t a, uint32_t b, const void *context);

/*
 * Merge sort: stable, at most count * log2(count) comparisons, half of the ids' memory
 * besides. NULL is allowed for no ids.
 */
void sort_ids(uint32_t *ids, size_t count, sort_order *compare, const void *context);

#endif
