/*
 * hash - hashes for tables with untrusted keys
 *
 * Hashes depend on a key that hash_start() draws at random in every run. So nobody can craft
 * names or numbers that collide and make each lookup as long as the table. No output may
 * depend on hashes.
 *
 * The mixing function is that of wyhash (Wang Yi, public domain): both halves of the product
 * of two words, each combined with a part of the key.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "common/base/str.h"

extern uint64_t hash_key[2];

/*
 * Draws the key; must run before any table is made. Without it the key is constant. It is drawn
 * once per process and never written again: the only variable that threads share, so that
 * hashing need not look it up in a task.
 */
void hash_start(void);

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ unsigned __int128 product = (unsigned __int128)(a ^ hash_key[0]) *
						  (b ^ hash_key[1]);

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

/* --- load bytes as words; also used to compare keys whose hashes match --- */

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

/*
 * Loads a text of fewer than 8 bytes into a word that contains every byte. Texts of different
 * lengths can give the same word.
 */
static inline uint64_t load_short(struct str s)
{
	if (s.n >= 4)
		return load4(s.p) | load4(s.p + s.n - 4) << 32;
	return s.n ? (uint64_t)(unsigned char)s.p[0] | (uint64_t)(unsigned char)s.p[s.n / 2] << 8 |
			       (uint64_t)(unsigned char)s.p[s.n - 1] << 16
		   : 0;
}

#endif
