#include "common/transform/traces/span_moments.h"

#include "common/base/alloc.h"
#include "common/base/sort.h"

static int order_starts(uint32_t a, uint32_t b, const void *context)
{
	const struct spans *s = context;
	const struct span_row *x = &s->rows[a], *y = &s->rows[b];

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->end < y->end) - (x->end > y->end);
}

static void add_moment(struct span_moments *m, int64_t at, uint32_t row)
{
	ARRAY_ROOM(m->moments, m->count, m->cap);
	m->moments[m->count++] = (struct span_moment){ at, row };
}

/*
 * Takes off the stack what has ended at `now`, last started first, with a moment for what runs
 * then. Spans below that ended before are found when it is their turn.
 */
static size_t end_spans(struct span_moments *m, const struct spans *s, const uint32_t *stack,
			size_t depth, int64_t now)
{
	while (depth && s->rows[stack[depth - 1]].end <= now) {
		int64_t ended = s->rows[stack[--depth]].end;

		while (depth && s->rows[stack[depth - 1]].end <= ended)
			depth--;
		add_moment(m, ended, depth ? stack[depth - 1] : NO_SPAN);
	}
	return depth;
}

static void add_thread(struct span_moments *m, const struct spans *s, uint32_t *rows, size_t count,
		       uint32_t *stack)
{
	size_t depth = 0;

	sort_ids(rows, count, order_starts, s);
	for (size_t i = 0; i < count; i++) {
		const struct span_row *row = &s->rows[rows[i]];

		if (row->end == row->start)
			continue;
		depth = end_spans(m, s, stack, depth, row->start);
		stack[depth++] = rows[i];
		add_moment(m, row->start, rows[i]);
	}
	end_spans(m, s, stack, depth, INT64_MAX);
}

void span_moments_open(struct span_moments *m, const struct spans *s)
{
	uint32_t *stack = alloc_zero(s->count, sizeof *stack);
	struct csr by_thread;

	*m = (struct span_moments){ .threads = s->thread_count };
	m->first = alloc_zero(m->threads + 1, sizeof *m->first);
	csr_open(&by_thread, s->thread_count, s->count);
	for (size_t i = 0; i < s->count; i++)
		if (s->rows[i].thread != NO_ID)
			csr_count(&by_thread, s->rows[i].thread);
	csr_sum(&by_thread);
	for (size_t i = 0; i < s->count; i++)
		if (s->rows[i].thread != NO_ID)
			csr_put(&by_thread, s->rows[i].thread, (uint32_t)i);
	for (size_t t = 0; t < m->threads; t++) {
		m->first[t] = m->count;
		add_thread(m, s, by_thread.item + by_thread.first[t],
			   by_thread.first[t + 1] - by_thread.first[t], stack);
	}
	m->first[m->threads] = m->count;
	csr_free(&by_thread);
	alloc_free(stack);
}

/* The last moment that is not behind `time`. */
uint32_t span_moments_find(const struct span_moments *m, uint32_t thread, int64_t time)
{
	size_t low = m->first[thread], high = m->first[thread + 1], first = low;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->moments[middle].at <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low > first ? m->moments[low - 1].row : NO_SPAN;
}

void span_moments_close(struct span_moments *m)
{
	alloc_free(m->moments);
	alloc_free(m->first);
}
