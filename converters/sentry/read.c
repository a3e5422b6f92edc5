/* sentry/read - the file: headers, items and payloads; see format.c for the language */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "converters/sentry/reading.h"

const struct option_row sentry_read_rows[] = {
	{ OPTION_CHOICE, 0, "sentry-threads", "app|active|all",
	  "threads whose samples are read: all but the SDK's own, the transaction's, all",
	  offsetof(struct sentry_read_options, threads),
	  offsetof(struct sentry_read_options, threads_given) },
	OPT_FLAG(0, "app-frames", "leave frames out that are not of the application itself",
		 offsetof(struct sentry_read_options, app_frames)),
	OPT_END
};

/* --- the transaction of a profile --- */

static void read_transaction(struct sentry_reader *r, struct sentry_transaction *t)
{
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("name")))
			t->name = sentry_take_text(r);
		else if (str_eq(key, S("active_thread_id")))
			t->active = sentry_take_id(r);
		else if (str_eq(key, S("relative_start_ns")))
			t->start = sentry_take_count(r, "nanoseconds since the start");
		else if (str_eq(key, S("relative_end_ns")))
			t->end = sentry_take_count(r, "nanoseconds since the start");
		else
			json_skip(&r->j);
	}
}

/* Python writes a list. Where it has several, the first one is that of the profile's event. */
static void read_transactions(struct sentry_reader *r, struct sentry_transaction *t)
{
	json_array(&r->j);
	for (size_t i = 0; json_element(&r->j); i++) {
		if (i)
			json_skip(&r->j);
		else
			read_transaction(r, t);
	}
}

/* --- objects --- */

static void read_key(struct sentry_reader *r, struct sentry_object *o, struct str key)
{
	if (str_eq(key, S("type"))) {
		o->type = sentry_take_id(r);
		o->typed = true;
	} else if (str_eq(key, S("length"))) {
		o->length = sentry_take_count(r, "the length of an item");
	} else if (str_eq(key, S("profile"))) {
		if (o->profiled)
			input_error(r->in, "expected 'profile' only once in a payload");
		o->profiled = true;
		sentry_read_profile(r);
	} else if (str_eq(key, S("version"))) {
		o->version = sentry_take_id(r);
	} else if (str_eq(key, S("profiler_id"))) {
		o->profiler = sentry_take_id(r);
	} else if (str_eq(key, S("timestamp"))) {
		o->timestamp = sentry_take_time(r);
	} else if (str_eq(key, S("environment"))) {
		o->environment = sentry_take_text(r);
	} else if (str_eq(key, S("release"))) {
		o->release = sentry_take_text(r);
	} else if (str_eq(key, S("transactions")) && json_peek(&r->j) == JSON_ARRAY) {
		read_transactions(r, &o->transaction);
	} else if (str_eq(key, S("transaction")) && json_peek(&r->j) == JSON_OBJECT) {
		read_transaction(r, &o->transaction);
	} else {
		o->event |= str_eq(key, S("contexts")) || str_eq(key, S("spans")) ||
			    str_eq(key, S("start_timestamp")) || str_eq(key, S("event_id"));
		json_skip(&r->j);
	}
}

static void add_title(struct sentry_reader *r, string_id name)
{
	if (!r->title)
		r->title = name;
	else if (name && name != r->title)
		r->others++;
}

static struct sentry_object read_object(struct sentry_reader *r)
{
	struct sentry_object o = { .byte = sentry_place(r) };
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key))
		read_key(r, &o, key);
	if (o.profiled && !r->in->failed) {
		add_title(r, o.transaction.name);
		sentry_finish_profile(r, &o);
	}
	return o;
}

/* --- items --- */

/* The end of a header's line; a payload begins right behind it. */
static void pass_line_end(struct sentry_reader *r)
{
	struct input *in = r->in;

	while (input_want(in, 1) && (*in->p == ' ' || *in->p == '\t' || *in->p == '\r'))
		in->p++;
	if (input_want(in, 1) && *in->p == '\n')
		in->p++;
	else if (in->p < in->end)
		json_expected(&r->j, "the end of the line behind an item's header");
}

static void pass_bytes(struct sentry_reader *r, uint64_t bytes)
{
	struct input *in = r->in;

	while (bytes && input_want(in, 1)) {
		uint64_t window = (uint64_t)(in->end - in->p),
			 now = window < bytes ? window : bytes;

		in->p += now;
		bytes -= now;
	}
	if (bytes)
		input_error(in,
			    "expected %" PRIu64 " bytes more of an item, got the end of the file",
			    bytes);
}

static void pass_line(struct sentry_reader *r)
{
	struct input *in = r->in;

	while (input_want(in, 1)) {
		const char *end = memchr(in->p, '\n', (size_t)(in->end - in->p));

		in->p = end ? end : in->end;
		if (end)
			return;
	}
}

static void skip_item(struct sentry_reader *r, const struct sentry_object *header)
{
	size_t i = 0;

	while (i < r->skipped_count && r->skipped[i].type != header->type)
		i++;
	if (i == r->skipped_count) {
		ARRAY_ROOM(r->skipped, r->skipped_count, r->skipped_cap);
		r->skipped[r->skipped_count++] = (struct sentry_skipped){ header->type, 0 };
	}
	r->skipped[i].count++;
	if (header->length.known)
		pass_bytes(r, (uint64_t)header->length.value);
	else
		pass_line(r);
}

static bool is_profile(const struct sentry_reader *r, string_id type)
{
	struct str text = profile_text(r->tables, type);

	return str_eq(text, S("profile")) || str_eq(text, S("profile_chunk"));
}

static void read_item(struct sentry_reader *r, const struct sentry_object *header)
{
	uint64_t start;

	pass_line_end(r);
	start = input_offset(r->in);
	if (!is_profile(r, header->type)) {
		skip_item(r, header);
		return;
	}
	if (!read_object(r).profiled)
		input_error_at(r->in, start, "expected a payload with 'profile', got none");
	if (r->in->failed || !header->length.known)
		return;
	if (input_offset(r->in) - start > (uint64_t)header->length.value)
		input_error_at(r->in, start,
			       "expected a payload of %" PRIi64 " bytes, got a longer one",
			       header->length.value);
	else
		pass_bytes(r, (uint64_t)header->length.value - (input_offset(r->in) - start));
}

/* --- the file --- */

/* Headers of envelopes have no type, those of items nothing but it and what concerns the bytes. */
static void read_objects(struct sentry_reader *r)
{
	while (json_peek(&r->j) != JSON_NOTHING || r->in->p < r->in->end) {
		struct sentry_object o = read_object(r);

		if (r->in->failed)
			return;
		if (o.typed && !o.profiled && !o.event)
			read_item(r, &o);
	}
}

static void report_skipped(const struct sentry_reader *r)
{
	for (size_t i = 0; i < r->skipped_count; i++)
		diag_verbose("%s: %" PRIu64 " item%s of type %s passed over",
			     diag_masked(str_of(r->in->name)), r->skipped[i].count,
			     r->skipped[i].count == 1 ? "" : "s",
			     diag_quote(profile_text(r->tables, r->skipped[i].type)));
}

static void take_title(struct sentry_reader *r)
{
	struct buf title = { 0 };

	if (!r->title)
		return;
	buf_add(&title, profile_text(r->tables, r->title));
	if (r->others)
		buf_print(&title, " and %" PRIu64 " more", r->others);
	r->p->title = profile_string(r->p, buf_str(&title));
	buf_free(&title);
}

static void free_reader(struct sentry_reader *r)
{
	json_free(&r->j);
	alloc_free(r->frames);
	alloc_free(r->stacks);
	alloc_free(r->numbers);
	alloc_free(r->samples);
	alloc_free(r->threads);
	index_free(&r->thread_index);
	alloc_free(r->skipped);
}

int sentry_read(struct input *in, struct profile *p)
{
	struct sentry_state *state = sentry_state_new(in, p);
	struct sentry_reader r = { .in = in, .p = p, .state = state, .tables = state->tables };

	json_start(&r.j, in);
	read_objects(&r);
	if (!r.profiles)
		input_error_at(in, 0,
			       "expected an envelope or payload of Sentry with a profile, "
			       "got none");
	if (in->failed) {
		sentry_state_free(state);
	} else {
		report_skipped(&r);
		take_title(&r);
		sentry_state_finish(p, state);
	}
	free_reader(&r);
	return input_status(in);
}
