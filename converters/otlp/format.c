/*
 * otlp/format - profiles of OpenTelemetry: ProfilesData and ExportProfilesServiceRequest
 *
 * Written by the eBPF profiler, async-profiler, the collector and the SDKs. A message of
 * protobuf: resources (a process, a service), in them scopes, in them profiles of one value type
 * with samples; and one dictionary of tables for all of them.
 *
 * What readers have to know, measured with pdata 0.165 and the classes of each version:
 *
 * - Both messages have the same bytes. Fields come in any order: pdata writes the highest first.
 * - No version is in the file, but numbers of fields changed between versions, so a wrong guess
 *   gives plausible wrong numbers: see layout.c.
 * - Since 1.10 keys and texts of attributes may be numbers of strings.
 * - The eBPF profiler writes times without values: each stands for 1.
 * - The same stack and attributes come several times, and are added up.
 * - Location 0 in a stack is a frame of which nothing is known, not the end.
 */
#include "converters/otlp/internal.h"

#include "common/syntax/protobuf.h"

/* --- how sure the format is of a file --- */

/* clang-format off */
#define NUMBER { PROTOBUF_IS(VARINT) | PROTOBUF_IS(FIXED64), false, NULL }
#define NUMBERS { PROTOBUF_IS(VARINT) | PROTOBUF_IS(BYTES), false, NULL }
#define ANY { PROTOBUF_IS(VARINT) | PROTOBUF_IS(FIXED64) | PROTOBUF_IS(BYTES), false, NULL }
#define TEXT { PROTOBUF_IS(BYTES), false, NULL }
#define NESTED(shape) { PROTOBUF_IS(BYTES), false, &(shape) }
#define SHAPE(fields) { fields, sizeof fields / sizeof *fields }

/* Fields of all layouts; dictionaries have the same tables in each of them, but for 6 and 7. */
static const struct protobuf_shape_field mapping_fields[] = {
	[1] = NUMBER, [2] = NUMBER, [3] = NUMBER, [4] = NUMBER, [5] = NUMBERS, [6] = NUMBER,
};
static const struct protobuf_shape mapping_shape = SHAPE(mapping_fields);

static const struct protobuf_shape_field line_fields[] = {
	[1] = NUMBER, [2] = NUMBER, [3] = NUMBER,
};
static const struct protobuf_shape line_shape = SHAPE(line_fields);

static const struct protobuf_shape_field location_fields[] = {
	[1] = NUMBER, [2] = NUMBER, [3] = NESTED(line_shape), [4] = NUMBERS, [5] = NUMBERS,
};
static const struct protobuf_shape location_shape = SHAPE(location_fields);

static const struct protobuf_shape_field function_fields[] = {
	[1] = NUMBER, [2] = NUMBER, [3] = NUMBER, [4] = NUMBER,
};
static const struct protobuf_shape function_shape = SHAPE(function_fields);

static const struct protobuf_shape_field link_fields[] = { [1] = TEXT, [2] = TEXT };
static const struct protobuf_shape link_shape = SHAPE(link_fields);

static const struct protobuf_shape_field attribute_fields[] = {
	[1] = NUMBERS, [2] = TEXT, [3] = NUMBER,
};
static const struct protobuf_shape attribute_shape = SHAPE(attribute_fields);

static const struct protobuf_shape_field seventh_fields[] = { [1] = NUMBERS, [2] = NUMBER };
static const struct protobuf_shape seventh_shape = SHAPE(seventh_fields);

static const struct protobuf_shape_field dictionary_fields[] = {
	[1] = NESTED(mapping_shape), [2] = NESTED(location_shape), [3] = NESTED(function_shape),
	[4] = NESTED(link_shape), [5] = TEXT, [6] = NESTED(attribute_shape),
	[7] = NESTED(seventh_shape),
};
static const struct protobuf_shape dictionary_shape = SHAPE(dictionary_fields);

static const struct protobuf_shape_field type_fields[] = {
	[1] = NUMBER, [2] = NUMBER, [3] = NUMBER,
};
static const struct protobuf_shape type_shape = SHAPE(type_fields);

static const struct protobuf_shape_field sample_fields[] = {
	[1] = NUMBER, [2] = NUMBERS, [3] = NUMBERS, [4] = NUMBERS, [5] = ANY, [6] = ANY,
};
static const struct protobuf_shape sample_shape = SHAPE(sample_fields);

static const struct protobuf_shape_field profile_fields[] = {
	[1] = NESTED(type_shape), [2] = NESTED(sample_shape), [3] = ANY, [4] = NUMBER, [5] = ANY,
	[6] = ANY, [7] = ANY, [8] = ANY, [9] = ANY, [10] = ANY, [11] = ANY, [12] = ANY, [13] = ANY,
	[14] = ANY,
};
static const struct protobuf_shape profile_shape = SHAPE(profile_fields);

static const struct protobuf_shape_field scope_fields[] = {
	[1] = TEXT, [2] = NESTED(profile_shape), [3] = TEXT,
};
static const struct protobuf_shape scope_shape = SHAPE(scope_fields);

static const struct protobuf_shape_field resource_fields[] = {
	[1] = TEXT, [2] = NESTED(scope_shape), [3] = TEXT,
};
static const struct protobuf_shape resource_shape = SHAPE(resource_fields);

static const struct protobuf_shape_field message_fields[] = {
	[1] = NESTED(resource_shape), [2] = NESTED(dictionary_shape),
};
static const struct protobuf_shape message_shape = SHAPE(message_fields);

/* Layout 1.6: the tables stand where the dictionary is later. */
static const struct protobuf_shape_field old_fields[] = {
	[1] = NESTED(resource_shape), [2] = NESTED(mapping_shape), [3] = NESTED(location_shape),
	[4] = NESTED(function_shape), [5] = NESTED(link_shape), [6] = TEXT,
	[7] = NESTED(attribute_shape), [8] = NESTED(seventh_shape),
};
static const struct protobuf_shape old_shape = SHAPE(old_fields);
/* clang-format on */

bool otlp_is_framed(struct str head)
{
	enum { FIRST_TAG = 1 << 3 };

	return head.n > OTLP_FRAME && (unsigned char)head.p[0] < FIRST_TAG;
}

uint32_t otlp_frame_length(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static int bid_as(struct str message, bool whole, const struct protobuf_shape *shape)
{
	enum { SURE = 88, DAMAGED = 45, ENOUGH = 4 };
	struct protobuf_fit fit = protobuf_fits(message, shape);

	if (fit.misfit || (fit.cut && whole))
		return fit.known >= ENOUGH && fit.known > fit.other ? DAMAGED : 0;
	return fit.known > fit.other ? SURE : 0;
}

int otlp_bid(struct str head, bool whole)
{
	int now, old;

	if (otlp_is_framed(head)) {
		size_t length = otlp_frame_length(head.p);

		head = str_from(head, OTLP_FRAME);
		if (length <= head.n)
			whole = true;
		head = str_head(head, length);
	}
	now = bid_as(head, whole, &message_shape);
	old = bid_as(head, whole, &old_shape);
	return now > old ? now : old;
}

/* --- the format --- */

static const struct otlp_read_options usual_reading;

const struct format otlp_format = {
	.name = "otlp",
	.title = "profiles of OpenTelemetry: the eBPF profiler, async-profiler, the collector",
	.suffixes = ".otlp .otlp.pb",
	.representation = REPR_SAMPLES,
	.binary = true,
	.bid = otlp_bid,
	.read = otlp_read,
	.read_options = FORMAT_OPTIONS(otlp_read_rows, usual_reading),
};
