/* flamegraph/draw - the picture before any script runs */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "common/syntax/xml_put.h"
#include "common/transform/diff/difference_stacks.h"
#include "converters/flamegraph/draw_internal.h"

enum { TEXT_MARGIN = 3, USUAL_WIDTH = 1200 };

static int64_t total_of(const struct flame_writer *v, uint32_t node)
{
	return node ? v->tree->width.total[node] : v->total;
}

/* --- which frames --- */

static void count_left_out(struct flame_frames *f, uint32_t node)
{
	const struct flame_tree *t = f->v->tree;

	if (!t->width.total[node])
		return;
	f->left_out++;
	if (flame_is_drawn(f->v, t->nodes.parent[node]))
		f->left_value += t->width.total[node];
}

/* Sorts by depth, then by position: two counting passes would need as many rows. */
static int compare_places(uint32_t a, uint32_t b, const void *context)
{
	const struct flame_tree *t = context;

	if (t->depth[a] != t->depth[b])
		return t->depth[a] < t->depth[b] ? -1 : 1;
	if (t->x[a] != t->x[b])
		return t->x[a] < t->x[b] ? -1 : 1;
	return (a > b) - (a < b);
}

static void choose_frames(struct flame_frames *f)
{
	const struct flame_tree *t = f->v->tree;
	bool percent = flame_min_width(f->v->options, &f->v->min_value);

	f->v->min_value *= (double)f->v->total / (percent ? 100 : (double)f->inner);
	f->v->tied_depth = UINT32_MAX;
	if (!f->v->options->no_script)
		flame_draw_the_widest(f->v);
	for (uint32_t i = 0; i < t->nodes.count; i++) {
		if (!flame_is_drawn(f->v, i)) {
			count_left_out(f, i);
			continue;
		}
		ARRAY_ROOM(f->nodes, f->count, f->cap);
		f->nodes[f->count++] = i;
		if (t->depth[i] >= f->rows)
			f->rows = t->depth[i] + 1;
	}
	sort_ids(f->nodes, f->count, compare_places, t);
}

/* --- a frame --- */

struct str flame_name(const struct flame_writer *v, uint32_t node)
{
	return node ? function_name(v->p, flame_tree_function(v->tree, node)) : S("all");
}

struct str flame_location(const struct flame_writer *v, uint32_t node)
{
	struct str location = node ? function_location(v->p, flame_tree_function(v->tree, node))
				   : S("");

	/* Python's word for "no file": built-in functions */
	return str_eq(location, S("~")) ? S("") : location;
}

/* The line where the function begins or, if unknown, its only line that was seen. */
static uint32_t line_of(const struct flame_writer *v, uint32_t node)
{
	const struct function_row *f = &v->p->functions[flame_tree_function(v->tree, node)];

	return f->line && !v->p->line_functions ? f->line : v->tree->line[node];
}

static void add_value_and_share(struct flame_writer *v, value_id type, int64_t value, int64_t total)
{
	if (v->difference)
		buf_add_compared(&v->text, v->p, type, value, &v->style);
	else
		add_value(v, type, value, &v->text);
	if (!total || profile_has_shares(v->p))
		return;
	buf_add(&v->text, S(", "));
	buf_add_percent(&v->text, value, total);
}

static void add_change(struct flame_writer *v, int64_t base, int64_t new_value)
{
	struct buf *b = &v->text;

	if (base == new_value) {
		buf_add(b, S("; unchanged"));
	} else if (!base || !new_value) {
		buf_add(b, base ? S("; gone") : S("; was not there"));
	} else {
		buf_add(b, new_value > base ? S("; +") : S("; "));
		buf_add_compared(b, v->p, 0, new_value - base, &v->style);
		buf_add(b, S(", "));
		buf_add_relative(b, base, new_value);
	}
}

/* "base 10, 1%; new 15, 1.4%; +5, +50%": each share is of its own total. */
static void add_both(struct flame_writer *v, int64_t base, int64_t new_value)
{
	struct buf *b = &v->text;

	buf_add(b, S("base "));
	add_value_and_share(v, 0, base, v->tree->base.total[0]);
	buf_add(b, S("; new "));
	add_value_and_share(v, 1, new_value, v->tree->new_values.total[0]);
	add_change(v, base, new_value);
}

static void add_location(struct flame_writer *v, uint32_t node)
{
	struct str location = flame_location(v, node);

	if (!location.n)
		return;
	buf_add(&v->text, S(" ("));
	buf_add(&v->text, location);
	if (line_of(v, node))
		buf_print(&v->text, ":%lu", (unsigned long)line_of(v, node));
	buf_byte(&v->text, ')');
}

static const struct flame_named *named_of(const struct flame_writer *v, uint32_t node)
{
	return v->named && node ? &v->named[flame_tree_function(v->tree, node)] : NULL;
}

/*
 * parse (a.c:12) (1.24 s, 5.67%)
 * self 310 ms, 1.42%
 *
 * The second line only where it says more: a leaf is all self, and where callers come
 * first self would be the part that has none.
 */
static void put_title(struct flame_writer *v, uint32_t node)
{
	const struct flame_tree *t = v->tree;
	int64_t self = t->width.self[node];
	struct buf *b = &v->text;
	const struct flame_named *named = named_of(v, node);

	if (named && named->title.n) {
		output_text(v->out, "<title>");
		xml_put(v->out, named->title);
		output_text(v->out, "</title>");
		return;
	}
	b->n = 0;
	buf_add(b, flame_name(v, node));
	add_location(v, node);
	buf_add(b, S(" ("));
	if (v->difference)
		add_both(v, t->base.total[node], t->new_values.total[node]);
	else
		add_value_and_share(v, 0, total_of(v, node), v->total);
	buf_byte(b, ')');
	output_text(v->out, "<title>");
	xml_put(v->out, buf_str(b));
	if (self && self < total_of(v, node) && !v->options->reverse) {
		b->n = 0;
		if (v->difference)
			add_both(v, t->base.self[node], t->new_values.self[node]);
		else
			add_value_and_share(v, 0, self, v->total);
		output_text(v->out, "\nself ");
		xml_put(v->out, buf_str(b));
	}
	output_text(v->out, "</title>");
}

/*
 * Positions in 1/10 pixel. Both ends of a frame are rounded, never its width, so that adjacent
 * frames add up.
 */
static int64_t place(const struct flame_frames *f, int64_t x)
{
	double all = (double)f->v->total;

	return (int64_t)((double)x / all * (double)f->inner * 10 + 0.5);
}

static void put_attribute(struct output *out, const char *start, struct decimal value,
			  const char *end)
{
	output_text(out, start);
	output_decimal(out, value);
	output_text(out, end);
}

static char class_of(const struct flame_writer *v, uint32_t node)
{
	const struct flame_tree *t = v->tree;

	/* what only noise moved is neither better nor worse */
	if (v->difference && str_eq(flame_name(v, node), S(DIFFERENCE_REST)))
		return CLASS_NOWHERE;
	if (v->difference)
		return flame_diff_class(v->options, t->base.total[node], t->new_values.total[node]);
	if (!node)
		return CLASS_ROOT;
	if (flame_scheme(v->options) == FLAME_DIFFUSION)
		return flame_diffusion_class(t->width.total[node], v->total);
	return flame_class(v->options, flame_name(v, node), flame_location(v, node),
			   v->kinds ? (enum frame_kind)v->kinds[flame_tree_function(v->tree, node)]
				    : FRAME_UNKNOWN);
}

/* A second class behind that of the colour. */
static void put_mark(struct output *out, char class)
{
	output_byte(out, ' ');
	output_byte(out, class);
}

static void put_rect(struct flame_frames *f, uint32_t node, int64_t left, int64_t right)
{
	struct flame_writer *v = f->v;
	struct output *out = v->out;
	const struct flame_named *named = named_of(v, node);

	if (named && named->href.n) {
		output_text(out, "<a href=\"");
		xml_put(out, named->href);
		if (named->target.n) {
			output_text(out, "\" target=\"");
			xml_put(out, named->target);
		}
		output_text(out, "\">");
	}
	output_text(out, "<rect class=\"");
	output_byte(out, class_of(v, node));
	if (right - left >= 30)
		put_mark(out, CLASS_LABELLED);
	if (v->tree->guessed && v->tree->guessed[node])
		put_mark(out, CLASS_GUESSED);
	put_attribute(out, "\" x=\"", (struct decimal){ left, -1 }, "\" width=\"");
	put_attribute(out, "", (struct decimal){ right - left, -1 }, "\" height=\"");
	output_u64(out, f->row_height - 1);
	output_text(out, "\" fg:x=\"");
	output_i64(out, v->tree->x[node]);
	output_text(out, "\" fg:w=\"");
	output_i64(out, total_of(v, node));
	if (named && named->colored && !v->difference) {
		struct buf color = { 0 };

		buf_print(&color, "\" style=\"fill:#%06lx", (unsigned long)named->color);
		output_str(out, buf_str(&color));
		buf_free(&color);
	}
	output_text(out, "\">");
	put_title(v, node);
	output_text(out, named && named->href.n ? "</rect></a>" : "</rect>");
}

/* A name is shown if two of the narrowest letters fit. */
static void put_name(struct flame_frames *f, uint32_t node, int64_t left, int64_t right)
{
	const struct flame_options *o = f->v->options;
	struct output *out = f->v->out;
	struct str name = flame_name(f->v, node);
	int64_t space = (right - left) / 10 - 2 * TEXT_MARGIN;
	uint64_t size = o->font_size;
	size_t n = space > 0
			   ? flame_fitting(o, name, text_room((uint64_t)space, size), o->cut_start)
			   : 0;

	if (!n || f->row_height < size)
		return;
	put_attribute(out, "<text x=\"", (struct decimal){ left + 10 * TEXT_MARGIN, -1 },
		      "\" y=\"");
	output_u64(out, (f->row_height - 1) / 2 + size * 7 / 20);
	output_text(out, "\">");
	flame_put_fitting(out, name, n, o->cut_start);
	output_text(out, "</text>");
}

static void put_frame(struct flame_frames *f, uint32_t node)
{
	int64_t x = f->v->tree->x[node];
	int64_t left = place(f, x), right = place(f, x + total_of(f->v, node));

	put_rect(f, node, left, right);
	put_name(f, node, left, right);
	output_byte(f->v->out, '\n');
}

/* --- all frames --- */

/* A row is a group, so that what all its frames have in common is written once. */
static void put_rows(struct flame_frames *f)
{
	const struct flame_tree *t = f->v->tree;
	struct output *out = f->v->out;

	for (size_t i = 0; i < f->count; i++) {
		size_t depth = t->depth[f->nodes[i]];
		size_t row = f->v->options->inverted ? depth : f->rows - 1 - depth;

		if (!i || t->depth[f->nodes[i - 1]] != depth)
			put_count(out,
				  i ? "</g>\n<g transform=\"translate(0 "
				    : "<g transform=\"translate(0 ",
				  row * f->row_height, ")\">\n");
		put_frame(f, f->nodes[i]);
	}
	if (f->count)
		output_text(out, "</g>\n");
}

static void put_frames(struct flame_frames *f)
{
	struct output *out = f->v->out;

	put_count(out, "<svg id=\"frames\" x=\"10\" y=\"", f->top, "\" width=\"");
	put_count(out, "", f->inner, "\" font-size=\"");
	output_u64(out, f->v->options->font_size);
	output_text(out, "\" total_samples=\"");
	output_i64(out, f->v->total);
	output_text(out, "\">\n");
	put_rows(f);
	output_text(out, "</svg>\n");
}

static uint64_t picture_width(const struct flame_options *o)
{
	return o->width ? o->width : USUAL_WIDTH;
}

uint64_t flame_inner(const struct flame_options *o)
{
	return picture_width(o) - 2 * FLAME_MARGIN;
}

void flame_put_picture(struct flame_writer *v)
{
	const struct flame_options *o = v->options;
	struct flame_frames f = { .v = v };
	int64_t whole = flame_whole(o, v->p);

	v->width = picture_width(o);
	v->total = v->tree->width.total[0];
	if (whole > v->total)
		v->total = whole;
	f.inner = flame_inner(o);
	f.row_height = o->row_height ? o->row_height : o->font_size + 4;
	choose_frames(&f);
	flame_put_heading(&f);
	put_frames(&f);
	alloc_free(f.nodes);
}
