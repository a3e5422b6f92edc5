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

enum plan_key plan_key_of(struct str text)
{
	size_t low = 1, high = sizeof words / sizeof *words;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_compare(text, words[middle]);

		if (order == 0)
			return (enum plan_key)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return KEY_OTHER;
}
