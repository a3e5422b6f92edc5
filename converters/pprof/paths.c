#include "converters/pprof/paths.h"

#include <string.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/base/sort.h"
#include "common/io/limits.h"

void paths_free(struct paths *p)
{
	alloc_free(p->numbers);
	alloc_free(p->ends);
	index_free(&p->index);
	*p = (struct paths){ 0 };
}

static struct str bytes_of(struct path path)
{
	return (struct str){ (const char *)path.numbers, path.count * sizeof *path.numbers };
}

static uint32_t append(struct paths *p, const uint32_t *numbers, size_t count)
{
	limit_check(LIMIT_STACKS, p->count + 1);
	if (p->used + count > p->cap)
		p->numbers = alloc_grow(p->numbers, &p->cap, p->used + count, sizeof *p->numbers);
	if (count)
		memcpy(p->numbers + p->used, numbers, count * sizeof *numbers);
	p->used += count;
	ARRAY_ROOM(p->ends, p->count, p->end_cap);
	p->ends[p->count] = p->used;
	return (uint32_t)p->count++;
}

uint32_t paths_add(struct paths *p, const uint32_t *numbers, size_t count)
{
	struct str bytes = bytes_of((struct path){ numbers, count });
	uint64_t hash;

	if (!p->count)
		append(p, NULL, 0);
	if (!count)
		return 0;
	hash = hash_text(bytes);
	for (struct probe at = index_probe(&p->index, hash); index_next(&p->index, &at);)
		if (str_eq(bytes_of(paths_at(p, at.row)), bytes))
			return at.row;
	index_add(&p->index, hash, (uint32_t)p->count);
	return append(p, numbers, count);
}

size_t path_common(struct path a, struct path b)
{
	size_t least = a.count < b.count ? a.count : b.count, i = 0;

	while (i < least && a.numbers[i] == b.numbers[i])
		i++;
	return i;
}

static int compare_paths(uint32_t a, uint32_t b, const void *context)
{
	struct path x = paths_at(context, a), y = paths_at(context, b);
	size_t common = path_common(x, y);

	if (common == x.count || common == y.count)
		return (x.count > y.count) - (x.count < y.count);
	return x.numbers[common] < y.numbers[common] ? -1 : 1;
}

uint32_t *paths_sort(const struct paths *p)
{
	uint32_t *order = alloc_zero(p->count, sizeof *order);

	for (uint32_t i = 0; i < p->count; i++)
		order[i] = i;
	sort_ids(order, p->count, compare_paths, p);
	return order;
}
