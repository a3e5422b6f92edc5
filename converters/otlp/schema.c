#include "converters/otlp/schema.h"

#define NAME(name) \
	{ \
		(name), sizeof(name) - 1 \
	}
#define MEMBER(n, k, word) .number = (n), .kind = OTLP_##k, .name = NAME(word)
#define NESTED(n, word, of) MEMBER(n, MESSAGE, word), .message = &(of)
#define ROWS(n, word, of) NESTED(n, word, of), .repeated = true
#define SCHEMA(of) \
	{ \
		(of), sizeof(of) / sizeof *(of) \
	}

/* --- attributes --- */

static const struct otlp_schema array_value, map_value;

static const struct otlp_schema_field any_value_fields[] = {
	{ MEMBER(1, TEXT, "stringValue") },       { MEMBER(2, BOOL, "boolValue") },
	{ MEMBER(3, INT64, "intValue") },         { MEMBER(4, DOUBLE, "doubleValue") },
	{ NESTED(5, "arrayValue", array_value) }, { NESTED(6, "kvlistValue", map_value) },
	{ MEMBER(7, BYTES, "bytesValue") },       { MEMBER(8, INT32, "stringValueStrindex") },
};
static const struct otlp_schema any_value = SCHEMA(any_value_fields);

static const struct otlp_schema_field key_value_fields[] = {
	{ MEMBER(1, TEXT, "key") },
	{ NESTED(2, "value", any_value) },
	{ MEMBER(3, INT32, "keyStrindex") },
};
static const struct otlp_schema key_value = SCHEMA(key_value_fields);

static const struct otlp_schema_field array_value_fields[] = { { ROWS(1, "values", any_value) } };
static const struct otlp_schema array_value = SCHEMA(array_value_fields);
static const struct otlp_schema_field map_value_fields[] = { { ROWS(1, "values", key_value) } };
static const struct otlp_schema map_value = SCHEMA(map_value_fields);

/* Of the attribute table; before 1.8 its rows have keys as texts. */
static const struct otlp_schema_field attribute_fields[] = {
	{ MEMBER(1, INT32, "keyStrindex") },
	{ NESTED(2, "value", any_value) },
	{ MEMBER(3, INT32, "unitStrindex") },
	{ MEMBER(1, TEXT, "key") },
};
static const struct otlp_schema attribute = SCHEMA(attribute_fields);

/* --- the dictionary --- */

static const struct otlp_schema_field mapping_fields[] = {
	{ MEMBER(1, UINT64, "memoryStart") },
	{ MEMBER(2, UINT64, "memoryLimit") },
	{ MEMBER(3, UINT64, "fileOffset") },
	{ MEMBER(4, INT32, "filenameStrindex") },
	{ MEMBER(5, INT32, "attributeIndices"), .repeated = true },
};
static const struct otlp_schema mapping = SCHEMA(mapping_fields);

static const struct otlp_schema_field line_fields[] = {
	{ MEMBER(1, INT32, "functionIndex") },
	{ MEMBER(2, INT64, "line") },
	{ MEMBER(3, INT64, "column") },
};
static const struct otlp_schema line = SCHEMA(line_fields);

static const struct otlp_schema_field location_fields[] = {
	{ MEMBER(1, INT32, "mappingIndex") },
	{ MEMBER(2, UINT64, "address") },
	{ ROWS(3, "lines", line) },
	{ MEMBER(4, INT32, "attributeIndices"), .repeated = true },
	{ ROWS(3, "line", line) },
};
static const struct otlp_schema location = SCHEMA(location_fields);

static const struct otlp_schema_field function_fields[] = {
	{ MEMBER(1, INT32, "nameStrindex") },
	{ MEMBER(2, INT32, "systemNameStrindex") },
	{ MEMBER(3, INT32, "filenameStrindex") },
	{ MEMBER(4, INT64, "startLine") },
};
static const struct otlp_schema function = SCHEMA(function_fields);

static const struct otlp_schema_field link_fields[] = {
	{ MEMBER(1, ID, "traceId"), .size = 16 },
	{ MEMBER(2, ID, "spanId"), .size = 8 },
};
static const struct otlp_schema link_schema = SCHEMA(link_fields);

static const struct otlp_schema_field stack_fields[] = {
	{ MEMBER(1, INT32, "locationIndices"), .repeated = true },
};
static const struct otlp_schema stack = SCHEMA(stack_fields);

static const struct otlp_schema_field dictionary_fields[] = {
	{ ROWS(1, "mappingTable", mapping) },
	{ ROWS(2, "locationTable", location) },
	{ ROWS(3, "functionTable", function) },
	{ ROWS(4, "linkTable", link_schema) },
	{ MEMBER(5, TEXT, "stringTable"), .repeated = true },
	{ ROWS(6, "attributeTable", attribute) },
	{ ROWS(7, "stackTable", stack) },
};
static const struct otlp_schema dictionary = SCHEMA(dictionary_fields);

/* --- profiles --- */

static const struct otlp_schema_field type_fields[] = {
	{ MEMBER(1, INT32, "typeStrindex") },
	{ MEMBER(2, INT32, "unitStrindex") },
};
static const struct otlp_schema type = SCHEMA(type_fields);

static const struct otlp_schema_field sample_fields[] = {
	{ MEMBER(1, INT32, "stackIndex"), .layout = OTLP_STACK_NAMES },
	{ MEMBER(2, INT32, "attributeIndices"), .repeated = true },
	{ MEMBER(3, INT32, "linkIndex") },
	{ MEMBER(4, INT64, "values"), .repeated = true },
	{ MEMBER(5, FIXED64, "timestampsUnixNano"), .repeated = true },
	{ MEMBER(OTLP_START_OF_SAMPLE, INT32, "locationsStartIndex"), .layout = OTLP_RANGE_NAMES },
	{ MEMBER(OTLP_LENGTH_OF_SAMPLE, INT32, "locationsLength"), .layout = OTLP_RANGE_NAMES },
	{ MEMBER(4, INT64, "value"), .repeated = true },
};
static const struct otlp_schema sample = SCHEMA(sample_fields);

static const struct otlp_schema_field profile_fields[] = {
	{ ROWS(1, "sampleType", type), .singular_too = true },
	{ ROWS(2, "samples", sample) },
	{ MEMBER(3, FIXED64, "timeUnixNano") },
	{ MEMBER(4, UINT64, "durationNano") },
	{ NESTED(5, "periodType", type) },
	{ MEMBER(6, INT64, "period") },
	{ MEMBER(7, ID, "profileId"), .size = 16 },
	{ MEMBER(8, UINT32, "droppedAttributesCount") },
	{ MEMBER(9, TEXT, "originalPayloadFormat") },
	{ MEMBER(10, BYTES, "originalPayload") },
	{ MEMBER(11, INT32, "attributeIndices"), .repeated = true },
	{ MEMBER(OTLP_RANGES_OF_PROFILE, INT32, "locationIndices"), .repeated = true,
	  .layout = OTLP_RANGE_NAMES },
	{ ROWS(2, "sample", sample) },
	{ MEMBER(3, FIXED64, "timeNanos") },
	{ MEMBER(4, UINT64, "durationNanos") },
};
static const struct otlp_schema profile = SCHEMA(profile_fields);

static const struct otlp_schema_field scope_fields[] = {
	{ MEMBER(1, TEXT, "name") },
	{ MEMBER(2, TEXT, "version") },
	{ ROWS(3, "attributes", key_value) },
	{ MEMBER(4, UINT32, "droppedAttributesCount") },
};
static const struct otlp_schema scope = SCHEMA(scope_fields);

static const struct otlp_schema_field scope_profiles_fields[] = {
	{ NESTED(1, "scope", scope) },
	{ ROWS(2, "profiles", profile) },
	{ MEMBER(3, TEXT, "schemaUrl") },
};
static const struct otlp_schema scope_profiles = SCHEMA(scope_profiles_fields);

static const struct otlp_schema_field resource_fields[] = {
	{ ROWS(1, "attributes", key_value) },
	{ MEMBER(2, UINT32, "droppedAttributesCount") },
};
static const struct otlp_schema resource = SCHEMA(resource_fields);

static const struct otlp_schema_field resource_profiles_fields[] = {
	{ NESTED(1, "resource", resource) },
	{ ROWS(2, "scopeProfiles", scope_profiles) },
	{ MEMBER(3, TEXT, "schemaUrl") },
};
static const struct otlp_schema resource_profiles = SCHEMA(resource_profiles_fields);

/* In layout 1.6 the tables stand where the dictionary is later, and become parts of one. */
#define ON_TOP .inside = 2, .layout = OTLP_RANGE_NAMES

static const struct otlp_schema_field fields[] = {
	{ ROWS(1, "resourceProfiles", resource_profiles) },
	{ NESTED(2, "dictionary", dictionary) },
	{ ROWS(1, "mappingTable", mapping), ON_TOP },
	{ ROWS(2, "locationTable", location), ON_TOP },
	{ ROWS(3, "functionTable", function), ON_TOP },
	{ ROWS(4, "linkTable", link_schema), ON_TOP },
	{ MEMBER(5, TEXT, "stringTable"), .repeated = true, ON_TOP },
	{ ROWS(6, "attributeTable", attribute), ON_TOP },
};
const struct otlp_schema otlp_schema = SCHEMA(fields);

/* --- names --- */

/* Whether "location_table" or "locationTable" is "locationTable". */
static bool is_name(struct str text, struct str name)
{
	size_t k = 0;

	if (text.n == name.n)
		return memcmp(text.p, name.p, name.n) == 0;
	for (size_t i = 0; i < text.n; i++, k++) {
		char c = text.p[i];

		if (c == '_' && i + 1 < text.n && text.p[i + 1] >= 'a' && text.p[i + 1] <= 'z')
			c = (char)(text.p[++i] - 'a' + 'A');
		if (k == name.n || name.p[k] != c)
			return false;
	}
	return k == name.n;
}

const struct otlp_schema_field *otlp_schema_find(const struct otlp_schema *s, struct str name,
						 const struct otlp_schema_field *last)
{
	size_t first = last ? (size_t)(last - s->fields) + 1 : 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct otlp_schema_field *f = &s->fields[(first + i) % s->count];

		if (is_name(name, f->name))
			return f;
	}
	return NULL;
}

const struct otlp_schema_field *otlp_schema_number(const struct otlp_schema *s, uint32_t number)
{
	size_t i = 0;

	while (i + 1 < s->count && s->fields[i].number != number)
		i++;
	return &s->fields[i];
}
