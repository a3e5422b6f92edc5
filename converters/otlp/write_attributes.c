/*
 * otlp/write_attributes - keys with values: rows of the attribute table, and those of resources
 * and scopes
 *
 * Since 1.10 every text may be the number of a string instead, and pdata writes those of
 * resources so. A reader of an older version takes the key for empty then, and loses the
 * service's name; pdata reads both. So texts outside of the attribute table's keys are written
 * as texts.
 */
#include "converters/otlp/texts.h"
#include "converters/otlp/writing.h"

enum { ROW_KEY = 1, ROW_VALUE, ROW_UNIT };
enum { PAIR_KEY = 1, PAIR_VALUE };
enum { ARRAY_VALUE = 1 };

struct str otlp_spelled(struct otlp_writer *w, struct str text)
{
	if (!w->escapes)
		return text;
	w->text.n = 0;
	otlp_escape(&w->text, text);
	return buf_str(&w->text);
}

uint64_t otlp_number_text(struct otlp_writer *w, struct str text)
{
	return strings_add(&w->texts, otlp_spelled(w, text));
}

/* --- values: in w->inner --- */

static void put_label(struct otlp_writer *w, struct buf *to, const struct label *l)
{
	if (l->is_number)
		protobuf_put_choice(to, OTLP_ANY_INT, (uint64_t)l->number);
	else
		protobuf_put_bytes(to, OTLP_ANY_TEXT, otlp_spelled(w, profile_text(w->p, l->text)));
}

/* A value alone, or several as an array. */
static void build_labels(struct otlp_writer *w, const label_id *labels, size_t count)
{
	struct buf *array = &w->innermost, one = { 0 };

	w->inner.n = 0;
	if (count == 1) {
		put_label(w, &w->inner, &w->p->labels[labels[0]]);
		return;
	}
	array->n = 0;
	for (size_t i = 0; i < count; i++) {
		one.n = 0;
		put_label(w, &one, &w->p->labels[labels[i]]);
		protobuf_put_bytes(array, ARRAY_VALUE, buf_str(&one));
	}
	protobuf_put_bytes(&w->inner, OTLP_ANY_ARRAY, buf_str(array));
	buf_free(&one);
}

static void build_text(struct otlp_writer *w, struct str value)
{
	w->inner.n = 0;
	protobuf_put_bytes(&w->inner, OTLP_ANY_TEXT, otlp_spelled(w, value));
}

static void build_integer(struct otlp_writer *w, uint64_t value)
{
	w->inner.n = 0;
	protobuf_put_choice(&w->inner, OTLP_ANY_INT, value);
}

/* Ids of the system are 64 bits without a sign, and integers have one. */
static void build_id(struct otlp_writer *w, uint64_t id)
{
	char digits[NUM_TEXT];

	if (id <= INT64_MAX)
		build_integer(w, id);
	else
		build_text(w, (struct str){ digits, u64_text(digits, id) });
}

/* --- rows of the table --- */

static uint64_t number_row(struct otlp_writer *w, struct str key, string_id unit)
{
	w->innermost.n = 0;
	protobuf_put_number(&w->innermost, ROW_KEY, otlp_number_text(w, key));
	protobuf_put_bytes(&w->innermost, ROW_VALUE, buf_str(&w->inner));
	protobuf_put_number(&w->innermost, ROW_UNIT, otlp_number_string(w, unit));
	return strings_add(&w->attributes, buf_str(&w->innermost));
}

uint64_t otlp_number_attribute(struct otlp_writer *w, struct str key, struct str value)
{
	build_text(w, value);
	return number_row(w, key, 0);
}

uint64_t otlp_number_id(struct otlp_writer *w, struct str key, uint64_t id)
{
	build_id(w, id);
	return number_row(w, key, 0);
}

uint64_t otlp_number_texts(struct otlp_writer *w, struct str key, const string_id *texts,
			   size_t count)
{
	w->innermost.n = 0;
	for (size_t i = 0; i < count; i++) {
		build_text(w, profile_text(w->p, texts[i]));
		protobuf_put_bytes(&w->innermost, ARRAY_VALUE, buf_str(&w->inner));
	}
	w->inner.n = 0;
	protobuf_put_bytes(&w->inner, OTLP_ANY_ARRAY, buf_str(&w->innermost));
	return number_row(w, key, 0);
}

uint64_t otlp_number_true(struct otlp_writer *w, struct str key)
{
	w->inner.n = 0;
	protobuf_put_choice(&w->inner, OTLP_ANY_BOOL, 1);
	return number_row(w, key, 0);
}

uint64_t otlp_number_labels(struct otlp_writer *w, struct str key, const label_id *labels,
			    size_t count)
{
	build_labels(w, labels, count);
	/* numbers come behind texts */
	return number_row(w, key, w->p->labels[labels[count - 1]].unit);
}

/* --- pairs --- */

static void put_pair(struct otlp_writer *w, struct buf *to, uint32_t field, struct str key)
{
	w->innermost.n = 0;
	protobuf_put_bytes(&w->innermost, PAIR_KEY, otlp_spelled(w, key));
	protobuf_put_bytes(&w->innermost, PAIR_VALUE, buf_str(&w->inner));
	protobuf_put_bytes(to, field, buf_str(&w->innermost));
}

void otlp_put_text(struct otlp_writer *w, struct buf *to, uint32_t field, struct str key,
		   struct str value)
{
	build_text(w, value);
	put_pair(w, to, field, key);
}

void otlp_put_integer(struct otlp_writer *w, struct buf *to, uint32_t field, struct str key,
		      uint64_t value)
{
	build_integer(w, value);
	put_pair(w, to, field, key);
}

void otlp_put_id(struct otlp_writer *w, struct buf *to, uint32_t field, struct str key, uint64_t id)
{
	build_id(w, id);
	put_pair(w, to, field, key);
}
