#include "common/profile/rows_json.h"

#include <inttypes.h>

#define WORD(text) \
	{ \
		text, sizeof text - 1 \
	}

static const struct unit_word words[] = {
	{ WORD("none"), UNIT_NONE, 0, WORD("samples") },
	{ WORD("nanoseconds"), UNIT_TIME, 0, WORD("time") },
	{ WORD("microseconds"), UNIT_TIME, 3, WORD("time") },
	{ WORD("milliseconds"), UNIT_TIME, 6, WORD("time") },
	{ WORD("seconds"), UNIT_TIME, 9, WORD("time") },
	{ WORD("bytes"), UNIT_BYTES, 0, WORD("bytes") },
};
enum { WORDS = sizeof words / sizeof *words };

const struct unit_word *unit_word_find(struct str word)
{
	for (size_t i = 0; i < WORDS; i++)
		if (str_eq(word, words[i].word))
			return &words[i];
	return NULL;
}

const struct unit_word *unit_word_of(const struct value_type *v)
{
	const struct unit_word *best = words;

	for (size_t i = 0; i < WORDS; i++)
		if (words[i].unit == v->unit &&
		    (best->unit != v->unit || words[i].power == v->source_scale))
			best = &words[i];
	return best;
}

/* --- reading --- */

void json_in_text(struct input *in, uint64_t at, const char *what, struct str text,
		  void (*read)(struct json *j, void *context), void *context)
{
	struct buf name = { 0 };
	struct input *inner;
	struct json j;

	buf_print(&name, "%s: byte %" PRIu64 ": %s", in->name, at, what);
	inner = input_memory(name.p, text);
	json_start(&j, inner);
	read(&j, context);
	json_end(&j);
	in->failed |= inner->failed;
	json_free(&j);
	input_close(inner);
	buf_free(&name);
}

string_id json_text(struct json *j, struct profile *p)
{
	struct str text;

	return json_string(j, &text) ? profile_string(p, text) : 0;
}

static void take_unit(struct json *j, struct value_type *v)
{
	struct str word;
	const struct unit_word *unit;

	if (!json_string(j, &word))
		return;
	unit = unit_word_find(word);
	if (!unit) {
		input_error(j->in, "expected a unit, got %s", diag_quote(word));
		return;
	}
	v->unit = unit->unit;
	v->source_scale = unit->power;
}

static void take_exponent(struct json *j, struct value_type *v)
{
	struct decimal number = { 0 };
	enum exactness exactness;
	int64_t exponent;

	if (!json_number(j, &number, &exactness))
		return;
	if (decimal_at(number, 0, &exponent) != EXACT || exponent < -9 || exponent > 0)
		input_error(j->in, "expected an exponent from -9 to 0");
	else
		v->exponent = (int)exponent;
}

struct value_type json_value_type(struct json *j, struct profile *p)
{
	struct value_type v = { 0 };
	struct str key;

	json_object(j);
	while (json_key(j, &key)) {
		if (str_eq(key, S("name")))
			v.name = json_text(j, p);
		else if (str_eq(key, S("title")))
			v.title = json_text(j, p);
		else if (str_eq(key, S("unit")))
			take_unit(j, &v);
		else if (str_eq(key, S("unit_name")))
			v.unit_name = json_text(j, p);
		else if (str_eq(key, S("counts")))
			json_bool(j, &v.counts);
		else if (str_eq(key, S("exponent")))
			take_exponent(j, &v);
		else
			json_skip(j);
	}
	return v;
}

struct value_type json_named_value_type(struct json *j, struct profile *p)
{
	struct value_type v = json_value_type(j, p);

	if (!v.name)
		v.name = profile_string(p, unit_word_of(&v)->value);
	return v;
}

/* System ids may exceed the numbers that other readers take exactly, so they are texts. */
static uint64_t take_id(struct json *j)
{
	struct str digits;
	uint64_t id = 0;

	if (json_string(j, &digits) && !str_to_u64(digits, &id))
		input_error(j->in, "expected the digits of a number, got %s", diag_quote(digits));
	return id;
}

struct thread json_thread(struct json *j, struct profile *p)
{
	struct thread t = { 0 };
	struct str key;

	json_object(j);
	while (json_key(j, &key)) {
		if (str_eq(key, S("name")))
			t.name = json_text(j, p);
		else if (str_eq(key, S("pid")))
			t.pid = take_id(j);
		else if (str_eq(key, S("tid")))
			t.tid = take_id(j);
		else if (str_eq(key, S("part")))
			json_index(j, UINT32_MAX, "a part", &t.part);
		else
			json_skip(j);
	}
	return t;
}

void json_metadata(struct json *j, struct profile *p)
{
	json_array(j);
	while (json_element(j)) {
		struct metadata l = { NO_ID, 0, 0 };

		json_array(j);
		for (int i = 0; json_element(j); i++) {
			if (i == 0)
				l.key = json_text(j, p);
			else if (i == 1)
				l.value = json_text(j, p);
			else if (i == 2)
				l.thread = profile_thread(p, json_thread(j, p));
			else
				json_expected(j, "']'");
		}
		profile_metadata(p, l.thread, profile_text(p, l.key), profile_text(p, l.value));
	}
}

/* --- writing --- */

void json_put_text(struct output *out, const char *before, struct str text)
{
	output_text(out, before);
	json_put(out, text);
}

void json_put_count(struct output *out, const char *before, uint64_t number)
{
	output_text(out, before);
	output_u64(out, number);
}

bool json_adds_to_value_type(const struct value_type *v)
{
	return v->title || (v->counts && v->unit != UNIT_NONE);
}

void json_put_value_type(struct output *out, const struct profile *p, value_id v)
{
	const struct value_type *type = &p->value_types[v];

	json_put_text(out, "{\"name\":", profile_text(p, type->name));
	if (type->title)
		json_put_text(out, ",\"title\":", profile_text(p, type->title));
	json_put_text(out, ",\"unit\":", unit_word_of(type)->word);
	if (type->unit_name)
		json_put_text(out, ",\"unit_name\":", profile_text(p, type->unit_name));
	if (type->exponent) {
		output_text(out, ",\"exponent\":");
		output_i64(out, type->exponent);
	}
	output_text(out, type->counts ? ",\"counts\":true}" : "}");
}

static void put_id(struct output *out, const char *before, uint64_t id)
{
	if (!id)
		return;
	json_put_count(out, before, id);
	output_byte(out, '"');
}

void json_put_thread(struct output *out, const struct profile *p, thread_id t)
{
	const struct thread *thread = &p->threads[t];

	json_put_text(out, "{\"name\":", profile_text(p, thread->name));
	put_id(out, ",\"pid\":\"", thread->pid);
	put_id(out, ",\"tid\":\"", thread->tid);
	if (thread->part)
		json_put_count(out, ",\"part\":", thread->part);
	output_byte(out, '}');
}

void json_put_metadata_row(struct output *out, const struct profile *p, size_t row)
{
	const struct metadata *l = &p->metadata[row];

	json_put_text(out, "[", profile_text(p, l->key));
	json_put_text(out, ",", profile_text(p, l->value));
	if (l->thread != NO_ID) {
		output_byte(out, ',');
		json_put_thread(out, p, l->thread);
	}
	output_byte(out, ']');
}

void json_put_metadata(struct output *out, const struct profile *p, size_t without)
{
	bool any = false;

	for (size_t i = 0; i < p->metadata_count; i++) {
		if (i == without)
			continue;
		output_byte(out, any ? ',' : '[');
		json_put_metadata_row(out, p, i);
		any = true;
	}
	output_text(out, any ? "]" : "[]");
}
