/* otlp/internal - shared by the reader and the format */
#ifndef OTLP_INTERNAL_H
#define OTLP_INTERNAL_H

#include "common/program/format.h"

/*
 * Layouts by the version of opentelemetry-proto that made them: 1.9 is that of 1.8 too, 1.11
 * that of 1.10. The order is that of the option's choices.
 */
enum otlp_layout { OTLP_AUTO, OTLP_1_6, OTLP_1_7, OTLP_1_9, OTLP_1_11 };
#define OTLP_LAYOUTS "auto|1.6|1.7|1.9|1.11"

struct otlp_read_options {
	int layout; /* enum otlp_layout */
};

extern const struct option_row otlp_read_rows[];
int otlp_read(struct input *in, struct profile *p);

/* Numbers of fields that the reader and the writer share, of layout 1.11. */
enum otlp_message_field { OTLP_RESOURCES = 1, OTLP_DICTIONARY };
/* of a resource's and a scope's profiles: what it is, what is in it */
enum otlp_level_field { OTLP_OUTER = 1, OTLP_INNER };
enum { OTLP_RESOURCE_ATTRIBUTE = 1 };
enum otlp_table {
	OTLP_MAPPINGS = 1,
	OTLP_LOCATIONS,
	OTLP_FUNCTIONS,
	OTLP_LINKS,
	OTLP_STRINGS,
	OTLP_ATTRIBUTES,
	OTLP_STACKS, /* in layouts before 1.8: units */
	OTLP_TABLES
};
enum otlp_any {
	OTLP_ANY_TEXT = 1,
	OTLP_ANY_BOOL,
	OTLP_ANY_INT,
	OTLP_ANY_DOUBLE,
	OTLP_ANY_ARRAY,
	OTLP_ANY_MAP,
	OTLP_ANY_BYTES,
	OTLP_ANY_STRING,
};

/* Keys that become members of the model and come from them. */
#define OTLP_THREAD_NAME "thread.name"
#define OTLP_THREAD_ID "thread.id"
#define OTLP_PROCESS_ID "process.pid"
#define OTLP_SCOPE_NAME "otel.scope.name"
#define OTLP_SCOPE_VERSION "otel.scope.version"
#define OTLP_TRACE_ID "trace_id"
#define OTLP_SPAN_ID "span_id"
#define OTLP_FRAME_TYPE "profile.frame.type"
#define OTLP_BUILD_ID_GNU "process.executable.build_id.gnu"
#define OTLP_BUILD_ID_GO "process.executable.build_id.go"
/* what pprof has, by OpenTelemetry's semantic conventions */
#define OTLP_PPROF_DEFAULT_TYPE "pprof.scope.default_sample_type"
#define OTLP_PPROF_PROFILE "pprof.profile."
#define OTLP_PPROF_COMMENT OTLP_PPROF_PROFILE "comment"
/* of the model, by ourselves; a key that begins with LABEL is a label whose key is the rest */
#define OTLP_OWN "profpipe."
#define OTLP_PART OTLP_OWN "part"
#define OTLP_LABEL OTLP_OWN "label."
#define OTLP_METADATA OTLP_OWN "metadata"
#define OTLP_ESTIMATED OTLP_OWN "estimated"
#define OTLP_VALUE_TYPE OTLP_OWN "value_type"

/* By bit: the attributes of mappings for MAPPING_HAS_*. */
#define OTLP_MAPPING_KEYS \
	"pprof.mapping.has_functions", "pprof.mapping.has_filenames", \
		"pprof.mapping.has_line_numbers", "pprof.mapping.has_inline_frames"

/* In which of the two forms a message is written; auto: by the suffix that is asked for. */
enum otlp_encoding { OTLP_BY_SUFFIX, OTLP_PROTOBUF, OTLP_JSON };
#define OTLP_ENCODINGS "auto|protobuf|json"

struct otlp_write_options {
	int encoding; /* enum otlp_encoding */
};

extern const struct option_row otlp_write_rows[];
/* Whether JSON is asked for, by an option or a format's name; NULL: none was given. */
bool otlp_asks_for_json(const struct otlp_write_options *options, const char *target);
void otlp_write(struct output *out, const struct profile *p);
/* Writes the message, whole and in protobuf, as JSON. */
void otlp_write_json(struct output *out, struct str message);

/* A message in a file of several has its length in front, 4 bytes, the highest first. */
enum { OTLP_FRAME = 4 };
/* Whether a file that begins so is one of messages with lengths: no message begins with 0. */
bool otlp_is_framed(struct str head);
uint32_t otlp_frame_length(const char *p);

#endif
