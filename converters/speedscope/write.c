/* speedscope/write - see format.c for the language */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/profile/details_json.h"
#include "common/transform/reshape/coarsen.h"
#include "common/transform/calltree/sample_series.h"
#include "converters/speedscope/internal.h"

enum { APP_DEPTH = 3000 };

struct speedscope_writer {
	struct output *out;
	const struct profile *p;
	uint32_t *numbers; /* by frame: its index in the file + 1 */
	frame_id *written; /* by index in the file */
	size_t written_count;
	struct sample_series_list all;
	frame_id *path;
	size_t path_cap, deepest;
	uint32_t *set_numbers; /* by label set: its number in the file */
	size_t set_count;
	bool inexact; /* a number beyond 2^53 */
};

/* --- frames: those in use, each content once --- */

struct frame_content {
	string_id name, file, system;
	uint32_t line, column, begins;
};

static struct frame_content content_of(const struct profile *p, frame_id f)
{
	const struct frame_row *frame = &p->frames[f];
	const struct function_row *fn = &p->functions[frame->function];

	return (struct frame_content){ fn->name,
				       fn->file ? fn->file : fn->object,
				       profile_system_name(p, frame->function),
				       frame->line,
				       frame->column,
				       fn->line };
}

static bool same_details(const struct profile *p, frame_id a, frame_id b)
{
	struct frame x = profile_frame_at(p, a), y = profile_frame_at(p, b);

	return x.address == y.address && x.mapping == y.mapping && x.kind == y.kind &&
	       x.inlined == y.inlined && x.unsymbolised == y.unsymbolised;
}

static void number_frame(struct speedscope_writer *w, struct index *contents, frame_id f)
{
	struct frame_content c = content_of(w->p, f);
	uint64_t hash = hash_mix((uint64_t)c.name << 32 | c.file,
				 ((uint64_t)c.line << 32 | c.begins) +
					 profile_frame_address(w->p, f));

	if (w->numbers[f])
		return;
	for (struct probe at = index_probe(contents, hash); index_next(contents, &at);) {
		struct frame_content have = content_of(w->p, w->written[at.row]);

		if (memcmp(&have, &c, sizeof c) == 0 && same_details(w->p, w->written[at.row], f)) {
			w->numbers[f] = at.row + 1;
			return;
		}
	}
	index_add(contents, hash, (uint32_t)w->written_count);
	w->written[w->written_count++] = f;
	w->numbers[f] = (uint32_t)w->written_count;
}

/* Writes the frames of a stack that no earlier stack had, root first. */
static void number_stack(struct speedscope_writer *w, struct index *contents, bool *seen,
			 stack_id stack)
{
	const struct stacks *s = &w->p->stacks;
	size_t depth = 0;

	for (; stack != EMPTY_STACK && !seen[stack]; stack = s->parent[stack]) {
		ARRAY_ROOM(w->path, depth, w->path_cap);
		w->path[depth++] = s->frame[stack];
		seen[stack] = true;
	}
	while (depth)
		number_frame(w, contents, w->path[--depth]);
}

/* Numbers frames in the order in which the profiles use them. */
static void number_frames(struct speedscope_writer *w)
{
	bool *seen = alloc_zero(w->p->stacks.count, sizeof *seen);
	struct index contents = { 0 };

	for (size_t i = 0; i < w->all.count; i++) {
		const struct sample_series *s = &w->all.list[i];
		const struct call_event *a;
		struct sample_series_row row = { 0 };
		size_t next = 0;

		if (s->evented)
			while ((a = sample_series_next_call_event(&w->all, s, &next)))
				number_frame(w, &contents, a->frame);
		else
			while (sample_series_next(&w->all, s, &row))
				number_stack(w, &contents, seen, w->p->samples[row.sample].stack);
	}
	index_free(&contents);
	alloc_free(seen);
}

static void put_frame(struct speedscope_writer *w, frame_id f)
{
	struct frame_content c = content_of(w->p, f);
	struct output *out = w->out;

	json_put_text(out, "{\"name\":", profile_text(w->p, c.name));
	if (c.file)
		json_put_text(out, ",\"file\":", profile_text(w->p, c.file));
	if (c.line || c.begins)
		json_put_count(out, ",\"line\":", c.line ? c.line : c.begins);
	if (c.column)
		json_put_count(out, ",\"col\":", c.column);
	if (c.begins && c.line)
		json_put_count(out, ",\"functionLine\":", c.begins);
	else if (c.begins)
		output_text(out, ",\"functionLine\":true");
	if (c.system)
		json_put_text(out, ",\"system\":", profile_text(w->p, c.system));
	json_put_frame_keys(out, w->p, f, ",");
	output_byte(out, '}');
}

static void put_frames(struct speedscope_writer *w)
{
	output_text(w->out, ",\n\"shared\":{\"frames\":[");
	for (size_t i = 0; i < w->written_count; i++) {
		output_text(w->out, i ? ",\n" : "\n");
		put_frame(w, w->written[i]);
	}
	output_text(w->out, "\n]}");
}

/* --- one profile --- */

static bool is_usual_name(const struct profile *p, const struct value_type *v)
{
	return str_eq(profile_text(p, v->name), unit_word_of(v)->value);
}

/* The title in the app: the thread, and what is counted unless it is obvious. */
static void add_title(const struct speedscope_writer *w, const struct sample_series *s,
		      struct buf *title)
{
	const struct profile *p = w->p;
	const struct value_type *v = &p->value_types[s->value];
	const struct thread *t = &p->threads[s->thread];
	struct str value = profile_text(p, v->title ? v->title : v->name);

	if (t->name || t->tid || t->part || p->thread_count > 1) {
		thread_title(p, s->thread, title);
		if (p->value_count > 1 && !is_usual_name(p, v)) {
			buf_add(title, S(" ("));
			buf_add(title, value);
			buf_byte(title, ')');
		}
	} else {
		buf_add(title, value);
	}
	if (s->negative)
		buf_add(title, S(" (negative)"));
	if (p->estimated)
		buf_add(title, S(" (stacks estimated from a call graph)"));
}

/* Opens the extra object or continues it. */
static void put_extra(struct speedscope_writer *w, bool *any, const char *key)
{
	output_text(w->out, *any ? "," : ",\"profpipe\":{");
	output_text(w->out, key);
	*any = true;
}

/* The label set of each sample, in their order. */
static void put_labels(struct speedscope_writer *w, const struct sample_series *s, bool *any)
{
	const char *before = "[";
	bool labelled = false;

	for (struct sample_series_row row = { 0 };
	     !labelled && sample_series_next(&w->all, s, &row);)
		labelled = profile_sample_labels(w->p, row.sample) != NO_LABELS;
	if (!labelled)
		return;
	put_extra(w, any, "\"labels\":");
	for (struct sample_series_row row = { 0 }; sample_series_next(&w->all, s, &row);
	     before = ",") {
		output_text(w->out, before);
		output_u64(w->out, w->set_numbers[profile_sample_labels(w->p, row.sample)]);
	}
	output_byte(w->out, ']');
}

/* When each sample was taken, in nanoseconds. */
static void put_times(struct speedscope_writer *w, const struct sample_series *s, bool *any)
{
	const char *before = "[";
	bool timed = false;

	for (struct sample_series_row row = { 0 }; !timed && sample_series_next(&w->all, s, &row);)
		timed = profile_sample_at(w->p, row.sample).timed;
	if (!timed)
		return;
	put_extra(w, any, "\"times\":");
	for (struct sample_series_row row = { 0 }; sample_series_next(&w->all, s, &row);
	     before = ",") {
		struct sample sample = profile_sample_at(w->p, row.sample);

		output_text(w->out, before);
		if (sample.timed)
			output_i64(w->out, sample.time);
		else
			output_text(w->out, "null");
	}
	output_byte(w->out, ']');
}

static void put_series_extra(struct speedscope_writer *w, const struct sample_series *s,
			     struct str title)
{
	const struct thread *t = &w->p->threads[s->thread];
	const struct value_type *v = &w->p->value_types[s->value];
	bool any = false;

	if (t->pid || t->tid || t->part || !str_eq(profile_text(w->p, t->name), title)) {
		put_extra(w, &any, "\"thread\":");
		json_put_thread(w->out, w->p, s->thread);
	}
	if (!is_usual_name(w->p, v) || v->title || v->unit_name ||
	    (v->counts && v->unit != UNIT_NONE)) {
		put_extra(w, &any, "\"value\":");
		json_put_value_type(w->out, w->p, s->value);
	}
	if (s->negative)
		put_extra(w, &any, "\"negative\":true");
	if (!s->evented) {
		put_labels(w, s, &any);
		put_times(w, s, &any);
	}
	if (any)
		output_byte(w->out, '}');
}

/* Formats a value in the unit of its type; returns the length. */
static size_t number_text(struct speedscope_writer *w, value_id v, int64_t value, char *text)
{
	const int64_t max_exact = (int64_t)1 << 53;

	w->inexact |= value > max_exact || value < -max_exact;
	return decimal_text(text, profile_decimal(w->p, v, value,
						  unit_word_of(&w->p->value_types[v])->power));
}

static void put_number(struct speedscope_writer *w, value_id v, int64_t value)
{
	char text[NUM_TEXT];

	output_bytes(w->out, text, number_text(w, v, value, text));
}

/* Without its sign. */
static void put_size(struct speedscope_writer *w, value_id v, int64_t value)
{
	char text[NUM_TEXT];
	size_t n = number_text(w, v, value, text), minus = value < 0;

	output_bytes(w->out, text + minus, n - minus);
}

static void put_stack(struct speedscope_writer *w, stack_id stack)
{
	size_t depth = stacks_frames(&w->p->stacks, stack, &w->path, &w->path_cap);

	if (depth > w->deepest)
		w->deepest = depth;
	output_byte(w->out, '[');
	for (size_t i = 0; i < depth; i++) {
		if (i)
			output_byte(w->out, ',');
		output_u64(w->out, w->numbers[w->path[i]] - 1);
	}
	output_byte(w->out, ']');
}

static void put_samples(struct speedscope_writer *w, const struct sample_series *s)
{
	const char *before = "";

	output_text(w->out, ",\n\"samples\":[");
	for (struct sample_series_row row = { 0 }; sample_series_next(&w->all, s, &row);
	     before = ",") {
		output_text(w->out, before);
		put_stack(w, w->p->samples[row.sample].stack);
	}
	before = "";
	output_text(w->out, "],\n\"weights\":[");
	for (struct sample_series_row row = { 0 }; sample_series_next(&w->all, s, &row);
	     before = ",") {
		output_text(w->out, before);
		put_size(w, s->value, row.value);
	}
	output_byte(w->out, ']');
}

static void put_events(struct speedscope_writer *w, const struct sample_series *s)
{
	const struct call_event *a;
	const char *before = "\n";
	size_t depth = 0;

	output_text(w->out, ",\n\"events\":[");
	for (size_t next = 0; (a = sample_series_next_call_event(&w->all, s, &next));
	     before = ",\n") {
		depth += a->enter ? 1 : (size_t)-1;
		if (depth > w->deepest)
			w->deepest = depth;
		output_text(w->out, before);
		json_put_count(w->out,
			       a->enter ? "{\"type\":\"O\",\"frame\":"
					: "{\"type\":\"C\",\"frame\":",
			       w->numbers[a->frame] - 1);
		output_text(w->out, ",\"at\":");
		put_number(w, s->value, a->at);
		output_byte(w->out, '}');
	}
	output_byte(w->out, ']');
}

/* Writes start and end, with the sum of the samples between them. */
static void put_time_range(struct speedscope_writer *w, const struct sample_series *s)
{
	const struct time_range *range = profile_time_range(w->p, s->thread, s->value);
	int64_t start = range ? range->start : 0, end = start;
	struct sample_series_row row = { 0 };
	bool fits = true;

	while (fits && !s->evented && sample_series_next(&w->all, s, &row))
		fits = row.value < 0 ? !__builtin_sub_overflow(end, row.value, &end)
				     : i64_add(end, row.value, &end);
	if (!fits)
		end = INT64_MAX;
	if (range && end < range->end && !s->negative)
		end = range->end;
	output_text(w->out, ",\"startValue\":");
	put_number(w, s->value, start);
	output_text(w->out, ",\"endValue\":");
	put_number(w, s->value, end);
}

static void put_series(struct speedscope_writer *w, const struct sample_series *s)
{
	struct buf title = { 0 };

	add_title(w, s, &title);
	output_text(w->out, s->evented ? "{\"type\":\"evented\"" : "{\"type\":\"sampled\"");
	json_put_text(w->out, ",\"name\":", buf_str(&title));
	json_put_text(w->out, ",\"unit\":", unit_word_of(&w->p->value_types[s->value])->word);
	put_time_range(w, s);
	put_series_extra(w, s, buf_str(&title));
	if (s->evented)
		put_events(w, s);
	else
		put_samples(w, s);
	output_byte(w->out, '}');
	buf_free(&title);
}

/* --- the file --- */

static void put_file_extra(struct speedscope_writer *w, size_t title)
{
	const struct profile *p = w->p;
	bool any = false;

	if (p->title && profile_text(p, p->title).n && title == p->metadata_count)
		put_extra(w, &any, "\"titled\":true"); /* the name is only that of a file */
	if (p->estimated)
		put_extra(w, &any, "\"estimated\":true");
	if (p->value_count > 1) {
		/* in their order, including those without a profile */
		put_extra(w, &any, "\"values\":");
		for (size_t i = 0; i < p->value_count; i++) {
			output_byte(w->out, i ? ',' : '[');
			json_put_value_type(w->out, p, (value_id)i);
		}
		output_byte(w->out, ']');
	}
	if (p->metadata_count > (title < p->metadata_count)) {
		put_extra(w, &any, "\"labels\":");
		json_put_metadata(w->out, p, title);
	}
	if (profile_has_recording(p)) {
		put_extra(w, &any, "\"recording\":");
		json_put_recording(w->out, p);
	}
	if (p->mapping_count) {
		put_extra(w, &any, "\n\"mappings\":");
		json_put_mappings(w->out, p);
	}
	if (w->set_count) {
		put_extra(w, &any, "\n\"labelSets\":");
		json_put_label_sets(w->out, p, w->set_numbers, w->set_count);
	}
	if (any)
		output_byte(w->out, '}');
}

/* The row of metadata that is the file's name, or metadata_count. */
static size_t find_name(const struct profile *p)
{
	size_t i = 0;

	while (i < p->metadata_count && (p->metadata[i].thread != NO_ID ||
					 !str_eq(profile_text(p, p->metadata[i].key), S("name"))))
		i++;
	return i;
}

/* The first profile of the value type that is to be shown. */
static size_t first_shown(const struct speedscope_writer *w)
{
	value_id shown = profile_default_value(w->p);

	for (size_t i = 0; i < w->all.count; i++)
		if (w->all.list[i].value == shown)
			return i;
	return 0;
}

static void put_head(struct speedscope_writer *w)
{
	const struct profile *p = w->p;
	size_t name = find_name(p);
	struct str title = profile_text(p, p->title);

	output_text(w->out, "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\","
			    "\"exporter\":\"profpipe\"");
	if (name < p->metadata_count)
		json_put_text(w->out, ",\"name\":", profile_text(p, p->metadata[name].value));
	else if (title.n)
		json_put_text(w->out, ",\"name\":", title);
	json_put_count(w->out, ",\"activeProfileIndex\":", first_shown(w));
	put_file_extra(w, name);
}

static void put_file(struct speedscope_writer *w)
{
	put_head(w);
	put_frames(w);
	output_text(w->out, ",\n\"profiles\":[");
	for (size_t i = 0; i < w->all.count; i++) {
		output_text(w->out, i ? ",\n" : "\n");
		put_series(w, &w->all.list[i]);
	}
	output_text(w->out, "\n]}\n");
	if (w->deepest > APP_DEPTH)
		diag_warning(
			"a stack is %zu frames deep: more than about 3500 are too many for the "
			"speedscope app",
			w->deepest);
	if (w->inexact)
		diag_verbose(
			"numbers beyond 2^53 are written in full; the speedscope app rounds them");
}

void speedscope_write(struct output *out, const struct profile *p)
{
	struct speedscope_writer w = {
		.out = out,
		.p = p,
		.numbers = alloc_zero(p->frame_count, sizeof *w.numbers),
		.written = alloc_zero(p->frame_count, sizeof *w.written),
	};

	w.set_numbers = profile_number_label_sets(p, &w.set_count);
	sample_series_find(&w.all, p);
	number_frames(&w);
	put_file(&w);
	alloc_free(w.numbers);
	alloc_free(w.written);
	alloc_free(w.set_numbers);
	sample_series_free(&w.all);
	alloc_free(w.path);
}
