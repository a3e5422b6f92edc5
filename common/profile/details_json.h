/*
 * details_json - labels, mappings, details of frames and the recording as JSON
 *
 * Like rows_json.h, for what only few formats record. Addresses are texts, because other
 * readers do not take numbers beyond 2^53 exactly.
 *
 * 	labelSets  [[["thread", "main"], ["bytes", 4096, "bytes"]], ...]
 * 	           set 1, set 2, ...: a text by its key, or a number and its unit
 * 	mappings   [{"object": "/lib/libc.so.6", "build_id": "a1b2", "start": "0x7f00",
 * 	             "limit": "0x8000", "offset": "0x1000"}, ...]         mapping 1, 2, ...
 * 	frame      {"address": "0x7f04", "mapping": 1, "kind": "native", "inlined": true,
 * 	            "unsymbolised": true}
 * 	recording  {"default": "cpu", "period": 10000000, "of": ["cpu", "nanoseconds"],
 * 	            "start": 1764252000000000000, "duration": 30000000000}
 */
#ifndef PROFILE_DETAILS_JSON_H
#define PROFILE_DETAILS_JSON_H

#include "common/profile/rows_json.h"

/* Ids of the model by their numbers in a file; number 0 means none. */
struct numbered {
	uint32_t *ids;
	size_t count, cap;
};
void numbered_free(struct numbered *n);

/* Each reads the next JSON value. Errors are reported through the input. */
void json_label_sets(struct json *j, struct profile *p, struct numbered *sets);
void json_mappings(struct json *j, struct profile *p, struct numbered *mappings);
mapping_id json_mapping(struct json *j, struct profile *p);
void json_recording(struct json *j, struct profile *p);
/* Reads a number of the table and returns its id; `what` is "a label set" or "a mapping". */
uint32_t json_numbered(struct json *j, const struct numbered *n, const char *what);
/* If the key is one of those of a frame above, reads its value and returns true. */
bool json_frame_key(struct json *j, struct str key, const struct numbered *mappings,
		    struct frame *f);
/* Reads a 64-bit integer. */
bool json_integer(struct json *j, int64_t *value);

/* Writes all numbered sets, in the order of their numbers. */
void json_put_label_sets(struct output *out, const struct profile *p, const uint32_t *number,
			 size_t count);
void json_put_mappings(struct output *out, const struct profile *p);
void json_put_mapping(struct output *out, const struct profile *p, mapping_id m);
/*
 * Writes the keys of the frame, with `before` before the first one. False if it has no details.
 */
bool json_put_frame_keys(struct output *out, const struct profile *p, frame_id f,
			 const char *before);
void json_put_recording(struct output *out, const struct profile *p);

#endif
