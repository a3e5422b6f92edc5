/*
 * protobuf - the wire format of Protocol Buffers, read and written
 *
 * A message is a row of fields, each a tag (number << 3 | type) and a value; the source of
 * these facts is https://protobuf.dev/programming-guides/encoding. Fields come in any order,
 * may repeat, and may be unknown. A varint of more bytes than it needs is taken, as Google's
 * readers do; one of more than ten, groups, and field number 0 are errors.
 *
 * A message is read in one of two ways:
 *
 *   as a stream   field by field from the input, for messages of any size
 *   in memory     from bytes that lie in the window of the input, for small messages
 *
 *	while (protobuf_next(in, &f))
 *		if (f.number == 2 && protobuf_content(in, &f, "a sample", &m)) {
 *			while (protobuf_field(&m, &g))
 *				...
 *			protobuf_leave(in, &f);
 *		} else
 *			protobuf_skip(in, &f);
 *
 * Errors are the input's: after one there are no more fields.
 */
#ifndef SYNTAX_PROTOBUF_H
#define SYNTAX_PROTOBUF_H

#include "common/io/input.h"
#include "common/io/output.h"

enum protobuf_type {
	PROTOBUF_VARINT = 0,
	PROTOBUF_FIXED64 = 1,
	PROTOBUF_BYTES = 2, /* a text, a nested message, or packed numbers */
	PROTOBUF_FIXED32 = 5,
};

struct protobuf_tag {
	uint32_t number;
	enum protobuf_type type;
	uint64_t value;  /* of numbers */
	uint64_t length; /* of bytes, which come next */
};

/* --- as a stream --- */

/* Takes the tag of the next field and its number. False at the end or after an error. */
bool protobuf_next(struct input *in, struct protobuf_tag *f);
/* Passes over the bytes of the field whose tag was taken last; nothing for a number. */
void protobuf_skip(struct input *in, const struct protobuf_tag *f);

/* --- in memory --- */

/* What is left of a message, or of packed numbers; `in` is for the place of errors. */
struct protobuf {
	const char *p, *end;
	struct input *in;
};

/*
 * Decodes a varint before `end` and returns where it ends. NULL: it is cut off, or has more than
 * ten bytes. Bits beyond 64 are left out, as Google's readers do.
 */
const char *protobuf_long_varint(const char *p, const char *end, uint64_t *value);
/* The same; most are one to three bytes long. */
static inline const char *protobuf_varint(const char *p, const char *end, uint64_t *value)
{
	const unsigned char *b = (const unsigned char *)p;

	if (p < end && b[0] < 128) {
		*value = b[0];
		return p + 1;
	}
	if (end - p > 2 && b[1] < 128) {
		*value = (b[0] & 127U) | (uint64_t)b[1] << 7;
		return p + 2;
	}
	if (end - p > 2 && b[2] < 128) {
		*value = (b[0] & 127U) | (uint64_t)(b[1] & 127U) << 7 | (uint64_t)b[2] << 14;
		return p + 3;
	}
	return protobuf_long_varint(p, end, value);
}

struct protobuf_field {
	uint32_t number;
	enum protobuf_type type;
	uint64_t value;
	struct str bytes;
};

/*
 * Makes the bytes of the field whose tag was taken last readable; they stay in the window until
 * protobuf_leave(). False after an error: they must be bytes, `what` by name, and all there.
 */
bool protobuf_content(struct input *in, const struct protobuf_tag *f, const char *what,
		      struct protobuf *m);
void protobuf_leave(struct input *in, const struct protobuf_tag *f);

/* Takes the next field. False at the end or after an error. */
bool protobuf_field(struct protobuf *m, struct protobuf_field *f);
/* The nested message of a field, `what` by name; an empty one after an error. */
struct protobuf protobuf_nested(const struct protobuf *m, const struct protobuf_field *f,
				const char *what);
/* Each is 0 or empty after an error that names `what`. */
uint64_t protobuf_number(const struct protobuf *m, const struct protobuf_field *f,
			 const char *what);
struct str protobuf_text(const struct protobuf *m, const struct protobuf_field *f,
			 const char *what);
/*
 * The numbers of a repeated field, which may be packed or not: `rest` is what is left of them.
 *
 *	struct protobuf rest = protobuf_numbers(&m, &f);
 *	while (protobuf_each(&rest, &f, &number))
 *		...
 */
struct protobuf protobuf_numbers(const struct protobuf *m, const struct protobuf_field *f);
/* Whether bytes are varints, one behind the other. */
bool protobuf_is_packed(struct str bytes);
bool protobuf_each(struct protobuf *rest, struct protobuf_field *f, uint64_t *number);

/* The byte of the input where what is left begins. */
uint64_t protobuf_offset(const struct protobuf *m);
/* Reports an error at the beginning of what is left. Returns -1. */
int protobuf_error(const struct protobuf *m, const char *format, ...) PRINTF_LIKE(2, 3);

/* --- what a message looks like, to recognise one among other bytes --- */

/* By field number: the types that it may have, and what is in its bytes. */
struct protobuf_shape {
	const struct protobuf_shape_field {
		uint8_t types;                       /* bits 1 << type */
		bool packed;                         /* bytes are packed varints */
		const struct protobuf_shape *nested; /* bytes are such a message; NULL: any */
	} * fields;
	uint32_t count; /* of numbers; 0 has no field */
};
#define PROTOBUF_IS(type) (1U << PROTOBUF_##type)
/* clang-format off */
#define PROTOBUF_SHAPE(fields) { fields, sizeof fields / sizeof *fields }
#define PROTOBUF_TEXT { PROTOBUF_IS(BYTES), false, NULL }
#define PROTOBUF_NESTED(shape) { PROTOBUF_IS(BYTES), false, &(shape) }
/* clang-format on */

struct protobuf_fit {
	size_t known; /* fields of the shape, before the first that does not fit */
	size_t sure;  /* those of them that no text looks like: messages or their beginnings,
			  and empty texts */
	size_t other; /* of other numbers */
	bool misfit;  /* a field has a wrong type or wrong bytes, or is none */
	bool cut;     /* the bytes end within a field */
};
/*
 * Says nothing to anybody. Of a message whose end is cut off, the fields before count too.
 * Recursion is as deep as the shape.
 */
struct protobuf_fit protobuf_fits(struct str bytes, const struct protobuf_shape *shape);
/*
 * How likely bytes are such a message, for a format's bid: `sure` if nothing speaks against it,
 * `damaged` if enough fields fit before one that does not, otherwise 0. Numbers alone are not
 * enough: a line of text can look like them ("x 88" is fields 15 and 7).
 */
int protobuf_bid(struct str head, bool whole, const struct protobuf_shape *shape, int sure,
		 int damaged);

/* --- writing: into a buffer; a nested message is built in one of its own first --- */

/* A field of one number. Zero is what a missing field means, so it is left out. */
void protobuf_put_number(struct buf *b, uint32_t number, uint64_t value);
/* The same of a field that says by being there which of several it is: zero is written too. */
void protobuf_put_choice(struct buf *b, uint32_t number, uint64_t value);
void protobuf_put_bytes(struct buf *b, uint32_t number, struct str bytes);
/* The parts of a field, for callers that need zeros too. */
void protobuf_put_tag(struct buf *b, uint32_t number, enum protobuf_type type);
void protobuf_put_varint(struct buf *b, uint64_t value);
void protobuf_put_fixed(struct buf *b, uint64_t value); /* of 64 bits */
/*
 * A field of bytes whose length is known at its end: what is put between the two calls. Returns
 * what protobuf_end() needs, which is never 0. Its length takes five bytes.
 */
size_t protobuf_begin(struct buf *b, uint32_t number);
void protobuf_end(struct buf *b, size_t begin);
/* Packed; nothing if there are none. */
void protobuf_put_packed(struct buf *b, uint32_t number, const uint64_t *values, size_t count);
/* Writes a field of bytes. */
void protobuf_write_bytes(struct output *out, uint32_t number, struct str bytes);
/*
 * The same for a message that is too large to be built first: its head, behind which the caller
 * writes `length` bytes. protobuf_size() is the length of the whole field.
 */
void protobuf_write_head(struct output *out, uint32_t number, size_t length);
size_t protobuf_size(uint32_t number, size_t length);

#endif
