#include "common/base/index.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

static void put(struct index *x, uint64_t entry)
{
	size_t slot = (size_t)(entry >> 32) & x->mask;

	while (x->slots[slot])
		slot = (slot + 1) & x->mask;
	x->slots[slot] = entry;
}

/* At most two thirds of the slots are used, so that a miss looks at few of them. */
static void grow(struct index *x)
{
	struct index bigger = { NULL, x->slots ? x->mask * 2 + 1 : 63, x->used };

	bigger.slots = alloc_zero(bigger.mask + 1, sizeof *bigger.slots);
	for (size_t i = 0; x->slots && i <= x->mask; i++)
		if (x->slots[i])
			put(&bigger, x->slots[i]);
	alloc_free(x->slots);
	*x = bigger;
}

void index_add(struct index *x, uint64_t hash, uint32_t row)
{
	if (!x->slots || x->used * 3 >= x->mask * 2)
		grow(x);
	put(x, (uint64_t)index_tag(hash) << 32 | (row + 1));
	x->used++;
}

void index_clear(struct index *x)
{
	enum { SMALL = 1 << 12 };

	if (!x->slots || x->mask >= SMALL) {
		index_free(x);
		return;
	}
	memset(x->slots, 0, (x->mask + 1) * sizeof *x->slots);
	x->used = 0;
}

void index_free(struct index *x)
{
	alloc_free(x->slots);
	*x = (struct index){ 0 };
}
