/*
 * otlp/write_json - a message as JSON, in the spelling of the collector's pdata
 *
 * The message that the writer made is written again by the names of its fields. Numbers of 64 bits
 * are strings and ids hexadecimal digits. Rows of one field follow each other in what the writer
 * makes, so that each list has one name.
 */
#include "common/syntax/json_put.h"
#include "common/syntax/protobuf.h"
#include "converters/otlp/schema.h"
#include "converters/otlp/texts.h"

static void put_id(struct output *out, struct str bytes)
{
	struct buf digits = { 0 };

	otlp_put_hex(&digits, bytes);
	output_byte(out, '"');
	output_str(out, buf_str(&digits));
	output_byte(out, '"');
	buf_free(&digits);
}

static void put_number(struct output *out, enum otlp_kind kind, uint64_t value)
{
	bool quoted = kind == OTLP_INT64 || kind == OTLP_UINT64 || kind == OTLP_FIXED64;

	if (kind == OTLP_BOOL) {
		output_text(out, value ? "true" : "false");
		return;
	}
	output_text(out, quoted ? "\"" : "");
	if (kind == OTLP_INT64)
		output_i64(out, (int64_t)value);
	else
		output_u64(out, value);
	output_text(out, quoted ? "\"" : "");
}

static void put_message(struct output *out, struct protobuf m, const struct otlp_schema *s);

static void put_value(struct output *out, const struct protobuf *m, struct protobuf_field *f,
		      const struct otlp_schema_field *field)
{
	struct protobuf rest;
	uint64_t value;

	if (field->kind == OTLP_MESSAGE) {
		put_message(out, protobuf_nested(m, f, "a message"), field->message);
	} else if (field->kind == OTLP_TEXT) {
		json_put(out, f->bytes);
	} else if (field->kind == OTLP_ID) {
		put_id(out, f->bytes);
	} else {
		rest = protobuf_numbers(m, f);
		for (size_t i = 0; protobuf_each(&rest, f, &value); i++) {
			output_text(out, i ? "," : "");
			put_number(out, field->kind, value);
		}
	}
}

static bool is_list(const struct otlp_schema_field *field)
{
	return field && field->repeated && !field->singular_too;
}

/* Recursion is as deep as the messages that the writer makes: values are nested twice at most. */
static void put_message(struct output *out, struct protobuf m, const struct otlp_schema *s)
{
	const struct otlp_schema_field *last = NULL;
	struct protobuf_field f;

	output_byte(out, '{');
	while (protobuf_field(&m, &f)) {
		const struct otlp_schema_field *field = otlp_schema_number(s, f.number);

		if (field != last) {
			output_text(out, is_list(last) ? "]" : "");
			output_text(out, last ? ",\"" : "\"");
			output_str(out, field->name);
			output_text(out, is_list(field) ? "\":[" : "\":");
		} else {
			output_byte(out, ',');
		}
		put_value(out, &m, &f, field);
		last = field;
	}
	output_text(out, is_list(last) ? "]}" : "}");
}

void otlp_write_json(struct output *out, struct str message)
{
	struct input whole = { 0 }; /* nothing is wrong with it, so nothing is reported */

	put_message(out, (struct protobuf){ message.p, message.p + message.n, &whole },
		    &otlp_schema);
	output_byte(out, '\n');
}
