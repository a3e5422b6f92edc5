/* marshal_fast - fast paths for the bulk of a profile: see marshal.h */
#include <string.h>

#include "common/base/prefetch.h"
#include "common/io/limits.h"
#include "common/syntax/marshal_internal.h"

/* Counts an item that a fast path has taken; it is always an item of a dict. */
static void account_fast(struct marshal *m, struct marshal_container *f, size_t bytes)
{
	m->in->p += bytes;
	f->value = !f->value;
	f->used = true;
}

/*
 * The innermost container if it is a dict and `bytes` more bytes are in the window; NULL for
 * repeated objects.
 */
static struct marshal_container *dict_around(const struct marshal *m, size_t bytes)
{
	struct marshal_container *f = m->depth ? &m->containers[m->depth - 1] : NULL;

	return f && f->kind == MARSHAL_DICT && !f->again && (size_t)(m->in->end - m->in->p) >= bytes
		       ? f
		       : NULL;
}

enum { REFERENCE = 5 }; /* bytes */

/* Reads a reference `ahead` bytes from here. */
static inline bool reference_at(const struct marshal *m, size_t ahead, uint32_t *number)
{
	const unsigned char *p = (const unsigned char *)m->in->p;

	if ((size_t)(m->in->end - m->in->p) < ahead + REFERENCE || p[ahead] != 'r')
		return false;
	*number = u32_at(p + ahead + 1);
	return *number < m->ref_count;
}

uint32_t marshal_tagged(struct marshal *m)
{
	struct marshal_container *f = dict_around(m, REFERENCE);
	uint32_t number;

	if (!f || !reference_at(m, 0, &number) || !m->refs[number].tag)
		return 0;
	account_fast(m, f, REFERENCE);
	return m->refs[number].tag;
}

/*
 * The distance to the key after the next one, or to the first key of a dict that begins here.
 */
static inline size_t soon(const struct marshal *m)
{
	return m->in->p < m->in->end && *m->in->p == '{' ? 1 : m->row;
}

uint32_t marshal_peek_tag(const struct marshal *m)
{
	uint32_t number;

	return reference_at(m, soon(m), &number) ? m->refs[number].tag : 0;
}

/* Reads a number at p. Returns the byte behind it, or NULL if it is something else. */
static inline const unsigned char *number_at(const struct marshal *m, const unsigned char *p,
					     struct marshal_number *number)
{
	const struct marshal_object *o;
	uint32_t value = u32_at(p + 1);
	uint64_t bits;

	number->wide = false;
	number->at = m->in->passed + (uint64_t)((const char *)p - m->in->buffer);
	if (*p == 'i') {
		number->integral = true;
		number->integer = (int32_t)value;
		return p + 5;
	}
	if (*p == 'g') {
		bits = u64_at(p + 1);
		number->integral = false;
		memcpy(&number->number, &bits, sizeof bits);
		return p + 9;
	}
	if (*p != 'r' || value >= m->ref_count)
		return NULL;
	o = &m->objects[m->refs[value].object];
	number->integral = o->kind == MARSHAL_INT;
	if (number->integral)
		number->integer = o->is.integer;
	else if (o->kind == MARSHAL_FLOAT)
		number->number = o->is.number;
	else
		return NULL;
	return p + 5;
}

/* The byte behind the head of a tuple of `count` items, or NULL. */
static inline const unsigned char *tuple_at(const unsigned char *p, uint32_t count)
{
	if (p[0] == ')' && p[1] == count)
		return p + 2;
	return p[0] == '(' && u32_at(p + 1) == count ? p + 5 : NULL;
}

/* Finishes a tuple of `count` items whose first four end at p: its other items are open. */
static bool took_four(struct marshal *m, struct marshal_container *f, const unsigned char *p,
		      uint32_t count)
{
	size_t bytes = (size_t)(p - (const unsigned char *)m->in->p);
	uint32_t far;

	if (m->depth >= task_current->limits[LIMIT_NESTING])
		return false;
	account_fast(m, f, bytes);
	m->row = REFERENCE + bytes;
	/* for marshal_peek_tag() after the next row; saves a cache miss */
	if (reference_at(m, soon(m) + m->row, &far))
		PREFETCH(&m->refs[far]);
	return count == 4 || marshal_open(m,
					  (struct marshal_container){ .kind = MARSHAL_TUPLE,
								      .left = count - 4,
								      .object = MARSHAL_NO_OBJECT },
					  0);
}

enum { HEAD = 5, NUMBER = 9 }; /* maximum size in bytes */

bool marshal_four(struct marshal *m, uint32_t count, struct marshal_number numbers[4])
{
	struct marshal_container *f = dict_around(m, HEAD + 4 * NUMBER);
	const unsigned char *p;

	if (!f || !(p = tuple_at((const unsigned char *)m->in->p, count)))
		return false;
	for (int i = 0; i < 4; i++)
		if (!(p = number_at(m, p, &numbers[i])))
			return false;
	return took_four(m, f, p, count);
}

static inline double double_at(const unsigned char *p)
{
	uint64_t bits = u64_at(p);
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

bool marshal_plain_four(struct marshal *m, uint32_t count, double max, struct marshal_plain *plain)
{
	enum { SECOND = 5, THIRD = 10, FOURTH = 19, END = 28 };
	struct marshal_container *f = dict_around(m, HEAD + 4 * NUMBER);
	const unsigned char *p;

	if (!f || !(p = tuple_at((const unsigned char *)m->in->p, count)) || p[0] != 'i' ||
	    p[SECOND] != 'i' || p[THIRD] != 'g' || p[FOURTH] != 'g')
		return false;
	plain->counts[0] = (int32_t)u32_at(p + 1);
	plain->counts[1] = (int32_t)u32_at(p + SECOND + 1);
	plain->values[0] = double_at(p + THIRD + 1);
	plain->values[1] = double_at(p + FOURTH + 1);
	if (!(plain->values[0] > -max && plain->values[0] < max && plain->values[1] > -max &&
	      plain->values[1] < max))
		return false;
	return took_four(m, f, p + END, count);
}

/* --- keys --- */

/* A part of a key: a scalar, or a reference to one. */
struct marshal_key_part {
	bool flag;       /* it gets the next reference number */
	uint32_t object; /* the object that it refers to, or MARSHAL_NO_OBJECT */
	struct str text;
	int32_t integer;
};

/*
 * The object of that kind that the reference at p stands for; NULL if it is not such a
 * reference.
 */
static const struct marshal_object *referred(const struct marshal *m, const unsigned char *p,
					     enum marshal_kind kind, uint32_t *object)
{
	uint32_t number = u32_at(p + 1);

	if (*p != 'r' || number >= m->ref_count)
		return NULL;
	*object = m->refs[number].object;
	return m->objects[*object].kind == kind ? &m->objects[*object] : NULL;
}

/*
 * Reads a text of Python 3 at p, five bytes of which are available. Returns the byte behind it,
 * or NULL.
 */
static inline const unsigned char *text_at(const struct marshal *m, const unsigned char *p,
					   struct marshal_key_part *part)
{
	const unsigned char *end = (const unsigned char *)m->in->end;
	unsigned char type = *p & (unsigned char)~FLAG_REF;
	const struct marshal_object *o;
	size_t n, head;

	part->flag = *p & FLAG_REF;
	part->object = MARSHAL_NO_OBJECT;
	if (type == 'z' || type == 'Z') {
		n = p[1];
		head = 2;
	} else if (type == 'u' || type == 'a' || type == 'A') {
		n = u32_at(p + 1);
		head = 5;
	} else {
		if (!(o = referred(m, p, MARSHAL_TEXT, &part->object)))
			return NULL;
		part->text = (struct str){ o->is.text, o->count };
		return p + REFERENCE;
	}
	if (n > INT32_MAX || n + head > (size_t)(end - p))
		return NULL;
	part->text = (struct str){ (const char *)p + head, n };
	return p + head + n;
}

static inline const unsigned char *integer_at(const struct marshal *m, const unsigned char *p,
					      struct marshal_key_part *part)
{
	const struct marshal_object *o;

	part->flag = *p & FLAG_REF;
	part->object = MARSHAL_NO_OBJECT;
	part->text = S("");
	part->integer = (int32_t)u32_at(p + 1);
	if ((*p & (unsigned char)~FLAG_REF) == 'i')
		return p + 5;
	o = referred(m, p, MARSHAL_INT, &part->object);
	if (!o || o->is.integer < INT32_MIN || o->is.integer > INT32_MAX)
		return NULL;
	part->integer = (int32_t)o->is.integer;
	return p + REFERENCE;
}

/* Keeps it if the enclosing tuple is kept or if it may be referenced. */
static inline uint32_t keep_key_part(struct marshal *m, const struct marshal_key_part *part,
				     enum marshal_kind kind, bool captured)
{
	uint32_t object = part->object;
	struct marshal_object *o;

	if (object == MARSHAL_NO_OBJECT && (part->flag || captured)) {
		object = marshal_new_object(m, kind);
		o = &m->objects[object];
		o->count = (uint32_t)part->text.n;
		if (kind == MARSHAL_INT)
			o->is.integer = part->integer;
		else
			o->is.text = marshal_keep_text(m, part->text).p;
		if (part->flag)
			marshal_add_ref(m, object);
	}
	if (captured)
		marshal_add_item(m, object);
	return object;
}

static void keep_key(struct marshal *m, struct marshal_key *key,
		     const struct marshal_key_part parts[3], bool flag)
{
	struct marshal_object *o;

	key->object = MARSHAL_NO_OBJECT;
	if (flag) {
		key->object = marshal_new_object(m, MARSHAL_TUPLE);
		marshal_add_ref(m, key->object);
		o = &m->objects[key->object];
		o->ref = (uint32_t)m->ref_count;
		o->count = 3;
		o->is.first = m->pool.n;
	}
	m->flags_seen |= flag || parts[0].flag || parts[1].flag || parts[2].flag;
	key->file.object = keep_key_part(m, &parts[0], MARSHAL_TEXT, flag);
	keep_key_part(m, &parts[1], MARSHAL_INT, flag);
	key->name.object = keep_key_part(m, &parts[2], MARSHAL_TEXT, flag);
}

bool marshal_key(struct marshal *m, struct marshal_key *key)
{
	enum { PART = 5, MIN_BYTES = 2 + 3 * PART, MARGIN = 2 * PART };
	struct marshal_container *f = dict_around(m, MIN_BYTES);
	const unsigned char *p = (const unsigned char *)m->in->p, *end;
	struct marshal_key_part parts[3];
	bool flag;

	if (!f || f->value || m->depth >= task_current->limits[LIMIT_NESTING])
		return false;
	flag = *p & FLAG_REF;
	if ((*p & (unsigned char)~FLAG_REF) != ')' || p[1] != 3 ||
	    !(p = text_at(m, p + 2, &parts[0])))
		return false;
	end = (const unsigned char *)m->in->end;
	if (end - p < MARGIN || !(p = integer_at(m, p, &parts[1])) ||
	    !(p = text_at(m, p, &parts[2])))
		return false;
	keep_key(m, key, parts, flag);
	key->file.text = parts[0].text;
	key->name.text = parts[2].text;
	key->line = parts[1].integer;
	account_fast(m, f, (size_t)(p - (const unsigned char *)m->in->p));
	return true;
}

/* --- dicts --- */

bool marshal_dict(struct marshal *m)
{
	struct marshal_container *f = m->depth ? &m->containers[m->depth - 1] : NULL;

	if (!f || f->kind != MARSHAL_TUPLE || f->again || f->capture ||
	    m->depth >= task_current->limits[LIMIT_NESTING] || m->in->p == m->in->end ||
	    *m->in->p != '{')
		return false;
	m->in->p++;
	f->left--;
	return marshal_open(m,
			    (struct marshal_container){ .kind = MARSHAL_DICT,
							.object = MARSHAL_NO_OBJECT },
			    0);
}

bool marshal_end(struct marshal *m)
{
	struct marshal_container *f = dict_around(m, 1);

	if (!f || f->value || f->object != MARSHAL_NO_OBJECT || *m->in->p != '0')
		return false;
	m->in->p++;
	m->depth--;
	marshal_settle(m);
	return true;
}
