/*
 * flamegraph/draw_internal - what the two parts of the drawn picture share
 *
 *	flamegraph_draw.c     which frames are drawn, and those
 *	flamegraph_heading.c  what stands above them, and how all looks
 */
#ifndef FLAMEGRAPH_DRAW_INTERNAL_H
#define FLAMEGRAPH_DRAW_INTERNAL_H

#include "converters/flamegraph/internal.h"

enum { FLAME_MARGIN = 10 };   /* pixels, on each side */

/* The frames that are drawn, row by row, from left to right; flame_put_picture() frees them. */
struct flame_frames {
	struct flame_writer *v;
	uint32_t *nodes;
	size_t count, cap;
	size_t rows;
	uint64_t inner;       /* pixels across */
	uint64_t row_height, top;
	int64_t left_out, left_value; /* too many, or too narrow: how many, and what is in them */
};

/* The element svg up to the frames, which have been chosen; says where they begin, f->top. */
void flame_put_heading(struct flame_frames *f);

/* In 1/100 em of a font of `size` pixels. */
static inline uint64_t text_room(uint64_t pixels, uint64_t size)
{
	return pixels * 100 / size;
}

static inline void put_count(struct output *out, const char *start, uint64_t value,
			     const char *end)
{
	output_text(out, start);
	output_u64(out, value);
	output_text(out, end);
}

/* In the value type's unit, or as the options say. */
static inline void add_value(struct flame_writer *v, value_id value_type, int64_t value, struct buf *b)
{
	buf_add_value(b, v->p, value_type, value, &v->style);
}

#endif
