#include "converters/callgrind/rows.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/prefetch.h"

static inline uint32_t field(const struct callgrind_rows *r, const char *first, uint32_t row)
{
	uint32_t value;

	memcpy(&value, first + row * r->size, sizeof value);
	return value;
}

static bool of_thread(const struct callgrind_rows *r, size_t i, thread_id t)
{
	return i < r->count && (!r->thread || field(r, r->thread, r->run[i].row) == t);
}

static function_id function_of(const struct callgrind_rows *r, uint32_t row)
{
	return field(r, r->function, row);
}

static bool starts_run(const struct callgrind_rows *r, uint32_t row)
{
	return !row || function_of(r, row) != function_of(r, row - 1) ||
	       (r->thread && field(r, r->thread, row) != field(r, r->thread, row - 1));
}

/* Turns counts by key into the position of the first item of each key. */
static void add_up(size_t *first, size_t keys)
{
	for (size_t k = 0; k < keys; k++)
		first[k + 1] += first[k];
}

/* Counting sort of runs by function. */
static void find_runs(struct callgrind_rows *r, size_t rows, size_t functions)
{
	size_t *first = alloc_zero(functions + 1, sizeof *first);
	struct callgrind_run *last = NULL;
	enum { FAR = 16, NEAR = 8 };

	for (uint32_t row = 0; row < rows; row++)
		if (starts_run(r, row))
			first[function_of(r, row) + 1]++;
	add_up(first, functions);
	r->count = first[functions];
	r->run = alloc_zero(r->count, sizeof *r->run);
	for (uint32_t row = 0; row < rows; row++) {
		if (rows - row > FAR) {
			PREFETCH(&first[function_of(r, row + FAR)]);
			PREFETCH(&r->run[first[function_of(r, row + NEAR)]]);
		}
		if (!starts_run(r, row))
			continue;
		if (last)
			last->end = row;
		last = &r->run[first[function_of(r, row)]++];
		*last = (struct callgrind_run){ row, (uint32_t)rows, function_of(r, row) };
	}
	alloc_free(first);
}

/* A stable counting sort. */
static void sort_by_thread(struct callgrind_rows *r, size_t threads)
{
	size_t *first = alloc_zero(threads + 1, sizeof *first);
	struct callgrind_run *sorted = alloc_zero(r->count, sizeof *sorted);

	for (size_t i = 0; i < r->count; i++)
		first[field(r, r->thread, r->run[i].row) + 1]++;
	add_up(first, threads);
	for (size_t i = 0; i < r->count; i++)
		sorted[first[field(r, r->thread, r->run[i].row)]++] = r->run[i];
	alloc_free(first);
	alloc_free(r->run);
	r->run = sorted;
}

struct callgrind_rows callgrind_sort(const struct profile *p, size_t rows, size_t size,
				     const thread_id *thread, const function_id *function)
{
	struct callgrind_rows r = { .thread = p->thread_count > 1 ? (const char *)thread : NULL,
				    .function = (const char *)function,
				    .size = size };

	find_runs(&r, rows, p->function_count);
	if (r.thread)
		sort_by_thread(&r, p->thread_count);
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
	next = r->run[r->at].function;
	if (next < *f)
		*f = next;
}

void callgrind_rows_of(struct callgrind_rows *r, thread_id t, function_id f)
{
	r->end = r->at;
	while (of_thread(r, r->end, t) && r->run[r->end].function == f)
		r->end++;
}
