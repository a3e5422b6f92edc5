/*
 * index - finds a row of a table by the hash of its key
 *
 * An open-addressing hash table of row numbers. Rows and keys stay in the caller's arrays,
 * so one kind of index serves every table. A slot keeps 32 bits of the hash: rows whose
 * hashes differ there are never compared. Rows cannot be removed.
 *
 * 	for (struct probe at = index_probe(x, hash); index_next(x, &at);)
 * 		if (key_of(at.row) is the key)
 * 			return at.row;
 * 	index_add(x, hash, new_row);
 */
#ifndef BASE_INDEX_H
#define BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index {
	uint64_t *slots; /* tag << 32 | row + 1; 0 is free */
	size_t mask, used;
};

struct probe {
	size_t slot;
	uint32_t tag;
	uint32_t row;
};

/*
 * Depends on all bits of the hash. The hashes of consecutive numbers are multiples of one
 * number; under one key in twenty they would collide in long runs. A second multiplication has
 * no such keys.
 */
static inline uint32_t index_tag(uint64_t hash)
{
	return (uint32_t)((hash ^ hash >> 32) * 0x9fb21c651e98df25u >> 32);
}

/* The tag also chooses the first slot, so the table can grow without looking at keys. */
static inline struct probe index_probe(const struct index *x, uint64_t hash)
{
	uint32_t tag = index_tag(hash);

	return (struct probe){ tag & x->mask, tag, 0 };
}

/* Moves to the next row whose hash has the same tag. False: the key is not in the table. */
static inline bool index_next(const struct index *x, struct probe *at)
{
	uint64_t entry;

	if (!x->slots)
		return false;
	while ((entry = x->slots[at->slot]) != 0) {
		at->slot = (at->slot + 1) & x->mask;
		if ((uint32_t)(entry >> 32) == at->tag) {
			at->row = (uint32_t)entry - 1;
			return true;
		}
	}
	return false;
}

void index_add(struct index *x, uint64_t hash, uint32_t row);
void index_free(struct index *x);
/* Removes all rows; keeps the allocation if it is small. */
void index_clear(struct index *x);

#endif
