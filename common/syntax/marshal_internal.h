/*
 * marshal_internal - what a reader of marshal knows, for the files that it is made of
 *
 *	marshal.c        objects by type, and the containers that they are in
 *	marshal_fast.c  short ways for what most of a profile is
 *	marshal_code.c   code objects
 *	marshal_objects.c   what is kept, and the reader's tables
 *	marshal_bytes.c  bytes beyond the input's window
 *	marshal_errors.c   errors
 */
#ifndef SYNTAX_MARSHAL_INTERNAL_H
#define SYNTAX_MARSHAL_INTERNAL_H

#include "common/base/index.h"
#include "common/syntax/marshal.h"

enum { FLAG_REF = 0x80 }; /* of a type: the object takes the next number for 'r' */

/* A kept object: a scalar, a tuple of `count` of them from pool[first] on, or unusable. */
struct marshal_object {
	enum marshal_kind kind;
	uint32_t count;
	uint32_t tag;
	uint32_t ref; /* of a container: its number in refs, from 1; its tag is there */
	union {
		int64_t integer;
		double number;
		const char *text; /* count bytes */
		size_t first;
	} is;
};

/* A container whose items are being read. */
struct marshal_container {
	enum marshal_kind kind;  /* TUPLE, LIST, DICT or CODE */
	uint32_t left;           /* items to come */
	uint32_t object;         /* what it is kept as, or MARSHAL_NO_OBJECT */
	bool again;              /* comes from pool[first], not from the input */
	bool capture;            /* all items so far are in the pool from `first` on */
	bool value;              /* in a dict: the key is read, its value is not */
	bool ended, used;        /* a dict: its end came; it has entries */
	size_t first;
	const char *layout;      /* a code object: the fields to come */
	struct str name;         /* of a code object, kept */
};

struct marshal_block {
	struct marshal_block *next;
};

struct marshal_list {
	uint32_t *v;
	size_t n, cap;
};

/* What 'r' refers to. A container's tag is here: to look at the object is a cache miss more. */
struct marshal_ref {
	uint32_t object, tag;
};

struct marshal {
	struct input *in;
	struct marshal_container *containers;
	size_t depth, container_cap;
	struct marshal_object *objects;
	size_t object_count, object_cap;
	struct marshal_ref *refs; /* by the number that 'r' uses */
	size_t ref_count, ref_cap;
	struct marshal_list interned; /* objects by the number that 'R' uses */
	struct marshal_list pool; /* objects that are items of kept tuples */
	struct index texts;     /* of interned */
	struct marshal_block *blocks;
	char *room;
	size_t room_left;
	bool flags_seen;        /* version 3 or up: no 'R' */
	/* While a code object is tried, nothing leaves the input and no error is told. */
	bool trying, failed, too_deep;
	size_t held;
	const char *layout;     /* of the code objects being read */
	size_t known;           /* the layout that fitted last */
	size_t row;             /* bytes of a key and four numbers, as met last */
};

static inline uint32_t u32_at(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static inline uint64_t u64_at(const unsigned char *p)
{
	return (uint64_t)u32_at(p + 4) << 32 | u32_at(p);
}

/* --- bytes --- */

static inline uint64_t offset(const struct marshal *m)
{
	return input_offset(m->in) + m->held;
}

/* The same as take(), where a look at the window is not enough. */
const unsigned char *marshal_take_more(struct marshal *m, size_t n);

/* The next n bytes, valid until the next call; NULL at the end of the input. */
static inline const unsigned char *take(struct marshal *m, size_t n)
{
	const char *p = m->in->p;

	if (m->trying || (size_t)(m->in->end - p) < n)
		return marshal_take_more(m, n);
	m->in->p += n;
	return (const unsigned char *)p;
}

/* --- objects --- */

/* The next item, with what has to be done for the containers around it. */
bool marshal_step(struct marshal *m, struct marshal_item *item);
/* Counts are read unless it is a dict or a code object. */
bool marshal_read_container(struct marshal *m, struct marshal_item *item, bool small,
			    enum marshal_kind kind);
/* Tries the layouts one after the other: an item of kind MARSHAL_CODE. */
bool marshal_read_code(struct marshal *m, struct marshal_item *item);
/* The items of a container come next; false if it lies too deep. */
bool marshal_open(struct marshal *m, struct marshal_container container, uint64_t at);
/* Leaves the containers whose last item has come. */
void marshal_settle(struct marshal *m);

/* --- what is kept --- */

static inline bool is_text(enum marshal_kind kind)
{
	return kind == MARSHAL_TEXT || kind == MARSHAL_BYTES || kind == MARSHAL_CODE;
}

/* Keeps a scalar, once; a text that 'R' may refer to under the next number, too. */
uint32_t marshal_keep(struct marshal *m, struct marshal_item *item);
void marshal_keep_interned(struct marshal *m, struct marshal_item *item);
/* An object, a number that 'r' may use for it, a text's bytes. */
uint32_t marshal_new_object(struct marshal *m, enum marshal_kind kind);
void marshal_add_ref(struct marshal *m, uint32_t object);
void marshal_add_item(struct marshal *m, uint32_t object); /* of a kept tuple */
struct str marshal_keep_text(struct marshal *m, struct str text);

/* --- errors --- */

/* Both return false. While a code object is tried, no error is told. */
bool PRINTF_LIKE(3, 4) marshal_fail(struct marshal *m, uint64_t at, const char *format, ...);
bool marshal_fail_nesting(struct marshal *m, uint64_t at);

#endif
