/* flamegraph/page_data - options, colours and calls, for the page's script */
#include "common/base/alloc.h"
#include "converters/flamegraph/data_internal.h"

/* more would make up most of the file, for one number in a line of the page */
enum { MAX_ARCS = 100000 };

static void put_given(struct output *out, const char *before, const char *text)
{
	if (text)
		flame_put_string(out, before, str_of(text));
}

static void put_options(struct output *out, struct flame_writer *v)
{
	static const char *const widths[] = { "larger", "new", "base" };
	const struct flame_options *o = v->options;
	struct buf facts = { 0 };

	flame_add_lasting_facts(v, &facts);
	flame_put_string(out, "\"view\":",
			 str_of(o->in_time    ? "chart"
				: o->reverse  ? "callers"
				: o->inverted ? "icicle"
					      : "flame"));
	if (o->inverted && (o->in_time || o->reverse))
		output_text(out, ",\"inverted\":true");
	if (v->difference)
		flame_put_string(out, ",\"widths\":", str_of(widths[o->widths]));
	if (profile_has_shares(v->p))
		output_text(out, ",\"shares\":true");
	if (v->difference && o->negate)
		output_text(out, ",\"negate\":true");
	if (facts.n)
		flame_put_string(out, ",\"facts\":", buf_str(&facts));
	buf_free(&facts);
	put_given(out, ",\"subtitle\":", o->subtitle);
	flame_put_string(out, ",\"minwidth\":", str_of(o->min_width));
	flame_put_number(out,
			 ",\"row\":", (int64_t)(o->row_height ? o->row_height : o->font_size + 4));
	flame_put_number(out, ",\"font\":", (int64_t)o->font_size);
	if (o->width)
		flame_put_number(out, ",\"width\":", (int64_t)o->width);
	if (o->font)
		output_text(out, ",\"family\":true");
	put_given(out, ",\"countname\":", v->style.name);
	put_given(out, ",\"countunit\":", v->style.unit);
	put_given(out, ",\"nametype\":", o->name_type);
	put_given(out, ",\"search\":", o->search_color);
	put_given(out, ",\"ui\":", o->ui_color);
	if (o->font_width)
		flame_put_number(out, ",\"letter\":", flame_letter_width(o));
	put_given(out, ",\"notes\":", o->notes);
	if (v->total > v->tree->width.total[0])
		flame_put_number(out, ",\"total\":", v->total);
	if (o->cut_start)
		output_text(out, ",\"end\":\"start\"");
	if (o->unsorted)
		output_text(out, ",\"sorted\":false");
	if (v->style.factor > 0) {
		struct buf text = { 0 };

		buf_print(&text, ",\"factor\":%.17g", v->style.factor);
		output_str(out, buf_str(&text));
		buf_free(&text);
	}
}

static void put_base(struct output *out, const struct option_list *base)
{
	for (size_t i = 0; i < base->count; i++)
		flame_put_string(out, i ? "," : ",\"base\":[", str_of(base->texts[i]));
	output_text(out, base->count ? "]" : "");
}

static void put_colors(struct output *out, const struct flame_writer *v)
{
	const struct profile *p = v->p;

	if (v->difference)
		return;
	if (flame_scheme(v->options) == FLAME_DIFFUSION) {
		output_text(out, ",\"diffusion\":true");
		return;
	}
	output_text(out, ",\n\"colors\":\"");
	for (function_id f = 0; f < p->function_count; f++) {
		struct str location = function_location(p, f);

		output_byte(out,
			    flame_class(v->options, function_name(p, f),
					str_eq(location, S("~")) ? S("") : location,
					v->kinds ? (enum frame_kind)v->kinds[f] : FRAME_UNKNOWN));
	}
	output_byte(out, '"');
}

static void put_named(struct output *out, const struct flame_writer *v)
{
	for (function_id f = 0; v->named && f < v->p->function_count; f++) {
		const struct flame_named *n = &v->named[f];

		if (!n->title.n && !n->href.n && !n->colored)
			continue;
		flame_put_number(out, ",\n[", f);
		flame_put_string(out, ",", n->title);
		flame_put_string(out, ",", n->href);
		flame_put_string(out, ",", n->target);
		flame_put_number(out, ",", n->colored && !v->difference ? (int64_t)n->color : -1);
		output_byte(out, ']');
	}
}

/* If the calls of a function were not recorded, its arcs have them. */
static void put_function_calls(struct output *out, const struct profile *p)
{
	int64_t *calls = alloc_zero(2 * p->function_count, sizeof *calls);
	const char *mark = "";

	for (size_t i = 0; i < p->arc_count; i++) {
		i64_add_to(&calls[2 * p->arcs[i].callee], p->arcs[i].calls);
		i64_add_to(&calls[2 * p->arcs[i].callee + 1], p->arcs[i].primitive);
	}
	output_text(out, ",\n\"calls\":[");
	for (function_id f = 0; f < p->function_count; f++) {
		bool known = profile_has_total(p, f);
		int64_t all = known ? p->totals[f].calls : calls[2 * f];

		if (!all)
			continue;
		flame_put_number(out, mark, f);
		flame_put_number(out, ",", all);
		flame_put_number(out, ",", known ? p->totals[f].primitive : calls[2 * f + 1]);
		mark = ",";
	}
	output_byte(out, ']');
	alloc_free(calls);
}

/* Calls that were counted; stacks alone have none. */
static void put_calls(struct output *out, const struct profile *p)
{
	if (p->calls_sampled || !profile_has_graph(p))
		return;
	put_function_calls(out, p);
	if (p->arc_count > MAX_ARCS)
		return;
	output_text(out, ",\n\"arcs\":[");
	for (size_t i = 0; i < p->arc_count; i++) {
		flame_put_number(out, i ? "," : "", p->arcs[i].caller);
		flame_put_number(out, ",", p->arcs[i].callee);
		flame_put_number(out, ",", p->arcs[i].calls);
	}
	output_byte(out, ']');
}

void flame_put_page_data(struct flame_writer *v)
{
	struct output *out = v->out;

	output_text(out, ",\n\"page\":{");
	put_options(out, v);
	put_base(out, &v->options->base);
	put_colors(out, v);
	if (v->named) {
		output_text(out, ",\"named\":[0");
		put_named(out, v);
		output_byte(out, ']');
	}
	put_calls(out, v->p);
	output_byte(out, '}');
}
