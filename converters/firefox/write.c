/*
 * firefox/write - version 48 of the app's form, which it upgrades to its own
 *
 * All keys without which the app does not load a file, or shows less of it. A thread of the file
 * is a thread and a value type: their weights are in one unit. Tables are per thread in this
 * version, with what the thread uses.
 */
#include "common/base/alloc.h"
#include "converters/firefox/writing.h"

/* --- the head --- */

static const char *const colors[] = { "orange", "green", "yellow", "blue", "red", "transparent" };

static void put_category(struct output *out, const char *name, const char *color)
{
	json_put_text(out, "{\"name\":", str_of(name));
	json_put_text(out, ",\"color\":", str_of(color));
	output_text(out, ",\"subcategories\":[\"Other\"]}");
}

/* The first is the default one; the others are the kinds of frames, by their numbers. */
static void put_categories(struct firefox_writer *w)
{
	output_text(w->out, "\"categories\":[");
	put_category(w->out, "Other", "grey");
	for (enum frame_kind kind = FRAME_UNKNOWN + 1; kind < FRAME_KINDS; kind++) {
		output_byte(w->out, ',');
		put_category(w->out, firefox_category_of(kind), colors[kind - 1]);
	}
	output_text(w->out, "]");
}

/* Milliseconds of nanoseconds. */
void firefox_put_time(struct firefox_writer *w, int64_t time)
{
	output_decimal(w->out, (struct decimal){ time, -MILLISECONDS });
}

static void put_meta(struct firefox_writer *w)
{
	output_text(w->out, "\"meta\":{\"version\":29,\"preprocessedProfileVersion\":48,"
			    "\"interval\":1,\"startTime\":");
	firefox_put_time(w, w->p->recording.start > 0 ? w->p->recording.start : 0);
	output_text(w->out, ",\"processType\":0,\"product\":\"profpipe\",\"stackwalk\":0,"
			    "\"symbolicated\":true,\"markerSchema\":[],\"sampleUnits\":{\"time\":"
			    "\"ms\",\"eventDelay\":\"ms\",\"threadCPUDelta\":\"ns\"},\n");
	put_categories(w);
	output_text(w->out, "},\n");
}

static void put_extra(struct firefox_writer *w)
{
	const struct profile *p = w->p;
	const char *before = "\"profpipe\":{";

	if (profile_has_recording(p)) {
		output_text(w->out, before);
		output_text(w->out, "\"recording\":");
		json_put_recording(w->out, p);
		before = ",";
	}
	if (p->metadata_count) {
		output_text(w->out, before);
		output_text(w->out, "\"metadata\":");
		json_put_metadata(w->out, p, p->metadata_count);
		before = ",";
	}
	if (p->estimated) {
		output_text(w->out, before);
		output_text(w->out, "\"estimated\":true");
		before = ",";
	}
	if (p->value_count > 1) {
		/* in their order, including those without a sample */
		output_text(w->out, before);
		output_text(w->out, "\"values\":");
		for (value_id v = 0; v < p->value_count; v++) {
			output_byte(w->out, v ? ',' : '[');
			json_put_value_type(w->out, p, v);
		}
		output_byte(w->out, ']');
		before = ",";
	}
	if (*before == ',')
		output_text(w->out, "},\n");
}

/* --- libraries: the objects of functions --- */

static void number_libs(struct firefox_writer *w)
{
	const struct profile *p = w->p;

	w->libs = alloc_zero(p->strings.count, sizeof *w->libs);
	output_text(w->out, "\"libs\":[");
	for (size_t f = 0; f < p->function_count; f++) {
		string_id object = p->functions[f].object;

		if (!object || w->libs[object])
			continue;
		output_text(w->out, w->lib_count ? ",\n" : "");
		w->libs[object] = ++w->lib_count;
		json_put_text(w->out, "{\"name\":", str_base(profile_text(p, object)));
		json_put_text(w->out, ",\"path\":", profile_text(p, object));
		json_put_text(w->out, ",\"debugName\":", str_base(profile_text(p, object)));
		json_put_text(w->out, ",\"debugPath\":", profile_text(p, object));
		output_text(w->out, ",\"breakpadId\":\"\",\"codeId\":null,\"arch\":\"\"}");
	}
	output_text(w->out, "],\n");
}

/* --- one thread --- */

/* Two threads of one name and no numbers would be one: the app wants numbers too. */
static void put_thread_head(struct firefox_writer *w, const struct sample_series *s, size_t number)
{
	const struct profile *p = w->p;
	const struct thread *t = &p->threads[s->thread];
	const struct value_type *v = &p->value_types[s->value];
	struct buf name = { 0 };
	char pid[NUM_TEXT];

	thread_title(p, s->thread, &name);
	if (w->first_values[s->thread] != s->value && p->value_count > 1) {
		buf_add(&name, S(": "));
		buf_add(&name, profile_text(p, v->name));
	}
	if (s->negative)
		buf_add(&name, S(" (negative)"));
	json_put_text(w->out,
		      "{\"processType\":\"default\",\"processStartupTime\":0,"
		      "\"processShutdownTime\":null,\"registerTime\":0,"
		      "\"unregisterTime\":null,\"pausedRanges\":[],\"name\":",
		      buf_str(&name));
	json_put_text(w->out, ",\"isMainThread\":false,\"processName\":\"profpipe\",\"pid\":",
		      (struct str){ pid, u64_text(pid, t->pid) });
	json_put_count(w->out, ",\"tid\":", t->tid ? t->tid : number + 1);
	output_text(w->out, ",\"profpipe\":{\"thread\":");
	json_put_thread(w->out, p, s->thread);
	output_text(w->out, ",\"value\":");
	json_put_value_type(w->out, p, s->value);
	if (w->first_values[s->thread] != s->value)
		output_text(w->out, ",\"again\":true");
	if (!w->timed)
		output_text(w->out, ",\"untimed\":true");
	output_text(w->out, "},\n");
	buf_free(&name);
}

static void put_weight(struct firefox_writer *w, const struct value_type *type, value_id v,
		       int64_t value)
{
	output_decimal(w->out,
		       profile_decimal(w->p, v, value, type->unit == UNIT_TIME ? MILLISECONDS : 0));
}

/* Times of samples; without any they are numbered, which keeps their order. */
static bool find_timed(const struct firefox_writer *w, const struct sample_series *s)
{
	struct sample_series_row row = { 0 };
	int64_t last = INT64_MIN;
	bool any = false;

	while (sample_series_next(&w->all, s, &row)) {
		struct sample sample = profile_sample_at(w->p, row.sample);

		if (!sample.timed || sample.time < last)
			return false;
		last = sample.time;
		any = true;
	}
	return any;
}

static void put_samples(struct firefox_writer *w, const struct sample_series *s)
{
	const struct value_type *type = &w->p->value_types[s->value];
	const char *before = "";
	uint64_t count = 0;

	output_text(w->out, "\"samples\":{\"stack\":[");
	for (struct sample_series_row row = { 0 }; sample_series_next(&w->all, s, &row);
	     before = ",") {
		output_text(w->out, before);
		firefox_put_stack(w, w->p->samples[row.sample].stack);
	}
	output_text(w->out, "],\n\"time\":[");
	before = "";
	for (struct sample_series_row row = { 0 }; sample_series_next(&w->all, s, &row);
	     before = ",", count++) {
		output_text(w->out, before);
		if (w->timed)
			firefox_put_time(w, profile_sample_at(w->p, row.sample).time);
		else
			output_u64(w->out, count);
	}
	output_text(w->out, "],\n\"weight\":[");
	before = "";
	for (struct sample_series_row row = { 0 }; sample_series_next(&w->all, s, &row);
	     before = ",") {
		output_text(w->out, before);
		put_weight(w, type, s->value, row.value);
	}
	json_put_count(w->out, "],\"length\":", count);
	json_put_text(w->out, ",\"weightType\":",
		      type->unit == UNIT_TIME    ? S("tracing-ms")
		      : type->unit == UNIT_BYTES ? S("bytes")
						 : S("samples"));
	output_text(w->out, "},\n");
}

static void put_thread(struct firefox_writer *w, size_t number)
{
	const struct sample_series *s = &w->all.list[number];

	if (w->first_values[s->thread] == NO_ID)
		w->first_values[s->thread] = s->value;
	w->timed = find_timed(w, s);
	firefox_find_tables(w, s);
	put_thread_head(w, s, number);
	put_samples(w, s);
	output_text(w->out, "\"markers\":{\"length\":0,\"data\":[],\"name\":[],\"startTime\":[],"
			    "\"endTime\":[],\"phase\":[],\"category\":[]},\n");
	firefox_put_tables(w);
	output_byte(w->out, '}');
}

void firefox_write(struct output *out, const struct profile *p)
{
	struct firefox_writer w = { .out = out, .p = p };

	sample_series_find(&w.all, p);
	w.first_values = alloc_resize(NULL, p->thread_count, sizeof *w.first_values);
	memset(w.first_values, 0xff, p->thread_count * sizeof *w.first_values);
	output_byte(out, '{');
	put_extra(&w);
	put_meta(&w);
	number_libs(&w);
	firefox_open_tables(&w);
	output_text(out, "\"threads\":[");
	for (size_t i = 0; i < w.all.count; i++) {
		output_text(out, i ? ",\n" : "\n");
		put_thread(&w, i);
	}
	output_text(out, "]}\n");
	firefox_close_tables(&w);
	alloc_free(w.libs);
	alloc_free(w.first_values);
	sample_series_free(&w.all);
}
