/*
 * marshal_short - what most of a profile is, read where it lies: see marshal.h
 */
#include <string.h>

#include "common/io/limits.h"
#include "common/syntax/marshal_inside.h"

/* Counts an item that was taken in a short way; only a dict's items are. */
static void account_short(struct marshal *m, struct frame *f, size_t bytes)
{
	m->in->p += bytes;
	f->value = !f->value;
	f->used = true;
}

/* The dict around, if `bytes` more are there: bytes that come again are no short way. */
static struct frame *dict_around(const struct marshal *m, size_t bytes)
{
	struct frame *f = m->depth ? &m->frames[m->depth - 1] : NULL;

	return f && f->kind == MARSHAL_DICT && !f->again &&
	       (size_t)(m->in->end - m->in->p) >= bytes ? f : NULL;
}

enum { REFERENCE = 5 }; /* bytes */

/* A reference `ahead` bytes from here. */
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
	struct frame *f = dict_around(m, REFERENCE);
	uint32_t number;

	if (!f || !reference_at(m, 0, &number) || !m->refs[number].tag)
		return 0;
	account_short(m, f, REFERENCE);
	return m->refs[number].tag;
}

uint32_t marshal_soon(const struct marshal *m)
{
	uint32_t number;

	return reference_at(m, m->row, &number) ? m->refs[number].tag : 0;
}

/* A number at p; the byte behind it, or NULL if it is something else. */
static inline const unsigned char *number_at(const struct marshal *m, const unsigned char *p,
					     struct marshal_number *number)
{
	const struct object *o;
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

bool marshal_four(struct marshal *m, uint32_t count, struct marshal_number numbers[4])
{
	enum { HEAD = 5, NUMBER = 9 }; /* bytes at most */
	struct frame *f = dict_around(m, HEAD + 4 * NUMBER);
	const unsigned char *p = (const unsigned char *)m->in->p, *start = p;
	uint32_t far;

	if (!f)
		return false;
	if (p[0] == ')' && p[1] == count)
		p += 2;
	else if (p[0] == '(' && u32_at(p + 1) == count)
		p += HEAD;
	else
		return false;
	for (int i = 0; i < 4; i++)
		if (!(p = number_at(m, p, &numbers[i])))
			return false;
	if (m->depth >= limits[LIMIT_NESTING])
		return false;
	account_short(m, f, (size_t)(p - start));
	m->row = REFERENCE + (size_t)(p - start);
	/* for marshal_soon() after the next row: a cache miss otherwise */
	if (reference_at(m, 2 * m->row, &far))
		__builtin_prefetch(&m->refs[far]);
	return count == 4 ||
	       marshal_open(m, (struct frame){ .kind = MARSHAL_TUPLE, .left = count - 4,
						 .object = MARSHAL_NO_OBJECT }, 0);
}
