#include "converters/pprof/paths.h"

#include <string.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/transform/reshape/radix_sort.h"

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

/*
 * Lists are sorted by a few of their numbers at a time, those that are equal so far by the next
 * ones: so each number is looked at once, and not in each of twenty comparisons, which would
 * wait for memory each time.
 */
struct path_sorter {
	const struct paths *paths;
	struct radix_item *items, *scratch;
	struct range *ranges; /* still to be sorted */
	size_t range_count, range_cap;
	unsigned bits, per_key; /* of a number in a key, and how many of them it has */
};

struct range {
	size_t first, end;
	size_t depth; /* numbers that are equal */
};

/* 0 is the end of a list, which comes before all numbers. */
static uint64_t key_of(const struct path_sorter *s, uint32_t list, size_t depth)
{
	struct path path = paths_at(s->paths, list);
	uint64_t key = 0;

	for (unsigned i = 0; i < s->per_key; i++)
		key = key << s->bits |
		      (depth + i < path.count ? (uint64_t)path.numbers[depth + i] + 1 : 0);
	return key;
}

static void add_range(struct path_sorter *s, size_t first, size_t end, size_t depth)
{
	if (end - first < 2)
		return;
	ARRAY_ROOM(s->ranges, s->range_count, s->range_cap);
	s->ranges[s->range_count++] = (struct range){ first, end, depth };
}

static void sort_range(struct path_sorter *s, struct range r)
{
	uint64_t last = ((uint64_t)1 << (s->bits - 1) << 1) - 1;
	struct radix_item *items = s->items;
	size_t first = r.first;

	for (size_t i = r.first; i < r.end; i++)
		items[i].key = key_of(s, items[i].id, r.depth);
	radix_sort(items + r.first, s->scratch, r.end - r.first);
	for (size_t i = r.first + 1; i <= r.end; i++) {
		if (i < r.end && items[i].key == items[first].key)
			continue;
		/* where the key holds an end, there is one list */
		if (items[first].key & last)
			add_range(s, first, i, r.depth + s->per_key);
		first = i;
	}
}

uint32_t *paths_sort(const struct paths *p)
{
	uint32_t *order = alloc_zero(p->count, sizeof *order), most = 0;
	struct path_sorter s = {
		.paths = p,
		.items = alloc_zero(p->count, sizeof *s.items),
		.scratch = alloc_zero(p->count, sizeof *s.scratch),
	};

	for (size_t i = 0; i < p->used; i++)
		most = p->numbers[i] > most ? p->numbers[i] : most;
	for (s.bits = 1; s.bits < 32 && ((uint64_t)most + 1) >> s.bits;)
		s.bits++;
	s.per_key = 64 / s.bits;
	for (uint32_t i = 0; i < p->count; i++)
		s.items[i].id = i;
	add_range(&s, 0, p->count, 0);
	while (s.range_count)
		sort_range(&s, s.ranges[--s.range_count]);
	for (uint32_t i = 0; i < p->count; i++)
		order[i] = s.items[i].id;
	alloc_free(s.items);
	alloc_free(s.scratch);
	alloc_free(s.ranges);
	return order;
}
