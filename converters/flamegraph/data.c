/*
 * flamegraph/data - the profile in the picture, for the page's script and for readers
 *
 * One JSON object in <metadata id="profile">; names are spelled as json_put() does, so
 * that any bytes come back:
 *
 *	{"profpipe":1,"source":"collapsed","title":"run.folded",
 *	 "values":[{"name":"samples","unit":"none"}],"threads":[{"name":""}],
 *	 "strings":["","main","a.py"],
 *	 "systems":[0,3],               function and system name, where that is known
 *	 "functions":[1,2,0,10],        4 numbers each: name, file, object, line
 *	 "details":[{"kind":"jit"},{}], of the first frames, see details_json.h
 *	 "frames":[0,12,0],             3 numbers each: function, line, column
 *	 "idle":7,                      on the first level frame 7 - 1 is drawn for no stack
 *	 "nodes":[1,2,-1,3],            contexts in preorder: n is a callee with frame n - 1
 *	                                of the last one, -k goes up by k
 *	 "rows":[[0,[1,5,1,7]]],        by thread: context (how many after the one before
 *	                                it), a value for each value type, context, ...; then,
 *	                                where rows have some, {"labels":[...],"times":[...]}:
 *	                                the number of a label set and a time for each row
 *	 "pruned":{"frames":9,"hidden":ROWS,"functions":ROWS},
 *	 "page":{...}}                  about the picture alone
 *
 * In files in time ("ordered", or the view "chart") a thread's rows are in that order,
 * contexts go back as well, and a row of zeros ends the frames it is not in. A thread's
 * values are whole numbers: nanoseconds, or 10^exponent of the value type's unit. See
 * contexts.h for what is pruned. Keys that are not needed are left out.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/details_json.h"
#include "common/syntax/json_put.h"
#include "common/syntax/xml_put.h"
#include "converters/flamegraph/internal.h"

/* more would make up most of the file, for one number in a line of the page */
enum { MAX_ARCS = 100000 };

/*
 * Writes JSON as XML text. What XML cannot represent occurs only within strings, where an
 * escape means the same; json_put() has left no other control character.
 */
static void put_escaped(struct output *out, struct str json)
{
	size_t from = 0, i = 0;

	while (i < json.n) {
		size_t at = i;
		uint32_t point = xml_put_next(json, &i);
		const char *instead = point == '<'   ? "&lt;"
				      : point == '&' ? "&amp;"
				      : point == '>' ? "&gt;"
						     : NULL;

		if (point == XML_UNKNOWN && json.p[i - 1] != '\xbd')
			instead = json.p[i - 1] == '\xbe' ? "\\ufffe" : "\\uffff";
		if (!instead)
			continue;
		output_bytes(out, json.p + from, at - from);
		output_text(out, instead);
		from = i;
	}
	output_bytes(out, json.p + from, json.n - from);
}

/* Writes the output of `put`, escaped. */
struct pen {
	struct output *out; /* collects JSON with strings in it */
	struct buf text;
	struct output *to;
};

static void pen_start(struct pen *p, struct output *to)
{
	*p = (struct pen){ .to = to };
	p->out = output_memory(&p->text);
}

static void pen_end(struct pen *p)
{
	output_close(p->out, true);
	put_escaped(p->to, buf_str(&p->text));
	buf_free(&p->text);
}

static void put_string(struct output *out, const char *before, struct str text)
{
	struct pen pen;

	output_text(out, before);
	pen_start(&pen, out);
	json_put(pen.out, text);
	pen_end(&pen);
}

static void put_list(struct output *out, const char *before, int64_t number)
{
	output_text(out, before);
	output_i64(out, number);
}

/* --- tables --- */

static void put_head(struct output *out, const struct flame_writer *pic)
{
	const struct profile *p = pic->p;
	struct pen pen;

	output_text(out, "{\"profpipe\":1");
	put_string(out, ",\"source\":", str_of(p->source ? p->source : ""));
	if (profile_text(p, p->title).n)
		put_string(out, ",\"title\":", profile_text(p, p->title));
	pen_start(&pen, out);
	for (value_id v = 0; v < p->value_count; v++) {
		output_text(pen.out, v ? "," : ",\n\"values\":[");
		json_put_value_type(pen.out, p, v);
	}
	output_text(pen.out, p->value_count ? "]" : "");
	for (thread_id t = 0; t < p->thread_count; t++) {
		output_text(pen.out, t ? "," : ",\n\"threads\":[");
		json_put_thread(pen.out, p, t);
	}
	output_text(pen.out, p->thread_count ? "]" : "");
	if (p->metadata_count) {
		output_text(pen.out, ",\n\"labels\":");
		json_put_metadata(pen.out, p, p->metadata_count);
	}
	if (profile_has_recording(p)) {
		output_text(pen.out, ",\n\"recording\":");
		json_put_recording(pen.out, p);
	}
	if (p->mapping_count) {
		output_text(pen.out, ",\n\"mappings\":");
		json_put_mappings(pen.out, p);
	}
	if (pic->set_count) {
		output_text(pen.out, ",\n\"labelSets\":");
		json_put_label_sets(pen.out, p, pic->set_numbers, pic->set_count);
	}
	pen_end(&pen);
	if (p->estimated)
		output_text(out, ",\n\"estimated\":true");
	if (p->line_functions)
		output_text(out, ",\n\"lines\":true");
	if (p->sample_time_count && pic->contexts->in_time)
		output_text(out, ",\n\"timed\":true");
}

/* Only strings of functions; value types and threads contain theirs. */
static uint32_t *number_strings(const struct profile *p, struct output *out)
{
	uint32_t *number = alloc_zero(p->strings.count + 1, sizeof *number), count = 1;

	put_string(out, ",\n\"strings\":[", S(""));
	for (size_t i = 0; i < p->function_count; i++) {
		const struct function_row *f = &p->functions[i];
		const string_id ids[] = { f->name, f->file, f->object,
					  profile_system_name(p, (function_id)i) };

		for (int k = 0; k < 4; k++) {
			if (!ids[k] || number[ids[k]])
				continue;
			number[ids[k]] = count++;
			put_string(out, ",", profile_text(p, ids[k]));
		}
	}
	output_byte(out, ']');
	return number;
}

static void put_systems(struct output *out, const struct profile *p, const uint32_t *string)
{
	const char *before = ",\n\"systems\":[";

	for (function_id f = 0; f < p->function_count; f++) {
		if (!profile_system_name(p, f))
			continue;
		put_list(out, before, f);
		put_list(out, ",", string[profile_system_name(p, f)]);
		before = ",";
	}
	output_byte(out, ']');
}

static void put_frame_details(struct output *out, const struct profile *p)
{
	output_text(out, ",\n\"details\":[");
	for (frame_id f = 0; f < p->frame_detail_count; f++) {
		output_text(out, f ? ",\n" : "");
		if (!json_put_frame_keys(out, p, f, "{"))
			output_byte(out, '{');
		output_byte(out, '}');
	}
	output_byte(out, ']');
}

static void put_tables(struct output *out, const struct profile *p)
{
	uint32_t *string = number_strings(p, out);

	if (p->system_names)
		put_systems(out, p, string);
	output_text(out, ",\n\"functions\":[");
	for (size_t i = 0; i < p->function_count; i++) {
		const struct function_row *f = &p->functions[i];

		put_list(out, i ? "," : "", string[f->name]);
		put_list(out, ",", string[f->file]);
		put_list(out, ",", string[f->object]);
		put_list(out, ",", f->line);
	}
	output_byte(out, ']');
	if (p->frame_detail_count)
		put_frame_details(out, p);
	output_text(out, ",\n\"frames\":[");
	for (size_t i = 0; i < p->frame_count; i++) {
		put_list(out, i ? "," : "", p->frames[i].function);
		put_list(out, ",", p->frames[i].line);
		put_list(out, ",", p->frames[i].column);
	}
	output_byte(out, ']');
	alloc_free(string);
}

/* --- contexts and values --- */

static void put_nodes(struct output *out, const struct contexts *c)
{
	uint32_t last = 0;

	output_text(out, ",\n\"nodes\":[");
	for (uint32_t i = 1; i < c->count; i++) {
		int64_t up = 0;

		for (; last != c->parent[i]; last = c->parent[last])
			up++;
		if (i > 1)
			output_byte(out, ',');
		if (up)
			put_list(out, "-", up);
		put_list(out, up ? "," : "", (int64_t)c->frame[i] + 1);
		last = i;
	}
	output_byte(out, ']');
}

static label_set_id row_labels(const struct thread_rows *r, size_t row)
{
	return row < r->label_count ? r->labels[row] : NO_LABELS;
}

static int64_t row_time(const struct thread_rows *r, size_t row)
{
	return row < r->time_count ? r->times[row] : NO_TIME;
}

static void put_row_details(struct output *out, const struct flame_writer *v,
			    const struct thread_rows *r, thread_id t)
{
	size_t first = r->first[t], end = r->first[t + 1];
	bool labelled = false, timed = false;

	for (size_t i = first; i < end; i++) {
		labelled |= row_labels(r, i) != NO_LABELS;
		timed |= row_time(r, i) != NO_TIME;
	}
	if (!labelled && !timed)
		return;
	for (size_t i = first; labelled && i < end; i++)
		put_list(out, i > first ? "," : ",{\"labels\":[", v->set_numbers[row_labels(r, i)]);
	output_text(out, !labelled ? ",{" : timed ? "]," : "]}");
	for (size_t i = first; timed && i < end; i++) {
		output_text(out, i > first ? "," : "\"times\":[");
		if (row_time(r, i) != NO_TIME)
			output_i64(out, row_time(r, i));
		else
			output_text(out, "null");
	}
	output_text(out, timed ? "]}" : "");
}

static void put_thread_rows(struct output *out, const struct flame_writer *pic,
			    const struct thread_rows *r, thread_id t)
{
	int64_t last = 0;

	put_list(out, "[", t);
	for (size_t i = r->first[t]; i < r->first[t + 1]; i++) {
		put_list(out, i > r->first[t] ? "," : ",[", r->at[i] - last);
		for (uint32_t v = 0; v < r->values.width; v++)
			put_list(out, ",", values_row(&r->values, i)[v]);
		last = r->at[i];
	}
	output_byte(out, ']');
	put_row_details(out, pic, r, t);
	output_byte(out, ']');
}

static void put_rows(struct output *out, const char *before, const struct flame_writer *v,
		     const struct thread_rows *r)
{
	const char *mark = "";

	output_text(out, before);
	output_byte(out, '[');
	for (thread_id t = 0; t < v->p->thread_count; t++) {
		if (r->first[t] == r->first[t + 1])
			continue;
		output_text(out, mark);
		put_thread_rows(out, v, r, t);
		mark = ",\n";
	}
	output_byte(out, ']');
}

/* Lengths of alternating runs of nodes: certain ones, uncertain ones, ... */
static void put_guessed(struct output *out, const struct flame_writer *v)
{
	int64_t run = 0;
	bool now = false;

	if (!v->guessed)
		return;
	output_text(out, ",\n\"guessed\":[");
	for (uint32_t i = 1; i < v->contexts->count; i++) {
		if (v->guessed[i] != now) {
			put_list(out, "", run);
			output_byte(out, ',');
			now = !now;
			run = 0;
		}
		run++;
	}
	put_list(out, "", run);
	output_byte(out, ']');
}

static void put_contexts(struct output *out, const struct flame_writer *v)
{
	const struct contexts *c = v->contexts;

	if (c->in_time && (v->p->ordered || v->p->call_event_count))
		output_text(out, ",\n\"ordered\":true");
	put_tables(out, v->p);
	if (v->idle)
		put_list(out, ",\n\"idle\":", v->idle);
	put_nodes(out, c);
	put_guessed(out, v);
	put_rows(out, ",\n\"rows\":", v, &c->self);
	if (!c->pruned_count)
		return;
	put_list(out, ",\n\"pruned\":{\"frames\":", (int64_t)c->pruned_count);
	put_rows(out, ",\n\"hidden\":", v, &c->descendants_pruned);
	put_rows(out, ",\n\"functions\":", v, &c->pruned);
	output_byte(out, '}');
}

/* --- what the page alone needs --- */

static void put_given(struct output *out, const char *before, const char *text)
{
	if (text)
		put_string(out, before, str_of(text));
}

static void put_options(struct output *out, struct flame_writer *v)
{
	static const char *const widths[] = { "larger", "new", "base" };
	const struct flame_options *o = v->options;
	struct buf facts = { 0 };

	flame_add_lasting_facts(v, &facts);
	put_string(out, "\"view\":",
		   str_of(o->in_time    ? "chart"
			  : o->reverse  ? "callers"
			  : o->inverted ? "icicle"
					: "flame"));
	if (o->inverted && (o->in_time || o->reverse))
		output_text(out, ",\"inverted\":true");
	if (v->difference)
		put_string(out, ",\"widths\":", str_of(widths[o->widths]));
	if (profile_has_shares(v->p))
		output_text(out, ",\"shares\":true");
	if (v->difference && o->negate)
		output_text(out, ",\"negate\":true");
	if (facts.n)
		put_string(out, ",\"facts\":", buf_str(&facts));
	buf_free(&facts);
	put_given(out, ",\"subtitle\":", o->subtitle);
	put_string(out, ",\"minwidth\":", str_of(o->min_width));
	put_list(out, ",\"row\":", (int64_t)(o->row_height ? o->row_height : o->font_size + 4));
	put_list(out, ",\"font\":", (int64_t)o->font_size);
	if (o->width)
		put_list(out, ",\"width\":", (int64_t)o->width);
	if (o->font)
		output_text(out, ",\"family\":true");
	put_given(out, ",\"countname\":", v->style.name);
	put_given(out, ",\"countunit\":", v->style.unit);
	put_given(out, ",\"nametype\":", o->name_type);
	put_given(out, ",\"search\":", o->search_color);
	put_given(out, ",\"ui\":", o->ui_color);
	if (o->font_width)
		put_list(out, ",\"letter\":", flame_letter_width(o));
	put_given(out, ",\"notes\":", o->notes);
	if (v->total > v->tree->width.total[0])
		put_list(out, ",\"total\":", v->total);
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
		put_string(out, i ? "," : ",\"base\":[", str_of(base->texts[i]));
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
		put_list(out, ",\n[", f);
		put_string(out, ",", n->title);
		put_string(out, ",", n->href);
		put_string(out, ",", n->target);
		put_list(out, ",", n->colored && !v->difference ? (int64_t)n->color : -1);
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
		put_list(out, mark, f);
		put_list(out, ",", all);
		put_list(out, ",", known ? p->totals[f].primitive : calls[2 * f + 1]);
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
		put_list(out, i ? "," : "", p->arcs[i].caller);
		put_list(out, ",", p->arcs[i].callee);
		put_list(out, ",", p->arcs[i].calls);
	}
	output_byte(out, ']');
}

void flame_put_data(struct flame_writer *v)
{
	struct output *out = v->out;

	output_text(out, "<metadata id=\"profile\">");
	put_head(out, v);
	put_contexts(out, v);
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
	output_text(out, "}}</metadata>\n");
}
