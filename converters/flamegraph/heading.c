/* flamegraph/heading - what is above the frames: title, facts, style sheet */
#include "common/syntax/xml_put.h"
#include "converters/flamegraph/draw_internal.h"

enum { TITLE_SIZE = 17, SMALL_SIZE = 12, LINE = 17, BOLD_PERCENT = 112 };

/* --- what it is called --- */

/* The name that someone gave the profile, or that of its file. */
static struct str given_name(const struct profile *p)
{
	for (size_t i = 0; i < p->metadata_count; i++)
		if (p->metadata[i].thread == NO_ID &&
		    str_eq(profile_text(p, p->metadata[i].key), S("name")))
			return profile_text(p, p->metadata[i].value);
	return profile_text(p, p->title);
}

/* What kind of picture it is; empty: the usual one. */
static struct str kind_of(const struct flame_options *o)
{
	return o->in_time    ? S("flame chart")
	       : o->reverse  ? S("callers first")
	       : o->inverted ? S("icicle graph")
			     : S("");
}

static struct str usual_heading(const struct flame_options *o)
{
	return o->in_time    ? S("Flame chart")
	       : o->reverse  ? S("Flame graph, callers first")
	       : o->inverted ? S("Icicle graph")
			     : S("Flame graph");
}

struct str flame_heading(const struct flame_writer *v)
{
	struct str title = v->options->title ? str_of(v->options->title) : given_name(v->p);

	return title.n ? title : usual_heading(v->options);
}

/* --- the facts --- */

/* Says what the picture shows and what it leaves out, separated by dots. */
static struct buf *next_fact(struct buf *facts)
{
	if (facts->n)
		buf_add(facts, S(" \xc2\xb7 "));
	return facts;
}

static void add_total(struct flame_writer *v, struct buf *b)
{
	const struct value_type *type = &v->p->value_types[0];
	bool named = v->style.name != NULL;
	struct str name = named ? str_of(v->style.name) : profile_text(v->p, type->name);

	if (type->title && !named)
		name = profile_text(v->p, type->title);
	else if (type->unit == UNIT_NONE)
		name = S("");
	next_fact(b);
	buf_add(b, name);
	buf_add(b, name.n ? S(": ") : S(""));
	add_value(v, 0, v->tree->width.total[0], b);
	buf_add(b, S(" in total"));
}

static void add_difference(struct flame_writer *v, struct buf *b)
{
	static const char *const widths[] = { "the larger of both", "new", "base" };
	int64_t base = v->tree->base.total[0], new_value = v->tree->new_values.total[0];
	struct str title = profile_difference_title(v->p);

	if (title.n)
		buf_add(next_fact(b), title);
	next_fact(b);
	buf_add(b, S("base: "));
	buf_add_compared(b, v->p, 0, base, &v->style);
	buf_add(b, S(", new: "));
	buf_add_compared(b, v->p, 1, new_value, &v->style);
	if (base && !profile_has_shares(v->p)) {
		buf_add(b, S(" ("));
		buf_add_relative(b, base, new_value);
		buf_byte(b, ')');
	}
	buf_print(next_fact(b), "width: %s", widths[v->options->widths]);
	buf_add(next_fact(b), v->options->negate ? S("blue is more, red is less")
						 : S("red is more, blue is less"));
}

static void add_left_out(struct flame_frames *f, struct buf *b)
{
	struct flame_writer *v = f->v;
	bool script = !v->options->no_script;

	if (!f->left_out)
		return;
	next_fact(b);
	buf_add_grouped(b, (struct decimal){ f->left_out, 0 });
	if (script)
		buf_add(b, f->left_out == 1 ? S(" narrow frame appears on zoom, ")
					    : S(" narrow frames appear on zoom, "));
	else
		buf_add(b, f->left_out == 1 ? S(" frame too narrow to be drawn, ")
					    : S(" frames too narrow to be drawn, "));
	buf_add_percent(b, f->left_value, v->total);
	buf_add(b, S(" of the total"));
}

static void add_pruned(struct flame_writer *v, struct buf *b)
{
	const struct values *descendants_pruned = &v->contexts->descendants_pruned.values;
	int64_t value = 0;

	if (!v->contexts->pruned_count)
		return;
	for (size_t i = 0; i < descendants_pruned->rows; i++)
		value += values_row(descendants_pruned, i)[0];
	next_fact(b);
	buf_add_grouped(b, (struct decimal){ (int64_t)v->contexts->pruned_count, 0 });
	buf_add(b, v->contexts->pruned_count == 1 ? S(" context") : S(" contexts"));
	buf_add(b, S(" of less weight pruned, "));
	buf_add_percent(b, value, v->total);
	buf_add(b, S(" of the total"));
}

static void add_cut(struct flame_writer *v, struct buf *b)
{
	if (!v->tree->cut)
		return;
	buf_add(next_fact(b), S("callers of the widest "));
	buf_add_grouped(b, (struct decimal){ FLAME_MAX_CALLERS, 0 });
	buf_add(b, S(" frames only"));
}

/* The quality of an estimate is known where the stacks were made. */
static void add_estimate_fact(const struct flame_writer *v, struct buf *b)
{
	struct str text = profile_text(v->p, v->p->estimate);

	buf_add(b, S("stacks estimated from a call graph (dashed frames)"));
	if (text.n) {
		buf_add(b, S(": "));
		buf_add(b, text);
	}
}

/* What stays as it is whatever the page shows. */
void flame_add_lasting_facts(struct flame_writer *v, struct buf *facts)
{
	if (v->total)
		add_pruned(v, facts);
	if (v->p->estimated)
		add_estimate_fact(v, next_fact(facts));
}

static void gather_facts(struct flame_frames *f, struct buf *facts)
{
	struct flame_writer *v = f->v;

	if (!str_eq(flame_heading(v), usual_heading(v->options)))
		buf_add(facts, kind_of(v->options));
	if (v->p->source)
		buf_print(next_fact(facts), "from %s", v->p->source);
	if (!v->total) {
		buf_add(next_fact(facts), S("no samples"));
	} else {
		if (v->difference)
			add_difference(v, facts);
		else
			add_total(v, facts);
		add_left_out(f, facts);
		add_cut(v, facts);
	}
	flame_add_lasting_facts(v, facts);
}

/* --- the document --- */

/*
 * Without a width of its own the picture is as wide as its window or <img>; viewers
 * then scale it by the viewBox, the script takes that away.
 */
static void put_document(struct flame_frames *f, uint64_t height)
{
	struct flame_writer *v = f->v;
	struct output *out = v->out;

	if (!v->in_html)
		output_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	output_text(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
			 "xmlns:fg=\"http://github.com/jonhoo/inferno\"");
	if (v->options->width) {
		put_count(out, " width=\"", v->width, "\"");
		put_count(out, " height=\"", height, "\"");
	}
	put_count(out, " viewBox=\"0 0 ", v->width, "");
	put_count(out, " ", height, "\" font-family=\"");
	/*
	 * as an attribute, which the name of a font cannot end, unlike a rule of the style
	 * sheet
	 */
	xml_put(out,
		v->options->font
			? str_of(v->options->font)
			: S("system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"));
	output_text(out, "\" font-size=\"12\">\n<title>");
	xml_put(out, flame_heading(v));
	output_text(out, "</title>\n");
}

/* Dark if the system is, or if the button of the page says so. */
static void put_dark(struct output *out, const char *root)
{
	static const char *const rules[] = {
		"{color-scheme:dark}",   " #paper{fill:#16181c}", " .head{fill:#e6e6e6}",
		" .note{fill:#9a9a9a}",  " #frames{opacity:.92}", " #frames text{fill:#000}",
		" .E{fill-opacity:.94}",
	};

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		output_text(out, root);
		output_text(out, rules[i]);
		output_byte(out, '\n');
	}
}

static void put_style(struct flame_frames *f)
{
	const struct flame_options *o = f->v->options;
	struct output *out = f->v->out;

	output_text(out, "<style>\n"
			 "text{fill:#1b1b1b;white-space:pre}\n"
			 "#paper{fill:#fff}\n"
			 "#title{font-size:17px;font-weight:bold}\n"
			 ".note{fill:#666}\n"
			 "#frames text{pointer-events:none}\n"
			 "#frames rect:hover{stroke:#1b1b1b;stroke-width:1}\n"
			 ".W{stroke:#fff;stroke-width:.7;rx:2px}\n"
			 ".E{fill-opacity:.72}\n"
			 ".W.E{stroke:#8a8a8a;stroke-dasharray:2 2}\n"
			 ".Y{fill:#c6c6c6}\n"
			 ".Z{fill:#dedede}\n");
	flame_put_colors(o, out, f->v->difference);
	if (o->stroke_color) {
		output_text(out, ".W{stroke:");
		xml_put(out, str_of(o->stroke_color));
		output_text(out, "}\n");
	}
	if (!flame_background(o)) {
		output_text(out, "@media (prefers-color-scheme:dark){\n");
		put_dark(out, ":root:not(.light)");
		output_text(out, "}\n");
		put_dark(out, ":root.dark");
	}
	output_text(out, "</style>\n<rect id=\"paper\" width=\"100%\" height=\"100%\"");
	if (flame_background(o)) {
		output_text(out, " style=\"fill:");
		xml_put(out, str_of(flame_background(o)));
		output_byte(out, '"');
	}
	output_text(out, "/>\n");
}

/* --- the lines --- */

static void put_text(struct flame_frames *f, const char *attribute, struct str text, uint64_t y,
		     uint64_t width)
{
	struct output *out = f->v->out;

	output_text(out, "<text ");
	output_text(out, attribute);
	output_text(out, " x=\"10\" y=\"");
	output_u64(out, y);
	output_text(out, "\">");
	flame_put_fitting(out, text, flame_fitting(f->v->options, text, width, false), false);
	output_text(out, "</text>\n");
}

static size_t line_count(const struct flame_options *o, struct str text, uint64_t width)
{
	size_t count = 0;

	while (flame_next_line(o, &text, width).n)
		count++;
	return count;
}

void flame_put_heading(struct flame_frames *f)
{
	const struct flame_options *o = f->v->options;
	struct buf facts = { 0 };
	struct str rest, line;
	uint64_t y = 28, below = 8, width = text_room(f->inner, SMALL_SIZE);

	gather_facts(f, &facts);
	rest = buf_str(&facts);
	f->top = y + (line_count(o, rest, width) + (o->subtitle != NULL)) * LINE + below;
	put_document(f, f->top + f->rows * f->row_height + FLAME_MARGIN);
	put_style(f);
	put_text(f, "id=\"title\" class=\"head\"", flame_heading(f->v), y,
		 text_room(f->inner, TITLE_SIZE) * 100 / BOLD_PERCENT);
	if (o->subtitle)
		put_text(f, "id=\"subtitle\" class=\"head\"", str_of(o->subtitle), y += LINE,
			 width);
	while ((line = flame_next_line(o, &rest, width)).n)
		put_text(f, "class=\"note\"", line, y += LINE, width);
	buf_free(&facts);
}
