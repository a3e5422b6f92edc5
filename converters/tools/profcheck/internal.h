/*
 * profcheck/internal - what its main and what it says of details share
 */
#ifndef PROFCHECK_INTERNAL_H
#define PROFCHECK_INTERNAL_H

#include "common/syntax/cjson_library.h"
#include "common/io/output.h"
#include "common/profile/profile.h"

/* Lines, or keys of the object, about labels, mappings, details of frames, the recording. */
void profcheck_put_details(struct output *out, const struct profile *p);
void profcheck_add_details(cJSON *top, const struct profile *p);

/* Values of JSON: a text of any bytes, an integer. */
cJSON *profcheck_text(struct str s);
cJSON *profcheck_count(int64_t n);

#endif
