/*
 * flamegraph/data_internal - shared by the two parts of the data in the picture
 *
 * 	data.c       the profile, which readers take
 * 	page_data.c  what the page alone needs
 */
#ifndef FLAMEGRAPH_DATA_INTERNAL_H
#define FLAMEGRAPH_DATA_INTERNAL_H

#include "converters/flamegraph/internal.h"

/* Writes `before`, which is JSON, and the text as a JSON string, both as XML has it. */
void flame_put_string(struct output *out, const char *before, struct str text);

static inline void flame_put_number(struct output *out, const char *before, int64_t number)
{
	output_text(out, before);
	output_i64(out, number);
}

/* Writes the key "page" and its object. */
void flame_put_page_data(struct flame_writer *v);

#endif
