#include "common/transform/reshape/radix_sort.h"

#include <stdlib.h>

#include "common/base/alloc.h"

enum { FEW = 48, DIGITS = 8, VALUES = 256 };

static void insert_few(struct radix_item *items, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct radix_item item = items[i];
		size_t at = i;

		for (; at && items[at - 1].key > item.key; at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

static unsigned digit_of(const struct radix_item *item, int digit)
{
	return item->key >> 8 * digit & (VALUES - 1);
}

/*
 * Sorts by one digit from `items` to `to`. False if all have the same digit: nothing is moved.
 */
static bool sort_digit(const struct radix_item *items, struct radix_item *to, size_t count,
		       int digit, const size_t *counts)
{
	size_t first[VALUES], sum = 0;

	if (counts[digit_of(items, digit)] == count)
		return false;
	for (int value = 0; value < VALUES; value++) {
		first[value] = sum;
		sum += counts[value];
	}
	for (size_t i = 0; i < count; i++)
		to[first[digit_of(&items[i], digit)]++] = items[i];
	return true;
}

void radix_sort(struct radix_item *items, struct radix_item *scratch, size_t count)
{
	size_t counts[DIGITS][VALUES] = { 0 };
	struct radix_item *from = items, *to = scratch, *last;

	if (count <= FEW) {
		insert_few(items, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		for (int digit = 0; digit < DIGITS; digit++)
			counts[digit][digit_of(&items[i], digit)]++;
	for (int digit = 0; digit < DIGITS; digit++)
		if (sort_digit(from, to, count, digit, counts[digit])) {
			last = from;
			from = to;
			to = last;
		}
	if (from != items)
		memcpy(items, from, count * sizeof *items);
}

/* --- texts --- */

/* Items that are equal in all bytes before `depth` and have to be sorted. */
struct run {
	size_t first, count, depth;
};

struct texts {
	const struct strings *all;
	struct radix_item *items, *scratch;
	struct run *runs; /* runs still to be sorted: not recursive, since texts may be long */
	size_t run_count, run_cap;
};

enum { BYTES = sizeof(uint64_t) };

/* The next eight bytes, padded with zeros. */
static uint64_t bytes_at(struct str text, size_t depth)
{
	uint64_t key = 0;
	size_t left = text.n > depth ? text.n - depth : 0;

	for (size_t i = 0; i < BYTES; i++)
		key = key << 8 | (i < left ? (unsigned char)text.p[depth + i] : 0);
	return key;
}

/* The length of the remainder, as far as it matters here. */
static uint64_t left_at(struct str text, size_t depth)
{
	size_t left = text.n > depth ? text.n - depth : 0;

	return left > BYTES ? BYTES + 1 : left;
}

static void sort_run(struct texts *t, struct run run,
		     uint64_t (*key)(struct str text, size_t depth))
{
	struct radix_item *items = t->items + run.first;

	for (size_t i = 0; i < run.count; i++)
		items[i].key = key(strings_text(t->all, items[i].id), run.depth);
	radix_sort(items, t->scratch, run.count);
}

static size_t same_keys(const struct radix_item *items, size_t count)
{
	size_t same = 1;

	while (same < count && items[same].key == items[0].key)
		same++;
	return same;
}

/* For equal bytes the shorter texts come first; no two texts are equal. */
static void split_run(struct texts *t, struct run run)
{
	size_t longer = run.count;

	sort_run(t, run, left_at);
	while (longer && t->items[run.first + longer - 1].key > BYTES)
		longer--;
	run.first += longer;
	run.count -= longer;
	run.depth += BYTES;
	if (run.count < 2)
		return;
	ARRAY_ROOM(t->runs, t->run_count, t->run_cap);
	t->runs[t->run_count++] = run;
}

static void sort_texts(struct texts *t)
{
	while (t->run_count) {
		struct run run = t->runs[--t->run_count], part = { .depth = run.depth };

		sort_run(t, run, bytes_at);
		for (size_t i = 0; i < run.count; i += part.count) {
			part.first = run.first + i;
			part.count = same_keys(t->items + part.first, run.count - i);
			if (part.count > 1)
				split_run(t, part);
		}
	}
}

void radix_sort_strings(const struct strings *all, uint32_t *rank)
{
	struct texts t = {
		.all = all,
		.items = alloc_zero(all->count, sizeof *t.items),
		.scratch = alloc_zero(all->count, sizeof *t.scratch),
	};

	for (uint32_t i = 0; i < all->count; i++)
		t.items[i].id = i;
	ARRAY_ROOM(t.runs, t.run_count, t.run_cap);
	t.runs[t.run_count++] = (struct run){ 0, all->count, 0 };
	sort_texts(&t);
	for (uint32_t i = 0; i < all->count; i++)
		rank[t.items[i].id] = i;
	alloc_free(t.items);
	alloc_free(t.scratch);
	alloc_free(t.runs);
}
