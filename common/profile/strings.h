/*
 * strings - interned texts
 *
 * A string_id stands for the same bytes as long as the table lives; 0 is the empty string.
 * Texts may contain any byte, and their addresses stay valid.
 */
#ifndef PROFILE_STRINGS_H
#define PROFILE_STRINGS_H

#include "common/base/hash.h"
#include "common/base/index.h"
#include "common/base/str.h"

typedef uint32_t string_id;

struct strings {
	struct str *texts;
	size_t count, cap;
	struct index index;
	char *block; /* free space for the next text */
	size_t block_left;
	void *blocks; /* all blocks, a linked list */
};

void strings_init(struct strings *s);
void strings_free(struct strings *s);
void strings_clear(struct strings *s); /* as after strings_init(), but keeps some of its
				          allocations */
string_id strings_add(struct strings *s, struct str text);
/* UINT32_MAX if the text is not there. */
string_id strings_find(const struct strings *s, struct str text);

/*
 * strings_add() in steps, with the hash of hash_text(). Each strings_prefetch() step requests
 * the memory that the next step reads, so a caller that knows early what it will look up can
 * overlap the waiting: SLOT, then ROW, then TEXT, then strings_add_hashed().
 */
enum prefetch_step { PREFETCH_SLOT, PREFETCH_ROW, PREFETCH_TEXT };
void strings_prefetch(const struct strings *s, uint64_t hash, enum prefetch_step what);
string_id strings_add_hashed(struct strings *s, struct str text, uint64_t hash);

static inline struct str strings_text(const struct strings *s, string_id id)
{
	return s->texts[id];
}

#endif
