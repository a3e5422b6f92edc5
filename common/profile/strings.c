#include "common/profile/strings.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"

enum { BLOCK = 1 << 16, CACHE_LINE = 64, MOST_FETCHED = 512 };

struct block {
	struct block *next;
	char bytes[];
};

static const char *keep(struct strings *s, struct str text)
{
	char *at;

	if (!text.n)
		return "";
	if (text.n > s->block_left) {
		size_t size = text.n > BLOCK / 4 ? text.n : BLOCK;
		struct block *b = alloc(sizeof *b + size);

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

static uint64_t load8(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return word;
}

static uint64_t load4(const char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof word);
	return word;
}

/* Fewer than 8 bytes, each of them in it; longer texts begin with others by their length. */
static inline uint64_t load_short(struct str s)
{
	if (s.n >= 4)
		return load4(s.p) | load4(s.p + s.n - 4) << 32;
	return s.n ? (uint64_t)(unsigned char)s.p[0] | (uint64_t)(unsigned char)s.p[s.n / 2] << 8 |
		     (uint64_t)(unsigned char)s.p[s.n - 1] << 16 : 0;
}

static uint64_t blend(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0xff51afd7ed558ccdu;
	return h ^ h >> 32;
}

/*
 * Nobody sees these hashes, so they need not be str_hash()'s, which are the same
 * everywhere: names are short and looked up most often, arrays of numbers long, and four
 * words of those are under way at a time.
 */
uint64_t strings_hash(struct str s)
{
	uint64_t h = s.n * 0x9e3779b97f4a7c15u, lanes[4] = { h, ~h, h + 1, ~h - 1 };
	const char *p = s.p, *end = s.p + s.n;

	if (s.n < 8)
		return blend(h, load_short(s)) * 0xc4ceb9fe1a85ec53u;
	for (; end - p > 64; p += 32)
		for (int i = 0; i < 4; i++)
			lanes[i] = blend(lanes[i], load8(p + 8 * i));
	h = s.n > 64 ? blend(blend(blend(lanes[0], lanes[1]), lanes[2]), lanes[3]) : h;
	for (; end - p > 8; p += 8)
		h = blend(h, load8(p));
	return blend(h, load8(end - 8)) * 0xc4ceb9fe1a85ec53u;
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

void strings_fetch(const struct strings *s, uint64_t hash, enum fetch what)
{
	struct probe at = index_probe(&s->index, hash);

	if (what == FETCH_SLOT) {
		__builtin_prefetch(&s->index.slots[at.slot]);
	} else if (index_next(&s->index, &at)) {
		const struct str *row = &s->texts[at.row];

		if (what == FETCH_ROW)
			__builtin_prefetch(row);
		else
			for (size_t i = 0; i < row->n && i < MOST_FETCHED; i += CACHE_LINE)
				__builtin_prefetch(row->p + i);
	}
}

string_id strings_add(struct strings *s, struct str text)
{
	return strings_add_hashed(s, text, strings_hash(text));
}

string_id strings_add_hashed(struct strings *s, struct str text, uint64_t hash)
{
	for (struct probe at = index_probe(&s->index, hash); index_next(&s->index, &at);)
		if (s->texts[at.row].n == text.n &&
		    same_bytes(s->texts[at.row].p, text.p, text.n))
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

void strings_free(struct strings *s)
{
	struct block *b = s->blocks, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	free(s->texts);
	index_free(&s->index);
	*s = (struct strings){ 0 };
}
