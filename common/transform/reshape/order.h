/*
 * order - items in the order of their numbers
 *
 * For tables that are sorted by numbers or by texts: keys of eight bytes are compared at
 * a time, without a look at what they belong to, and many of them not even compared.
 */
#ifndef RESHAPE_ORDER_H
#define RESHAPE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "common/profile/strings.h"

struct ordered {
	uint64_t key;
	uint32_t id;
};

/* By `key`; equal ones keep their order. `room` is for as many items. */
void order_by_key(struct ordered *items, struct ordered *room, size_t count);

/* rank[id]: the place of each text in the order of bytes. */
void order_strings(const struct strings *all, uint32_t *rank);

#endif
