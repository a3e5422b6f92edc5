/* flamegraph/options - the options of the picture */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/diag.h"
#include "converters/flamegraph/internal.h"

const struct flame_options flame_usual = {
	.min_width = "0.1",
	.font_size = 12,
	.max_frames = 200000,
};

#define AT(field) offsetof(struct flame_options, field)

const struct option_row flame_rows[] = {
	OPT_TEXT(0, "title", "TEXT", "the picture's heading", AT(title)),
	OPT_TEXT(0, "subtitle", "TEXT", "a line below the heading", AT(subtitle)),
	OPT_TEXT(0, "notes", "TEXT", "notes that the page shows on demand", AT(notes)),
	OPT_COUNT(0, "width", "PIXELS", "width of the picture (default: that of its window)",
		  AT(width)),
	OPT_COUNT(0, "height", "PIXELS", "height of a frame (default: 4 more than its font)",
		  AT(row_height)),
	OPT_TEXT(0, "minwidth", "PIXELS|N%",
		 "draw no frames narrower than this, in pixels or % of the total (default 0.1)",
		 AT(min_width)),
	OPT_COUNT(0, "max-frames", "N",
		  "keep the N heaviest calling contexts in the file (default 200000; 0: all)",
		  AT(max_frames)),
	OPT_TEXT(0, "font", "NAMES", "font family, as in CSS (default: the system's sans-serif)",
		 AT(font)),
	OPT_COUNT(0, "fontsize", "PIXELS", "font size of a frame's name (default 12)",
		  AT(font_size)),
	OPT_ALIAS("fonttype", "font"),
	OPT_TEXT(0, "fontwidth", "NUMBER",
		 "width of a letter by its size (default: each has its own)", AT(font_width)),
	OPT_CHOICE(0, "colors",
		   "hot|mem|io|java|js|perl|python|rust|red|green|blue|aqua|yellow|purple|"
		   "orange|wakeup|chain|safe|by-module|diffusion",
		   "colour scheme (default hot); java to rust colour by kind of code, safe "
		   "goes without red and green, diffusion is redder where it is wider",
		   AT(colors)),
	OPT_TEXT(0, "bgcolor", "COLOUR",
		 "background, as in CSS (default: white, dark in dark mode)", AT(background)),
	OPT_TEXT(0, "bgcolors", "yellow|blue|green|grey|COLOUR",
		 "the same by flamegraph.pl's names", AT(backgrounds)),
	OPT_TEXT(0, "stroke-color", "COLOUR", "of the outlines of frames, or none",
		 AT(stroke_color)),
	OPT_TEXT(0, "uicolor", "COLOUR", "of the page's labels and buttons", AT(ui_color)),
	OPT_FLAG(0, "colordiffusion", "like --colors diffusion", AT(diffusion)),
	OPT_FLAG(0, "hash", "colours by name, which they always are", AT(by_name)),
	OPT_FLAG(0, "deterministic", "the same bytes for the same input, which is always so",
		 AT(same)),
	OPT_FLAG(0, "cp", "colours of the functions that palette.map in this folder names",
		 AT(palette)),
	OPT_TEXT(0, "nameattr", "FILE",
		 "titles and links of functions: name, tab, title=..., tab, href=...",
		 AT(attributes)),
	OPT_TEXT(0, "search-color", "COLOUR", "of frames that a search found, as in CSS",
		 AT(search_color)),
	OPT_TEXT(0, "countname", "TEXT",
		 "what is counted (default: the value type; times and bytes keep their units)",
		 AT(count_name)),
	OPT_TEXT(0, "countunit", VALUE_UNITS,
		 "show times or bytes in this unit (default: the largest that fits)",
		 AT(count_unit)),
	OPT_TEXT(0, "factor", "NUMBER", "multiply the values that are shown", AT(factor)),
	OPT_TEXT(0, "total", "NUMBER[UNIT]",
		 "what is 100%, if more than the profile has: 2500, 1.5s, 3MiB", AT(total)),
	OPT_TEXT(0, "nametype", "TEXT", "what the page calls a frame (default Function:)",
		 AT(name_type)),
	OPT_FLAG(0, "inverted", "draw an icicle graph: the root at the top", AT(inverted)),
	OPT_FLAG(0, "reverse", "callers first: what took the time lies at the root", AT(reverse)),
	OPT_FLAG(0, "flamechart", "in the order of time; frames are merged with neighbours only",
		 AT(in_time)),
	OPT_FLAG(0, "no-time",
		 "leave out the order of samples, which the page's view of time needs",
		 AT(no_time)),
	OPT_FLAG(0, "no-sort", "frames in order of first appearance, not by name", AT(unsorted)),
	OPT_LIST(0, "base", "NAME", "begin stacks at the last frame of this name (repeatable)",
		 AT(base)),
	OPT_CHOICE(0, "widths", "larger|new|base",
		   "of a difference: whose width a frame has (default larger)", AT(widths)),
	OPT_FLAG(0, "negate", "of a difference: blue is more, red is less", AT(negate)),
	OPT_FLAG(0, "truncate-left", "cut the beginning of a name that does not fit, not its end",
		 AT(cut_start)),
	OPT_ALIAS("truncate-text-right", "truncate-left"),
	OPT_ALIAS("no-javascript", "no-script"),
	OPT_FLAG(0, "no-script", "a picture only: nothing to click", AT(no_script)),
	OPT_END
};

static const double MAX_PIXELS = 1e6;

/* pow() would need a library that costs a tenth of the time of a small picture. */
static double power_of_ten(int exponent)
{
	char text[16];

	snprintf(text, sizeof text, "1e%d", exponent);
	return strtod(text, NULL);
}

/* Parses digits with a point. False if anything follows, or if it is negative or huge. */
static bool read_number(struct str text, double *number)
{
	struct decimal value;
	enum exactness exactness;

	if (!str_to_decimal(text, &value, &exactness) || value.mantissa < 0 ||
	    value.exponent > 18 || value.exponent < -300)
		return false;
	*number = (double)value.mantissa * power_of_ten(value.exponent);
	return true;
}

bool flame_min_width(const struct flame_options *o, double *min_width)
{
	struct str text = str_of(o->min_width);
	bool percent = str_ends(text, S("%"));

	if (!read_number(str_head(text, text.n - percent), min_width))
		*min_width = -1;
	return percent;
}

/* --- --total --- */

static const struct whole_unit {
	const char *name;
	enum unit unit;
	int64_t size;
} whole_units[] = {
	{ "ns", UNIT_TIME, 1 },         { "us", UNIT_TIME, 1000 },
	{ "ms", UNIT_TIME, 1000000 },   { "s", UNIT_TIME, 1000000000 },
	{ "KiB", UNIT_BYTES, 1 << 10 }, { "MiB", UNIT_BYTES, 1 << 20 },
	{ "GiB", UNIT_BYTES, 1 << 30 }, { "B", UNIT_BYTES, 1 },
};

static bool read_whole(const struct flame_options *o, const struct profile *p, int64_t *whole)
{
	struct str text = str_of(o->total);
	const struct value_type *type = &p->value_types[0];
	double number, size = 1;
	size_t digits = 0;

	while (digits < text.n &&
	       (text.p[digits] == '.' || (text.p[digits] >= '0' && text.p[digits] <= '9')))
		digits++;
	if (!read_number(str_head(text, digits), &number))
		return false;
	for (size_t i = 0; digits < text.n && i < sizeof whole_units / sizeof *whole_units; i++)
		if (str_eq(str_from(text, digits), str_of(whole_units[i].name)) &&
		    whole_units[i].unit == type->unit)
			size = (double)whole_units[i].size, digits = text.n;
	number *= size * power_of_ten(-type->exponent);
	if (digits < text.n || !(number >= 1 && number < 9e18))
		return false;
	*whole = (int64_t)(number + 0.5);
	return true;
}

int64_t flame_whole(const struct flame_options *o, const struct profile *p)
{
	int64_t whole = 0;

	if (o->total && p->value_count && !read_whole(o, p, &whole))
		return -1;
	return whole;
}

/* --- checks --- */

static int check_range(const char *name, uint64_t value, uint64_t low, uint64_t high)
{
	if (value >= low && value <= high)
		return 0;
	return diag_error("option --%s: expected %llu to %llu pixels, got %llu", name,
			  (unsigned long long)low, (unsigned long long)high,
			  (unsigned long long)value);
}

static int check_sizes(const struct flame_options *o)
{
	double min_width;
	bool percent = flame_min_width(o, &min_width);

	if ((o->width && check_range("width", o->width, 100, 1000000) < 0) ||
	    (o->row_height && check_range("height", o->row_height, 2, 1000) < 0) ||
	    check_range("fontsize", o->font_size, 2, 200) < 0)
		return -1;
	if (!(min_width >= 0 && min_width <= (percent ? 100 : MAX_PIXELS)))
		return diag_error("option --minwidth: expected pixels (0.5) or a share of the "
				  "total (2%%), got %s",
				  diag_quote(str_of(o->min_width)));
	return 0;
}

static int check_unit(const struct flame_options *o)
{
	struct str rest = str_of(VALUE_UNITS), unit, after;
	const char *wanted = o->count_unit;
	bool more = wanted != NULL;

	for (; more; rest = after) {
		more = str_cut(rest, '|', &unit, &after);
		if (str_eq(more ? unit : rest, str_of(wanted)))
			return 0;
	}
	return wanted ? diag_error("option --countunit: expected " VALUE_UNITS ", got %s",
				   diag_quote(str_of(wanted)))
		      : 0;
}

/* Allows letters, digits and what hsl(200 50% 40%) needs; never url(...). */
static int check_color(const char *name, const char *color)
{
	struct str text = str_of(color ? color : "none");
	bool plain = text.n > 0 && !str_starts(text, S("url"));

	for (size_t i = 0; i < text.n; i++)
		plain &= (text.p[i] >= '0' && text.p[i] <= '9') ||
			 str_has(S("#(),.% "), text.p[i]) ||
			 ((text.p[i] | 0x20) >= 'a' && (text.p[i] | 0x20) <= 'z');
	if (plain && !str_starts(text, S("expression")))
		return 0;
	return diag_error("option --%s: expected a colour (#fd0, gold, hsl(50 100%% 50%%)), got %s",
			  name, diag_quote(text));
}

/* A gradient's middle: one colour does not come between frames and their names. */
const char *flame_background(const struct flame_options *o)
{
	static const char *const names[][2] = {
		{ "yellow", "#eeeecf" }, { "blue", "#e7e7f7" }, { "green", "#e7f7e7" },
		{ "grey", "#f0f0f0" },   { "gray", "#f0f0f0" },
	};

	for (size_t i = 0; o->backgrounds && i < sizeof names / sizeof *names; i++)
		if (strcmp(o->backgrounds, names[i][0]) == 0)
			return names[i][1];
	return o->backgrounds ? o->backgrounds : o->background;
}

int flame_scheme(const struct flame_options *o)
{
	return o->diffusion ? FLAME_DIFFUSION : o->colors;
}

unsigned flame_letter_width(const struct flame_options *o)
{
	double width = 0;

	if (o->font_width)
		read_number(str_of(o->font_width), &width);
	return (unsigned)(width * 100 + 0.5);
}

static int check_font_width(const struct flame_options *o)
{
	double width;

	if (!o->font_width ||
	    (read_number(str_of(o->font_width), &width) && width >= 0.1 && width <= 10))
		return 0;
	return diag_error("option --fontwidth: expected a part of the font's size (0.59), got %s",
			  diag_quote(str_of(o->font_width)));
}

int flame_check_options(const struct flame_options *o, const struct profile *p)
{
	double factor;

	if (check_sizes(o) < 0 || check_unit(o) < 0 || check_color("bgcolor", o->background) < 0 ||
	    check_color("bgcolors", o->backgrounds) < 0 ||
	    check_color("stroke-color", o->stroke_color) < 0 ||
	    check_color("uicolor", o->ui_color) < 0 || check_font_width(o) < 0 ||
	    check_color("search-color", o->search_color) < 0)
		return -1;
	if (o->factor &&
	    (!read_number(str_of(o->factor), &factor) || !(factor > 0 && factor < 1e9)))
		return diag_error("option --factor: expected a number above 0, got %s",
				  diag_quote(str_of(o->factor)));
	if (flame_whole(o, p) < 0)
		return diag_error(
			"option --total: expected a number (2500) or, where the values have "
			"a unit, one with it (1.5s, 3MiB), got %s",
			diag_quote(str_of(o->total)));
	if (o->in_time && o->reverse)
		return diag_error("options --flamechart and --reverse: only one of them");
	return 0;
}

struct value_style flame_style(const struct flame_options *o)
{
	struct value_style style = { .name = o->count_name, .unit = o->count_unit };

	if (o->factor)
		read_number(str_of(o->factor), &style.factor);
	return style;
}
