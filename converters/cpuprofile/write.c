/*
 * cpuprofile/write - see format.c for the language
 *
 * A sample lasts until the next one, so values become times: values 5, 3 and 2 are timeDeltas
 * [0, 5, 3] and an endTime 2 behind the last. What is counted in something else than time stands
 * there as microseconds, one each, and the key "profpipe" says what it is.
 */
#include "common/base/alloc.h"
#include "converters/cpuprofile/writing.h"

/* --- what is written --- */

static void number_nodes(struct cpuprofile_writer *w)
{
	const struct stacks *s = &w->p->stacks;
	uint32_t next = 2; /* 1 is the root */

	w->ids = alloc_zero(s->count, sizeof *w->ids);
	w->hits = alloc_zero(s->count, sizeof *w->hits);
	for (size_t i = 0; i < w->p->sample_count; i++) {
		w->ids[w->p->samples[i].stack] = 1;
		w->hits[w->p->samples[i].stack] += w->p->samples[i].count;
	}
	for (size_t i = s->count; i-- > 1;)
		if (w->ids[i])
			w->ids[s->parent[i]] = 1;
	if (w->bytes)
		w->ids[EMPTY_STACK] = 1; /* which is the root, without a node of its own */
	else if (w->hits[EMPTY_STACK])
		w->idle = next++;
	for (size_t i = 1; i < s->count; i++)
		w->ids[i] = w->ids[i] ? next++ : 0;
	csr_open(&w->children, s->count, s->count);
	for (stack_id i = 1; i < s->count; i++)
		if (w->ids[i])
			csr_count(&w->children, s->parent[i]);
	csr_sum(&w->children);
	for (stack_id i = 1; i < s->count; i++)
		if (w->ids[i])
			csr_put(&w->children, s->parent[i], i);
}

bool cpuprofile_is_contiguous(const struct profile *p)
{
	for (size_t i = 0; i < p->sample_count; i++) {
		struct sample s = profile_sample_at(p, i);
		int64_t end;

		if (!s.timed || p->value_count != 1 ||
		    !i64_add(s.time, values_row(&p->sample_values, i)[0], &end) ||
		    (i + 1 < p->sample_count && profile_sample_at(p, i + 1).time != end))
			return false;
	}
	return p->sample_count && p->value_types[0].unit == UNIT_TIME;
}

/* --- numbers --- */

static struct decimal decimal_of(const struct cpuprofile_writer *w, int64_t value)
{
	return w->p->value_count ? profile_decimal(w->p, 0, value, MICROSECONDS)
				 : (struct decimal){ value, 0 };
}

/* Rounded, with --whole-us: sums of rounded differences do not drift away. */
static int64_t whole(const struct cpuprofile_writer *w, int64_t value)
{
	int64_t rounded = 0;

	decimal_at(decimal_of(w, value), 0, &rounded);
	return rounded;
}

static void put_time(struct cpuprofile_writer *w, int64_t value)
{
	if (w->options->whole_us)
		output_i64(w->out, whole(w, value));
	else
		output_decimal(w->out, decimal_of(w, value));
}

static void put_delta(struct cpuprofile_writer *w, int64_t from, int64_t to)
{
	if (w->options->whole_us)
		output_i64(w->out, whole(w, to) - whole(w, from));
	else
		output_decimal(w->out, decimal_of(w, to - from));
}

/* --- nodes --- */

static void put_place(struct cpuprofile_writer *w, uint32_t line, uint32_t column)
{
	output_text(w->out, ",\"lineNumber\":");
	output_i64(w->out, (int64_t)line - 1);
	output_text(w->out, ",\"columnNumber\":");
	output_i64(w->out, (int64_t)column - 1);
	output_byte(w->out, '}');
}

/* DevTools and speedscope take functions of one name, file, line and column for one. */
void cpuprofile_put_call_frame(struct cpuprofile_writer *w, frame_id f)
{
	const struct profile *p = w->p;
	const struct frame_row *frame = &p->frames[f];
	const struct function_row *fn = &p->functions[frame->function];
	string_id file = fn->file ? fn->file : fn->object;

	json_put_text(w->out, "\"callFrame\":{\"functionName\":", profile_text(p, fn->name));
	if (file && !w->scripts[file])
		w->scripts[file] = ++w->script_count;
	json_put_count(w->out, ",\"scriptId\":\"", file ? w->scripts[file] : 0);
	json_put_text(w->out, "\",\"url\":", profile_text(p, file));
	put_place(w, fn->line ? fn->line : frame->line, frame->column);
}

void cpuprofile_put_frame_extra(struct cpuprofile_writer *w, frame_id f)
{
	const struct frame_row *frame = &w->p->frames[f];
	const struct function_row *fn = &w->p->functions[frame->function];
	string_id system = profile_system_name(w->p, frame->function);

	if (frame->line && fn->line)
		json_put_count(w->out, ",\"line\":", frame->line);
	else if (frame->line)
		output_text(w->out, ",\"line\":true");
	if (system)
		json_put_text(w->out, ",\"system\":", profile_text(w->p, system));
	json_put_frame_keys(w->out, w->p, f, ",");
}

void cpuprofile_put_pseudo_frame(struct cpuprofile_writer *w, struct str name)
{
	json_put_text(w->out, "\"callFrame\":{\"functionName\":", name);
	output_text(w->out, ",\"scriptId\":\"0\",\"url\":\"\"");
	put_place(w, 0, 0);
}

/* V8 counts with 32 bits. */
static void put_hits(struct cpuprofile_writer *w, uint64_t hits)
{
	json_put_count(w->out, ",\"hitCount\":", hits < UINT32_MAX ? hits : UINT32_MAX);
}

/* `first` is an id to begin with, or 0. A root without children is an error in DevTools. */
static void put_children(struct cpuprofile_writer *w, stack_id stack, uint32_t first)
{
	const uint32_t *at = w->children.first + stack;
	const char *before = ",\"children\":[";

	if (first || stack == EMPTY_STACK) {
		output_text(w->out, before);
		if (first)
			output_u64(w->out, first);
		before = first ? "," : "";
	}
	for (uint32_t k = at[0]; k < at[1]; k++, before = ",") {
		output_text(w->out, before);
		output_u64(w->out, w->ids[w->children.item[k]]);
	}
	if (first || stack == EMPTY_STACK || at[0] < at[1])
		output_byte(w->out, ']');
}

static void put_nodes(struct cpuprofile_writer *w)
{
	const struct stacks *s = &w->p->stacks;

	output_text(w->out, "\"nodes\":[{\"id\":1,");
	cpuprofile_put_pseudo_frame(w, CPUPROFILE_ROOT);
	put_hits(w, 0);
	put_children(w, EMPTY_STACK, w->idle);
	output_byte(w->out, '}');
	if (w->idle) {
		json_put_count(w->out, ",\n{\"id\":", w->idle);
		output_byte(w->out, ',');
		cpuprofile_put_pseudo_frame(w, CPUPROFILE_IDLE);
		put_hits(w, w->hits[EMPTY_STACK]);
		output_byte(w->out, '}');
	}
	for (stack_id i = 1; i < s->count; i++) {
		if (!w->ids[i])
			continue;
		json_put_count(w->out, ",\n{\"id\":", w->ids[i]);
		output_byte(w->out, ',');
		cpuprofile_put_call_frame(w, s->frame[i]);
		put_hits(w, w->hits[i]);
		put_children(w, i, 0);
		cpuprofile_put_frame_extra(w, s->frame[i]);
		output_byte(w->out, '}');
	}
	output_text(w->out, "],\n");
}

/* --- samples --- */

static int64_t value_of(const struct cpuprofile_writer *w, size_t row)
{
	return values_row(&w->p->sample_values, row)[0];
}

/* Where the time line begins, and the first sample. */
static void find_start(const struct cpuprofile_writer *w, int64_t *start, int64_t *first)
{
	const struct profile *p = w->p;
	const struct time_range *range = p->sample_count && p->value_count &&
							 p->value_types[0].unit == UNIT_TIME
						 ? profile_time_range(p, p->samples[0].thread, 0)
						 : NULL;
	int64_t sum = 0;

	*start = range ? range->start : 0;
	*first = w->timed ? p->sample_times[0] : *start;
	*start = *first < *start ? *first : *start;
	for (size_t i = 0; i < p->sample_count; i++)
		i64_add_to(&sum, value_of(w, i));
	if (!i64_add(*first, sum, &sum))
		*start = *first = 0;
}

static void put_samples(struct cpuprofile_writer *w)
{
	const struct profile *p = w->p;
	const char *before = "";
	int64_t start, first, at, last;

	find_start(w, &start, &first);
	at = first;
	for (size_t i = 0; i < p->sample_count; i++)
		at += value_of(w, i);
	output_text(w->out, "\"startTime\":");
	put_time(w, start);
	output_text(w->out, ",\"endTime\":");
	put_time(w, at);
	output_text(w->out, ",\n\"samples\":[");
	for (size_t i = 0; i < p->sample_count; i++, before = ",") {
		stack_id stack = p->samples[i].stack;

		output_text(w->out, before);
		output_u64(w->out, stack == EMPTY_STACK ? w->idle : w->ids[stack]);
	}
	output_text(w->out, "],\n\"timeDeltas\":[");
	last = start;
	at = first;
	before = "";
	for (size_t i = 0; i < p->sample_count; i++, before = ",") {
		output_text(w->out, before);
		put_delta(w, last, at);
		last = at;
		at += value_of(w, i);
	}
	output_text(w->out, "]}\n");
}

/* --- the file --- */

static bool is_usual_value(const struct cpuprofile_writer *w)
{
	const struct value_type *v = w->p->value_types;

	return !w->p->value_count ||
	       (str_eq(profile_text(w->p, v->name), unit_word_of(v)->value) && !v->title &&
		!v->counts && !v->unit_name && !v->exponent &&
		(w->bytes || (v->unit == UNIT_TIME && v->source_scale == MICROSECONDS)));
}

static void put_key(struct cpuprofile_writer *w, bool *any, const char *key)
{
	output_text(w->out, *any ? "," : "");
	output_text(w->out, key);
	*any = true;
}

static void put_extra(struct cpuprofile_writer *w)
{
	const struct profile *p = w->p;
	const struct thread *t = p->sample_count ? &p->threads[p->samples[0].thread] : NULL;
	bool any = false;

	output_text(w->out, "{\"profpipe\":{");
	if (!is_usual_value(w)) {
		put_key(w, &any, "\"value\":");
		json_put_value_type(w->out, p, 0);
	}
	if (t && (t->name || t->pid || t->tid || t->part)) {
		put_key(w, &any, "\"thread\":");
		json_put_thread(w->out, p, p->samples[0].thread);
	}
	if (w->idle) {
		put_key(w, &any, "\"idle\":");
		output_u64(w->out, w->idle);
	}
	if (w->timed)
		put_key(w, &any, "\"timed\":true");
	if (p->estimated)
		put_key(w, &any, "\"estimated\":true");
	if (p->metadata_count) {
		put_key(w, &any, "\"metadata\":");
		json_put_metadata(w->out, p, p->metadata_count);
	}
	if (profile_has_recording(p)) {
		put_key(w, &any, "\"recording\":");
		json_put_recording(w->out, p);
	}
	if (p->mapping_count) {
		put_key(w, &any, "\n\"mappings\":");
		json_put_mappings(w->out, p);
	}
	output_text(w->out, "},\n");
}

void cpuprofile_write(struct output *out, const struct profile *p)
{
	struct cpuprofile_writer w = { .out = out,
				       .p = p,
				       .options = out->options,
				       .scripts = alloc_zero(p->strings.count, sizeof *w.scripts),
				       .bytes = cpuprofile_holds_bytes(p) };

	number_nodes(&w);
	w.timed = !w.bytes && cpuprofile_is_contiguous(p);
	put_extra(&w);
	if (w.bytes) {
		cpuprofile_put_tree(&w);
	} else {
		put_nodes(&w);
		put_samples(&w);
	}
	if (p->value_count && !w.bytes && p->value_types[0].unit != UNIT_TIME)
		diag_verbose("%s: one is written as a microsecond",
			     diag_masked(profile_text(p, p->value_types[0].name)));
	alloc_free(w.ids);
	alloc_free(w.hits);
	alloc_free(w.scripts);
	csr_free(&w.children);
}
