/* flamegraph/internal - shared by the source files of the flame graph's writer */
#ifndef FLAMEGRAPH_INTERNAL_H
#define FLAMEGRAPH_INTERNAL_H

#include "common/io/output.h"
#include "common/profile/value_text.h"
#include "common/program/options.h"
#include "common/transform/calltree/flame_tree.h"

/* --- options --- */

struct flame_options {
	const char *title, *subtitle, *font, *min_width, *name_type, *notes;
	const char *background, *backgrounds, *search_color, *stroke_color, *ui_color, *total;
	const char *attributes, *font_width;
	const char *count_name, *count_unit, *factor;
	struct option_list base;
	uint64_t width; /* width of the picture; 0: as wide as its window */
	uint64_t row_height, font_size, max_frames;
	int colors, widths;
	bool inverted, reverse, in_time, no_time, diffusion, by_name, palette, same, unsorted,
		negate, no_script, cut_start;
};
extern const struct flame_options flame_usual;
extern const struct option_row flame_rows[];

/* Checks the options; the functions below rely on it. 0, or -1 after a message. */
int flame_check_options(const struct flame_options *o, const struct profile *p);
/* --countname, --countunit and --factor */
struct value_style flame_style(const struct flame_options *o);
/*
 * Sets the minimum width of a frame; true if it is in percent of the total, false if it is in
 * pixels.
 */
bool flame_min_width(const struct flame_options *o, double *min_value);
/* The value of --total in the first value type, or 0. */
int64_t flame_whole(const struct flame_options *o, const struct profile *p);

/* The background as CSS has it, or NULL; --bgcolors names some. */
const char *flame_background(const struct flame_options *o);
/* The index in --colors. */
int flame_scheme(const struct flame_options *o);
/* The width of a letter in 1/100 em, or 0: each has its own. */
unsigned flame_letter_width(const struct flame_options *o);

/* --- what files say of single functions --- */

struct flame_named {
	struct str title, href, target; /* may be empty */
	uint32_t color;                 /* red, green and blue, a byte each */
	bool colored;
};

struct flame_names {
	struct flame_named *of; /* by function; NULL: nothing is said */
	struct buf palette, attributes;
};

/* Reads --nameattr's file and --cp's. 0, or -1 after a message; to be freed in any case. */
int flame_names_read(struct flame_names *names, const struct flame_options *o,
		     const struct profile *p);
void flame_names_free(struct flame_names *names);

/* --- text that fits --- */

/*
 * How many bytes of s fit into `room`: all of them, or as many as leave space for ".."; 0 if
 * fewer than two characters and the dots fit. With `from_end`, the last bytes are shown.
 */
size_t flame_fitting(const struct flame_options *o, struct str s, uint64_t room, bool from_end);
void flame_put_fitting(struct output *out, struct str s, size_t n, bool from_end);
/* Takes as many words off *rest as fit in a line, but at least one. */
struct str flame_next_line(const struct flame_options *o, struct str *rest, uint64_t width);

/* --- colours: each is a CSS class with a name of one letter --- */

/* Class names that no colour uses. */
enum { CLASS_GUESSED = 'E', CLASS_LABELLED = 'W', CLASS_NOWHERE = 'Y', CLASS_ROOT = 'Z' };

/* The class of a function, by its name and file; of a frame in a difference, by its values. */
char flame_class(const struct flame_options *o, struct str name, struct str file,
		 enum frame_kind kind);
char flame_diff_class(const struct flame_options *o, int64_t base, int64_t new_value);
/* The index in --colors of the scheme that depends on a frame's share of the total. */
enum { FLAME_DIFFUSION = 19 };
char flame_diffusion_class(int64_t value, int64_t total);
/* Writes the rules of the style sheet for all classes. */
void flame_put_colors(const struct flame_options *o, struct output *out, bool difference);

/* --- the file --- */

/*
 * Limit for trees with callers first: wide functions below a deep chain would give millions of
 * nodes.
 */
enum { FLAME_MAX_CALLERS = 200000 };

struct flame_writer {
	struct output *out;
	const struct flame_options *options;
	struct value_style style;
	const struct profile *p;
	const struct contexts *contexts;
	const struct flame_tree *tree;
	const bool *guessed; /* by context, for estimated stacks; else NULL */
	uint32_t idle;       /* the frame drawn for samples without a stack, + 1; 0: none */
	const struct flame_named *named; /* by function, or NULL */
	const uint8_t *kinds;  /* by function: the first kind that one of its frames has; or NULL */
	uint32_t *set_numbers; /* by label set: its number in the data; NULL: no labels */
	size_t set_count;
	struct buf text; /* text of the current line or frame */
	uint64_t width;  /* in pixels, including margins */
	bool difference, in_html;
	int64_t total;       /* the value of the whole picture: the sum of the values, or more */
	double min_value;    /* frames with a smaller value are too narrow to be drawn */
	uint32_t tied_depth; /* frames with exactly this value are drawn up to this depth */
};

/* Raises v->min_value if there are more frames than a page opens quickly with. */
void flame_draw_the_widest(struct flame_writer *v);
bool flame_is_drawn(const struct flame_writer *v, uint32_t node);

/* The name and the location of a node's function; empty if there is none. */
struct str flame_name(const struct flame_writer *v, uint32_t node);
struct str flame_location(const struct flame_writer *v, uint32_t node);
/* The picture's title: given by an option, by someone before, or the name of the file. */
struct str flame_heading(const struct flame_writer *v);
/* Appends what the page says of the profile besides its source and total. */
void flame_add_lasting_facts(struct flame_writer *v, struct buf *facts);

/* Width in pixels between the margins. */
uint64_t flame_inner(const struct flame_options *o);
/* Write the svg element up to its frames; the profile as JSON in metadata; the script. */
void flame_put_picture(struct flame_writer *v);
void flame_put_data(struct flame_writer *v);
void flame_put_page(const struct flame_options *o, struct output *out);

#endif
