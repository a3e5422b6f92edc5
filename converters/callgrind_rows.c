#include "converters/callgrind_rows.h"

#include <stdlib.h>

#include "common/base/alloc.h"

static inline uint32_t field(const struct callgrind_rows *r, const char *first, uint32_t row)
{
	uint32_t value;

	memcpy(&value, first + row * r->size, sizeof value);
	return value;
}

static bool of_thread(const struct callgrind_rows *r, size_t i, thread_id t)
{
	return i < r->count && field(r, r->thread, r->run[i].row) == t;
}

static void find_runs(struct callgrind_rows *r, size_t rows)
{
	function_id f = NO_ID;
	thread_id t = NO_ID;

	for (uint32_t row = 0; row < rows; row++) {
		if (f == field(r, r->function, row) && t == field(r, r->thread, row))
			continue;
		f = field(r, r->function, row);
		t = field(r, r->thread, row);
		ARRAY_ROOM(r->run, r->count, r->cap);
		r->run[r->count++].row = row;
	}
	for (size_t i = 0; i < r->count; i++)
		r->run[i].end = i + 1 < r->count ? r->run[i + 1].row : (uint32_t)rows;
}

/* A stable counting sort by one half of the key. */
static void sort_half(struct callgrind_rows *r, const char *half, size_t keys)
{
	size_t *first = alloc_zero(keys + 1, sizeof *first);
	struct callgrind_run *sorted = alloc_zero(r->count, sizeof *sorted);

	for (size_t i = 0; i < r->count; i++)
		first[field(r, half, r->run[i].row) + 1]++;
	for (size_t k = 0; k < keys; k++)
		first[k + 1] += first[k];
	for (size_t i = 0; i < r->count; i++)
		sorted[first[field(r, half, r->run[i].row)]++] = r->run[i];
	free(first);
	free(r->run);
	r->run = sorted;
}

struct callgrind_rows callgrind_sort(const struct profile *p, size_t rows, size_t size,
				     const thread_id *thread, const function_id *function)
{
	struct callgrind_rows r = { .thread = (const char *)thread,
				    .function = (const char *)function, .size = size };

	find_runs(&r, rows);
	sort_half(&r, r.function, p->function_count);
	if (p->thread_count > 1)
		sort_half(&r, r.thread, p->thread_count);
	return r;
}

void callgrind_section(struct callgrind_rows *r, thread_id t)
{
	for (r->end = r->at; of_thread(r, r->end, t);)
		r->end++;
}

void callgrind_next_function(const struct callgrind_rows *r, thread_id t, function_id *f)
{
	function_id next;

	if (!of_thread(r, r->at, t))
		return;
	next = field(r, r->function, r->run[r->at].row);
	if (next < *f)
		*f = next;
}

void callgrind_rows_of(struct callgrind_rows *r, thread_id t, function_id f)
{
	r->end = r->at;
	while (of_thread(r, r->end, t) && field(r, r->function, r->run[r->end].row) == f)
		r->end++;
}
