/*
 * strings - each text once
 *
 * A string_id names the same bytes for the life of the table; 0 is the empty
 * string. Texts may hold any byte and do not move.
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
	char *block;            /* where the next text goes */
	size_t block_left;
	void *blocks;           /* all of them, a list */
};

void strings_init(struct strings *s);
void strings_free(struct strings *s);
void strings_clear(struct strings *s); /* as after strings_init(); some room stays */
string_id strings_add(struct strings *s, struct str text);

/*
 * The same in steps, by hash_text(), for who knows early what will be looked up: what
 * each step reads is on its way to the cache since the one before it, while others are looked up.
 */
enum prefetch_step { PREFETCH_SLOT, PREFETCH_ROW, PREFETCH_TEXT };
void strings_prefetch(const struct strings *s, uint64_t hash, enum prefetch_step what);
string_id strings_add_hashed(struct strings *s, struct str text, uint64_t hash);

static inline struct str strings_text(const struct strings *s, string_id id)
{
	return s->texts[id];
}

#endif
