#include "common/syntax/protobuf.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/base/alloc.h"

enum { MAX_VARINT = 10, TYPE_BITS = 3, MAX_NUMBER = (1 << 29) - 1 };

const char *protobuf_long_varint(const char *p, const char *end, uint64_t *value)
{
	uint64_t sum = 0;

	for (int i = 0; i < MAX_VARINT && p < end; i++) {
		uint64_t byte = (unsigned char)*p++;

		sum |= (byte & 127) << 7 * i;
		if (byte < 128) {
			*value = sum;
			return p;
		}
	}
	return NULL;
}

static uint64_t fixed(const char *p, int bytes)
{
	uint64_t value = 0;

	for (int i = bytes; i--;)
		value = value << 8 | (unsigned char)p[i];
	return value;
}

static bool is_type(uint64_t type)
{
	return type == PROTOBUF_VARINT || type == PROTOBUF_FIXED64 || type == PROTOBUF_BYTES ||
	       type == PROTOBUF_FIXED32;
}

static bool is_tag(uint64_t tag)
{
	uint64_t number = tag >> TYPE_BITS;

	return number && number <= MAX_NUMBER && is_type(tag & 7);
}

#define EXPECTED_TAG "expected the tag of a protobuf field, got number %" PRIu64 " of type %d"

/* --- as a stream --- */

static bool stream_varint(struct input *in, uint64_t *value)
{
	const char *p;

	input_want(in, MAX_VARINT);
	p = protobuf_varint(in->p, in->end, value);
	if (!p) {
		if (!in->failed)
			input_error(in, "expected a number of at most 10 bytes%s",
				    in->end - in->p < MAX_VARINT ? ", got the end" : "");
		return false;
	}
	in->p = p;
	return true;
}

static bool stream_fixed(struct input *in, size_t bytes, uint64_t *value)
{
	if (!input_want(in, bytes)) {
		if (!in->failed)
			input_error(in, "expected a number of %zu bytes, got the end", bytes);
		return false;
	}
	*value = fixed(in->p, (int)bytes);
	in->p += bytes;
	return true;
}

bool protobuf_next(struct input *in, struct protobuf_tag *f)
{
	uint64_t at = input_offset(in), tag;

	if (in->failed || (in->p == in->end && !input_more(in)))
		return false;
	if (!stream_varint(in, &tag))
		return false;
	if (!is_tag(tag)) {
		input_error_at(in, at, EXPECTED_TAG, tag >> TYPE_BITS, (int)(tag & 7));
		return false;
	}
	*f = (struct protobuf_tag){ .number = (uint32_t)(tag >> TYPE_BITS),
				    .type = (enum protobuf_type)(tag & 7) };
	if (f->type == PROTOBUF_VARINT)
		return stream_varint(in, &f->value);
	if (f->type != PROTOBUF_BYTES)
		return stream_fixed(in, f->type == PROTOBUF_FIXED64 ? 8 : 4, &f->value);
	at = input_offset(in);
	if (!stream_varint(in, &f->length))
		return false;
	if (f->length > INT64_MAX) {
		input_error_at(in, at,
			       "expected a length within the message, got %" PRIu64
			       " bytes of field %" PRIu32,
			       f->length, f->number);
		return false;
	}
	return true;
}

static void report_cut(struct input *in, uint64_t at, const struct protobuf_tag *f)
{
	if (!in->failed)
		input_error_at(in, at,
			       "expected %" PRIu64 " bytes of field %" PRIu32 ", got the end",
			       f->length, f->number);
}

void protobuf_skip(struct input *in, const struct protobuf_tag *f)
{
	uint64_t rest = f->type == PROTOBUF_BYTES ? f->length : 0, at = input_offset(in);

	while (rest) {
		size_t have = (size_t)(in->end - in->p), step = rest < have ? (size_t)rest : have;

		in->p += step;
		rest -= step;
		if (rest && !input_more(in)) {
			report_cut(in, at, f);
			return;
		}
	}
}

/* --- in memory --- */

bool protobuf_content(struct input *in, const struct protobuf_tag *f, const char *what,
		      struct protobuf *m)
{
	if (f->type != PROTOBUF_BYTES) {
		input_error(in, "expected %s in field %" PRIu32 ", got a number", what, f->number);
		return false;
	}
	if (!input_want(in, (size_t)f->length)) {
		report_cut(in, input_offset(in), f);
		return false;
	}
	*m = (struct protobuf){ in->p, in->p + f->length, in };
	return true;
}

void protobuf_leave(struct input *in, const struct protobuf_tag *f)
{
	if (!in->failed)
		in->p += f->length;
}

uint64_t protobuf_offset(const struct protobuf *m)
{
	if (m->in->origin)
		return m->in->origin->offset_of(m->in->origin, m->p);
	return input_offset(m->in) + (uint64_t)(m->p - m->in->p);
}

int protobuf_error(const struct protobuf *m, const char *format, ...)
{
	char text[400];
	va_list arguments;

	if (m->in->failed)
		return -1; /* its window is empty: there is no place any more */
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return input_error_at(m->in, protobuf_offset(m), "%s", text);
}

static bool cut_off(const struct protobuf *m)
{
	protobuf_error(m, "expected the rest of a field, got the end of its message");
	return false;
}

/* What follows a tag. NULL if it is cut off. */
static const char *take_field(const char *p, const char *end, uint64_t tag,
			      struct protobuf_field *f)
{
	f->number = (uint32_t)(tag >> TYPE_BITS);
	f->type = (enum protobuf_type)(tag & 7);
	f->bytes = (struct str){ p, 0 };
	if (f->type == PROTOBUF_VARINT || f->type == PROTOBUF_BYTES) {
		p = protobuf_varint(p, end, &f->value);
	} else {
		size_t bytes = f->type == PROTOBUF_FIXED64 ? 8 : 4;

		p = (size_t)(end - p) < bytes ? NULL : p + bytes;
		f->value = p ? fixed(p - bytes, (int)bytes) : 0;
	}
	if (p && f->type == PROTOBUF_BYTES) {
		f->bytes = (struct str){ p, (size_t)f->value };
		p = (size_t)(end - p) < f->value ? NULL : p + f->value;
	}
	return p;
}

bool protobuf_field(struct protobuf *m, struct protobuf_field *f)
{
	uint64_t tag;
	const char *p;

	if (m->p == m->end || m->in->failed)
		return false;
	p = protobuf_varint(m->p, m->end, &tag);
	if (!p)
		return cut_off(m);
	if (!is_tag(tag)) {
		protobuf_error(m, EXPECTED_TAG, tag >> TYPE_BITS, (int)(tag & 7));
		return false;
	}
	p = take_field(p, m->end, tag, f);
	if (!p)
		return cut_off(m);
	m->p = p;
	return true;
}

static bool is_bytes(const struct protobuf *m, const struct protobuf_field *f, const char *what)
{
	if (f->type == PROTOBUF_BYTES)
		return true;
	protobuf_error(m, "expected %s in field %" PRIu32 " before this, got a number", what,
		       f->number);
	return false;
}

struct protobuf protobuf_nested(const struct protobuf *m, const struct protobuf_field *f,
				const char *what)
{
	struct str bytes = protobuf_text(m, f, what);

	return (struct protobuf){ bytes.p, bytes.p + bytes.n, m->in };
}

uint64_t protobuf_number(const struct protobuf *m, const struct protobuf_field *f, const char *what)
{
	if (f->type != PROTOBUF_BYTES)
		return f->value;
	protobuf_error(m, "expected %s in field %" PRIu32 " before this, got bytes", what,
		       f->number);
	return 0;
}

struct str protobuf_text(const struct protobuf *m, const struct protobuf_field *f, const char *what)
{
	return is_bytes(m, f, what) ? f->bytes : (struct str){ m->end, 0 };
}

struct protobuf protobuf_numbers(const struct protobuf *m, const struct protobuf_field *f)
{
	return f->type == PROTOBUF_BYTES
		       ? (struct protobuf){ f->bytes.p, f->bytes.p + f->bytes.n, m->in }
		       : (struct protobuf){ f->bytes.p, f->bytes.p, m->in };
}

bool protobuf_each(struct protobuf *rest, struct protobuf_field *f, uint64_t *number)
{
	const char *p;

	if (f->type != PROTOBUF_BYTES) {
		*number = f->value;
		f->type = PROTOBUF_BYTES; /* the only one has been taken */
		return true;
	}
	if (rest->p == rest->end)
		return false;
	p = protobuf_varint(rest->p, rest->end, number);
	if (!p)
		return cut_off(rest);
	rest->p = p;
	return true;
}

/* --- shapes --- */

bool protobuf_is_packed(struct str bytes)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	uint64_t value;

	while (p && p < end)
		p = protobuf_varint(p, end, &value);
	return p != NULL;
}

static bool fits_field(const struct protobuf_field *f, const struct protobuf_shape_field *shape)
{
	struct protobuf_fit inner;

	if (!(shape->types >> f->type & 1))
		return false;
	if (f->type != PROTOBUF_BYTES)
		return true;
	if (shape->packed)
		return protobuf_is_packed(f->bytes);
	if (!shape->nested)
		return true;
	inner = protobuf_fits(f->bytes, shape->nested);
	return !inner.misfit && !inner.cut;
}

/* The first part of a message whose end is cut off. */
static void fit_part(struct protobuf_fit *fit, const struct protobuf_field *f, const char *end,
		     const struct protobuf_shape *shape)
{
	struct protobuf_fit inner;

	if (f->type != PROTOBUF_BYTES || !f->bytes.n || f->number >= shape->count ||
	    !shape->fields[f->number].nested)
		return;
	inner = protobuf_fits((struct str){ f->bytes.p, (size_t)(end - f->bytes.p) },
			      shape->fields[f->number].nested);
	fit->known += inner.known;
	fit->sure += inner.known > 0;
	fit->other += inner.other;
	fit->misfit |= inner.misfit;
}

struct protobuf_fit protobuf_fits(struct str bytes, const struct protobuf_shape *shape)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	struct protobuf_fit fit = { 0 };
	struct protobuf_field f;
	uint64_t tag;

	while (p < end && !fit.misfit && !fit.cut) {
		const char *next = protobuf_varint(p, end, &tag);

		if (!next) {
			fit.cut = end - p < MAX_VARINT;
			fit.misfit = !fit.cut;
			break;
		}
		fit.misfit = !is_tag(tag);
		if (fit.misfit)
			break;
		next = take_field(next, end, tag, &f);
		fit.cut = !next;
		if (fit.cut) {
			fit_part(&fit, &f, end, shape);
			break;
		}
		if (f.number >= shape->count)
			fit.other++;
		else if (!fits_field(&f, &shape->fields[f.number]))
			fit.misfit = true;
		else {
			fit.known++;
			fit.sure += shape->fields[f.number].nested ||
				    (f.type == PROTOBUF_BYTES && !f.bytes.n);
		}
		p = next;
	}
	return fit;
}

int protobuf_bid(struct str head, bool whole, const struct protobuf_shape *shape, int sure,
		 int damaged)
{
	enum { ENOUGH = 4 };
	struct protobuf_fit fit = protobuf_fits(head, shape);

	if (!fit.sure)
		return 0;
	if (fit.misfit || (fit.cut && whole))
		return fit.known >= ENOUGH && fit.known > fit.other ? damaged : 0;
	return fit.known > fit.other ? sure : 0;
}

/* --- writing --- */

static size_t varint_bytes(char *to, uint64_t value)
{
	size_t n = 0;

	for (; value > 127; value >>= 7)
		to[n++] = (char)(value | 128);
	to[n++] = (char)value;
	return n;
}

static char *room(struct buf *b, size_t bytes)
{
	if (b->cap - b->n < bytes)
		b->p = alloc_grow(b->p, &b->cap, b->n + bytes, 1);
	return b->p + b->n;
}

static uint64_t tag_of(uint32_t number, enum protobuf_type type)
{
	return (uint64_t)number << TYPE_BITS | type;
}

void protobuf_put_varint(struct buf *b, uint64_t value)
{
	b->n += varint_bytes(room(b, MAX_VARINT), value);
}

void protobuf_put_tag(struct buf *b, uint32_t number, enum protobuf_type type)
{
	protobuf_put_varint(b, tag_of(number, type));
}

void protobuf_put_fixed(struct buf *b, uint64_t value)
{
	char *to = room(b, sizeof value);

	for (size_t i = 0; i < sizeof value; i++)
		to[i] = (char)(value >> 8 * i & 255);
	b->n += sizeof value;
}

/* Bytes that hold any length below 2^35. */
enum { LENGTH_BYTES = 5 };

size_t protobuf_begin(struct buf *b, uint32_t number)
{
	protobuf_put_tag(b, number, PROTOBUF_BYTES);
	room(b, LENGTH_BYTES);
	b->n += LENGTH_BYTES;
	return b->n;
}

void protobuf_end(struct buf *b, size_t begin)
{
	uint64_t length = b->n - begin;

	for (size_t i = 0; i < LENGTH_BYTES; i++)
		b->p[begin - LENGTH_BYTES + i] = (char)((length >> 7 * i & 127) |
							(i + 1 < LENGTH_BYTES ? 128 : 0));
}

void protobuf_put_number(struct buf *b, uint32_t number, uint64_t value)
{
	if (value)
		protobuf_put_choice(b, number, value);
}

void protobuf_put_choice(struct buf *b, uint32_t number, uint64_t value)
{
	protobuf_put_tag(b, number, PROTOBUF_VARINT);
	protobuf_put_varint(b, value);
}

void protobuf_put_bytes(struct buf *b, uint32_t number, struct str bytes)
{
	protobuf_put_varint(b, tag_of(number, PROTOBUF_BYTES));
	protobuf_put_varint(b, bytes.n);
	buf_add(b, bytes);
}

void protobuf_put_packed(struct buf *b, uint32_t number, const uint64_t *values, size_t count)
{
	char head[2 * MAX_VARINT], *first, *end;
	size_t n;

	if (!count)
		return;
	first = room(b, sizeof head + count * MAX_VARINT) + sizeof head;
	end = first;
	for (size_t i = 0; i < count; i++)
		end += varint_bytes(end, values[i]);
	n = varint_bytes(head, tag_of(number, PROTOBUF_BYTES));
	n += varint_bytes(head + n, (uint64_t)(end - first));
	memcpy(b->p + b->n, head, n);
	memmove(b->p + b->n + n, first, (size_t)(end - first));
	b->n += n + (size_t)(end - first);
}

void protobuf_write_head(struct output *out, uint32_t number, size_t length)
{
	char *to = output_room(out);

	to += varint_bytes(to, tag_of(number, PROTOBUF_BYTES));
	to += varint_bytes(to, length);
	out->p = to;
}

void protobuf_write_bytes(struct output *out, uint32_t number, struct str bytes)
{
	protobuf_write_head(out, number, bytes.n);
	output_bytes(out, bytes.p, bytes.n);
}

size_t protobuf_size(uint32_t number, size_t length)
{
	char head[2 * MAX_VARINT];

	return varint_bytes(head, tag_of(number, PROTOBUF_BYTES)) + varint_bytes(head, length) +
	       length;
}
