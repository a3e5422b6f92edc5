/*
 * hash - for tables whose keys come from strangers
 *
 * The hashes are under a key that hash_start() draws anew in every run: who writes a
 * file cannot choose names, or numbers, that meet in one place of a table and make each
 * look-up as long as the table. No output may depend on them.
 *
 * The mixing is that of wyhash (Wang Yi, public domain): both halves of the product of
 * two words, each under a part of the key.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "common/base/str.h"

extern uint64_t hash_key[2];

/*
 * Draws the key, before any table is made; without it the key is a fixed one. Drawn once a
 * process, and never written again: it is the only variable that threads share, so that
 * hashing need not look for it in a task.
 */
void hash_start(void);

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ unsigned __int128 product =
		(unsigned __int128)(a ^ hash_key[0]) * (b ^ hash_key[1]);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	uint64_t x = a ^ hash_key[0], y = b ^ hash_key[1];
	uint64_t low = (x & UINT32_MAX) * (y & UINT32_MAX), high = (x >> 32) * (y >> 32);
	uint64_t across = (x >> 32) * (y & UINT32_MAX) + (low >> 32);

	across += (x & UINT32_MAX) * (y >> 32);
	return (low & UINT32_MAX) ^ across << 32 ^ across >> 32 ^ high;
#endif
}

uint64_t hash_text(struct str text);

/* --- bytes as words, for who compares what hashes alike too --- */

static inline uint64_t load8(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return word;
}

static inline uint64_t load4(const char *p)
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

#endif
