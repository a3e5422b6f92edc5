#include "common/profile/strings.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/prefetch.h"
#include "common/base/hash.h"
#include "common/io/limits.h"

enum { BLOCK = 1 << 16, CACHE_LINE = 64, MAX_PREFETCHED = 512 };

struct strings_block {
	struct strings_block *next;
	char bytes[];
};

static const char *keep(struct strings *s, struct str text)
{
	char *at;

	if (!text.n)
		return "";
	if (text.n > s->block_left) {
		size_t size = text.n > BLOCK / 4 ? text.n : BLOCK;
		struct strings_block *b = alloc_bytes(sizeof *b + size);

		b->next = s->blocks;
		s->blocks = b;
		if (size != BLOCK)
			return memcpy(b->bytes, text.p, text.n);
		s->block = b->bytes;
		s->block_left = size;
	}
	at = s->block;
	memcpy(at, text.p, text.n);
	s->block += text.n;
	s->block_left -= text.n;
	return at;
}

/* str_eq() for texts of equal length, most of which are equal and short. */
static inline bool same_bytes(const char *a, const char *b, size_t n)
{
	if (n < 8)
		return load_short((struct str){ a, n }) == load_short((struct str){ b, n });
	if (n > 32)
		return memcmp(a, b, n) == 0;
	for (size_t i = 0; i + 8 < n; i += 8)
		if (load8(a + i) != load8(b + i))
			return false;
	return load8(a + n - 8) == load8(b + n - 8);
}

void strings_prefetch(const struct strings *s, uint64_t hash, enum prefetch_step what)
{
	struct probe at = index_probe(&s->index, hash);

	if (what == PREFETCH_SLOT) {
		PREFETCH(&s->index.slots[at.slot]);
	} else if (index_next(&s->index, &at)) {
		const struct str *row = &s->texts[at.row];

		if (what == PREFETCH_ROW)
			PREFETCH(row);
		else
			for (size_t i = 0; i < row->n && i < MAX_PREFETCHED; i += CACHE_LINE)
				PREFETCH(row->p + i);
	}
}

string_id strings_find(const struct strings *s, struct str text)
{
	for (struct probe at = index_probe(&s->index, hash_text(text)); index_next(&s->index, &at);)
		if (s->texts[at.row].n == text.n && same_bytes(s->texts[at.row].p, text.p, text.n))
			return at.row;
	return UINT32_MAX;
}

string_id strings_add(struct strings *s, struct str text)
{
	return strings_add_hashed(s, text, hash_text(text));
}

string_id strings_add_hashed(struct strings *s, struct str text, uint64_t hash)
{
	for (struct probe at = index_probe(&s->index, hash); index_next(&s->index, &at);)
		if (s->texts[at.row].n == text.n && same_bytes(s->texts[at.row].p, text.p, text.n))
			return at.row;
	limit_check(LIMIT_NAME, text.n);
	ARRAY_ROOM(s->texts, s->count, s->cap);
	s->texts[s->count] = (struct str){ keep(s, text), text.n };
	index_add(&s->index, hash, (uint32_t)s->count);
	return (string_id)s->count++;
}

void strings_init(struct strings *s)
{
	*s = (struct strings){ 0 };
	strings_add(s, S(""));
}

static void free_blocks(struct strings *s)
{
	struct strings_block *b = s->blocks, *next;

	for (; b; b = next) {
		next = b->next;
		alloc_free(b);
	}
}

void strings_clear(struct strings *s)
{
	free_blocks(s);
	index_clear(&s->index);
	*s = (struct strings){ .texts = s->texts, .cap = s->cap, .index = s->index };
	strings_add(s, S(""));
}

void strings_free(struct strings *s)
{
	free_blocks(s);
	alloc_free(s->texts);
	index_free(&s->index);
	*s = (struct strings){ 0 };
}
