/* madvise() */
#define _DEFAULT_SOURCE
#include "common/base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/base/diag.h"

/* Tables of this size are looked into at random, and take a page fault every 4 KiB. */
enum { LARGE = 1 << 22, PAGE = 1 << 12 };

/*
 * Asks for large pages, where the system has any and leaves it to programs. From the first
 * page to the last one: a piece of its own in the middle could not grow by moving pages.
 */
static void in_large_pages(void *p, size_t bytes)
{
#ifdef MADV_HUGEPAGE
	uintptr_t start = (uintptr_t)p / PAGE * PAGE;
	uintptr_t end = ((uintptr_t)p + bytes + PAGE - 1) / PAGE * PAGE;

	if (bytes >= LARGE)
		madvise((void *)start, end - start, MADV_HUGEPAGE);
#else
	(void)p, (void)bytes;
#endif
}

static size_t product(size_t items, size_t size)
{
	return size && items > SIZE_MAX / size ? SIZE_MAX : items * size;
}

static void *there(void *p, size_t bytes)
{
	if (!p)
		diag_die("out of memory (%zu bytes wanted)", bytes);
	in_large_pages(p, bytes);
	return p;
}

void *alloc_bytes(size_t bytes)
{
	return there(malloc(bytes ? bytes : 1), bytes);
}

void *alloc_zero(size_t items, size_t size)
{
	return there(calloc(items ? items : 1, size), product(items, size));
}

void *alloc_resize(void *old, size_t items, size_t size)
{
	if (size && items > SIZE_MAX / size)
		diag_die("out of memory (%zu items of %zu bytes wanted)", items, size);
	return there(realloc(old, items && size ? items * size : 1), items * size);
}

void alloc_free(void *p)
{
	free(p);
}

void *alloc_grow(void *old, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap ? *cap : 16;

	while (n < need)
		n = n > SIZE_MAX / 2 ? need : n * 2;
	*cap = n;
	return alloc_resize(old, n, size);
}

void *alloc_grow_zero(void *old, size_t *cap, size_t need, size_t size)
{
	size_t had = *cap;
	char *grown = alloc_grow(old, cap, need, size);

	memset(grown + had * size, 0, (*cap - had) * size);
	return grown;
}
