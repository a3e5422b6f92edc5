#include "converters/otlp/json.h"

#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "common/syntax/protobuf.h"

/* --- how sure it is --- */

bool otlp_is_json(struct str head)
{
	head = str_after_blanks(head);
	if (!head.n || head.p[0] != '{')
		return false;
	/* "\n{" can be the beginning of a message of 123 bytes; what follows tells */
	head = str_after_blanks(str_from(head, 1));
	return !head.n || head.p[0] == '"' || head.p[0] == '}';
}

int otlp_json_bid(struct str head, int sure)
{
	struct str first = str_after_blanks(str_from(str_after_blanks(head), 1));

	if (str_starts(first, S("\"resourceProfiles\"")) ||
	    str_starts(first, S("\"resource_profiles\"")))
		return sure;
	if (str_starts(first, S("\"dictionary\"")) &&
	    (str_contains(head, S("Table\"")) || str_contains(head, S("_table\""))))
		return sure;
	return str_contains(head, S("\"resourceProfiles\":")) ? sure / 2 : 0;
}

/* --- places --- */

static uint64_t offset_of(const struct input_origin *origin, const char *p)
{
	const struct otlp_json *j = (const struct otlp_json *)origin;
	size_t at = (size_t)(p - j->message.p), low = 0, high = j->mark_count;

	/* the last mark that is not behind it; the first is at 0 */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (j->marks[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return j->marks[low].offset;
}

/* What is put next stands here. */
static void mark(struct otlp_json *j, size_t at)
{
	ARRAY_ROOM(j->marks, j->mark_count, j->mark_cap);
	j->marks[j->mark_count++] = (struct otlp_mark){ at, input_offset(j->scan.in) };
}

/* --- objects and arrays --- */

static struct otlp_level *descend(struct otlp_json *j)
{
	limit_check(LIMIT_NESTING, j->depth + 1);
	ARRAY_ROOM(j->levels, j->depth, j->cap);
	j->levels[j->depth] = (struct otlp_level){ 0 };
	return &j->levels[j->depth++];
}

static void enter_object(struct otlp_json *j, const struct otlp_schema_field *f)
{
	struct otlp_level *level;
	size_t length_at;

	if (json_peek(&j->scan) != JSON_OBJECT) {
		otlp_json_expected(j, "an object");
		return;
	}
	length_at = protobuf_begin(&j->message, f->number);
	mark(j, j->message.n);
	level = descend(j);
	level->schema = f->message;
	level->length_at = length_at;
	json_object(&j->scan);
}

/* Numbers are packed: their bytes are one field. */
static bool is_packed(const struct otlp_schema_field *f)
{
	return f->kind != OTLP_MESSAGE && f->kind != OTLP_TEXT;
}

static void enter_array(struct otlp_json *j, const struct otlp_schema_field *f)
{
	struct otlp_level *level;
	size_t length_at = 0;

	if (json_peek(&j->scan) != JSON_ARRAY) {
		otlp_json_expected(j, "an array");
		return;
	}
	if (is_packed(f))
		length_at = protobuf_begin(&j->message, f->number);
	else if (f->inside)
		length_at = protobuf_begin(&j->message, f->inside);
	mark(j, j->message.n + !length_at); /* behind the end of what was before */
	level = descend(j);
	level->array = true;
	level->field = f;
	level->length_at = length_at;
	json_array(&j->scan);
}

static void leave(struct otlp_json *j)
{
	const struct otlp_level *level = &j->levels[--j->depth];

	if (level->length_at && !j->scan.in->failed)
		protobuf_end(&j->message, level->length_at);
}

/* --- values --- */

static void take_value(struct otlp_json *j, const struct otlp_schema_field *f, bool element)
{
	if (f->kind == OTLP_MESSAGE)
		enter_object(j, f);
	else
		otlp_json_scalar(j, f, element && is_packed(f));
}

/* What a field that was met says of the layout of the message. */
static void note_layout(struct otlp_json *j, const struct otlp_schema_field *f, bool array)
{
	j->names |= f->layout;
	if (f->singular_too && array)
		j->names |= OTLP_RANGE_NAMES;
	if (j->names == (OTLP_STACK_NAMES | OTLP_RANGE_NAMES))
		input_error(j->scan.in,
			    "expected fields of layouts before 1.8 or of later ones, got both: %s",
			    otlp_json_path(j));
}

static void take_member(struct otlp_json *j, struct otlp_level *level, struct str key)
{
	const struct otlp_schema_field *f = otlp_schema_find(level->schema, key, level->field);
	bool array;

	if (!f) {
		json_skip(&j->scan);
		return;
	}
	level->field = f;
	if (json_null(&j->scan))
		return; /* as if it was not there */
	array = json_peek(&j->scan) == JSON_ARRAY;
	note_layout(j, f, array);
	if (f->repeated && (array || !f->singular_too))
		enter_array(j, f);
	else
		take_value(j, f, false);
}

static void take_members(struct otlp_json *j)
{
	struct str key;

	while (j->depth) {
		struct otlp_level *level = &j->levels[j->depth - 1];

		if (level->array && json_element(&j->scan)) {
			level->elements++;
			take_value(j, level->field, true);
		} else if (!level->array && json_key(&j->scan, &key)) {
			take_member(j, level, key);
		} else {
			leave(j);
		}
	}
}

/* --- the whole --- */

void otlp_json_start(struct otlp_json *j, struct input *in)
{
	*j = (struct otlp_json){ .origin = { offset_of } };
	json_start(&j->scan, in);
	buf_byte(&j->message, '\0'); /* an empty message is somewhere in memory too */
}

void otlp_json_free(struct otlp_json *j)
{
	json_free(&j->scan);
	buf_free(&j->message);
	buf_free(&j->scratch);
	alloc_free(j->marks);
	alloc_free(j->levels);
}

bool otlp_json_next(struct otlp_json *j)
{
	struct input *in = j->scan.in;

	if (json_peek(&j->scan) == JSON_NOTHING && in->p == in->end)
		return false;
	j->message.n = j->mark_count = j->depth = 0;
	j->names = OTLP_ANY_NAMES;
	mark(j, 0);
	if (json_object(&j->scan))
		descend(j)->schema = &otlp_schema;
	take_members(j);
	return !in->failed;
}
