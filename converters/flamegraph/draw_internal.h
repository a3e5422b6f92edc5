/*
 * flamegraph/draw_internal - shared by the two parts of the drawn picture
 *
 * 	draw.c     which frames are drawn, and the frames
 * 	heading.c  the text above them, and the style
 */
#ifndef FLAMEGRAPH_DRAW_INTERNAL_H
#define FLAMEGRAPH_DRAW_INTERNAL_H

#include "converters/flamegraph/internal.h"

enum { FLAME_MARGIN = 10 }; /* pixels on each side */

/* The frames that are drawn, row by row from left to right; freed by flame_put_picture(). */
struct flame_frames {
	struct flame_writer *v;
	uint32_t *nodes;
	size_t count, cap;
	size_t rows;
	uint64_t inner; /* width in pixels */
	uint64_t row_height, top;
	int64_t left_out, left_value; /* frames that are not drawn, as too many or too narrow:
				         their number and value */
};

/*
 * Writes the svg element up to the frames, which have been chosen; sets f->top, where they
 * begin.
 */
void flame_put_heading(struct flame_frames *f);

/* A width in pixels in 1/100 em of a font of `size` pixels. */
static inline uint64_t text_room(uint64_t pixels, uint64_t size)
{
	return pixels * 100 / size;
}

static inline void put_count(struct output *out, const char *start, uint64_t value, const char *end)
{
	output_text(out, start);
	output_u64(out, value);
	output_text(out, end);
}

/* Appends a value in the unit of its value type, or as the options say. */
static inline void add_value(struct flame_writer *v, value_id value_type, int64_t value,
			     struct buf *b)
{
	buf_add_value(b, v->p, value_type, value, &v->style);
}

#endif
