#include "common/profile/strings.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"

enum { BLOCK = 1 << 16 };

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

string_id strings_add(struct strings *s, struct str text)
{
	uint64_t hash = str_hash(text);

	for (struct probe at = index_probe(&s->index, hash); index_next(&s->index, &at);)
		if (str_eq(s->texts[at.row], text))
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
