/*
 * pprof/format - profile.proto of https://github.com/google/pprof, usually gzipped
 *
 * Written by Go's runtime, pprof-rs, Node's and Python's agents of cloud profilers, jfrconv,
 * Julia, and read by many more. A message of protobuf with tables: value types, samples (a
 * stack of location ids, leaf first; a value of each type; labels), mappings, locations (an
 * address and lines, the innermost inlined function first), functions, strings.
 *
 * What readers have to know, measured with github.com/google/pprof of 2026-11:
 *
 * - The fields come in any order: Go writes mappings and strings last, ddtrace samples first.
 * - A file without default_sample_type shows its last value type.
 * - Samples may have the same stack and labels as others, or none: all count.
 * - `cat a b` is one message to protobuf, with two tables of strings; pprof refuses it.
 * - drop_frames are applied by pprof when it reads a file; here by proffilter --drop-frames.
 *
 * Profiles of before profile.proto are read too, and never written: see legacy.h.
 *
 * What the format has no place for goes into comments, which pprof keeps: see internal.h.
 */
#include "converters/pprof/internal.h"

#include "common/profile/locations.h"
#include "common/syntax/protobuf.h"
#include "converters/pprof/legacy.h"

/* --- how sure the format is of a file --- */

/* clang-format off */
#define NUMBER { PROTOBUF_IS(VARINT), false, NULL }
#define NUMBERS { PROTOBUF_IS(VARINT) | PROTOBUF_IS(BYTES), true, NULL }

static const struct protobuf_shape_field type_fields[] = {
	[TYPE_NAME] = NUMBER,
	[TYPE_UNIT] = NUMBER,
};
static const struct protobuf_shape type_shape = PROTOBUF_SHAPE(type_fields);

static const struct protobuf_shape_field label_fields[] = {
	[LABEL_KEY] = NUMBER,
	[LABEL_TEXT] = NUMBER,
	[LABEL_NUMBER] = NUMBER,
	[LABEL_UNIT] = NUMBER,
};
static const struct protobuf_shape label_shape = PROTOBUF_SHAPE(label_fields);

static const struct protobuf_shape_field line_fields[] = {
	[LINE_FUNCTION] = NUMBER,
	[LINE_LINE] = NUMBER,
	[LINE_COLUMN] = NUMBER,
};
static const struct protobuf_shape line_shape = PROTOBUF_SHAPE(line_fields);

static const struct protobuf_shape_field mapping_fields[] = {
	[MAPPING_ID] = NUMBER,
	[MAPPING_START] = NUMBER,
	[MAPPING_LIMIT] = NUMBER,
	[MAPPING_OFFSET] = NUMBER,
	[MAPPING_FILE] = NUMBER,
	[MAPPING_BUILD_ID] = NUMBER,
	[MAPPING_FUNCTIONS] = NUMBER,
	[MAPPING_FILES] = NUMBER,
	[MAPPING_LINES] = NUMBER,
	[MAPPING_INLINED] = NUMBER,
};
static const struct protobuf_shape mapping_shape = PROTOBUF_SHAPE(mapping_fields);

static const struct protobuf_shape_field function_fields[] = {
	[FUNCTION_ID] = NUMBER,
	[FUNCTION_NAME] = NUMBER,
	[FUNCTION_SYSTEM] = NUMBER,
	[FUNCTION_FILE] = NUMBER,
	[FUNCTION_START] = NUMBER,
};
static const struct protobuf_shape function_shape = PROTOBUF_SHAPE(function_fields);

static const struct protobuf_shape_field sample_fields[] = {
	[SAMPLE_LOCATIONS] = NUMBERS,
	[SAMPLE_VALUES] = NUMBERS,
	[SAMPLE_LABEL] = PROTOBUF_NESTED(label_shape),
};
static const struct protobuf_shape sample_shape = PROTOBUF_SHAPE(sample_fields);

static const struct protobuf_shape_field location_fields[] = {
	[LOCATION_ID] = NUMBER,
	[LOCATION_MAPPING] = NUMBER,
	[LOCATION_ADDRESS] = NUMBER,
	[LOCATION_LINE] = PROTOBUF_NESTED(line_shape),
	[LOCATION_FOLDED] = NUMBER,
};
static const struct protobuf_shape location_shape = PROTOBUF_SHAPE(location_fields);

static const struct protobuf_shape_field profile_fields[] = {
	[PROFILE_TYPE] = PROTOBUF_NESTED(type_shape),
	[PROFILE_SAMPLE] = PROTOBUF_NESTED(sample_shape),
	[PROFILE_MAPPING] = PROTOBUF_NESTED(mapping_shape),
	[PROFILE_LOCATION] = PROTOBUF_NESTED(location_shape),
	[PROFILE_FUNCTION] = PROTOBUF_NESTED(function_shape),
	[PROFILE_STRING] = PROTOBUF_TEXT,
	[PROFILE_DROP_FRAMES] = NUMBER,
	[PROFILE_KEEP_FRAMES] = NUMBER,
	[PROFILE_START] = NUMBER,
	[PROFILE_DURATION] = NUMBER,
	[PROFILE_PERIOD_TYPE] = PROTOBUF_NESTED(type_shape),
	[PROFILE_PERIOD] = NUMBER,
	[PROFILE_COMMENT] = NUMBERS,
	[PROFILE_DEFAULT_TYPE] = NUMBER,
	[PROFILE_DOC_URL] = NUMBER,
};
static const struct protobuf_shape profile_shape = PROTOBUF_SHAPE(profile_fields);
/* clang-format on */

static int pprof_bid(struct str head, bool whole)
{
	enum { SURE = 90, DAMAGED = 50 };

	if (legacy_kind_of(head))
		return SURE;
	return protobuf_bid(head, whole, &profile_shape, SURE, DAMAGED);
}

/* --- the format --- */

static void report_loss(const struct profile *p, const void *options, struct buf *loss)
{
	(void)options;
	if (locations_lose_inlined(p, false))
		buf_print(loss, LOCATIONS_LOSS);
}

const struct format pprof_format = {
	.name = "pprof",
	.title =
		"profile.proto: Go, Rust, Node, Python, Java; older: gperftools, jemalloc, Go's texts",
	.suffixes = ".pprof .pb",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_OBJECTS | FEATURE_FUNCTION_LINES |
		    FEATURE_LINES | FEATURE_COLUMNS | FEATURE_ADDRESSES | FEATURE_THREADS |
		    FEATURE_PARTS | FEATURE_VALUE_TYPES | FEATURE_UNITS | FEATURE_UNIT_NAMES |
		    FEATURE_IDLE | FEATURE_LABELS | FEATURE_MAPPINGS | FEATURE_INLINED_FRAMES |
		    FEATURE_SYSTEM_NAMES | FEATURE_RECORDING | FEATURE_METADATA,
	.binary = true,
	.bid = pprof_bid,
	.read = pprof_read,
	.report_loss = report_loss,
	.write = pprof_write,
};
