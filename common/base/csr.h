/*
 * csr - numbers grouped by a small key: compressed sparse rows
 *
 * The items of key k are item[first[k]] .. item[first[k + 1] - 1], in the order in which
 * they were put. The caller goes over its list twice, first to count, then to put:
 *
 *	csr_open(&c, keys, items);
 *	for (i ...)
 *		csr_count(&c, key_of(i));
 *	csr_sum(&c);
 *	for (i ...)
 *		csr_put(&c, key_of(i), i);
 *	...
 *	csr_free(&c);
 */
#ifndef BASE_CSR_H
#define BASE_CSR_H

#include <stddef.h>
#include <stdint.h>

struct csr {
	uint32_t *first; /* by key, and one more: where the last key's items end */
	uint32_t *item;
	size_t keys;
};

/* Keys are below `keys`; at most `items` are put. */
void csr_open(struct csr *c, size_t keys, size_t items);
void csr_free(struct csr *c);

/* Counted two places ahead and put one place ahead, so that first[k] is right in the end. */
static inline void csr_count(struct csr *c, uint32_t key)
{
	c->first[key + (size_t)2]++;
}

/* Between the counting and the putting. */
void csr_sum(struct csr *c);

static inline void csr_put(struct csr *c, uint32_t key, uint32_t item)
{
	c->item[c->first[key + (size_t)1]++] = item;
}

#endif
