/* madvise() */
#define _DEFAULT_SOURCE
#include "common/base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/base/diag.h"

/* Tables of this size are accessed at random and would take a page fault every 4 KiB. */
enum { LARGE = 1 << 22, PAGE = 1 << 12 };

/*
 * Asks for large pages, if the system has them and leaves the choice to programs. The range
 * goes from the first page to the last one: a separate piece in the middle could not grow by
 * moving pages.
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

NEVER_NULL static void *there(void *p, size_t bytes)
{
	if (!p) {
		diag_error("out of memory (%zu bytes wanted)", bytes);
		task_unwind(FAILURE_MEMORY);
	}
	in_large_pages(p, bytes);
	return p;
}

/* --- linked to the task's list --- */

/* A multiple of the strictest alignment of any type. */
union header {
	struct memory memory;
	max_align_t aligned;
};

/* Links the block to the list and returns the part behind its header. */
NEVER_NULL static void *linked(union header *h, struct memory *head, size_t bytes)
{
	struct memory *m = there(h, bytes);

	m->previous = head;
	m->next = head->next;
	m->next->previous = m;
	head->next = m;
	return h + 1;
}

static size_t with_header(size_t bytes)
{
	return bytes > SIZE_MAX - sizeof(union header) ? SIZE_MAX : bytes + sizeof(union header);
}

/* A resized block keeps its place in its list. */
NEVER_NULL static void *linked_again(void *old, size_t bytes)
{
	struct memory *m = there(realloc((union header *)old - 1, with_header(bytes)), bytes);

	m->previous->next = m;
	m->next->previous = m;
	return (union header *)m + 1;
}

static void linked_free(union header *h)
{
	h->memory.previous->next = h->memory.next;
	h->memory.next->previous = h->memory.previous;
	free(h);
}

void memory_init(struct memory *head)
{
	head->previous = head->next = head;
}

void memory_release(struct memory *head)
{
	struct memory *one = head->next, *next;

	for (; one != head; one = next) {
		next = one->next;
		free(one);
	}
	memory_init(head);
}

void memory_move(struct memory *from, struct memory *to)
{
	if (from->next == from)
		return;
	from->next->previous = to;
	from->previous->next = to->next;
	to->next->previous = from->previous;
	to->next = from->next;
	memory_init(from);
}

/* --- for all --- */

void *alloc_bytes(size_t bytes)
{
	struct memory *head = task_current->memory;

	if (head)
		return linked(malloc(with_header(bytes)), head, bytes);
	return there(malloc(bytes ? bytes : 1), bytes);
}

void *alloc_zero(size_t items, size_t size)
{
	struct memory *head = task_current->memory;
	size_t bytes = product(items, size);

	if (head)
		return linked(calloc(1, with_header(bytes)), head, bytes);
	return there(calloc(items ? items : 1, size), bytes);
}

void *alloc_resize(void *old, size_t items, size_t size)
{
	if (size && items > SIZE_MAX / size) {
		diag_error("out of memory (%zu items of %zu bytes wanted)", items, size);
		task_unwind(FAILURE_MEMORY);
	}
	if (task_current->memory)
		return old ? linked_again(old, items * size) : alloc_bytes(items * size);
	return there(realloc(old, items && size ? items * size : 1), items * size);
}

void alloc_free(void *p)
{
	if (p && task_current->memory)
		linked_free((union header *)p - 1);
	else
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
