/*
 * radix_sort - items in the order of their numbers
 *
 * For tables that are sorted by numbers or by texts: keys of eight bytes are compared at
 * a time, without a look at what they belong to, and many of them not even compared.
 */
#ifndef RESHAPE_RADIX_SORT_H
#define RESHAPE_RADIX_SORT_H

#include <stddef.h>
#include <stdint.h>

#include "common/profile/strings.h"

struct radix_item {
	uint64_t key;
	uint32_t id;
};

/* By `key`; equal ones keep their order. `scratch` is for as many items. */
void radix_sort(struct radix_item *items, struct radix_item *scratch, size_t count);

/* rank[id]: the place of each text in the order of bytes. */
void radix_sort_strings(const struct strings *all, uint32_t *rank);

#endif
