/*
 * details_json - labels, mappings, details of frames and the recording as JSON
 *
 * As rows_json.h, for what few formats have. Addresses are texts, since numbers beyond 2^53
 * are not exact everywhere.
 *
 *	labelSets  [[["thread", "main"], ["bytes", 4096, "bytes"]], ...]
 *	           set 1, set 2, ...: a text by its key, or a number and its unit
 *	mappings   [{"object": "/lib/libc.so.6", "build_id": "a1b2", "start": "0x7f00",
 *	             "limit": "0x8000", "offset": "0x1000"}, ...]         mapping 1, 2, ...
 *	frame      {"address": "0x7f04", "mapping": 1, "kind": "native", "inlined": true,
 *	            "unsymbolised": true}
 *	recording  {"default": "cpu", "period": 10000000, "of": ["cpu", "nanoseconds"],
 *	            "start": 1764252000000000000, "duration": 30000000000}
 */
#ifndef PROFILE_DETAILS_JSON_H
#define PROFILE_DETAILS_JSON_H

#include "common/profile/rows_json.h"

/* Ids of the model by their numbers in a file; number 0 is none. */
struct numbered {
	uint32_t *ids;
	size_t count, cap;
};
void numbered_free(struct numbered *n);

/* The next value of the JSON; errors are the input's. */
void json_label_sets(struct json *j, struct profile *p, struct numbered *sets);
void json_mappings(struct json *j, struct profile *p, struct numbered *mappings);
mapping_id json_mapping(struct json *j, struct profile *p);
void json_recording(struct json *j, struct profile *p);
/* A number of the table, "a label set" or "a mapping"; its id. */
uint32_t json_numbered(struct json *j, const struct numbered *n, const char *what);
/* True if the key is one of a frame's above: then its value was taken. */
bool json_frame_key(struct json *j, struct str key, const struct numbered *mappings,
		    struct frame *f);
/* An integer of 64 bits. */
bool json_integer(struct json *j, int64_t *value);

/* All sets that have a number, in the order of their numbers. */
void json_put_label_sets(struct output *out, const struct profile *p, const uint32_t *number,
			 size_t count);
void json_put_mappings(struct output *out, const struct profile *p);
void json_put_mapping(struct output *out, const struct profile *p, mapping_id m);
/* The keys of the frame, `before` before the first; false if it has no details. */
bool json_put_frame_keys(struct output *out, const struct profile *p, frame_id f,
			 const char *before);
void json_put_recording(struct output *out, const struct profile *p);

#endif
