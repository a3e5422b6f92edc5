/*
 * marshal - Python's serialised objects, pulled from an input or put to an output
 *
 * Reading: each marshal_next() gives one item. Scalars come by value; a tuple, list
 * or set comes as its count, and its items follow; a dict comes as keys and values in
 * turn up to a MARSHAL_END. What Python saved as a reference to an earlier object
 * comes again as that object did. Versions 0 to 5 are read.
 *
 * Memory follows the distinct objects: a scalar is kept if the file says that it
 * may be referred to, and a tuple if it holds only scalars (a key of a profile). A
 * reference to any other container comes as MARSHAL_OTHER. A code object comes as a
 * scalar, its name; what else is in it is skipped.
 *
 * Errors are the input's (sticky, told once): marshal_next() then says false.
 */
#ifndef SYNTAX_MARSHAL_H
#define SYNTAX_MARSHAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/io/input.h"
#include "common/io/output.h"

enum marshal_kind {
	MARSHAL_OTHER,  /* a value that no profile holds, or a number beyond 64 bits */
	MARSHAL_NONE,
	MARSHAL_BOOL,   /* integer: 0 or 1 */
	MARSHAL_INT,    /* integer */
	MARSHAL_FLOAT,  /* number */
	MARSHAL_TEXT,   /* text: UTF-8 with lone surrogates; of Python 2, any bytes */
	MARSHAL_BYTES,  /* text */
	MARSHAL_CODE,   /* text: the code's name */
	MARSHAL_TUPLE,  /* count items follow */
	MARSHAL_LIST,   /* the same; lists, sets, slices */
	MARSHAL_DICT,   /* keys and values follow */
	MARSHAL_END,    /* of the innermost dict */
};

enum { MARSHAL_NO_OBJECT = UINT32_MAX };

struct marshal_item {
	enum marshal_kind kind;
	uint32_t object;   /* the kept object that it is, or MARSHAL_NO_OBJECT */
	int64_t integer;
	bool wide;         /* a long, though 32 bits would hold it */
	double number;
	size_t count;
	struct str text;   /* valid until the next call */
	uint64_t at;       /* the byte where it begins */
};

struct marshal *marshal_new(struct input *in);
void marshal_free(struct marshal *m);

/* The next item; false after an error. */
bool marshal_next(struct marshal *m, struct marshal_item *item);

/* Passes over the items of a container that marshal_next() just gave. */
bool marshal_skip(struct marshal *m, const struct marshal_item *container);

/*
 * A number of the caller's own beside each kept object, at first 0: what has
 * been made of a key need not be made again when the key is referred to. The
 * pointer is valid until the next call.
 */
uint32_t *marshal_tag(struct marshal *m, uint32_t object);

/*
 * Short ways for what most of a profile is. Each takes the next item if it is just that
 * and in the window; else it takes nothing, and marshal_next() has the item or the error.
 */
struct marshal_number {
	bool integral, wide;
	int64_t integer;
	double number;
	uint64_t at;
};

/* A reference to a tuple whose tag is not 0: the tag, or 0. Passes over its items. */
uint32_t marshal_tagged(struct marshal *m);

/* A tuple of a text, a number and a text, and what they are kept as. */
struct marshal_key {
	uint32_t object;
	struct marshal_name {
		uint32_t object;
		struct str text; /* valid until the next call */
	} file, name;
	int32_t line;
};
bool marshal_key(struct marshal *m, struct marshal_key *key);
/* A dict that nothing refers to, and the end of one. */
bool marshal_dict(struct marshal *m);
bool marshal_end(struct marshal *m);

/* A tuple as marshal_four() takes it: two numbers of 32 bits and two floats in +-most. */
struct marshal_plain {
	int32_t counts[2];
	double values[2];
};
bool marshal_plain_four(struct marshal *m, uint32_t count, double max,
			struct marshal_plain *plain);
/*
 * A tuple of `count` items, the first four of them numbers: those. What follows them, if
 * anything does, comes by marshal_next().
 */
bool marshal_four(struct marshal *m, uint32_t count, struct marshal_number numbers[4]);
/*
 * The tag of the key after the next one, or of the first one of a dict that comes next; or 0.
 * A guess, if rows go on as long as the one that marshal_four() took. What it belongs to can
 * be fetched by then.
 */
uint32_t marshal_peek_tag(const struct marshal *m);

/* "byte N: expected WHAT, got ...". Returns -1. */
int marshal_expected(struct marshal *m, const struct marshal_item *got, const char *what);

/*
 * Writing, in version 2 without references: every Python from 2.7 on loads it. A
 * text comes back as that Python's own str; it must be UTF-8, in which surrogates
 * are allowed. A dict takes keys and values in turn and then the end.
 */
void marshal_put_dict(struct output *out);
void marshal_put_end(struct output *out);
void marshal_put_tuple(struct output *out, uint32_t count);
void marshal_put_int(struct output *out, int64_t value);
void marshal_put_long(struct output *out, int64_t value); /* the same number to Python */
void marshal_put_float(struct output *out, double value);
void marshal_put_text(struct output *out, struct str text);

#endif
