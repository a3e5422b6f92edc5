/* pprof/internal - shared by the reader, the writer and the format */
#ifndef PPROF_INTERNAL_H
#define PPROF_INTERNAL_H

#include "common/program/format.h"

/* The numbers of fields, from https://github.com/google/pprof/blob/main/proto/profile.proto */
enum profile_field {
	PROFILE_TYPE = 1,
	PROFILE_SAMPLE,
	PROFILE_MAPPING,
	PROFILE_LOCATION,
	PROFILE_FUNCTION,
	PROFILE_STRING,
	PROFILE_DROP_FRAMES,
	PROFILE_KEEP_FRAMES,
	PROFILE_START,
	PROFILE_DURATION,
	PROFILE_PERIOD_TYPE,
	PROFILE_PERIOD,
	PROFILE_COMMENT,
	PROFILE_DEFAULT_TYPE,
	PROFILE_DOC_URL,
};
enum type_field { TYPE_NAME = 1, TYPE_UNIT };
enum sample_field { SAMPLE_LOCATIONS = 1, SAMPLE_VALUES, SAMPLE_LABEL };
enum label_field { LABEL_KEY = 1, LABEL_TEXT, LABEL_NUMBER, LABEL_UNIT };
enum mapping_field {
	MAPPING_ID = 1,
	MAPPING_START,
	MAPPING_LIMIT,
	MAPPING_OFFSET,
	MAPPING_FILE,
	MAPPING_BUILD_ID,
	MAPPING_FUNCTIONS,
	MAPPING_FILES,
	MAPPING_LINES,
	MAPPING_INLINED,
};
enum location_field {
	LOCATION_ID = 1,
	LOCATION_MAPPING,
	LOCATION_ADDRESS,
	LOCATION_LINE,
	LOCATION_FOLDED,
};
enum line_field { LINE_FUNCTION = 1, LINE_LINE, LINE_COLUMN };
enum function_field {
	FUNCTION_ID = 1,
	FUNCTION_NAME,
	FUNCTION_SYSTEM,
	FUNCTION_FILE,
	FUNCTION_START,
};

/*
 * Threads are written as labels, and a comment says so, so that they are threads again when
 * they come back. Where labels of the profile have one of the keys, ours are other ones.
 */
#define PPROF_THREADS "profpipe: threads are in the labels thread, pid, tid and part"
#define PPROF_OWN_THREADS \
	"profpipe: threads are in the labels profpipe::thread, profpipe::pid, profpipe::tid and " \
	"profpipe::part"
#define PPROF_OWN_KEYS "profpipe::"
/* The beginning of a comment with metadata as JSON, see rows_json.h. */
#define PPROF_METADATA "profpipe: metadata "
/* The same with all value types, if there is more to them than a name and a unit. */
#define PPROF_VALUES "profpipe: values "

/* Metadata that are a field each, by their keys. */
#define PPROF_COMMENT "comment"
#define PPROF_DOC_URL "doc_url"
#define PPROF_DROP_FRAMES "drop_frames"
#define PPROF_KEEP_FRAMES "keep_frames"

int pprof_read(struct input *in, struct profile *p);
void pprof_write(struct output *out, const struct profile *p);

#endif
