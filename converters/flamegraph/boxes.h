/*
 * flamegraph/boxes - turns the boxes of a picture into stacks
 *
 * 	read_picture.c  boxes one by one; in the end, the self values of their stacks
 * 	read_plain.c    which boxes without a value are frames
 * 	read_levels.c   which row of boxes has which depth
 * 	read_counts.c   what is counted, and the value of each box
 * 	read_callers.c  which box stands on which
 *
 * Each step sets members of the boxes that the next ones need, in this order. The boxes
 * belong to the picture; `count` may become smaller than the picture's.
 */
#ifndef FLAMEGRAPH_BOXES_H
#define FLAMEGRAPH_BOXES_H

#include "converters/flamegraph/reading.h"

struct flame_box {
	int64_t x, width; /* exact if the picture has exact ones */
	int64_t y;
	struct decimal title_value; /* the value in the title, in units of `word` */
	string_id name, word;
	uint32_t line, number; /* line and position in the file */
	uint32_t level;        /* 0: the lowest row */
	uint32_t callees;
	bool uncounted; /* its title has no value: that comes from its width */
	int64_t height;
	struct flame_box *caller; /* NULL: none, or not a box */
	stack_id stack;
	int64_t value, rest; /* the part of it that is not in its callees */
};

struct flame_boxes_reader {
	struct flame_picture *picture;
	struct flame_box *boxes;
	size_t count;
	struct input *in;
	struct profile *p;
	thread_id thread;
	value_id v;
	int exponent;   /* decimal exponent of the values */
	int64_t factor; /* what exact values were multiplied by; 0: nothing */
	int64_t pixel;  /* the value of a pixel, 0 if positions are exact */
	int power;      /* power of ten of a nanosecond */
	bool exact;
	bool rooted;        /* the only box of level 0 stands for everything */
	frame_id *frames;   /* frame by name, NO_ID until needed */
	uint64_t clamped;   /* number of boxes that are smaller than what stands on them */
	uint64_t uncounted; /* number of boxes without a value in their title */
	uint64_t orphans;   /* number of boxes that stand on nothing */
	size_t *rows;       /* by level: the first box of its row; with the end of the last */
};

/* Sets the level of every box, and `rooted`. */
void flame_boxes_find_levels(struct flame_boxes_reader *r);
/* Finds the value type. */
void flame_boxes_find_unit(struct flame_boxes_reader *r);
/* Sets the value of every box, and `rest` to the same. */
void flame_boxes_find_values(struct flame_boxes_reader *r);
/* Sets the stack of every box; sorts the boxes by level and position. */
void flame_boxes_find_stacks(struct flame_boxes_reader *r);

/*
 * Drops boxes whose titles have no value, but for those that look like the others in a picture
 * where titles count: flamegraph.pl's --nameattr replaces titles. Before all steps.
 */
void flame_boxes_drop_uncounted(struct flame_boxes_reader *r);

/* Reports "expected WHAT, got NAME" for the line of the box. */
void flame_boxes_fail(struct flame_boxes_reader *r, const struct flame_box *box, const char *what);

#endif
