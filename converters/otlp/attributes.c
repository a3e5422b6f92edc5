/*
 * otlp/attributes - strings and attributes: keys with texts, numbers, or more of them inside
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "converters/otlp/reading.h"
#include "converters/otlp/texts.h"

/* --- strings --- */

string_id otlp_string(const struct otlp_message *m, const struct protobuf *at, uint64_t number,
		      const char *what)
{
	size_t count = m->tables[OTLP_STRINGS].count;

	if (number < count)
		return m->strings[number];
	if (number || count)
		protobuf_error(at, "expected the number of one of %zu strings as %s, got %" PRIu64,
			       count, what, number);
	return 0;
}

static struct str bytes_of(const struct protobuf *row)
{
	return (struct str){ row->p, (size_t)(row->end - row->p) };
}

static string_id intern(const struct otlp_message *m, struct str text)
{
	struct buf plain = { 0 };
	string_id id;

	if (!m->escapes)
		return profile_string(m->p, text);
	otlp_unescape(&plain, text);
	id = profile_string(m->p, buf_str(&plain));
	buf_free(&plain);
	return id;
}

void otlp_read_strings(struct otlp_message *m)
{
	const struct otlp_rows *rows = &m->tables[OTLP_STRINGS];

	m->strings = alloc_zero(rows->count, sizeof *m->strings);
	for (size_t i = 0; i < rows->count; i++)
		m->escapes |= str_eq(bytes_of(&rows->rows[i]), S(OTLP_ESCAPES));
	for (size_t i = 0; i < rows->count; i++) {
		struct str text = bytes_of(&rows->rows[i]);

		if (!i && text.n)
			protobuf_error(&rows->rows[i],
				       "expected an empty string as the first, got %s",
				       diag_quote(text));
		m->strings[i] = intern(m, text);
	}
}

/* --- attributes --- */

enum { DEEPEST = 32 };

struct any {
	struct buf text;
	bool any; /* there is a value: an empty text is one */
	bool is_number;
	int64_t number;
	int depth;
};

static void put_any(const struct otlp_message *m, struct protobuf value, struct any *to);

/* Elements with commas between them; a map's are KeyValues. One element alone stands for itself. */
static void put_several(const struct otlp_message *m, struct protobuf values, struct any *to,
			bool map)
{
	struct protobuf all = values;
	struct protobuf_field f;
	size_t count = 0, i = 0;

	while (protobuf_field(&all, &f))
		count += f.number == 1;
	if (count != 1 || map)
		buf_byte(&to->text, map ? '{' : '[');
	while (protobuf_field(&values, &f)) {
		if (f.number != 1)
			continue;
		if (i++)
			buf_byte(&to->text, ',');
		if (map) {
			struct otlp_attribute pair;
			const char *what = "a pair";

			if (to->depth >= DEEPEST)
				return;
			pair = otlp_attribute(m, protobuf_nested(&values, &f, what));
			buf_add(&to->text, profile_text(m->p, pair.label.key));
			buf_byte(&to->text, ':');
			if (pair.label.is_number)
				buf_print(&to->text, "%" PRId64, pair.label.number);
			else
				buf_add(&to->text, profile_text(m->p, pair.label.text));
		} else {
			put_any(m, protobuf_nested(&values, &f, "a value"), to);
			if (to->is_number && count > 1) {
				buf_print(&to->text, "%" PRId64, to->number);
				to->is_number = false;
			}
		}
	}
	if (count != 1 || map)
		buf_byte(&to->text, map ? '}' : ']');
}

static void put_double(struct buf *to, uint64_t bits)
{
	double number;

	memcpy(&number, &bits, sizeof number);
	buf_print(to, "%.17g", number);
}

static void put_any(const struct otlp_message *m, struct protobuf value, struct any *to)
{
	struct protobuf_field f;

	if (++to->depth > DEEPEST) {
		protobuf_error(&value, "expected values nested at most %d deep", DEEPEST);
		return;
	}
	while (protobuf_field(&value, &f)) {
		to->any = true;
		switch (f.number) {
		case OTLP_ANY_TEXT:
			buf_add(&to->text,
				profile_text(m->p, intern(m, protobuf_text(&value, &f, "a text"))));
			break;
		case OTLP_ANY_BOOL: buf_add(&to->text, f.value ? S("true") : S("false")); break;
		case OTLP_ANY_INT:
			to->is_number = true;
			to->number = (int64_t)protobuf_number(&value, &f, "an integer");
			break;
		case OTLP_ANY_DOUBLE:
			put_double(&to->text, protobuf_number(&value, &f, "a number"));
			break;
		case OTLP_ANY_ARRAY:
		case OTLP_ANY_MAP:
			put_several(m, protobuf_nested(&value, &f, "values"), to,
				    f.number == OTLP_ANY_MAP);
			break;
		case OTLP_ANY_BYTES:
			otlp_put_hex(&to->text, protobuf_text(&value, &f, "bytes"));
			break;
		case OTLP_ANY_STRING:
			buf_add(&to->text,
				profile_text(m->p, otlp_string(m, &value,
							       protobuf_number(&value, &f,
									       "a string's "
									       "number"),
							       "a value")));
			break;
		default: break;
		}
	}
	to->depth--;
}

/*
 * The key is a text, or in the attribute table and, from 1.10 on, in field 3 of others, the number
 * of a string. Field 3 of the table is the unit.
 */
struct otlp_attribute otlp_attribute(const struct otlp_message *m, struct protobuf row)
{
	struct otlp_attribute to = { 0 };
	struct any any = { 0 };
	struct protobuf_field f;
	bool numbered = false;
	uint64_t third = 0;

	while (protobuf_field(&row, &f)) {
		if (f.number == 1 && f.type == PROTOBUF_BYTES) {
			to.label.key = intern(m, f.bytes);
		} else if (f.number == 1) {
			numbered = true;
			to.label.key = otlp_string(m, &row, f.value, "an attribute's key");
		} else if (f.number == 2) {
			any.text.n = 0;
			put_any(m, protobuf_nested(&row, &f, "an attribute's value"), &any);
		} else if (f.number == 3) {
			third = protobuf_number(&row, &f, "the number of a string");
		}
	}
	if (third && (numbered || to.label.key))
		to.label.unit = otlp_string(m, &row, third, "a unit");
	else if (third)
		to.label.key = otlp_string(m, &row, third, "an attribute's key");
	to.label.is_number = any.is_number;
	to.label.number = any.is_number ? any.number : 0;
	to.unit = to.label.unit;
	if (!any.is_number) {
		to.label.text = profile_string(m->p, buf_str(&any.text));
		to.label.unit = 0;
	}
	buf_free(&any.text);
	to.empty = !to.label.key || !any.any;
	return to;
}

const struct otlp_attribute *otlp_attribute_at(const struct otlp_message *m,
					       const struct protobuf *at, uint64_t number)
{
	static const struct otlp_attribute none = { .empty = true };

	if (number < m->tables[OTLP_ATTRIBUTES].count)
		return &m->attributes[number];
	protobuf_error(at, "expected the number of one of %zu attributes before this, got %" PRIu64,
		       m->tables[OTLP_ATTRIBUTES].count, number);
	return &none;
}

/* The elements of an array, if each is a text or an integer. */
static struct protobuf array_of(struct protobuf row, size_t *count)
{
	struct protobuf array = { row.p, row.p, row.in };
	struct protobuf_field f;

	*count = 0;
	while (protobuf_field(&row, &f)) {
		struct protobuf value = { f.bytes.p, f.bytes.p + f.bytes.n, row.in };

		if (f.number != 2 || f.type != PROTOBUF_BYTES)
			continue;
		while (protobuf_field(&value, &f))
			if (f.number == OTLP_ANY_ARRAY)
				array = protobuf_nested(&value, &f, "values");
	}
	row = array;
	while (protobuf_field(&row, &f)) {
		struct protobuf value = protobuf_nested(&row, &f, "a value");

		if (!protobuf_field(&value, &f) ||
		    (f.number != OTLP_ANY_TEXT && f.number != OTLP_ANY_INT &&
		     f.number != OTLP_ANY_STRING))
			return (struct protobuf){ array.p, array.p, array.in };
		++*count;
	}
	return array;
}

/*
 * What pprof has as several labels of one key, the collector has as an array, since the keys of a
 * sample are different ones.
 */
static void read_elements(struct otlp_message *m, struct protobuf row, struct otlp_attribute *to)
{
	size_t count;
	struct protobuf array = array_of(row, &count);
	struct protobuf_field f;

	if (count < 2)
		return;
	to->first = m->element_count;
	while (protobuf_field(&array, &f)) {
		struct label l = { .key = to->label.key };
		struct any any = { 0 };

		put_any(m, protobuf_nested(&array, &f, "a value"), &any);
		if (any.is_number) {
			l.is_number = true;
			l.number = any.number;
			l.unit = to->unit;
		} else {
			l.text = profile_string(m->p, buf_str(&any.text));
		}
		buf_free(&any.text);
		ARRAY_ROOM(m->elements, m->element_count, m->element_cap);
		m->elements[m->element_count++] = l;
	}
	to->count = m->element_count - to->first;
}

void otlp_read_attributes(struct otlp_message *m)
{
	const struct otlp_rows *rows = &m->tables[OTLP_ATTRIBUTES];

	m->attributes = alloc_zero(rows->count, sizeof *m->attributes);
	for (size_t i = 0; i < rows->count && !m->in->failed; i++) {
		struct otlp_attribute *a = &m->attributes[i];

		*a = otlp_attribute(m, rows->rows[i]);
		if (!a->empty)
			read_elements(m, rows->rows[i], a);
	}
}
