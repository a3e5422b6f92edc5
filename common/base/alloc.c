#include "common/base/alloc.h"

#include <stdint.h>
#include <stdlib.h>

#include "common/base/diag.h"

static void *there(void *p, size_t bytes)
{
	if (!p)
		die("out of memory (%zu bytes wanted)", bytes);
	return p;
}

void *alloc(size_t bytes)
{
	return there(malloc(bytes ? bytes : 1), bytes);
}

void *alloc_zero(size_t items, size_t size)
{
	return there(calloc(items ? items : 1, size), items);
}

void *alloc_again(void *old, size_t items, size_t size)
{
	if (size && items > SIZE_MAX / size)
		die("out of memory (%zu items of %zu bytes wanted)", items, size);
	return there(realloc(old, items && size ? items * size : 1), items);
}

void *alloc_grow(void *old, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap ? *cap : 16;

	while (n < need)
		n = n > SIZE_MAX / 2 ? need : n * 2;
	*cap = n;
	return alloc_again(old, n, size);
}
