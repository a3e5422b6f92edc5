/*
 * fuzz_marshal - the reader of Python's objects on any bytes, in two ways that must agree
 *
 * One takes every item, the other passes over each container whole.
 */
#include <stdbool.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/syntax/marshal.h"
#include "tests/fuzz/fuzz.h"

/* How many items are still to come in each open container; a dict ends by itself. */
struct open {
	size_t *left;
	size_t count, cap;
};

enum { UNTIL_END = SIZE_MAX };

static void enter(struct open *o, const struct marshal_item *item)
{
	if (item->kind != MARSHAL_DICT && item->kind != MARSHAL_TUPLE && item->kind != MARSHAL_LIST)
		return;
	ARRAY_ROOM(o->left, o->count, o->cap);
	o->left[o->count++] = item->kind == MARSHAL_DICT ? (size_t)UNTIL_END : item->count;
}

/* Takes all of one value. */
static void take(struct marshal *m)
{
	struct open o = { 0 };
	struct marshal_item item;

	do {
		if (!marshal_next(m, &item))
			break;
		if (o.count && o.left[o.count - 1] != (size_t)UNTIL_END)
			o.left[o.count - 1]--;
		if (item.kind == MARSHAL_END) {
			MUST(o.count && o.left[o.count - 1] == (size_t)UNTIL_END);
			o.count--;
		}
		if (item.object != MARSHAL_NO_OBJECT)
			++*marshal_tag(m, item.object);
		enter(&o, &item);
		while (o.count && !o.left[o.count - 1])
			o.count--;
	} while (o.count);
	free(o.left);
}

static void pass(struct marshal *m)
{
	struct marshal_item item;

	if (marshal_next(m, &item) &&
	    (item.kind == MARSHAL_DICT || item.kind == MARSHAL_TUPLE || item.kind == MARSHAL_LIST))
		marshal_skip(m, &item);
}

/* Where the value ends, or -1 after an error. */
static int64_t end_of(struct str bytes, bool whole)
{
	struct input *in = input_memory("input", bytes);
	struct marshal *m = marshal_new(in);
	int64_t end;

	if (whole)
		pass(m);
	else
		take(m);
	end = in->failed ? -1 : (int64_t)input_offset(in);
	marshal_free(m);
	input_close(in);
	return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size };

	fuzz_start();
	MUST(end_of(bytes, true) == end_of(bytes, false));
	return 0;
}
