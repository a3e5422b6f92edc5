/*
 * flamegraph/internal - what the parts of the flame graph's writer share
 */
#ifndef FLAMEGRAPH_INTERNAL_H
#define FLAMEGRAPH_INTERNAL_H

#include "common/io/output.h"
#include "common/profile/value_text.h"
#include "common/program/options.h"
#include "common/transform/calltree/flame_tree.h"

/* --- options --- */

struct flame_options {
	const char *title, *subtitle, *font, *min_width, *name_type, *notes;
	const char *background, *search_color, *total;
	const char *count_name, *count_unit, *factor;
	struct option_list base;
	uint64_t width;                /* of the picture; 0: as wide as its window */
	uint64_t row_height, font_size, max_frames;
	int colors, widths;
	bool inverted, reverse, in_time, unsorted, negate, no_script, cut_start;
};
extern const struct flame_options flame_usual;
extern const struct option_row flame_rows[];

/* 0, or -1 after a message: what follows expects that they are good. */
int flame_check_options(const struct flame_options *o, const struct profile *p);
/* --countname, --countunit and --factor */
struct value_style flame_style(const struct flame_options *o);
/* Whether frames have to be `min_value` of the total or so many pixels wide. */
bool flame_min_width(const struct flame_options *o, double *min_value);
/* What --total says in the first value type, or 0. */
int64_t flame_whole(const struct flame_options *o, const struct profile *p);
/* Its two value types are the values before and after. */
bool flame_is_diff(const struct profile *p);

/* --- text that fits --- */

/*
 * How many bytes of s to show in that room: all of them, or as many as leave place for
 * ".."; 0 where fewer than two characters and the dots would fit. With `from_end` they
 * are the last ones.
 */
size_t flame_fitting(const struct flame_options *o, struct str s, uint64_t room, bool from_end);
void flame_put_fitting(struct output *out, struct str s, size_t n, bool from_end);
/* Takes as many words off *rest as fit in a line, one at least. */
struct str flame_next_line(const struct flame_options *o, struct str *rest, uint64_t width);

/* --- colours: each is a CSS class with a name of one letter --- */

/* Letters that no colour takes. */
enum { CLASS_GUESSED = 'E', CLASS_LABELLED = 'W', CLASS_NOWHERE = 'Y', CLASS_ROOT = 'Z' };

/* The class of a function by its name and file, of a frame by its values. */
char flame_class(const struct flame_options *o, struct str name, struct str file);
char flame_diff_class(const struct flame_options *o, int64_t base, int64_t new_value);
/* The place in --colors of the scheme where it depends on a frame's share of all. */
enum { FLAME_DIFFUSION = 19 };
char flame_diffusion_class(int64_t value, int64_t total);
/* The style sheet's rules for all of them. */
void flame_put_colors(const struct flame_options *o, struct output *out, bool difference);

/* --- the file --- */

/* Callers first: of wide functions below a deep chain there are millions of them. */
enum { FLAME_MAX_CALLERS = 200000 };

struct flame_writer {
	struct output *out;
	const struct flame_options *options;
	struct value_style style;
	const struct profile *p;
	const struct contexts *contexts;
	const struct flame_tree *tree;
	const bool *guessed;  /* by context, of estimated stacks; else NULL */
	uint32_t *set_numbers; /* by label set: its number in the data; NULL: no labels */
	size_t set_count;
	struct buf text;      /* of the line or frame at hand */
	uint64_t width;       /* pixels, margins included */
	bool difference;
	int64_t total;        /* what is all: the sum of the values, or more */
	double min_value;     /* a value below it is too narrow to be drawn */
	uint32_t tied_depth;  /* and one that is just that wide if it lies deeper */
};

/* Raises v->least where there are more frames than a page opens quickly with. */
void flame_draw_the_widest(struct flame_writer *v);
bool flame_is_drawn(const struct flame_writer *v, uint32_t node);

/* The name and the place of a node's function: empty where there is none. */
struct str flame_name(const struct flame_writer *v, uint32_t node);
struct str flame_location(const struct flame_writer *v, uint32_t node);
struct str flame_heading(const struct flame_options *o);

/* Pixels across, between the margins. */
uint64_t flame_inner(const struct flame_options *o);
/* The element svg up to its frames; the profile as JSON in metadata; the script. */
void flame_put_picture(struct flame_writer *v);
void flame_put_data(struct flame_writer *v);
void flame_put_page(const struct flame_options *o, struct output *out);

#endif
