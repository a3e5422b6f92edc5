/*
 * marshal_internal - the state of a marshal reader, shared by its source files
 *
 * 	marshal.c          objects by type, and the containers that they are in
 * 	marshal_fast.c     fast paths for the bulk of a profile
 * 	marshal_code.c     code objects
 * 	marshal_objects.c  kept objects, and the reader's tables
 * 	marshal_bytes.c    bytes beyond the window of the input
 * 	marshal_errors.c   errors
 */
#ifndef SYNTAX_MARSHAL_INTERNAL_H
#define SYNTAX_MARSHAL_INTERNAL_H

#include "common/base/index.h"
#include "common/syntax/marshal.h"

enum { FLAG_REF = 0x80 }; /* flag in a type byte: the object gets the next reference number */

/* A kept object: a scalar, a tuple of `count` scalars at pool[first], or unusable. */
struct marshal_object {
	enum marshal_kind kind;
	uint32_t count;
	uint32_t tag;
	uint32_t ref; /* of a container: its number in refs plus 1; its tag is stored there */
	union {
		int64_t integer;
		double number;
		const char *text; /* `count` bytes */
		size_t first;
	} is;
};

/* A container whose items are being read. */
struct marshal_container {
	enum marshal_kind kind; /* TUPLE, LIST, DICT or CODE */
	uint32_t left;          /* items not read yet */
	uint32_t object;        /* its id as a kept object, or MARSHAL_NO_OBJECT */
	bool again;             /* a repeated object: items come from pool[first], not from the
				    input */
	bool capture;           /* all items so far have been added to the pool, from `first` on */
	bool value;             /* in a dict: the key has been read, its value has not */
	bool ended, used;       /* a dict: its end has been read; it has entries */
	size_t first;
	const char *layout; /* a code object: the fields still to be read */
	struct str name;    /* of a code object; its bytes are kept */
};

struct marshal_block {
	struct marshal_block *next;
};

struct marshal_list {
	uint32_t *v;
	size_t n, cap;
};

/*
 * The target of a reference. A container's tag is stored here because looking at the object
 * would be one more cache miss.
 */
struct marshal_ref {
	uint32_t object, tag;
};

struct marshal {
	struct input *in;
	struct marshal_container *containers;
	size_t depth, container_cap;
	struct marshal_object *objects;
	size_t object_count, object_cap;
	struct marshal_ref *refs; /* by reference number */
	size_t ref_count, ref_cap;
	struct marshal_list interned; /* ids of objects, by the number that 'R' uses */
	struct marshal_list pool;     /* ids of the items of kept tuples */
	struct index texts;           /* of interned */
	struct marshal_block *blocks;
	char *room;
	size_t room_left;
	bool flags_seen; /* version 3 or up: no 'R' */
	/*
	 * While the layout of a code object is being guessed, nothing is consumed from the
	 * input and no error is reported.
	 */
	bool trying, failed, too_deep;
	size_t held;
	const char *layout; /* the layout that is being tried */
	size_t known;       /* index of the layout that fitted last */
	size_t row;         /* size of a key and its four numbers, as last read */
};

static inline uint32_t u32_at(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
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

/* The general case of take(). */
const unsigned char *marshal_take_more(struct marshal *m, size_t n);

/* Consumes the next n bytes, valid until the next call. NULL at the end of the input. */
static inline const unsigned char *take(struct marshal *m, size_t n)
{
	const char *p = m->in->p;

	if (m->trying || (size_t)(m->in->end - p) < n)
		return marshal_take_more(m, n);
	m->in->p += n;
	return (const unsigned char *)p;
}

/* --- objects --- */

/* Reads the next item and updates the containers that are open. */
bool marshal_step(struct marshal *m, struct marshal_item *item);
/* Reads the start of a container, with its count unless it is a dict or a code object. */
bool marshal_read_container(struct marshal *m, struct marshal_item *item, bool small,
			    enum marshal_kind kind);
/* Tries the known layouts of code objects in turn. Returns an item of kind MARSHAL_CODE. */
bool marshal_read_code(struct marshal *m, struct marshal_item *item);
/* Opens a container whose items come next. False if the nesting is too deep. */
bool marshal_open(struct marshal *m, struct marshal_container container, uint64_t at);
/* Closes the containers whose last item has been read. */
void marshal_settle(struct marshal *m);

/* --- what is kept --- */

static inline bool is_text(enum marshal_kind kind)
{
	return kind == MARSHAL_TEXT || kind == MARSHAL_BYTES || kind == MARSHAL_CODE;
}

/*
 * Keeps a scalar, unless it is kept already; the second one also gives a text the next number
 * for 'R'.
 */
uint32_t marshal_keep(struct marshal *m, struct marshal_item *item);
void marshal_keep_interned(struct marshal *m, struct marshal_item *item);
/* Adds an object, a reference number for it, the bytes of a text. */
uint32_t marshal_new_object(struct marshal *m, enum marshal_kind kind);
void marshal_add_ref(struct marshal *m, uint32_t object);
void marshal_add_item(struct marshal *m, uint32_t object); /* as the next item of a kept tuple */
struct str marshal_keep_text(struct marshal *m, struct str text);

/* --- errors --- */

/* Both return false. While a code object is being tried, no error is reported. */
bool PRINTF_LIKE(3, 4) marshal_fail(struct marshal *m, uint64_t at, const char *format, ...);
bool marshal_fail_nesting(struct marshal *m, uint64_t at);

#endif
