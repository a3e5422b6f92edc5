/*
 * sentry/read_profile - frames, stacks, samples and names of threads of one payload
 *
 *	"profile": {
 *	  "frames": [{"function": "busy", "module": "app", "abs_path": "/srv/app.py", "lineno": 20}],
 *	  "stacks": [[0, 1]],                                         leaf first
 *	  "samples": [{"stack_id": 0, "thread_id": "7", "elapsed_since_start_ns": "42500062"}],
 *	  "thread_metadata": {"7": {"name": "MainThread"}}}
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/sentry/reading.h"

/* --- frames and stacks --- */

static uint32_t take_line(struct sentry_reader *r, const char *what)
{
	uint64_t at = sentry_place(r);
	struct sentry_number line = sentry_take_count(r, what);

	if (line.value > UINT32_MAX)
		input_error_at(r->in, at, "expected %s below 2^32", what);
	return (uint32_t)line.value;
}

static uint64_t take_address(struct sentry_reader *r)
{
	uint64_t at = sentry_place(r), address = 0;
	struct str text;

	if (json_null(&r->j) || !json_string(&r->j, &text))
		return 0;
	if (!str_starts(text, S("0x")) || !str_to_hex(str_from(text, 2), &address))
		input_error_at(r->in, at, "expected an address such as \"0x7f04\", got %s",
			       diag_quote(text));
	return address;
}

/* What a frame says of its file: the first of these that it has is taken. */
struct frame_places {
	string_id path, file, module, package;
};

static frame_id make_frame(struct sentry_reader *r, struct function f, struct frame frame,
			   const struct frame_places *at)
{
	if (!f.name && frame.address)
		return profile_unsymbolised_frame(r->tables, NO_MAPPING, frame.address,
						  FRAME_UNKNOWN);
	if (!f.name)
		f.name = profile_string(r->tables, S("<unknown>"));
	f.file = at->path ? at->path : at->file;
	f.object = at->package ? at->package : at->module;
	frame.function = profile_function(r->tables, f);
	return profile_frame(r->tables, frame);
}

static void read_frame(struct sentry_reader *r)
{
	struct function f = { 0 };
	struct frame frame = { 0 };
	struct frame_places at = { 0 };
	bool in_app = false;
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("function")))
			f.name = sentry_take_text(r);
		else if (str_eq(key, S("abs_path")))
			at.path = sentry_take_text(r);
		else if (str_eq(key, S("filename")))
			at.file = sentry_take_text(r);
		else if (str_eq(key, S("module")))
			at.module = sentry_take_text(r);
		else if (str_eq(key, S("package")))
			at.package = sentry_take_text(r);
		else if (str_eq(key, S("lineno")))
			frame.line = take_line(r, "a line");
		else if (str_eq(key, S("colno")))
			frame.column = take_line(r, "a column");
		else if (str_eq(key, S("instruction_addr")))
			frame.address = take_address(r);
		else if (str_eq(key, S("in_app")) && !json_null(&r->j))
			json_bool(&r->j, &in_app);
		else if (!str_eq(key, S("in_app")))
			json_skip(&r->j);
	}
	ARRAY_ROOM(r->frames, r->frame_count, r->frame_cap);
	r->frames[r->frame_count++] = (struct sentry_item_frame){ make_frame(r, f, frame, &at),
								  in_app };
}

static void read_stack(struct sentry_reader *r)
{
	struct sentry_item_stack stack = { sentry_place(r), r->number_count, NO_ID };

	json_array(&r->j);
	while (json_element(&r->j)) {
		uint32_t number = 0;

		json_index(&r->j, UINT32_MAX - 1, "the index of a frame", &number);
		ARRAY_ROOM(r->numbers, r->number_count, r->number_cap);
		r->numbers[r->number_count++] = number;
	}
	ARRAY_ROOM(r->stacks, r->stack_count, r->stack_cap);
	r->stacks[r->stack_count++] = stack;
}

/* --- threads and samples --- */

static uint32_t find_thread(struct sentry_reader *r, string_id key)
{
	uint64_t hash = hash_mix(key, 0);

	for (struct probe at = index_probe(&r->thread_index, hash);
	     index_next(&r->thread_index, &at);)
		if (r->threads[at.row].key == key)
			return at.row;
	ARRAY_ROOM(r->threads, r->thread_count, r->thread_cap);
	r->threads[r->thread_count] = (struct sentry_item_thread){ .key = key };
	index_add(&r->thread_index, hash, (uint32_t)r->thread_count);
	return (uint32_t)r->thread_count++;
}

static void read_thread(struct sentry_reader *r, struct str id)
{
	uint32_t thread = find_thread(r, profile_string(r->tables, id));
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("name")))
			r->threads[thread].name = sentry_take_text(r);
		else
			json_skip(&r->j);
	}
}

static void read_sample(struct sentry_reader *r)
{
	struct sentry_item_sample sample = { .byte = sentry_place(r) };
	struct sentry_number time = { 0 };
	bool stacked = false;
	string_id thread = 0;
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("stack_id"))) {
			stacked = json_index(&r->j, UINT32_MAX - 1, "the index of a stack",
					     &sample.stack);
		} else if (str_eq(key, S("thread_id"))) {
			thread = sentry_take_id(r);
		} else if (str_eq(key, S("elapsed_since_start_ns"))) {
			time = sentry_take_count(r, "nanoseconds since the start");
			sample.absolute = false;
		} else if (str_eq(key, S("timestamp"))) {
			time = sentry_take_time(r);
			sample.absolute = true;
		} else {
			json_skip(&r->j);
		}
	}
	if (!stacked || !time.known)
		input_error_at(r->in, sample.byte,
			       "expected a sample with 'stack_id' and 'elapsed_since_start_ns' or "
			       "'timestamp'");
	sample.time = time.value;
	sample.thread = find_thread(r, thread);
	ARRAY_ROOM(r->samples, r->sample_count, r->sample_cap);
	r->samples[r->sample_count++] = sample;
}

/* --- the profile --- */

static void read_rows(struct sentry_reader *r, void (*read_row)(struct sentry_reader *r))
{
	json_array(&r->j);
	while (json_element(&r->j))
		read_row(r);
}

void sentry_read_profile(struct sentry_reader *r)
{
	struct str key;

	r->frame_count = r->stack_count = r->number_count = r->sample_count = r->thread_count = 0;
	index_clear(&r->thread_index);
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("frames"))) {
			read_rows(r, read_frame);
		} else if (str_eq(key, S("stacks"))) {
			read_rows(r, read_stack);
		} else if (str_eq(key, S("samples"))) {
			read_rows(r, read_sample);
		} else if (str_eq(key, S("thread_metadata")) && !json_null(&r->j)) {
			struct str id;

			json_object(&r->j);
			while (json_key(&r->j, &id))
				read_thread(r, id);
		} else if (!str_eq(key, S("thread_metadata"))) {
			json_skip(&r->j);
		}
	}
}

/* --- its end: numbers become rows --- */

/* With --app-frames, what stands for stacks without a frame of the application. */
static stack_id outside_stack(struct sentry_reader *r)
{
	struct function f = { .name = profile_string(r->tables, S("[outside the application]")) };
	struct frame frame = { .function = profile_function(r->tables, f) };

	return stacks_push(&r->tables->stacks, EMPTY_STACK, profile_frame(r->tables, frame));
}

static stack_id make_stack(struct sentry_reader *r, size_t number)
{
	const struct sentry_item_stack *stack = &r->stacks[number];
	size_t end = number + 1 < r->stack_count ? stack[1].first : r->number_count;
	bool only_app = r->state->options.app_frames;
	stack_id id = EMPTY_STACK;

	for (size_t i = end; i-- > stack->first;) {
		if (r->numbers[i] >= r->frame_count) {
			input_error_at(
				r->in, stack->byte,
				"expected a stack of the indices of %zu frames, got %" PRIu32,
				r->frame_count, r->numbers[i]);
			return EMPTY_STACK;
		}
		if (!only_app || r->frames[r->numbers[i]].in_app)
			id = stacks_push(&r->tables->stacks, id, r->frames[r->numbers[i]].id);
	}
	return id == EMPTY_STACK && end > stack->first ? outside_stack(r) : id;
}

static stack_id stack_of(struct sentry_reader *r, const struct sentry_item_sample *sample)
{
	if (sample->stack >= r->stack_count) {
		input_error_at(
			r->in, sample->byte,
			"expected a sample with the index of one of %zu stacks, got %" PRIu32,
			r->stack_count, sample->stack);
		return EMPTY_STACK;
	}
	if (r->stacks[sample->stack].id == NO_ID)
		r->stacks[sample->stack].id = make_stack(r, sample->stack);
	return r->stacks[sample->stack].id;
}

static label_set_id make_labels(struct sentry_reader *r, const struct sentry_object *o)
{
	struct profile *p = r->tables;
	const struct {
		struct str key;
		string_id text;
	} rows[] = {
		{ S("transaction"), o->transaction.name },
		{ S("environment"), o->environment },
		{ S("release"), o->release },
	};
	label_id labels[sizeof rows / sizeof *rows];
	size_t count = 0;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].text)
			labels[count++] =
				profile_label(p,
					      (struct label){ .key = profile_string(p, rows[i].key),
							      .text = rows[i].text });
	return profile_label_set(p, labels, count);
}

static void make_streams(struct sentry_reader *r, const struct sentry_object *o, bool absolute)
{
	label_set_id labels = make_labels(r, o);

	for (size_t i = 0; i < r->thread_count; i++) {
		struct sentry_item_thread *t = &r->threads[i];
		struct sentry_stream *stream;

		t->stream = sentry_find_stream(r->state, o->profiler, t->key);
		stream = &r->state->streams[t->stream];
		stream->labels = labels;
		stream->absolute = absolute;
		stream->inactive = o->transaction.active && o->transaction.active != t->key;
		if (t->name)
			stream->thread.name = t->name;
	}
}

/* How much of the transaction's time lies before its thread's first sample or after the last. */
static void add_unsampled(struct sentry_reader *r, const struct sentry_transaction *t)
{
	int64_t first = INT64_MAX, last = 0, whole, sampled;

	if (!t->start.known || !t->end.known || t->end.value < t->start.value)
		return;
	for (size_t i = 0; i < r->sample_count; i++) {
		int64_t time = r->samples[i].time;

		if (t->active && r->threads[r->samples[i].thread].key != t->active)
			continue;
		first = time < first ? time : first;
		last = time > last ? time : last;
	}
	whole = t->end.value - t->start.value;
	sampled = last > first ? last - first : 0;
	i64_add_to(&r->state->counts.transaction_ns, whole);
	i64_add_to(&r->state->counts.unsampled_ns, sampled < whole ? whole - sampled : 0);
}

static void add_recording(struct sentry_reader *r, const struct sentry_object *o)
{
	const struct sentry_transaction *t = &o->transaction;
	struct recording recording = { .start = o->timestamp.value };

	if (t->start.known && t->end.known && t->end.value > t->start.value)
		recording.duration = t->end.value - t->start.value;
	if (recording.start || recording.duration)
		profile_add_recording(r->tables, recording);
}

static bool check_version(struct sentry_reader *r, const struct sentry_object *o, bool absolute)
{
	struct str version = profile_text(r->tables, o->version);

	if (o->version && !str_eq(version, absolute ? S("2") : S("1"))) {
		if (!str_eq(version, S("1")) && !str_eq(version, S("2")))
			input_error_at(r->in, o->byte,
				       "expected a profile of version 1 or 2, got %s",
				       diag_quote(version));
		else if (r->sample_count)
			input_error_at(r->in, r->samples[0].byte,
				       "expected a sample with '%s' in a profile of version %.*s",
				       absolute ? "elapsed_since_start_ns" : "timestamp",
				       (int)version.n, version.p);
	}
	return !r->in->failed;
}

static void add_samples(struct sentry_reader *r, int64_t base, bool absolute, uint32_t chunk)
{
	struct sentry_state *s = r->state;

	for (size_t i = 0; i < r->sample_count && !r->in->failed; i++) {
		const struct sentry_item_sample *from = &r->samples[i];
		struct sentry_sample sample = { 0, stack_of(r, from),
						r->threads[from->thread].stream, chunk };

		if (from->absolute != absolute)
			input_error_at(r->in, from->byte,
				       "expected a sample with '%s' as those before it",
				       absolute ? "timestamp" : "elapsed_since_start_ns");
		else if (!i64_add(base, from->time, &sample.time))
			input_error_at(r->in, from->byte, "expected a time that fits in 64 bits");
		sentry_add_sample(s, sample);
	}
}

void sentry_finish_profile(struct sentry_reader *r, const struct sentry_object *o)
{
	bool absolute = r->sample_count && r->samples[0].absolute;
	size_t first = r->state->sample_count, streams = r->state->stream_count;
	uint32_t chunk = NO_ID;

	if (!check_version(r, o, absolute))
		return;
	if (o->chunk)
		chunk = sentry_new_chunk(r->state, (struct sentry_chunk){ o->profiler, o->chunk });
	if (o->chunk && chunk == NO_ID) {
		r->state->counts.again++;
		return;
	}
	make_streams(r, o, absolute || o->timestamp.known);
	add_samples(r, absolute ? 0 : o->timestamp.value, absolute, chunk);
	if (r->in->failed)
		return;
	if (!absolute) {
		add_unsampled(r, &o->transaction);
		add_recording(r, o);
	}
	r->state->counts.profiles++;
	sentry_value_type(r->p);
	/* where no chunk will follow and order does not matter, the samples need not wait */
	if (o->profiler || r->p->keep_order)
		return;
	sentry_finish_samples(r->state, first, 0);
	r->state->stream_count = streams;
}
