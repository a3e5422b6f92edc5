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
#include "converters/flamegraph/data_internal.h"

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

void flame_put_string(struct output *out, const char *before, struct str text)
{
	struct pen pen;

	output_text(out, before);
	pen_start(&pen, out);
	json_put(pen.out, text);
	pen_end(&pen);
}

/* --- tables --- */

static void put_head(struct output *out, const struct flame_writer *pic)
{
	const struct profile *p = pic->p;
	struct pen pen;

	output_text(out, "{\"profpipe\":1");
	flame_put_string(out, ",\"source\":", str_of(p->source ? p->source : ""));
	if (profile_text(p, p->title).n)
		flame_put_string(out, ",\"title\":", profile_text(p, p->title));
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

	flame_put_string(out, ",\n\"strings\":[", S(""));
	for (size_t i = 0; i < p->function_count; i++) {
		const struct function_row *f = &p->functions[i];
		const string_id ids[] = { f->name, f->file, f->object,
					  profile_system_name(p, (function_id)i) };

		for (int k = 0; k < 4; k++) {
			if (!ids[k] || number[ids[k]])
				continue;
			number[ids[k]] = count++;
			flame_put_string(out, ",", profile_text(p, ids[k]));
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
		flame_put_number(out, before, f);
		flame_put_number(out, ",", string[profile_system_name(p, f)]);
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

		flame_put_number(out, i ? "," : "", string[f->name]);
		flame_put_number(out, ",", string[f->file]);
		flame_put_number(out, ",", string[f->object]);
		flame_put_number(out, ",", f->line);
	}
	output_byte(out, ']');
	if (p->frame_detail_count)
		put_frame_details(out, p);
	output_text(out, ",\n\"frames\":[");
	for (size_t i = 0; i < p->frame_count; i++) {
		flame_put_number(out, i ? "," : "", p->frames[i].function);
		flame_put_number(out, ",", p->frames[i].line);
		flame_put_number(out, ",", p->frames[i].column);
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
			flame_put_number(out, "-", up);
		flame_put_number(out, up ? "," : "", (int64_t)c->frame[i] + 1);
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
		flame_put_number(out, i > first ? "," : ",{\"labels\":[",
				 v->set_numbers[row_labels(r, i)]);
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

	flame_put_number(out, "[", t);
	for (size_t i = r->first[t]; i < r->first[t + 1]; i++) {
		flame_put_number(out, i > r->first[t] ? "," : ",[", r->at[i] - last);
		for (uint32_t v = 0; v < r->values.width; v++)
			flame_put_number(out, ",", values_row(&r->values, i)[v]);
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
			flame_put_number(out, "", run);
			output_byte(out, ',');
			now = !now;
			run = 0;
		}
		run++;
	}
	flame_put_number(out, "", run);
	output_byte(out, ']');
}

static void put_contexts(struct output *out, const struct flame_writer *v)
{
	const struct contexts *c = v->contexts;

	if (c->in_time && (v->p->ordered || v->p->call_event_count))
		output_text(out, ",\n\"ordered\":true");
	put_tables(out, v->p);
	if (v->idle)
		flame_put_number(out, ",\n\"idle\":", v->idle);
	put_nodes(out, c);
	put_guessed(out, v);
	put_rows(out, ",\n\"rows\":", v, &c->self);
	if (!c->pruned_count)
		return;
	flame_put_number(out, ",\n\"pruned\":{\"frames\":", (int64_t)c->pruned_count);
	put_rows(out, ",\n\"hidden\":", v, &c->descendants_pruned);
	put_rows(out, ",\n\"functions\":", v, &c->pruned);
	output_byte(out, '}');
}

void flame_put_data(struct flame_writer *v)
{
	struct output *out = v->out;

	output_text(out, "<metadata id=\"profile\">");
	put_head(out, v);
	put_contexts(out, v);
	flame_put_page_data(v);
	output_text(out, "}</metadata>\n");
}
