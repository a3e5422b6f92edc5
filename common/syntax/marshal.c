/*
 * marshal - one byte names a type, then comes the value, little-endian
 *
 * Versions 3 and up set the type's top bit on an object that may be met again:
 * it takes the next number, and 'r' with that number stands for it. Containers
 * take their number before their items, scalars after reading, and the constants
 * (None, True, ...) never. Version 2 of Python 2 did so for interned strings only:
 * each 't' takes the next number of a list of their own, that 'R' refers to.
 */
#include "common/base/hash.h"
#include "common/syntax/marshal_inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"

enum {
	MOST_CODE = 1 << 26,     /* bytes of one code object, which is looked through whole */
	ARENA_BLOCK = 1 << 13,
};

/* What read the last file, if that was small: of thousands each would make its tables grow. */
static struct marshal *spare;

struct marshal *marshal_new(struct input *in)
{
	struct marshal *m = spare ? spare : alloc_zero(1, sizeof *m);

	*m = (struct marshal){
		.in = in, .frames = m->frames, .frame_cap = m->frame_cap,
		.objects = m->objects, .object_cap = m->object_cap,
		.refs = m->refs, .ref_cap = m->ref_cap,
		.interned = { m->interned.v, 0, m->interned.cap },
		.pool = { m->pool.v, 0, m->pool.cap },
	};
	spare = NULL;
	return m;
}

void marshal_free(struct marshal *m)
{
	enum { SMALL = 1 << 12 };
	struct block *next;

	if (!m)
		return;
	for (struct block *b = m->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	index_free(&m->texts);
	if (!spare && m->object_cap <= SMALL && m->interned.cap <= SMALL) {
		spare = m;
		return;
	}
	free(m->frames);
	free(m->objects);
	free(m->refs);
	free(m->interned.v);
	free(m->pool.v);
	free(m);
}

/* --- bytes --- */

static bool PRINTF_LIKE(3, 4) fail(struct marshal *m, uint64_t at, const char *format, ...)
{
	char text[512];
	va_list args;

	m->failed = true;
	if (m->trying)
		return false;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	input_error_at(m->in, at, "%s", text);
	return false;
}

static uint64_t offset(const struct marshal *m)
{
	return input_offset(m->in) + m->held;
}

/* Asks for more and more: a size that is a lie costs no more than what is there. */
static bool want(struct marshal *m, size_t n)
{
	size_t have, more;

	while ((have = (size_t)(m->in->end - m->in->p)) < n) {
		more = have < 1 << 16 ? 1 << 17 : have * 2;
		if (!input_want(m->in, more < n ? more : n))
			return false;
	}
	return true;
}

/* The same where a look at the window is not enough. */
static const unsigned char *take_more(struct marshal *m, size_t n)
{
	const char *p;

	if (m->trying && m->held + n > MOST_CODE) {
		m->failed = true;
		return NULL;
	}
	if ((size_t)(m->in->end - m->in->p) - m->held < n &&
	    !want(m, m->held + n)) {
		fail(m, offset(m), "expected %zu more byte%s, got the end of the file", n,
		     n == 1 ? "" : "s");
		return NULL;
	}
	p = m->in->p + m->held;
	if (m->trying)
		m->held += n;
	else
		m->in->p += n;
	return (const unsigned char *)p;
}

/* The next n bytes, valid until the next call; NULL at the end of the input. */
static inline const unsigned char *take(struct marshal *m, size_t n)
{
	const char *p = m->in->p;

	if (m->trying || (size_t)(m->in->end - p) < n)
		return take_more(m, n);
	m->in->p += n;
	return (const unsigned char *)p;
}

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

/* A size in one byte or in four, where half of the range is not used. */
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
	return *size <= INT32_MAX || fail(m, at, "expected a size, got %" PRId32,
					  (int32_t)*size);
}

/* --- kept objects --- */

static void list_add(struct list *l, uint32_t value)
{
	ARRAY_ROOM(l->v, l->n, l->cap);
	l->v[l->n++] = value;
}

void marshal_add_item(struct marshal *m, uint32_t object)
{
	list_add(&m->pool, object);
}

struct str marshal_keep_text(struct marshal *m, struct str text)
{
	struct str kept = { NULL, text.n };

	if (text.n > m->room_left) {
		size_t size = text.n > ARENA_BLOCK ? text.n : ARENA_BLOCK;
		struct block *b = alloc(sizeof *b + size);

		b->next = m->blocks;
		m->blocks = b;
		m->room = (char *)(b + 1);
		m->room_left = size;
	}
	if (!text.n)
		return S("");
	memcpy(m->room, text.p, text.n);
	kept.p = m->room;
	m->room += text.n;
	m->room_left -= text.n;
	return kept;
}

uint32_t marshal_new_object(struct marshal *m, enum marshal_kind kind)
{
	ARRAY_ROOM(m->objects, m->object_count, m->object_cap);
	m->objects[m->object_count] = (struct object){ .kind = kind };
	return (uint32_t)m->object_count++;
}

static bool is_text(enum marshal_kind kind)
{
	return kind == MARSHAL_TEXT || kind == MARSHAL_BYTES || kind == MARSHAL_CODE;
}

/* Keeps a scalar, once. */
static uint32_t keep(struct marshal *m, struct marshal_item *item)
{
	struct object *o;

	if (item->object != MARSHAL_NO_OBJECT)
		return item->object;
	item->object = marshal_new_object(m, item->kind);
	o = &m->objects[item->object];
	if (is_text(item->kind)) {
		o->count = (uint32_t)item->text.n;
		o->is.text = marshal_keep_text(m, item->text).p;
	} else if (item->kind == MARSHAL_FLOAT) {
		o->is.number = item->number;
	} else {
		o->is.integer = item->integer;
	}
	return item->object;
}

static void keep_interned(struct marshal *m, struct marshal_item *item)
{
	uint64_t hash = hash_text(item->text);

	for (struct probe at = index_probe(&m->texts, hash); index_next(&m->texts, &at);) {
		const struct object *o = &m->objects[at.row];

		/* rows of a code object that was tried and left may be gone */
		if (at.row < m->object_count && o->kind == MARSHAL_TEXT &&
		    str_eq((struct str){ o->is.text, o->count }, item->text)) {
			item->object = at.row;
			break;
		}
	}
	if (item->object == MARSHAL_NO_OBJECT)
		index_add(&m->texts, hash, keep(m, item));
	list_add(&m->interned, item->object);
}

void marshal_add_ref(struct marshal *m, uint32_t object)
{
	ARRAY_ROOM(m->refs, m->ref_count, m->ref_cap);
	m->refs[m->ref_count++] = (struct ref){ .object = object };
}

uint32_t *marshal_tag(struct marshal *m, uint32_t object)
{
	struct object *o = &m->objects[object];

	return o->ref ? &m->refs[o->ref - 1].tag : &o->tag;
}

/* --- containers --- */

/* Only tuples of scalars are kept: one that holds a container is none. */
static void end_capture(struct marshal *m)
{
	struct frame *f = m->depth ? &m->frames[m->depth - 1] : NULL;

	if (f && f->capture) {
		f->capture = false;
		m->pool.n = f->first;
	}
}

static bool fail_nesting(struct marshal *m, uint64_t at)
{
	m->too_deep = true;
	return fail(m, at, "expected at most %" PRIu64 " levels of nesting, got more "
		    "(--limit nesting=N)", limits[LIMIT_NESTING]);
}

bool marshal_open(struct marshal *m, struct frame frame, uint64_t at)
{
	if (m->depth == limits[LIMIT_NESTING])
		return fail_nesting(m, at);
	if (!frame.again)
		frame.first = m->pool.n;
	frame.capture = !frame.again && frame.kind == MARSHAL_TUPLE &&
			frame.object != MARSHAL_NO_OBJECT;
	ARRAY_ROOM(m->frames, m->depth, m->frame_cap);
	m->frames[m->depth++] = frame;
	return true;
}

static bool is_complete(const struct frame *f)
{
	if (f->kind == MARSHAL_DICT)
		return f->ended;
	return f->kind == MARSHAL_CODE ? !*f->layout : !f->left;
}

static void close_container(struct marshal *m)
{
	const struct frame *f = &m->frames[--m->depth];
	struct object *o;

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
	while (m->depth && is_complete(&m->frames[m->depth - 1]))
		close_container(m);
}

static bool is_container(enum marshal_kind kind)
{
	return kind == MARSHAL_TUPLE || kind == MARSHAL_LIST || kind == MARSHAL_DICT;
}

/* Whether a field of a code object is what the layout says. */
static bool take_field(struct marshal *m, struct frame *code, const struct marshal_item *item)
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

/* Counts an item in the container that it is in. */
static bool account(struct marshal *m, struct frame *f, struct marshal_item *item)
{
	if (f->kind == MARSHAL_CODE && !take_field(m, f, item))
		return fail(m, item->at, "expected another field of a code object");
	if (f->kind == MARSHAL_DICT) {
		f->ended = item->kind == MARSHAL_END;
		f->value = !f->value;
		f->used |= !f->ended;
	} else if (f->kind != MARSHAL_CODE) {
		f->left--;
	}
	if (f->capture)
		marshal_add_item(m, keep(m, item));
	return true;
}

/* --- objects, by type --- */

/* Base 2^15, least digit first, the sign in the count. */
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
			return fail(m, item->at, "expected digits below 32768 in a long, got %u",
				    (unsigned)digit);
		huge |= value > (uint64_t)INT64_MAX >> 15;
		value = value << 15 | digit;
	}
	item->kind = huge ? MARSHAL_OTHER : MARSHAL_INT;
	item->wide = !huge && value <= INT32_MAX;
	item->integer = minus ? -(int64_t)value : (int64_t)value;
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

/* Version 0 and 1: the number as text. The programs stay in the C locale. */
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
	return (n && end == text + n) ||
	       fail(m, item->at, "expected a number, got %s",
		    quote((struct str){ text, n }));
}

static bool read_complex(struct marshal *m, struct marshal_item *item, bool text)
{
	bool (*read_half)(struct marshal *, struct marshal_item *) =
		text ? read_text_float : read_float;
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

static bool read_container(struct marshal *m, struct marshal_item *item, bool small,
			   enum marshal_kind kind)
{
	uint32_t n = 0;

	if (kind != MARSHAL_DICT && kind != MARSHAL_CODE && !take_size(m, small, &n))
		return false;
	item->kind = kind;
	item->count = n;
	end_capture(m);
	return marshal_open(m, (struct frame){ .kind = kind, .left = n,
						 .object = item->object,
						 .layout = m->layout }, item->at);
}

/* A slice has no size: start, stop, step. */
static bool read_slice(struct marshal *m, struct marshal_item *item)
{
	item->kind = MARSHAL_LIST;
	item->count = 3;
	end_capture(m);
	return marshal_open(m, (struct frame){ .kind = MARSHAL_LIST, .left = 3,
						 .object = item->object }, item->at);
}

static bool give_object(struct marshal *m, struct marshal_item *item, uint32_t object)
{
	const struct object *o = &m->objects[object];

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
	return marshal_open(m, (struct frame){ .kind = o->kind, .left = o->count,
						 .object = object, .again = true,
						 .first = o->is.first }, item->at);
}

static bool no_object(struct marshal *m, const struct marshal_item *item, size_t count,
		      uint32_t n)
{
	return fail(m, item->at, "expected a reference below %zu, the number of objects, got %"
		    PRIu32, count, n);
}

static bool read_reference(struct marshal *m, struct marshal_item *item)
{
	uint32_t n;

	return take_u32(m, &n) &&
	       (n < m->ref_count ? give_object(m, item, m->refs[n].object)
				 : no_object(m, item, m->ref_count, n));
}

static bool read_interned(struct marshal *m, struct marshal_item *item)
{
	uint32_t n;

	return take_u32(m, &n) &&
	       (n < m->interned.n ? give_object(m, item, m->interned.v[n])
				  : no_object(m, item, m->interned.n, n));
}

static bool read_end(struct marshal *m, struct marshal_item *item)
{
	const struct frame *f = m->depth ? &m->frames[m->depth - 1] : NULL;

	item->kind = MARSHAL_END;
	return (f && f->kind == MARSHAL_DICT && !f->value) ||
	       fail(m, item->at, "expected a value, got the end of a dict");
}

static bool read_constant(struct marshal_item *item, enum marshal_kind kind, bool value)
{
	item->kind = kind;
	item->integer = value;
	return true;
}

static bool read_code(struct marshal *m, struct marshal_item *item);

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
	case '(': return read_container(m, item, false, MARSHAL_TUPLE);
	case ')': return read_container(m, item, true, MARSHAL_TUPLE);
	case '[':
	case '<':
	case '>': return read_container(m, item, false, MARSHAL_LIST);
	case '{': return read_container(m, item, false, MARSHAL_DICT);
	case 'c': return read_code(m, item);
	case ':': return read_slice(m, item);
	case 'r': return read_reference(m, item);
	case 'R': return read_interned(m, item);
	default:
		return fail(m, item->at, "expected a marshal type code, got byte 0x%02x", type);
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
		marshal_add_ref(m, keep(m, item));
	else if (type == 't' && !m->flags_seen)
		keep_interned(m, item);
	return true;
}

/* An item of a tuple that was kept, or the end of an empty dict. */
static bool read_again(struct marshal *m, struct frame *f, struct marshal_item *item)
{
	if (f->kind != MARSHAL_DICT)
		return give_object(m, item, m->pool.v[f->first++]);
	item->kind = MARSHAL_END;
	return true;
}

static bool skip_raw_ints(struct marshal *m, struct frame *code)
{
	for (; *code->layout == 'i'; code->layout++)
		if (!take(m, 4))
			return false;
	return true;
}

static bool step(struct marshal *m, struct marshal_item *item)
{
	size_t around = m->depth;
	struct frame *f = around ? &m->frames[around - 1] : NULL;

	if (f && f->kind == MARSHAL_CODE && !skip_raw_ints(m, f))
		return false;
	*item = (struct marshal_item){ .object = MARSHAL_NO_OBJECT, .at = offset(m) };
	if (!(f && f->again ? read_again(m, f, item) : read_object(m, item)))
		return false;
	if (around && !account(m, &m->frames[around - 1], item))
		return false;
	marshal_settle(m);
	return true;
}

/* --- code objects --- */

/*
 * `python -m profile` has a code object in a key. Its fields depend on the version
 * of Python, which no file tells: i is a raw 32-bit number, b bytes, t a tuple, s a
 * string and n the name. The layout that fits is the file's.
 */
static const char *const layouts[] = {
	"iiiiibtttbsnsibb",  /* 3.11 to 3.14 */
	"iiiiiibtttttsnib",  /* 3.8 to 3.10 */
	"iiiiibtttttsnib",   /* 3.0 to 3.7 */
	"iiiistttttsnis",    /* 2.7, whose bytes are strings */
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* Reads a code object's fields; the bytes stay in the input's window. */
static bool try_layout(struct marshal *m, struct marshal_item *item, const char *layout)
{
	size_t around = m->depth;
	struct marshal_item inner;

	m->trying = true;
	m->layout = layout;
	if (!marshal_open(m, (struct frame){ .kind = MARSHAL_CODE, .layout = layout,
					       .object = item->object }, item->at))
		return false;
	do
		if (!step(m, &inner))
			return false;
	while (m->depth > around);
	item->kind = MARSHAL_CODE;
	item->text = m->frames[around].name;
	return true;
}

/* The items of the tuple around stay together, after what the code object kept. */
static void move_capture(struct marshal *m, size_t end)
{
	struct frame *f = m->depth ? &m->frames[m->depth - 1] : NULL;
	size_t first;

	if (!f || !f->capture || m->pool.n == end)
		return;
	first = f->first;
	f->first = m->pool.n;
	for (; first < end; first++)
		marshal_add_item(m, m->pool.v[first]);
}

static bool read_code(struct marshal *m, struct marshal_item *item)
{
	const struct marshal before = *m;

	if (m->trying)
		return read_container(m, item, false, MARSHAL_CODE);
	for (size_t i = 0; i < LAYOUTS; i++) {
		size_t known = (before.known + i) % LAYOUTS;
		bool fits = try_layout(m, item, layouts[known]);

		m->trying = m->failed = false;
		if (fits) {
			m->in->p += m->held;
			m->held = 0;
			m->known = known;
			m->too_deep = false;
			move_capture(m, before.pool.n);
			return true;
		}
		m->held = 0;
		m->depth = before.depth;
		m->object_count = before.object_count;
		m->ref_count = before.ref_count;
		m->interned.n = before.interned.n;
		m->pool.n = before.pool.n;
		m->flags_seen = before.flags_seen;
	}
	if (m->too_deep)
		return fail_nesting(m, item->at);
	return fail(m, item->at, "expected a code object of Python 2.7 to 3.14, got another");
}

/* --- what readers call --- */

bool marshal_next(struct marshal *m, struct marshal_item *item)
{
	return !m->failed && step(m, item);
}

bool marshal_skip(struct marshal *m, const struct marshal_item *container)
{
	struct marshal_item item;
	size_t around;

	if (!is_container(container->kind) ||
	    (container->kind != MARSHAL_DICT && !container->count))
		return true;
	around = m->depth - 1;
	if (m->frames[around].again) {
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

/* --- telling --- */

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

int marshal_expected(struct marshal *m, const struct marshal_item *got, const char *what)
{
	static const char *const others[] = {
		[MARSHAL_OTHER] = "a value of another kind or beyond 64 bits",
		[MARSHAL_NONE] = "None", [MARSHAL_BOOL] = "a truth value",
		[MARSHAL_CODE] = "a code object", [MARSHAL_DICT] = "a dict",
		[MARSHAL_END] = "the end of a dict",
	};
	char text[96];

	switch (got->kind) {
	case MARSHAL_INT:
		snprintf(text, sizeof text, "the number %" PRId64, got->integer);
		break;
	case MARSHAL_FLOAT:
		snprintf(text, sizeof text, "the float %.17g", got->number);
		break;
	case MARSHAL_TEXT:
	case MARSHAL_BYTES:
		fail(m, got->at, "expected %s, got the string %s", what, quote(got->text));
		return -1;
	case MARSHAL_TUPLE:
	case MARSHAL_LIST:
		snprintf(text, sizeof text, "a %s of %zu value%s",
			 got->kind == MARSHAL_TUPLE ? "tuple" : "list", got->count,
			 plural(got->count));
		break;
	default:
		snprintf(text, sizeof text, "%s", others[got->kind]);
	}
	fail(m, got->at, "expected %s, got %s", what, text);
	return -1;
}
