/* flamegraph/read_levels - the depth of each row of boxes */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/flamegraph/boxes.h"

static int compare_numbers(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The distinct y of all boxes, ascending, from the top of the picture down. */
static size_t find_rows(const struct flame_boxes_reader *r, int64_t *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		rows[i] = r->boxes[i].y;
	qsort(rows, r->count, sizeof *rows, compare_numbers);
	for (size_t i = 0; i < r->count; i++)
		if (!n || rows[n - 1] != rows[i])
			rows[n++] = rows[i];
	return n;
}

/* flameprof draws the callers of functions below its flame graph, after an empty row. */
static size_t drop_second_graph(struct flame_boxes_reader *r, const int64_t *rows, size_t row_count)
{
	size_t kept = 0, n = 1;

	while (n < row_count && rows[n] - rows[n - 1] < r->picture->height * 3 / 2)
		n++;
	for (size_t i = 0; i < r->count; i++)
		if (r->boxes[i].y <= rows[n - 1])
			r->boxes[kept++] = r->boxes[i];
	r->count = kept;
	return n;
}

/* Whether the only box of a row is "all". */
static bool is_root(const struct flame_boxes_reader *r, int64_t y)
{
	struct str name = S("");
	size_t n = 0;

	for (size_t i = 0; i < r->count && n < 2; i++) {
		if (r->boxes[i].y != y)
			continue;
		name = strings_text(&r->picture->texts, r->boxes[i].name);
		n++;
	}
	return n == 1 && (str_eq(name, S("all")) || str_eq(name, S("(all)")) ||
			  str_eq(name, S("all samples")) || !name.n);
}

static double row_width(const struct flame_boxes_reader *r, int64_t y)
{
	double width = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->boxes[i].y == y)
			width += (double)r->boxes[i].width;
	return width;
}

/* Whether it is an icicle graph: "all", or else the widest row, is at the top. */
static bool is_icicle(struct flame_boxes_reader *r, int64_t top, int64_t bottom)
{
	double above = row_width(r, top), below = row_width(r, bottom);
	bool low = below >= above && is_root(r, bottom);
	bool high = above >= below && is_root(r, top);

	r->rooted = low || high;
	return r->rooted ? !low : above > below;
}

static uint32_t find_row(const int64_t *rows, size_t n, int64_t y)
{
	size_t low = 0;

	while (n > 1) {
		size_t half = n / 2;

		if (rows[low + half] <= y)
			low += half;
		n -= half;
	}
	return (uint32_t)low;
}

void flame_boxes_find_levels(struct flame_boxes_reader *r)
{
	int64_t *rows = alloc_zero(r->count, sizeof *rows);
	size_t n = find_rows(r, rows);
	bool icicle;

	if (r->picture->flameprof)
		n = drop_second_graph(r, rows, n);
	icicle = is_icicle(r, rows[0], rows[n - 1]);
	for (size_t i = 0; i < r->count; i++) {
		uint32_t row = find_row(rows, n, r->boxes[i].y);

		r->boxes[i].level = icicle ? row : (uint32_t)(n - 1) - row;
	}
	alloc_free(rows);
}
