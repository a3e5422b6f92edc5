#include "converters/explain/keys.h"

/* clang-format off */
static const struct str words[] = {
	{ "", 0 },
#define X(name, text) { (text), sizeof(text) - 1 },
	PLAN_KEYS(X)
#undef X
};
/* clang-format on */

const char *plan_key_text(enum plan_key key)
{
	return words[key].p;
}

_Static_assert(PLAN_KEY_COUNT < 200, "the table has room for them");

/* The first of their bytes, some in the middle and the last differ, and so do lengths. */
static uint8_t slot_of(struct str text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t n = text.n;

	return (uint8_t)(n * 7 + p[0] * 31u + p[n / 2] * 17u + p[n - 1] * 5u + p[n / 3] * 3u);
}

void plan_keys_init(struct plan_keys *keys)
{
	*keys = (struct plan_keys){ { 0 } };
	for (size_t key = 1; key < PLAN_KEY_COUNT; key++) {
		uint8_t slot = slot_of(words[key]);

		while (keys->slots[slot])
			slot++;
		keys->slots[slot] = (uint8_t)key;
	}
}

enum plan_key plan_key_of(const struct plan_keys *keys, struct str text)
{
	uint8_t slot;

	if (!text.n)
		return KEY_OTHER;
	for (slot = slot_of(text); keys->slots[slot]; slot++)
		if (str_eq(words[keys->slots[slot]], text))
			return (enum plan_key)keys->slots[slot];
	return KEY_OTHER;
}
