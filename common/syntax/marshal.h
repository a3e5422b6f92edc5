/*
 * marshal - reads and writes Python's serialised objects
 *
 * Reading: each marshal_next() returns one item. Scalars are returned by value. A tuple, list
 * or set is returned as its number of items, which follow; a dict as keys and values in turn,
 * up to a MARSHAL_END. A reference to an earlier object is returned as that object again.
 * Versions 0 to 5 are read.
 *
 * Memory is proportional to the number of distinct objects: a scalar is kept only if the file
 * marks it as possibly referenced, a tuple only if it contains just scalars (the key of a
 * profile row). A reference to any other container is returned as MARSHAL_OTHER. A code
 * object is returned as a scalar, its name; the rest of it is skipped.
 *
 * Errors are the input's: reported once and sticky. From then on marshal_next() returns
 * false.
 */
#ifndef SYNTAX_MARSHAL_H
#define SYNTAX_MARSHAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/io/input.h"
#include "common/io/output.h"

enum marshal_kind {
	MARSHAL_OTHER, /* an object that no profile contains, or a number beyond 64 bits */
	MARSHAL_NONE,
	MARSHAL_BOOL,  /* integer: 0 or 1 */
	MARSHAL_INT,   /* integer */
	MARSHAL_FLOAT, /* number */
	MARSHAL_TEXT,  /* text: UTF-8 with lone surrogates; of Python 2, any bytes */
	MARSHAL_BYTES, /* text */
	MARSHAL_CODE,  /* text: the code's name */
	MARSHAL_TUPLE, /* count items follow */
	MARSHAL_LIST,  /* count items follow; also sets and slices */
	MARSHAL_DICT,  /* keys and values follow */
	MARSHAL_END,   /* of the innermost dict */
};

enum { MARSHAL_NO_OBJECT = UINT32_MAX };

struct marshal_item {
	enum marshal_kind kind;
	uint32_t object; /* the id of the kept object, or MARSHAL_NO_OBJECT */
	int64_t integer;
	bool wide; /* stored as a long although 32 bits would do */
	double number;
	size_t count;
	struct str text; /* valid until the next call */
	uint64_t at;     /* the offset where it begins */
};

struct marshal *marshal_new(struct input *in);
void marshal_free(struct marshal *m);
/* Frees the tables that marshal_free() keeps for the next file: at the end of a program. */
void marshal_free_spare(void);

/* Reads the next item. False after an error. */
bool marshal_next(struct marshal *m, struct marshal_item *item);

/* Skips the items of the container that marshal_next() has just returned. */
bool marshal_skip(struct marshal *m, const struct marshal_item *container);

/*
 * A number that the caller may attach to a kept object, 0 at first: what the caller made of a
 * key need not be made again when the key is referenced. The pointer is valid until the next
 * call.
 */
uint32_t *marshal_tag(struct marshal *m, uint32_t object);

/*
 * Fast paths for the bulk of a profile. Each takes the next item if it has exactly this form
 * and is in the window. Otherwise it takes nothing, and marshal_next() returns the item or
 * reports the error.
 */
struct marshal_number {
	bool integral, wide;
	int64_t integer;
	double number;
	uint64_t at;
};

/*
 * If the next item is a reference to a tuple with a tag other than 0: skips it and returns the
 * tag. Otherwise 0.
 */
uint32_t marshal_tagged(struct marshal *m);

/* A tuple of text, number and text, with the ids that they are kept under. */
struct marshal_key {
	uint32_t object;
	struct marshal_name {
		uint32_t object;
		struct str text; /* valid until the next call */
	} file, name;
	int32_t line;
};
bool marshal_key(struct marshal *m, struct marshal_key *key);
/* The start of a dict that is never referenced, and the end of one. */
bool marshal_dict(struct marshal *m);
bool marshal_end(struct marshal *m);

/* A tuple as for marshal_four(): two 32-bit numbers and two floats within +-max. */
struct marshal_plain {
	int32_t counts[2];
	double values[2];
};
bool marshal_plain_four(struct marshal *m, uint32_t count, double max, struct marshal_plain *plain);
/*
 * A tuple of `count` items whose first four are numbers, which are returned. The remaining
 * items, if any, are read with marshal_next().
 */
bool marshal_four(struct marshal *m, uint32_t count, struct marshal_number numbers[4]);
/*
 * The tag of the key after the next one, or of the first key of a dict that comes next; 0 if
 * unknown. It is a guess that assumes rows as long as the last one of marshal_four(), and is
 * meant for prefetching what belongs to the key.
 */
uint32_t marshal_peek_tag(const struct marshal *m);

/* Reports "byte N: expected WHAT, got ...". Returns -1. */
int marshal_expected(struct marshal *m, const struct marshal_item *got, const char *what);

/*
 * Writing uses version 2, which every Python from 2.7 on loads. A text is loaded as the native
 * str of that Python; it must be UTF-8, and may contain surrogates. A dict is followed by keys
 * and values in turn and then its end.
 */
void marshal_put_dict(struct output *out);
void marshal_put_end(struct output *out);
void marshal_put_tuple(struct output *out, uint32_t count);
void marshal_put_int(struct output *out, int64_t value);
void marshal_put_long(struct output *out, int64_t value); /* stored as a long; Python sees the
							     same number */
void marshal_put_float(struct output *out, double value);
void marshal_put_text(struct output *out, struct str text);
/*
 * The same, numbered from 0 in the order of these calls, and again the object of that number: of
 * version 3, which Python loads from 3.4 on.
 */
void marshal_put_referenced_tuple(struct output *out, uint32_t count);
void marshal_put_referenced_text(struct output *out, struct str text);
void marshal_put_reference(struct output *out, uint32_t number);

#endif
