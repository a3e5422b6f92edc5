/*
 * fuzz_json - the JSON scanner on any bytes, in two ways that must agree
 *
 * Passing over a value and taking all that is in it see the same end, or both an error.
 */
#include <stdbool.h>

#include "common/base/diag.h"
#include "common/syntax/json_scan.h"
#include "tests/fuzz/fuzz.h"

enum { DEEPEST = 100 };

/* Pass over a value; take what is in it; look at flat arrays first; take numbers as indexes. */
enum json_way { PASS, TAKE, FLAT, INDEXES };

/* Takes the value at hand; a bracket is entered. */
static void take_one(struct json *j, bool *objects, size_t *depth, enum json_way way)
{
	enum json_kind kind = json_peek(j);
	struct decimal number;
	enum exactness exactness;
	struct str text;
	uint32_t index;
	bool value;

	if (kind == JSON_ARRAY && way == FLAT)
		json_flat_array(j, &text); /* looks, and takes nothing */
	if (kind == JSON_STRING)
		json_string(j, &text);
	else if (kind == JSON_NUMBER && way == INDEXES)
		json_index(j, UINT32_MAX, "an index", &index);
	else if (kind == JSON_NUMBER)
		json_number(j, &number, &exactness);
	else if (kind == JSON_BOOL)
		json_bool(j, &value);
	else if (kind == JSON_NULL && !json_null(j))
		json_expected(j, "null"); /* "nul" looked like one */
	else if (kind == JSON_OBJECT || kind == JSON_ARRAY) {
		objects[(*depth)++] = kind == JSON_OBJECT;
		if (kind == JSON_OBJECT)
			json_object(j);
		else
			json_array(j);
	} else if (kind == JSON_NOTHING) {
		json_expected(j, "a value");
	}
}

/* False if it is deeper than this walk goes. */
static bool take(struct json *j, enum json_way way)
{
	bool objects[DEEPEST];
	size_t depth = 0;
	struct str key;

	do {
		if (depth == DEEPEST)
			return false;
		take_one(j, objects, &depth, way);
		while (depth && !(objects[depth - 1] ? json_key(j, &key) : json_element(j)))
			depth--;
	} while (depth && !j->in->failed);
	return true;
}

/* Where the value ends; -1 after an error, -2 if it is too deep to tell. */
static int64_t end_of(struct str bytes, enum json_way way)
{
	struct input *in = input_memory("input", bytes);
	struct json j;
	int64_t end = -1;
	bool reported = true;

	json_start(&j, in);
	if (way == PASS)
		json_skip(&j);
	else
		reported = take(&j, way);
	if (!in->failed)
		end = (int64_t)input_offset(in);
	if (!reported)
		end = -2;
	json_end(&j);
	json_free(&j);
	input_close(in);
	return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size };
	int64_t passed, taken, indexes;

	fuzz_start();
	/* gzip and UTF-16 fail where they are read, which may be further than it was taken */
	if (size > 1 && ((data[0] == 0x1f && data[1] == 0x8b) || data[0] >= 0xfe))
		return 0;
	passed = end_of(bytes, PASS);
	taken = end_of(bytes, TAKE);
	MUST(taken == -2 || taken == passed);
	MUST(end_of(bytes, FLAT) == taken);
	/* not every number is an index */
	indexes = end_of(bytes, INDEXES);
	MUST(indexes == -1 || indexes == taken);
	return 0;
}
