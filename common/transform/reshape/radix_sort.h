/*
 * radix_sort - sorts items by 64-bit keys
 *
 * For tables that are sorted by numbers or by texts: keys of eight bytes are compared without
 * looking at what they belong to, and large tables are distributed by digits instead of being
 * compared.
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

/* Sorts by `key`; stable. `scratch` has room for `count` items. */
void radix_sort(struct radix_item *items, struct radix_item *scratch, size_t count);

/* rank[id] becomes the position of each text in bytewise order. */
void radix_sort_strings(const struct strings *all, uint32_t *rank);

#endif
