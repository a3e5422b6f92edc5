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
 *
 * Written is the newest layout. What the format has no field for is in attributes: by
 * OpenTelemetry's semantic conventions where these have a key, else under keys of our own, see
 * internal.h.
 */
#include "converters/otlp/internal.h"

#include "common/profile/locations.h"
#include "common/syntax/protobuf.h"
#include "converters/otlp/json.h"

/* --- how sure the format is of a file --- */

/* clang-format off */
#define NUMBER { PROTOBUF_IS(VARINT) | PROTOBUF_IS(FIXED64), false, NULL }
#define NUMBERS { PROTOBUF_IS(VARINT) | PROTOBUF_IS(BYTES), false, NULL }
#define ANY { PROTOBUF_IS(VARINT) | PROTOBUF_IS(FIXED64) | PROTOBUF_IS(BYTES), false, NULL }

/* Fields of all layouts; dictionaries have the same tables in each of them, but for 6 and 7. */
static const struct protobuf_shape_field mapping_fields[] = {
	[1] = NUMBER, [2] = NUMBER, [3] = NUMBER, [4] = NUMBER, [5] = NUMBERS, [6] = NUMBER,
};
static const struct protobuf_shape mapping_shape = PROTOBUF_SHAPE(mapping_fields);

static const struct protobuf_shape_field line_fields[] = {
	[1] = NUMBER, [2] = NUMBER, [3] = NUMBER,
};
static const struct protobuf_shape line_shape = PROTOBUF_SHAPE(line_fields);

static const struct protobuf_shape_field location_fields[] = {
	[1] = NUMBER, [2] = NUMBER, [3] = PROTOBUF_NESTED(line_shape), [4] = NUMBERS, [5] = NUMBERS,
};
static const struct protobuf_shape location_shape = PROTOBUF_SHAPE(location_fields);

static const struct protobuf_shape_field function_fields[] = {
	[1] = NUMBER, [2] = NUMBER, [3] = NUMBER, [4] = NUMBER,
};
static const struct protobuf_shape function_shape = PROTOBUF_SHAPE(function_fields);

static const struct protobuf_shape_field link_fields[] = { [1] = PROTOBUF_TEXT, [2] = PROTOBUF_TEXT };
static const struct protobuf_shape link_shape = PROTOBUF_SHAPE(link_fields);

static const struct protobuf_shape_field attribute_fields[] = {
	[1] = NUMBERS, [2] = PROTOBUF_TEXT, [3] = NUMBER,
};
static const struct protobuf_shape attribute_shape = PROTOBUF_SHAPE(attribute_fields);

static const struct protobuf_shape_field seventh_fields[] = { [1] = NUMBERS, [2] = NUMBER };
static const struct protobuf_shape seventh_shape = PROTOBUF_SHAPE(seventh_fields);

static const struct protobuf_shape_field dictionary_fields[] = {
	[1] = PROTOBUF_NESTED(mapping_shape), [2] = PROTOBUF_NESTED(location_shape), [3] = PROTOBUF_NESTED(function_shape),
	[4] = PROTOBUF_NESTED(link_shape), [5] = PROTOBUF_TEXT, [6] = PROTOBUF_NESTED(attribute_shape),
	[7] = PROTOBUF_NESTED(seventh_shape),
};
static const struct protobuf_shape dictionary_shape = PROTOBUF_SHAPE(dictionary_fields);

static const struct protobuf_shape_field type_fields[] = {
	[1] = NUMBER, [2] = NUMBER, [3] = NUMBER,
};
static const struct protobuf_shape type_shape = PROTOBUF_SHAPE(type_fields);

static const struct protobuf_shape_field sample_fields[] = {
	[1] = NUMBER, [2] = NUMBERS, [3] = NUMBERS, [4] = NUMBERS, [5] = ANY, [6] = ANY,
};
static const struct protobuf_shape sample_shape = PROTOBUF_SHAPE(sample_fields);

static const struct protobuf_shape_field profile_fields[] = {
	[1] = PROTOBUF_NESTED(type_shape), [2] = PROTOBUF_NESTED(sample_shape), [3] = ANY, [4] = NUMBER, [5] = ANY,
	[6] = ANY, [7] = ANY, [8] = ANY, [9] = ANY, [10] = ANY, [11] = ANY, [12] = ANY, [13] = ANY,
	[14] = ANY,
};
static const struct protobuf_shape profile_shape = PROTOBUF_SHAPE(profile_fields);

static const struct protobuf_shape_field scope_fields[] = {
	[1] = PROTOBUF_TEXT, [2] = PROTOBUF_NESTED(profile_shape), [3] = PROTOBUF_TEXT,
};
static const struct protobuf_shape scope_shape = PROTOBUF_SHAPE(scope_fields);

static const struct protobuf_shape_field resource_fields[] = {
	[1] = PROTOBUF_TEXT, [2] = PROTOBUF_NESTED(scope_shape), [3] = PROTOBUF_TEXT,
};
static const struct protobuf_shape resource_shape = PROTOBUF_SHAPE(resource_fields);

static const struct protobuf_shape_field message_fields[] = {
	[1] = PROTOBUF_NESTED(resource_shape), [2] = PROTOBUF_NESTED(dictionary_shape),
};
static const struct protobuf_shape message_shape = PROTOBUF_SHAPE(message_fields);

/* Layout 1.6: the tables stand where the dictionary is later. */
static const struct protobuf_shape_field old_fields[] = {
	[1] = PROTOBUF_NESTED(resource_shape), [2] = PROTOBUF_NESTED(mapping_shape), [3] = PROTOBUF_NESTED(location_shape),
	[4] = PROTOBUF_NESTED(function_shape), [5] = PROTOBUF_NESTED(link_shape), [6] = PROTOBUF_TEXT,
	[7] = PROTOBUF_NESTED(attribute_shape), [8] = PROTOBUF_NESTED(seventh_shape),
};
static const struct protobuf_shape old_shape = PROTOBUF_SHAPE(old_fields);
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

static int otlp_bid(struct str head, bool whole)
{
	enum { SURE = 88, DAMAGED = 45 };
	int now, old;

	if (otlp_is_json(head))
		return otlp_json_bid(head, SURE);

	if (otlp_is_framed(head)) {
		size_t length = otlp_frame_length(head.p);

		head = str_from(head, OTLP_FRAME);
		if (length <= head.n)
			whole = true;
		head = str_head(head, length);
	}
	now = protobuf_bid(head, whole, &message_shape, SURE, DAMAGED);
	old = protobuf_bid(head, whole, &old_shape, SURE, DAMAGED);
	return now > old ? now : old;
}

/* --- the format --- */

/* Times are numbers without a sign. */
static void report_loss(const struct profile *p, const void *options, struct buf *loss)
{
	(void)options;
	if (p->recording.start < 0 || p->recording.duration < 0)
		buf_print(loss, "otlp has no start before 1970 and no duration below 0");
	if (locations_lose_inlined(p, true))
		buf_print(loss, "%s%s", loss->n ? "; " : "", LOCATIONS_LOSS);
}

static bool is_text(const void *options, const char *target)
{
	return otlp_asks_for_json(options, target);
}

static const struct otlp_read_options usual_reading;
static const struct otlp_write_options usual_writing;

const struct format otlp_format = {
	.name = "otlp",
	.title = "profiles of OpenTelemetry: the eBPF profiler, async-profiler, the collector",
	.suffixes = ".otlp .otlp.pb .otlp.json .otlp.jsonl",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_OBJECTS | FEATURE_FUNCTION_LINES |
		    FEATURE_LINES | FEATURE_COLUMNS | FEATURE_ADDRESSES | FEATURE_THREADS |
		    FEATURE_PARTS | FEATURE_VALUE_TYPES | FEATURE_UNITS | FEATURE_UNIT_NAMES |
		    FEATURE_IDLE | FEATURE_LABELS | FEATURE_MAPPINGS | FEATURE_FRAME_KINDS |
		    FEATURE_INLINED_FRAMES | FEATURE_SYSTEM_NAMES | FEATURE_RECORDING |
		    FEATURE_METADATA,
	.binary = true,
	.is_text = is_text,
	.bid = otlp_bid,
	.read = otlp_read,
	.read_options = FORMAT_OPTIONS(otlp_read_rows, usual_reading),
	.report_loss = report_loss,
	.write = otlp_write,
	.write_options = FORMAT_OPTIONS(otlp_write_rows, usual_writing),
};
