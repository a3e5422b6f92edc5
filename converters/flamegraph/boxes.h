/*
 * flamegraph/boxes - what the files share that make stacks of a picture's boxes
 *
 *	flamegraph_read_picture.c  boxes one by one; in the end, the self values of their stacks
 *	flamegraph_read_levels.c   which row of boxes is how deep
 *	flamegraph_read_counts.c  what is counted, and how much of it in each box
 *	flamegraph_read_callers.c  which box stands on which
 *
 * Each step fills members of the boxes that the next ones need, in this order. The boxes
 * are the picture's; `count` may become less than its own.
 */
#ifndef FLAMEGRAPH_BOXES_H
#define FLAMEGRAPH_BOXES_H

#include "converters/flamegraph/reading.h"

struct flame_box {
	int64_t x, width;      /* exact ones where the picture has them */
	int64_t y;
	struct decimal title_value; /* of the title, in units of `word` */
	string_id name, word;
	uint32_t line, number; /* in the file */
	uint32_t level;        /* 0: on the ground */
	uint32_t callees;
	stack_id stack;
	int64_t value, rest;   /* what is not its callees' */
};

struct flame_boxes_reader {
	struct flame_picture *picture;
	struct flame_box *boxes;
	size_t count;
	struct input *in;
	struct profile *p;
	thread_id thread;
	value_id v;
	int exponent;          /* of the boxes' values */
	int64_t pixel;         /* what one of them is worth, 0 if places are exact */
	int power;             /* of a nanosecond */
	bool exact;
	bool rooted;           /* the only box of level 0 is everything */
	frame_id *frames;      /* by name, NO_ID until needed */
	uint64_t clamped;      /* boxes that count less than what stands on them */
};

/* All boxes' levels; whether the lowest one is everything. */
void flame_boxes_find_levels(struct flame_boxes_reader *r);
/* The value type. */
void flame_boxes_find_unit(struct flame_boxes_reader *r);
/* All boxes' values in that, which are also what is left to their callees. */
void flame_boxes_find_values(struct flame_boxes_reader *r);
/* All boxes' stacks; sorts the boxes by level and place. */
void flame_boxes_find_stacks(struct flame_boxes_reader *r);

/* "expected WHAT, got the box's name", on its line. */
void flame_boxes_fail(struct flame_boxes_reader *r, const struct flame_box *box, const char *what);

#endif
