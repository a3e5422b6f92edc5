/*
 * flamegraph.c - the stacks as a picture: an SVG flame graph
 *
 * Every box is a function in its calling context, as wide as its inclusive value;
 * the room left of its children is its own (self) value. The picture is static and
 * needs nothing else: no script, no link, no font of its own.
 *
 * It is also data. Every rect has its place in value units, exact integers, in the
 * attributes (namespace and layout) that inferno introduced:
 *
 *	<svg id="frames" total_samples="6">
 *	<g><title>main (6 samples, 100%)</title><rect fg:x="0" fg:w="6" .../></g>
 */
#include <stdlib.h>

#include "common/base/diag.h"
#include "common/base/utf8.h"
#include "common/program/format.h"
#include "common/syntax/xml_put.h"
#include "common/transform/flame_tree.h"
#include "converters/flamegraph.h"

/* --- options --- */

static const char *title, *subtitle, *font, *count_name;
static const char *min_width = "0.1";
static uint64_t picture_width = 1200, frame_height, font_size = 12;
static int colors;
static bool inverted;

static const struct option_row flamegraph_options[] = {
	OPT_TEXT(0, "title", "TEXT", "the picture's heading", &title),
	OPT_TEXT(0, "subtitle", "TEXT", "a line below the heading", &subtitle),
	OPT_COUNT(0, "width", "PIXELS", "width of the picture (default 1200)", &picture_width),
	OPT_COUNT(0, "height", "PIXELS", "height of a frame (default: 4 more than its font)", &frame_height),
	OPT_TEXT(0, "minwidth", "PIXELS|N%",
		 "leave out frames narrower than this, in pixels or % of the total (default 0.1)",
		 &min_width),
	OPT_TEXT(0, "font", "NAMES", "font family, as in CSS (default: the system's sans-serif)", &font),
	OPT_COUNT(0, "fontsize", "PIXELS", "font size of a frame's name (default 12)", &font_size),
	OPT_CHOICE(0, "colors",
		   "hot|mem|io|java|js|perl|python|rust|red|green|blue|aqua|yellow|purple|"
		   "orange|wakeup|safe|by-module",
		   "colour scheme (default hot); java to rust colour by kind of code, safe "
		   "goes without red and green", &colors),
	OPT_TEXT(0, "countname", "TEXT",
		 "what is counted (default: the value type; times and bytes keep their units)",
		 &count_name),
	OPT_FLAG(0, "inverted", "draw an icicle graph: the root at the top", &inverted),
	OPT_END
};

static const double MOST_PIXELS = 1e6;

/* "0.5" pixels or "2%" into *number. */
static bool read_min_width(double *number, bool *percent)
{
	struct str text = str_of(min_width);
	struct decimal value;
	enum exactness how;

	*percent = str_ends(text, S("%"));
	if (!str_to_decimal(str_head(text, text.n - *percent), &value, &how) ||
	    value.mantissa < 0 || value.exponent > 6)
		return false;
	for (*number = (double)value.mantissa; value.exponent > 0; value.exponent--)
		*number *= 10;
	for (; value.exponent < 0 && *number > 0; value.exponent++)
		*number /= 10;
	return *number <= (*percent ? 100 : MOST_PIXELS);
}

static int check_range(const char *name, uint64_t value, uint64_t low, uint64_t high)
{
	if (value >= low && value <= high)
		return 0;
	return error("option --%s: expected %llu to %llu pixels, got %llu", name,
		     (unsigned long long)low, (unsigned long long)high,
		     (unsigned long long)value);
}

static int check_options(void)
{
	double number;
	bool percent;

	if (check_range("width", picture_width, 100, 1000000) < 0 ||
	    (frame_height && check_range("height", frame_height, 2, 1000) < 0) ||
	    check_range("fontsize", font_size, 2, 200) < 0)
		return -1;
	if (!read_min_width(&number, &percent))
		return error("option --minwidth: expected pixels (0.5) or a share of the "
			     "total (2%%), got %s", quote(str_of(min_width)));
	return 0;
}

static int check_values(const struct profile *p)
{
	int64_t total = 0;

	for (size_t row = 0; p->value_count && row < p->sample_count; row++) {
		int64_t value = values_row(&p->sample_values, row)[0];

		if (value < 0)
			return error("a flame graph cannot show negative values: %s has %lld",
				     quote(profile_text(p, p->value_types[0].name)),
				     (long long)value);
		if (!i64_add(total, value, &total))
			return error("the total of value type %s does not fit in 64 bits",
				     quote(profile_text(p, p->value_types[0].name)));
	}
	return 0;
}

static int flamegraph_check(const struct profile *p)
{
	return check_options() < 0 ? -1 : check_values(p);
}

/* --- numbers for people --- */

/* 1234567 as 1,234,567; digits after a point stay as they are. */
static void add_grouped(struct buf *b, struct decimal value)
{
	char text[NUM_TEXT];
	size_t n = decimal_text(text, value), whole = 0;

	while (whole < n && text[whole] != '.')
		whole++;
	for (size_t i = 0; i < n; i++) {
		if (i && i < whole && (whole - i) % 3 == 0)
			buf_byte(b, ',');
		buf_byte(b, text[i]);
	}
}

/* The largest unit in which it is 1 or more; the last one takes all that is above. */
static void add_scaled(struct buf *b, double value, const char *const *units, double step)
{
	int places;

	for (; units[1] && value >= step - 0.5; units++)
		value /= step;
	places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
	for (int i = 0; i < places; i++)
		value *= 10;
	add_grouped(b, (struct decimal){ (int64_t)(value + 0.5), -places });
	buf_byte(b, ' ');
	buf_add(b, str_of(*units));
}

static struct str counted(const struct profile *p)
{
	return count_name ? str_of(count_name) : profile_text(p, p->value_types[0].name);
}

static void add_value(struct buf *b, const struct profile *p, int64_t value)
{
	static const char *const times[] = { "ns", "\xc2\xb5s", "ms", "s", NULL };
	static const char *const bytes[] = { "B", "KiB", "MiB", "GiB", "TiB", NULL };
	struct decimal exact = profile_decimal(p, 0, value, 0);
	double scaled = (double)value;

	switch (p->value_types[0].unit) {
	case UNIT_TIME:
		add_scaled(b, scaled, times, 1000);
		return;
	case UNIT_BYTES:
		for (int e = exact.exponent; e < 0; e++)
			scaled /= 10;
		add_scaled(b, scaled, bytes, 1024);
		return;
	case UNIT_NONE:
		add_grouped(b, exact);
		if (counted(p).n)
			buf_byte(b, ' ');
		buf_add(b, counted(p));
	}
}

static void add_percent(struct buf *b, int64_t value, int64_t total)
{
	int64_t hundredths = (int64_t)((double)value / (double)total * 1e4 + 0.5);

	if (value && !hundredths)
		buf_add(b, S("<0.01"));
	else
		add_grouped(b, (struct decimal){ hundredths, -2 });
	buf_byte(b, '%');
}

/* --- text that fits --- */

/*
 * Advance widths in 1/100 em from ' ' to '~' of DejaVu Sans, the widest of the usual
 * sans-serif fonts: what fits in it fits in the reader's, whichever that is.
 */
static const unsigned char sans_widths[] = {
	32, 40, 46, 84, 64, 95, 78, 28, 39, 39, 50, 84, 32, 36, 32, 34,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53,
	100, 69, 69, 70, 77, 63, 58, 78, 75, 30, 30, 66, 56, 87, 75, 79,
	61, 79, 70, 64, 61, 73, 69, 99, 69, 61, 69, 39, 34, 39, 84, 50,
	50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 61,
	64, 64, 41, 52, 40, 64, 59, 82, 59, 59, 53, 64, 34, 64, 84,
};
enum { OTHER_WIDTH = 66, MONOSPACE_WIDTH = 61, CJK_WIDTH = 105, BOLD_PERCENT = 112 };

static bool is_wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
	       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
	       (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

static bool is_break(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r';
}

/* In 1/100 em. A font of the user's own may be a monospace one: no char counts less. */
static unsigned char_width(uint32_t c)
{
	unsigned width = OTHER_WIDTH;

	if (is_wide(c))
		return CJK_WIDTH;
	if (is_break(c))
		c = ' ';
	if (c >= ' ' && c <= '~')
		width = sans_widths[c - ' '];
	return font && width < MONOSPACE_WIDTH ? MONOSPACE_WIDTH : width;
}

static uint64_t text_width(struct str s)
{
	uint64_t width = 0;

	for (size_t i = 0; i < s.n;)
		width += char_width(xml_next(s, &i));
	return width;
}

/*
 * How many bytes of s to show in `room` (1/100 em): all of them, or as many as leave
 * place for ".."; fewer than two characters and the dots say nothing: 0.
 */
static size_t fitting(struct str s, uint64_t room)
{
	uint64_t width = 0, dots = 2 * char_width('.');
	size_t cut = 0, chars = 0;

	for (size_t i = 0; i < s.n;) {
		width += char_width(xml_next(s, &i));
		if (width > room)
			return chars < 2 ? 0 : cut;
		if (width + dots <= room) {
			cut = i;
			chars++;
		}
	}
	return s.n;
}

/* Line breaks and tabs would be drawn as nothing: blanks. */
static void put_line(struct output *out, struct str s)
{
	size_t from = 0, i = 0;

	while (i < s.n) {
		size_t at = i;

		if (!is_break(xml_next(s, &i)))
			continue;
		xml_put(out, (struct str){ s.p + from, at - from });
		output_byte(out, ' ');
		from = i;
	}
	xml_put(out, str_from(s, from));
}

static void put_fitting(struct output *out, struct str s, size_t n)
{
	put_line(out, str_head(s, n));
	if (n < s.n)
		output_text(out, "..");
}

/* --- the picture --- */

enum { MARGIN = 10, TEXT_MARGIN = 3, TITLE_SIZE = 17, SMALL_SIZE = 12, LINE = 17 };

struct picture {
	struct output *out;
	const struct profile *p;
	const struct flame_tree *tree;
	struct buf text;      /* of the line or frame at hand */
	uint64_t inner;       /* pixels across */
	int64_t total;
	double least;         /* a value below it is too narrow to be drawn */
	uint64_t rows, top;   /* rows of frames; pixels above them */
	uint64_t row_height;
};

static bool is_drawn(const struct picture *v, uint32_t node)
{
	int64_t value = v->tree->total[node];

	return !node || (value > 0 && (double)value >= v->least);
}

static void measure(struct picture *v)
{
	struct flame_walk at = { 0 };
	double number = 0;
	bool percent;

	v->inner = picture_width - 2 * MARGIN;
	v->row_height = frame_height ? frame_height : font_size + 4;
	v->total = v->tree->total[0];
	read_min_width(&number, &percent);
	v->least = (double)v->total * number / (percent ? 100 : (double)v->inner);
	do {
		if (is_drawn(v, at.node) && at.depth >= v->rows)
			v->rows = (uint64_t)at.depth + 1;
	} while (flame_tree_walk(v->tree, &at, is_drawn(v, at.node)));
	if (!v->total)
		v->rows = 0;
}

/* --- its heading --- */

static struct str heading(void)
{
	return title ? str_of(title) : inverted ? S("Icicle graph") : S("Flame graph");
}

/* In 1/100 em of a font of `size` pixels. */
static uint64_t room(uint64_t pixels, uint64_t size)
{
	return pixels * 100 / size;
}

static void put_text(struct picture *v, const char *attribute, struct str text, uint64_t y,
		     uint64_t width)
{
	output_text(v->out, "<text ");
	output_text(v->out, attribute);
	output_text(v->out, " x=\"10\" y=\"");
	output_u64(v->out, y);
	output_text(v->out, "\">");
	put_fitting(v->out, text, fitting(text, width));
	output_text(v->out, "</text>\n");
}

/* What the picture shows and what not, as sentences with dots between. */
static void add_fact(struct buf *facts, struct str fact)
{
	if (facts->n)
		buf_add(facts, S(" \xc2\xb7 "));
	buf_add(facts, fact);
}

static void add_total(struct picture *v, struct buf *facts)
{
	const struct value_type *type = &v->p->value_types[0];
	struct str name = type->unit == UNIT_NONE ? S("") : counted(v->p);
	struct str shown = type->title && !count_name ? profile_text(v->p, type->title) : name;

	v->text.n = 0;
	if (shown.n) {
		buf_add(&v->text, shown);
		buf_add(&v->text, S(": "));
	}
	add_value(&v->text, v->p, v->total);
	buf_add(&v->text, S(" in total"));
	add_fact(facts, buf_str(&v->text));
}

static void add_pruned(struct picture *v, struct buf *facts)
{
	const struct flame_tree *t = v->tree;
	int64_t frames = 0, value = 0;

	for (uint32_t node = 1; node < t->nodes.count; node++)
		if (t->total[node] && !is_drawn(v, node)) {
			frames++;
			value += is_drawn(v, t->nodes.parent[node]) ? t->total[node] : 0;
		}
	if (!frames)
		return;
	v->text.n = 0;
	add_grouped(&v->text, (struct decimal){ frames, 0 });
	buf_print(&v->text, " frame%s narrower than %s%s not drawn, ", frames == 1 ? "" : "s",
		  min_width, str_ends(str_of(min_width), S("%")) ? "" : " px");
	add_percent(&v->text, value, v->total);
	buf_add(&v->text, S(" of the total"));
	verbose("%.*s", (int)v->text.n, v->text.p);
	add_fact(facts, buf_str(&v->text));
}

static void gather_facts(struct picture *v, struct buf *facts)
{
	if (v->total) {
		add_total(v, facts);
		add_pruned(v, facts);
	} else {
		add_fact(facts, S("no samples"));
	}
	if (v->p->estimated)
		add_fact(facts, S("stacks estimated from a call graph"));
}

/* Takes as many words off *rest as fit in a line, one at least. */
static struct str next_line(struct str *rest, uint64_t width)
{
	struct str line = { rest->p, 0 }, word;

	while (str_word(rest, &word)) {
		struct str longer = { line.p, (size_t)(word.p + word.n - line.p) };

		if (line.n && text_width(longer) > width) {
			*rest = (struct str){ word.p, (size_t)(rest->p + rest->n - word.p) };
			break;
		}
		line = longer;
	}
	return line;
}

static size_t line_count(struct str text, uint64_t width)
{
	size_t count = 0;

	while (next_line(&text, width).n)
		count++;
	return count;
}

static void put_document(struct picture *v, uint64_t height)
{
	struct output *out = v->out;

	output_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			 "<svg xmlns=\"http://www.w3.org/2000/svg\" "
			 "xmlns:fg=\"http://github.com/jonhoo/inferno\" width=\"");
	output_u64(out, picture_width);
	output_text(out, "\" height=\"");
	output_u64(out, height);
	output_text(out, "\" viewBox=\"0 0 ");
	output_u64(out, picture_width);
	output_byte(out, ' ');
	output_u64(out, height);
	/* an attribute: no name of a font can end it, as it could a style sheet's rule */
	output_text(out, "\" font-family=\"");
	xml_put(out, font ? str_of(font)
			  : S("system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', "
			      "Arial, sans-serif"));
	output_text(out, "\" font-size=\"12\">\n<title>");
	xml_put(out, heading());
	output_text(out, "</title>\n");
}

static void put_style(struct output *out)
{
	output_text(out, "<style>\n"
			 "text{fill:#1b1b1b;white-space:pre}\n"
			 "#title{font-size:17px;font-weight:bold}\n"
			 ".note{fill:#666}\n"
			 "#frames text{pointer-events:none}\n"
			 "#frames g:hover rect{stroke:#1b1b1b;stroke-width:1}\n"
			 ".W{stroke:#fff;stroke-width:.7;rx:2px}\n"
			 ".Y{fill:#c6c6c6}\n"
			 ".Z{fill:#dedede}\n");
	flame_put_colors(out, colors);
	output_text(out, "</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
}

static void put_heading(struct picture *v)
{
	struct buf facts = { 0 };
	struct str rest, line;
	uint64_t y = 28, below = 8, width = room(v->inner, SMALL_SIZE);

	gather_facts(v, &facts);
	rest = buf_str(&facts);
	v->top = y + (line_count(rest, width) + (subtitle != NULL)) * LINE + below;
	put_document(v, v->top + v->rows * v->row_height + MARGIN);
	put_style(v->out);
	put_text(v, "id=\"title\"", heading(), y,
		 room(v->inner, TITLE_SIZE) * 100 / BOLD_PERCENT);
	if (subtitle)
		put_text(v, "id=\"subtitle\"", str_of(subtitle), y += LINE, width);
	while ((line = next_line(&rest, width)).n)
		put_text(v, "class=\"note\"", line, y += LINE, width);
	buf_free(&facts);
}

/* --- its frames --- */

/*
 * Places in millionths of the whole, 4 digits of a percentage. Both ends of a frame
 * are rounded, never its width: so the frames side by side add up.
 */
static int64_t place(const struct picture *v, int64_t x)
{
	return (int64_t)((double)x / (double)v->total * 1e6 + 0.5);
}

static void put_attribute(struct output *out, const char *start, struct decimal value,
			  const char *end)
{
	output_text(out, start);
	output_decimal(out, value);
	output_text(out, end);
}

static struct str name_of(const struct picture *v, uint32_t node)
{
	return node ? function_name(v->p, flame_tree_function(v->tree, node)) : S("all");
}

static struct str home_of(const struct picture *v, uint32_t node)
{
	struct str home = node ? function_home(v->p, flame_tree_function(v->tree, node)) : S("");

	/* Python's word for "no file": built-in functions */
	return str_eq(home, S("~")) ? S("") : home;
}

/* Where the function begins or, where nobody says, the one line of it that was seen. */
static uint32_t line_of(const struct picture *v, uint32_t node)
{
	const struct function *f = &v->p->functions[flame_tree_function(v->tree, node)];

	return f->line && !v->p->line_functions ? f->line : v->tree->line[node];
}

static void add_figure(struct picture *v, int64_t value)
{
	add_value(&v->text, v->p, value);
	buf_add(&v->text, S(", "));
	add_percent(&v->text, value, v->total);
}

/*
 * parse (a.c:12) (1.24 s, 5.67%)
 * self 310 ms, 1.42%
 *
 * The second line only where it says more: a leaf is all self.
 */
static void put_title(struct picture *v, uint32_t node)
{
	const struct flame_tree *t = v->tree;
	struct str home = home_of(v, node);
	struct buf *b = &v->text;

	b->n = 0;
	buf_add(b, name_of(v, node));
	if (home.n) {
		buf_add(b, S(" ("));
		buf_add(b, home);
		if (line_of(v, node))
			buf_print(b, ":%lu", (unsigned long)line_of(v, node));
		buf_byte(b, ')');
	}
	buf_add(b, S(" ("));
	add_figure(v, t->total[node]);
	buf_byte(b, ')');
	output_text(v->out, "<g><title>");
	xml_put(v->out, buf_str(b));
	if (t->self[node] && t->self[node] < t->total[node]) {
		b->n = 0;
		add_figure(v, t->self[node]);
		output_text(v->out, "\nself ");
		xml_put(v->out, buf_str(b));
	}
	output_text(v->out, "</title>");
}

static void put_rect(struct picture *v, const struct flame_walk *at, uint64_t y, bool wide)
{
	struct output *out = v->out;
	int64_t value = v->tree->total[at->node], left = place(v, at->x);
	char class = at->node ? flame_class(colors, name_of(v, at->node), home_of(v, at->node))
			      : CLASS_ROOT;

	output_text(out, "<rect class=\"");
	output_byte(out, class);
	if (wide) {
		output_byte(out, ' ');
		output_byte(out, CLASS_LABELLED);
	}
	put_attribute(out, "\" x=\"", (struct decimal){ left, -4 }, "%\" y=\"");
	output_u64(out, y);
	put_attribute(out, "\" width=\"",
		      (struct decimal){ place(v, at->x + value) - left, -4 }, "%\" height=\"");
	output_u64(out, v->row_height - 1);
	output_text(out, "\" fg:x=\"");
	output_i64(out, at->x);
	output_text(out, "\" fg:w=\"");
	output_i64(out, value);
	output_text(out, "\"/>");
}

/* A name has room if two of the narrowest letters do; the rest has none at all. */
static void put_name(struct picture *v, const struct flame_walk *at, uint64_t y, double pixels)
{
	struct str name = name_of(v, at->node);
	uint64_t space = pixels > 2 * TEXT_MARGIN ? (uint64_t)pixels - 2 * TEXT_MARGIN : 0;
	size_t n = fitting(name, room(space, font_size));
	uint64_t baseline = y + (v->row_height - 1) / 2 + font_size * 7 / 20;

	if (!n || v->row_height < font_size)
		return;
	put_attribute(v->out, "<text x=\"",
		      (struct decimal){ (place(v, at->x) + (int64_t)(TEXT_MARGIN * 1000000 /
								     v->inner)) / 100, -2 },
		      "%\" y=\"");
	output_u64(v->out, baseline);
	output_text(v->out, "\">");
	put_fitting(v->out, name, n);
	output_text(v->out, "</text>");
}

static void put_frame(struct picture *v, const struct flame_walk *at)
{
	uint64_t row = inverted ? at->depth : v->rows - 1 - at->depth;
	uint64_t y = row * v->row_height;
	double pixels = (double)v->tree->total[at->node] / (double)v->total * (double)v->inner;

	put_title(v, at->node);
	put_rect(v, at, y, pixels >= 3);
	put_name(v, at, y, pixels);
	output_text(v->out, "</g>\n");
}

static void put_frames(struct picture *v)
{
	struct flame_walk at = { 0 };
	bool drawn;

	output_text(v->out, "<svg id=\"frames\" x=\"10\" y=\"");
	output_u64(v->out, v->top);
	output_text(v->out, "\" width=\"");
	output_u64(v->out, v->inner);
	output_text(v->out, "\" font-size=\"");
	output_u64(v->out, font_size);
	output_text(v->out, "\" total_samples=\"");
	output_i64(v->out, v->total);
	output_text(v->out, "\">\n");
	do {
		drawn = is_drawn(v, at.node);
		if (drawn && v->total)
			put_frame(v, &at);
	} while (flame_tree_walk(v->tree, &at, drawn));
	output_text(v->out, "</svg>\n</svg>\n");
}

static void flamegraph_write(struct output *out, const struct profile *p)
{
	struct flame_tree *tree = flame_tree_new(p);
	struct picture v = { .out = out, .p = p, .tree = tree };

	measure(&v);
	put_heading(&v);
	put_frames(&v);
	buf_free(&v.text);
	flame_tree_free(tree);
}

const struct format flamegraph_format = {
	.name = "flamegraph",
	.title = "SVG flame graph",
	.suffixes = ".svg",
	.half = HALF_STACKS,
	.keeps = KEEP_STACKS | KEEP_FILES | KEEP_FUNCTION_LINES | KEEP_UNITS | KEEP_IDLE,
	.check = flamegraph_check,
	.write = flamegraph_write,
	.write_options = flamegraph_options,
	.holds = xml_holds,
};
