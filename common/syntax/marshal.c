/*
 * marshal - one byte names a type, then comes the value, little-endian
 *
 * Versions 3 and up set the type's top bit on an object that may be met again:
 * it takes the next number, and 'r' with that number stands for it. Containers
 * take their number before their items, scalars after reading, and the constants
 * (None, True, ...) never. Version 2 of Python 2 did so for interned strings only:
 * each 't' takes the next number of a list of their own, that 'R' refers to.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "common/syntax/marshal_internal.h"

/* --- bytes --- */

static bool take_u32(struct marshal *m, uint32_t *value)
{
	const unsigned char *p = take(m, 4);

	if (p)
		*value = u32_at(p);
	return p;
}

static bool take_u64(struct marshal *m, uint64_t *value)
{
	uint32_t low, high;

	if (!take_u32(m, &low) || !take_u32(m, &high))
		return false;
	*value = (uint64_t)high << 32 | low;
	return true;
}

/* Reads a size of one byte or of four, where half of the range is not used. */
static bool take_size(struct marshal *m, bool small, uint32_t *size)
{
	uint64_t at = offset(m);
	const unsigned char *p;

	if (small) {
		p = take(m, 1);
		*size = p ? *p : 0;
		return p;
	}
	if (!take_u32(m, size))
		return false;
	return *size <= INT32_MAX ||
	       marshal_fail(m, at, "expected a size, got %" PRId32, (int32_t)*size);
}

/* --- containers --- */

/* Only tuples of scalars are kept; a tuple with a container in it becomes unusable. */
static void end_capture(struct marshal *m)
{
	struct marshal_container *f = m->depth ? &m->containers[m->depth - 1] : NULL;

	if (f && f->capture) {
		f->capture = false;
		m->pool.n = f->first;
	}
}

bool marshal_open(struct marshal *m, struct marshal_container container, uint64_t at)
{
	if (m->depth == task_current->limits[LIMIT_NESTING])
		return marshal_fail_nesting(m, at);
	if (!container.again)
		container.first = m->pool.n;
	container.capture = !container.again && container.kind == MARSHAL_TUPLE &&
			    container.object != MARSHAL_NO_OBJECT;
	ARRAY_ROOM(m->containers, m->depth, m->container_cap);
	m->containers[m->depth++] = container;
	return true;
}

static bool is_complete(const struct marshal_container *f)
{
	if (f->kind == MARSHAL_DICT)
		return f->ended;
	return f->kind == MARSHAL_CODE ? !*f->layout : !f->left;
}

static void close_container(struct marshal *m)
{
	const struct marshal_container *f = &m->containers[--m->depth];
	struct marshal_object *o;

	if (f->again || f->object == MARSHAL_NO_OBJECT)
		return;
	o = &m->objects[f->object];
	if (f->kind == MARSHAL_CODE) {
		o->kind = MARSHAL_CODE;
		o->is.text = f->name.p;
		o->count = (uint32_t)f->name.n;
	} else if (f->capture) {
		o->kind = MARSHAL_TUPLE;
		o->is.first = f->first;
		o->count = (uint32_t)(m->pool.n - f->first);
	} else if (f->kind == MARSHAL_DICT && !f->used) {
		o->kind = MARSHAL_DICT;
	}
}

void marshal_settle(struct marshal *m)
{
	while (m->depth && is_complete(&m->containers[m->depth - 1]))
		close_container(m);
}

static bool is_container(enum marshal_kind kind)
{
	return kind == MARSHAL_TUPLE || kind == MARSHAL_LIST || kind == MARSHAL_DICT;
}

/* Whether the next field of a code object is as the layout says. */
static bool take_field(struct marshal *m, struct marshal_container *code,
		       const struct marshal_item *item)
{
	char field = *code->layout++;

	if (field == 't')
		return item->kind == MARSHAL_TUPLE ||
		       (item->kind == MARSHAL_OTHER && item->object != MARSHAL_NO_OBJECT);
	if (field == 'b')
		return item->kind == MARSHAL_BYTES;
	if (field == 'n' && is_text(item->kind))
		code->name = marshal_keep_text(m, item->text);
	return item->kind == MARSHAL_TEXT || item->kind == MARSHAL_BYTES;
}

/* Counts an item of the innermost container. */
static bool account(struct marshal *m, struct marshal_container *f, struct marshal_item *item)
{
	if (f->kind == MARSHAL_CODE && !take_field(m, f, item))
		return marshal_fail(m, item->at, "expected another field of a code object");
	if (f->kind == MARSHAL_DICT) {
		f->ended = item->kind == MARSHAL_END;
		f->value = !f->value;
		f->used |= !f->ended;
	} else if (f->kind != MARSHAL_CODE) {
		f->left--;
	}
	if (f->capture)
		marshal_add_item(m, marshal_keep(m, item));
	return true;
}

/* --- objects, by type --- */

/* Digits in base 2^15, least significant first; the count has the sign. */
static bool read_long(struct marshal *m, struct marshal_item *item)
{
	uint32_t size;
	bool minus, huge = false;
	const unsigned char *p;
	uint64_t value = 0;

	if (!take_u32(m, &size))
		return false;
	minus = size > INT32_MAX;
	if (minus)
		size = 0 - size;
	p = take(m, (size_t)size * 2);
	if (!p)
		return false;
	for (size_t i = size; i--;) {
		uint64_t digit = p[2 * i] | (uint64_t)p[2 * i + 1] << 8;

		if (digit >> 15)
			return marshal_fail(m, item->at,
					    "expected digits below 32768 in a long, got %u",
					    (unsigned)digit);
		huge |= value > (uint64_t)INT64_MAX >> 15;
		value = value << 15 | digit;
	}
	item->kind = huge ? MARSHAL_OTHER : MARSHAL_INT;
	item->wide = !huge && value <= INT32_MAX;
	item->integer = (int64_t)(minus ? 0 - value : value);
	return true;
}

static bool read_int(struct marshal *m, struct marshal_item *item)
{
	uint32_t value;

	item->kind = MARSHAL_INT;
	if (!take_u32(m, &value))
		return false;
	item->integer = (int32_t)value;
	return true;
}

static bool read_int64(struct marshal *m, struct marshal_item *item)
{
	uint64_t value;

	item->kind = MARSHAL_INT;
	if (!take_u64(m, &value))
		return false;
	item->integer = (int64_t)value;
	return true;
}

static bool read_float(struct marshal *m, struct marshal_item *item)
{
	uint64_t bits;

	item->kind = MARSHAL_FLOAT;
	if (!take_u64(m, &bits))
		return false;
	memcpy(&item->number, &bits, sizeof bits);
	return true;
}

/* Versions 0 and 1: the number as text. The programs stay in the C locale. */
static bool read_text_float(struct marshal *m, struct marshal_item *item)
{
	char text[256], *end;
	uint32_t n;
	const unsigned char *p;

	item->kind = MARSHAL_FLOAT;
	if (!take_size(m, true, &n) || !(p = take(m, n)))
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	item->number = strtod(text, &end);
	return (n && end == text + n) || marshal_fail(m, item->at, "expected a number, got %s",
						      diag_quote((struct str){ text, n }));
}

static bool read_complex(struct marshal *m, struct marshal_item *item, bool text)
{
	bool (*read_half)(struct marshal *, struct marshal_item *) = text ? read_text_float
									  : read_float;
	bool real = read_half(m, item), imaginary = real && read_half(m, item);

	item->kind = MARSHAL_OTHER;
	return imaginary;
}

static bool read_text(struct marshal *m, struct marshal_item *item, bool small,
		      enum marshal_kind kind)
{
	uint32_t n;
	const unsigned char *p;

	if (!take_size(m, small, &n) || !(p = take(m, n)))
		return false;
	item->kind = kind;
	item->text = (struct str){ (const char *)p, n };
	return true;
}

bool marshal_read_container(struct marshal *m, struct marshal_item *item, bool small,
			    enum marshal_kind kind)
{
	uint32_t n = 0;

	if (kind != MARSHAL_DICT && kind != MARSHAL_CODE && !take_size(m, small, &n))
		return false;
	item->kind = kind;
	item->count = n;
	end_capture(m);
	return marshal_open(m,
			    (struct marshal_container){ .kind = kind,
							.left = n,
							.object = item->object,
							.layout = m->layout },
			    item->at);
}

/* A slice has no size: its items are start, stop, step. */
static bool read_slice(struct marshal *m, struct marshal_item *item)
{
	item->kind = MARSHAL_LIST;
	item->count = 3;
	end_capture(m);
	return marshal_open(m,
			    (struct marshal_container){
				    .kind = MARSHAL_LIST, .left = 3, .object = item->object },
			    item->at);
}

static bool give_object(struct marshal *m, struct marshal_item *item, uint32_t object)
{
	const struct marshal_object *o = &m->objects[object];

	item->object = object;
	item->kind = o->kind;
	item->count = o->count;
	if (is_text(o->kind))
		item->text = (struct str){ o->is.text, o->count };
	else if (o->kind == MARSHAL_FLOAT)
		item->number = o->is.number;
	else if (o->kind == MARSHAL_INT || o->kind == MARSHAL_BOOL)
		item->integer = o->is.integer;
	if (!is_container(o->kind))
		return true;
	end_capture(m);
	return marshal_open(m,
			    (struct marshal_container){ .kind = o->kind,
							.left = o->count,
							.object = object,
							.again = true,
							.first = o->is.first },
			    item->at);
}

static bool no_object(struct marshal *m, const struct marshal_item *item, size_t count, uint32_t n)
{
	return marshal_fail(m, item->at,
			    "expected a reference below %zu, the number of "
			    "objects, got %" PRIu32,
			    count, n);
}

static bool read_reference(struct marshal *m, struct marshal_item *item)
{
	uint32_t n;

	return take_u32(m, &n) && (n < m->ref_count ? give_object(m, item, m->refs[n].object)
						    : no_object(m, item, m->ref_count, n));
}

static bool read_interned(struct marshal *m, struct marshal_item *item)
{
	uint32_t n;

	return take_u32(m, &n) && (n < m->interned.n ? give_object(m, item, m->interned.v[n])
						     : no_object(m, item, m->interned.n, n));
}

static bool read_end(struct marshal *m, struct marshal_item *item)
{
	const struct marshal_container *f = m->depth ? &m->containers[m->depth - 1] : NULL;

	item->kind = MARSHAL_END;
	return (f && f->kind == MARSHAL_DICT && !f->value) ||
	       marshal_fail(m, item->at, "expected a value, got the end of a dict");
}

static bool read_constant(struct marshal_item *item, enum marshal_kind kind, bool value)
{
	item->kind = kind;
	item->integer = value;
	return true;
}

static bool read_type(struct marshal *m, struct marshal_item *item, unsigned char type)
{
	switch (type) {
	case '0': return read_end(m, item);
	case 'N': return read_constant(item, MARSHAL_NONE, false);
	case 'T': return read_constant(item, MARSHAL_BOOL, true);
	case 'F': return read_constant(item, MARSHAL_BOOL, false);
	case 'S':
	case '.': return read_constant(item, MARSHAL_OTHER, false);
	case 'i': return read_int(m, item);
	case 'I': return read_int64(m, item);
	case 'l': return read_long(m, item);
	case 'f': return read_text_float(m, item);
	case 'g': return read_float(m, item);
	case 'x': return read_complex(m, item, true);
	case 'y': return read_complex(m, item, false);
	case 's': return read_text(m, item, false, MARSHAL_BYTES);
	case 'u':
	case 't':
	case 'a':
	case 'A': return read_text(m, item, false, MARSHAL_TEXT);
	case 'z':
	case 'Z': return read_text(m, item, true, MARSHAL_TEXT);
	case '(': return marshal_read_container(m, item, false, MARSHAL_TUPLE);
	case ')': return marshal_read_container(m, item, true, MARSHAL_TUPLE);
	case '[':
	case '<':
	case '>': return marshal_read_container(m, item, false, MARSHAL_LIST);
	case '{': return marshal_read_container(m, item, false, MARSHAL_DICT);
	case 'c': return marshal_read_code(m, item);
	case ':': return read_slice(m, item);
	case 'r': return read_reference(m, item);
	case 'R': return read_interned(m, item);
	default:
		return marshal_fail(m, item->at, "expected a marshal type code, got byte 0x%02x",
				    type);
	}
}

/* Of eight types. */
static inline bool is_one_of(unsigned char type, const char types[static 8])
{
	bool found = false;

	for (int i = 0; i < 8; i++)
		found |= type == (unsigned char)types[i];
	return found;
}

static bool read_object(struct marshal *m, struct marshal_item *item)
{
	const unsigned char *p = take(m, 1);
	unsigned char type;
	bool flag, container;

	if (!p)
		return false;
	type = *p & (unsigned char)~FLAG_REF;
	flag = *p & FLAG_REF && !is_one_of(type, "0NTFS.rR");
	container = flag && is_one_of(type, "()[<>{c:");
	m->flags_seen |= flag;
	if (container) {
		item->object = marshal_new_object(m, MARSHAL_OTHER);
		marshal_add_ref(m, item->object);
		m->objects[item->object].ref = (uint32_t)m->ref_count;
	}
	if (!read_type(m, item, type))
		return false;
	if (flag && !container)
		marshal_add_ref(m, marshal_keep(m, item));
	else if (type == 't' && !m->flags_seen)
		marshal_keep_interned(m, item);
	return true;
}

/* Returns an item of a kept tuple, or the end of an empty dict. */
static bool read_again(struct marshal *m, struct marshal_container *f, struct marshal_item *item)
{
	if (f->kind != MARSHAL_DICT)
		return give_object(m, item, m->pool.v[f->first++]);
	item->kind = MARSHAL_END;
	return true;
}

static bool skip_raw_ints(struct marshal *m, struct marshal_container *code)
{
	for (; *code->layout == 'i'; code->layout++)
		if (!take(m, 4))
			return false;
	return true;
}

bool marshal_step(struct marshal *m, struct marshal_item *item)
{
	size_t around = m->depth;
	struct marshal_container *f = around ? &m->containers[around - 1] : NULL;

	if (f && f->kind == MARSHAL_CODE && !skip_raw_ints(m, f))
		return false;
	*item = (struct marshal_item){ .object = MARSHAL_NO_OBJECT, .at = offset(m) };
	if (!(f && f->again ? read_again(m, f, item) : read_object(m, item)))
		return false;
	if (around && !account(m, &m->containers[around - 1], item))
		return false;
	marshal_settle(m);
	return true;
}

/* --- what readers call --- */

bool marshal_next(struct marshal *m, struct marshal_item *item)
{
	return !m->failed && marshal_step(m, item);
}

bool marshal_skip(struct marshal *m, const struct marshal_item *container)
{
	struct marshal_item item;
	size_t around;

	if (!is_container(container->kind) ||
	    (container->kind != MARSHAL_DICT && !container->count))
		return true;
	around = m->depth - 1;
	if (m->containers[around].again) {
		close_container(m);
		marshal_settle(m);
		return true;
	}
	do
		if (!marshal_next(m, &item))
			return false;
	while (m->depth > around);
	return true;
}
