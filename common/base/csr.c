#include "common/base/csr.h"

#include "common/base/alloc.h"

void csr_open(struct csr *c, size_t keys, size_t items)
{
	*c = (struct csr){
		.first = alloc_zero(keys + 2, sizeof *c->first),
		.item = alloc_zero(items, sizeof *c->item),
		.keys = keys,
	};
}

void csr_free(struct csr *c)
{
	alloc_free(c->first);
	alloc_free(c->item);
}

void csr_sum(struct csr *c)
{
	for (size_t i = 2; i < c->keys + 2; i++)
		c->first[i] += c->first[i - 1];
}
