/*
 * marshal_put - writing, in version 2, and references of version 3: see marshal.h
 */
#include <string.h>

#include "common/syntax/marshal_internal.h"

static void put_u32(struct output *out, uint32_t value)
{
	char bytes[4] = { (char)value, (char)(value >> 8), (char)(value >> 16),
			  (char)(value >> 24) };

	output_bytes(out, bytes, sizeof bytes);
}

void marshal_put_dict(struct output *out)
{
	output_byte(out, '{');
}

void marshal_put_end(struct output *out)
{
	output_byte(out, '0');
}

static void put_counted(struct output *out, int type, uint32_t count)
{
	output_byte(out, (char)type);
	put_u32(out, count);
}

void marshal_put_tuple(struct output *out, uint32_t count)
{
	put_counted(out, '(', count);
}

void marshal_put_referenced_tuple(struct output *out, uint32_t count)
{
	put_counted(out, '(' | FLAG_REF, count);
}

void marshal_put_reference(struct output *out, uint32_t number)
{
	put_counted(out, 'r', number);
}

void marshal_put_long(struct output *out, int64_t value)
{
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	uint32_t digits = 0;

	for (uint64_t rest = left; rest; rest >>= 15)
		digits++;
	output_byte(out, 'l');
	put_u32(out, value < 0 ? 0 - digits : digits);
	for (; left; left >>= 15) {
		output_byte(out, (char)(left & 0xff));
		output_byte(out, (char)(left >> 8 & 0x7f));
	}
}

void marshal_put_int(struct output *out, int64_t value)
{
	if (value < INT32_MIN || value > INT32_MAX) {
		marshal_put_long(out, value);
		return;
	}
	output_byte(out, 'i');
	put_u32(out, (uint32_t)value);
}

void marshal_put_float(struct output *out, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	output_byte(out, 'g');
	put_u32(out, (uint32_t)bits);
	put_u32(out, (uint32_t)(bits >> 32));
}

/*
 * 't', interned: the only type code that is a byte string in Python 2 and a text in Python 3.
 */
void marshal_put_text(struct output *out, struct str text)
{
	put_counted(out, 't', (uint32_t)text.n);
	output_str(out, text);
}

void marshal_put_referenced_text(struct output *out, struct str text)
{
	put_counted(out, 't' | FLAG_REF, (uint32_t)text.n);
	output_str(out, text);
}
