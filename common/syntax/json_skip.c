/* json_skip - skips a value of any kind and depth: see json_scan.h */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "common/syntax/json_scan.h"

static bool skip_scalar(struct json *j, enum json_kind kind)
{
	struct decimal number;
	enum exactness exactness;
	struct str text;
	bool truth;

	switch (kind) {
	case JSON_STRING: return json_string(j, &text);
	case JSON_NUMBER: return json_number(j, &number, &exactness);
	case JSON_BOOL: return json_bool(j, &truth);
	case JSON_NULL: return json_null(j) || json_expected(j, "null");
	default: return json_expected(j, "a value");
	}
}

/* One bit for each level: an object or an array. Few values have more levels than a word has bits. */
struct levels {
	uint64_t first;
	uint64_t *more;
	size_t depth, cap;
};

static uint64_t *word_of(struct levels *l, size_t level)
{
	return level < 64 ? &l->first : &l->more[level / 64 - 1];
}

static bool descend(struct json *j, struct levels *l, bool object)
{
	uint64_t bit = (uint64_t)1 << l->depth % 64;

	if (l->depth == task_current->limits[LIMIT_NESTING]) {
		char expected[96];

		snprintf(expected, sizeof expected,
			 "at most %" PRIu64 " levels of brackets "
			 "(--limit nesting=N)",
			 task_current->limits[LIMIT_NESTING]);
		return json_expected(j, expected);
	}
	if (l->depth >= 64)
		ARRAY_ROOM(l->more, l->depth / 64 - 1, l->cap);
	if (l->depth % 64 == 0)
		*word_of(l, l->depth) = 0;
	*word_of(l, l->depth) &= ~bit;
	if (object)
		*word_of(l, l->depth) |= bit;
	l->depth++;
	return object ? json_object(j) : json_array(j);
}

bool json_skip(struct json *j)
{
	struct levels l = { .depth = 0 };
	struct str key;

	do {
		enum json_kind kind = json_peek(j);

		if (kind == JSON_OBJECT || kind == JSON_ARRAY)
			descend(j, &l, kind == JSON_OBJECT);
		else
			skip_scalar(j, kind);
		/* moves to the next value, out of every bracket that ends here */
		while (l.depth) {
			size_t top = l.depth - 1;
			bool object = *word_of(&l, top) >> top % 64 & 1;

			if (object ? json_key(j, &key) : json_element(j))
				break;
			l.depth = j->in->failed ? 0 : top;
		}
	} while (l.depth);
	alloc_free(l.more);
	return !j->in->failed;
}
