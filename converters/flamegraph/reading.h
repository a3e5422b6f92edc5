/*
 * flamegraph/reading - an SVG flame graph back into a profile
 *
 * A file of ours carries its profile as JSON, which is read back exactly. Anybody
 * else's is a picture: boxes with a title and a place.
 *
 *	flamegraph_read.c          the XML: finds the data, or the boxes: see flamegraph_xml.h
 *	flamegraph_read_data.c     the JSON of our own files
 *	flamegraph_read_title.c    what a box's title says
 *	flamegraph_read_picture.c  boxes into stacks: see flamegraph_boxes.h
 */
#ifndef FLAMEGRAPH_READING_H
#define FLAMEGRAPH_READING_H

#include "common/io/input.h"
#include "common/profile/profile.h"

/* The handler's. */
int flamegraph_bid(struct str head, bool whole);
int flamegraph_read(struct input *in, struct profile *p);

/* --- our own data --- */

/* Whether it is: another's <metadata> may have the same id. */
bool flame_is_data(struct str text);

/* Errors are `in`'s; `line` is where the text begins. */
void flame_read_data(struct input *in, struct profile *p, struct str text, uint64_t line);

/* --- titles --- */

enum flame_title_kind {
	TITLE_COUNTED,    /* "name (1,234 samples, 5.67%)" */
	TITLE_DIFFERENCE, /* "name (1,234 samples, 5.67%; +0.89%)" */
	TITLE_FLAMEPROF,  /* "file:line:name 5.67% (calls primitive self inclusive)" */
};

struct flame_title {
	enum flame_title_kind kind;
	struct str name;
	struct str word;      /* what is counted: "samples" */
	struct decimal value;
};

/* False: it is the title of something else. */
bool flame_title(struct str text, struct flame_title *title);

/* --- pictures --- */

/* Millionths of a pixel, and value units where the file has them (fg:x, fg:w). */
struct flame_place {
	int64_t x, y, width, height;
	int64_t exact_x, exact_width;
	bool exact;
	uint32_t line;
};

struct flame_picture {
	struct strings texts;   /* names of frames and of what is counted */
	struct flame_box *boxes;
	size_t count, cap;
	size_t exact;           /* boxes with fg:x and fg:w */
	bool difference, flameprof;
	int64_t height;         /* of the highest box */
};

void flame_picture_init(struct flame_picture *picture);
void flame_picture_free(struct flame_picture *picture);

/* A box; passed over if its title is none of a frame. */
void flame_picture_add(struct flame_picture *picture, const struct flame_place *place,
		       struct str title);

/* All boxes are there: their stacks go into p. Errors are `in`'s. */
void flame_picture_read(struct flame_picture *picture, struct input *in, struct profile *p);

/* The file lacks something that was profiled: for whoever tells the losses. */
void flame_report_missing(struct input *in, struct profile *p, const char *what);

#endif
