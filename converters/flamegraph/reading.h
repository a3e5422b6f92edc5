/*
 * flamegraph/reading - reads an SVG flame graph into a profile
 *
 * A file written by us contains its profile as JSON, which is read back exactly. Any other
 * file is a picture: boxes with a title and a place.
 *
 * 	read.c          the XML: finds the data, or the boxes; see xml.h
 * 	read_data.c     the JSON of our own files
 * 	read_title.c    the title of a box
 * 	read_picture.c  boxes into stacks; see boxes.h
 */
#ifndef FLAMEGRAPH_READING_H
#define FLAMEGRAPH_READING_H

#include "common/io/input.h"
#include "common/profile/profile.h"

/* For the format. */
/* In the head of our HTML pages; other pages of HTML are not read. */
#define FLAME_GENERATOR "<meta name=\"generator\" content=\"profpipe\"/>"

int flamegraph_bid(struct str head, bool whole);
int flamegraph_read(struct input *in, struct profile *p);

/* --- our own data --- */

/* Whether the text is our data: the <metadata> of another program may have the same id. */
bool flame_is_data(struct str text);

/* Errors are reported through `in`; `line` is where the text begins. */
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
	struct str word; /* what is counted: "samples" */
	struct decimal value;
};

/* Parses a title. False if it is not the title of a frame. */
bool flame_title(struct str text, struct flame_title *title);

/* --- pictures --- */

/* In millionths of a pixel; exact ones in value units, if the file has them (fg:x, fg:w). */
struct flame_place {
	int64_t x, y, width, height;
	int64_t exact_x, exact_width;
	bool exact;
	uint32_t line;
};

struct flame_picture {
	struct strings texts; /* names of frames, and words for what is counted */
	struct flame_box *boxes;
	size_t count, cap;
	size_t exact; /* number of boxes with fg:x and fg:w */
	bool difference, flameprof;
	int64_t height; /* height of the highest box */
};

void flame_picture_init(struct flame_picture *picture);
void flame_picture_free(struct flame_picture *picture);

/* Adds a box; skipped if its title is not that of a frame. */
void flame_picture_add(struct flame_picture *picture, const struct flame_place *place,
		       struct str title);

/* Adds the stacks of all boxes to p. Errors are reported through `in`. */
void flame_picture_read(struct flame_picture *picture, struct input *in, struct profile *p);

/* Records that the file lacks something that was profiled, for the loss report. */
void flame_report_missing(struct input *in, struct profile *p, const char *what);

#endif
