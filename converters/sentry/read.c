/* sentry/read - the file: headers, items and payloads; see format.c for the language */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "converters/sentry/reading.h"

#define AT(field) offsetof(struct sentry_read_options, field)

const struct option_row sentry_read_rows[] = {
	OPT_CHOICE(0, "source", "auto|profile|spans",
		   "what is read: profiles, or spans where there is none; profiles; spans",
		   AT(source)),
	{ OPTION_CHOICE, 0, "sentry-threads", "app|active|all",
	  "threads whose samples are read: all but the SDK's own, the transaction's, all",
	  AT(threads), AT(threads_given) },
	OPT_FLAG(0, "app-frames", "leave frames out that are not of the application itself",
		 AT(app_frames)),
	OPT_TEXT(
		0, "span-name", "LIST",
		"what spans are called: name, op, description, service, in this order (default: name)",
		AT(span_name)),
	OPT_FLAG(0, "strip-ids", "put * in place of ids in the names of spans", AT(strip_ids)),
	OPT_FLAG(0, "wall", "divide each instant among the spans that run", AT(wall)),
	OPT_FLAG(0, "repair-siblings", "make siblings of parents and children that outlive them",
		 AT(repair_siblings)),
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

static void read_profile(struct sentry_reader *r, struct sentry_object *o)
{
	if (o->profiled)
		input_error(r->in, "expected 'profile' only once in a payload");
	o->profiled = true;
	if (r->state->options.source == SENTRY_SPANS)
		json_skip(&r->j);
	else
		sentry_read_profile(r);
}

static void read_contexts(struct sentry_reader *r, struct sentry_object *o)
{
	struct str key;

	o->event = true;
	if (json_null(&r->j))
		return;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("trace")) && json_peek(&r->j) == JSON_OBJECT &&
		    sentry_wants_spans(r))
			sentry_read_trace_context(r);
		else
			json_skip(&r->j);
	}
}

static void read_spans(struct sentry_reader *r, struct sentry_object *o)
{
	o->spans = true;
	if (json_peek(&r->j) == JSON_ARRAY && sentry_wants_spans(r))
		sentry_read_spans(r);
	else
		json_skip(&r->j);
}

/* A key of several kinds of objects, or of none. */
static void read_shared_key(struct sentry_reader *r, struct sentry_object *o, struct str key)
{
	if (str_eq(key, S("version")))
		o->version = sentry_take_id(r);
	else if (str_eq(key, S("timestamp")))
		o->timestamp = sentry_take_time(r);
	else if (str_eq(key, S("environment")))
		o->environment = sentry_take_text(r);
	else if (str_eq(key, S("release")))
		o->release = sentry_take_text(r);
	else if (str_eq(key, S("transactions")) && json_peek(&r->j) == JSON_ARRAY)
		read_transactions(r, &o->transaction);
	else if (str_eq(key, S("transaction")) && json_peek(&r->j) == JSON_OBJECT)
		read_transaction(r, &o->transaction);
	else if (str_eq(key, S("transaction")))
		o->transaction.name = sentry_take_text(r);
	else
		json_skip(&r->j);
}

static void read_key(struct sentry_reader *r, struct sentry_object *o, struct str key)
{
	if (str_eq(key, S("type"))) {
		o->type = sentry_take_id(r);
		o->typed = true;
	} else if (str_eq(key, S("length"))) {
		o->length = sentry_take_count(r, "the length of an item");
	} else if (str_eq(key, S("profile"))) {
		read_profile(r, o);
	} else if (str_eq(key, S("profiler_id"))) {
		o->profiler = sentry_take_id(r);
	} else if (str_eq(key, S("chunk_id"))) {
		o->chunk = sentry_take_id(r);
	} else if (str_eq(key, S("contexts"))) {
		read_contexts(r, o);
	} else if (str_eq(key, S("spans")) || str_eq(key, S("items"))) {
		read_spans(r, o);
	} else if (str_eq(key, S("start_timestamp"))) {
		o->start = sentry_take_time(r);
	} else if (!sentry_span_key(r, &r->root, key)) {
		o->event |= str_eq(key, S("event_id"));
		read_shared_key(r, o, key);
	}
}

static void add_title(struct sentry_reader *r, string_id name)
{
	if (!r->title)
		r->title = name;
	else if (name && name != r->title)
		r->others++;
}

static void finish_object(struct sentry_reader *r, struct sentry_object *o)
{
	bool wanted = r->state->options.source != (o->profiled ? SENTRY_SPANS : SENTRY_PROFILES);

	if (!o->profiled && !o->spans && !o->start.known)
		return;
	r->found++;
	if (o->profiled && wanted)
		sentry_finish_profile(r, o);
	else if (wanted && !sentry_finish_spans(r, o) && !o->spans)
		input_error_at(r->in, o->byte,
			       "expected a transaction with 'contexts.trace' and its 'span_id'");
	r->unwanted += !wanted;
	if (wanted)
		add_title(r, o->transaction.name);
}

static struct sentry_object read_object(struct sentry_reader *r)
{
	struct sentry_object o = { .byte = sentry_place(r) };
	struct str key;

	sentry_begin_spans(r);
	json_object(&r->j);
	while (json_key(&r->j, &key))
		read_key(r, &o, key);
	if (!r->in->failed)
		finish_object(r, &o);
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

/* There are about twenty types; more than that is counted under the last one's name, which is 0. */
static void count_skipped(struct sentry_reader *r, string_id type)
{
	size_t i = 0;

	while (i < r->skipped_count && r->skipped[i].type && r->skipped[i].type != type)
		i++;
	if (i == SENTRY_TYPES - 1)
		type = 0;
	if (i == r->skipped_count)
		r->skipped[r->skipped_count++] = (struct sentry_skipped){ type, 0 };
	r->skipped[i].count++;
}

static void skip_item(struct sentry_reader *r, const struct sentry_object *header)
{
	count_skipped(r, header->type);
	if (header->length.known)
		pass_bytes(r, (uint64_t)header->length.value);
	else
		pass_line(r);
}

static bool is_read(const struct sentry_reader *r, string_id type)
{
	static const char *const types[] = { "profile", "profile_chunk", "transaction", "span" };

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(profile_text(r->tables, type), str_of(types[i])))
			return true;
	return false;
}

static void read_item(struct sentry_reader *r, const struct sentry_object *header)
{
	uint64_t start, before = r->found;

	pass_line_end(r);
	start = input_offset(r->in);
	if (!is_read(r, header->type)) {
		skip_item(r, header);
		return;
	}
	read_object(r);
	if (r->found == before)
		input_error_at(r->in, start, "expected a payload of type %s, got another object",
			       diag_quote(profile_text(r->tables, header->type)));
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
		if (o.typed && !o.profiled && !o.event && !o.spans)
			read_item(r, &o);
	}
}

static void report_skipped(const struct sentry_reader *r)
{
	for (size_t i = 0; i < r->skipped_count; i++)
		diag_verbose("%s: %" PRIu64 " item%s of %s passed over",
			     diag_masked(str_of(r->in->name)), r->skipped[i].count,
			     r->skipped[i].count == 1 ? "" : "s",
			     r->skipped[i].type
				     ? diag_quote(profile_text(r->tables, r->skipped[i].type))
				     : "other types");
}

static void report_unwanted(const struct sentry_reader *r)
{
	if (r->unwanted)
		diag_verbose("%s: %" PRIu64 " %s passed over", diag_masked(str_of(r->in->name)),
			     r->unwanted,
			     r->state->options.source == SENTRY_SPANS
				     ? "profiles"
				     : "transactions and lists of spans");
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
	for (struct sentry_span *x = &r->root; x; x = x == &r->root ? &r->span : NULL) {
		buf_free(&x->op);
		buf_free(&x->description);
		buf_free(&x->name);
		buf_free(&x->service);
		buf_free(&x->thread);
	}
	buf_free(&r->key);
	buf_free(&r->joined);
}

int sentry_read(struct input *in, struct profile *p)
{
	struct sentry_state *state = sentry_state_of(in, p);
	struct sentry_reader r = { .in = in, .p = p, .state = state, .tables = state->tables };
	int status = span_names_parse(&r.names, state->options.span_name, SPAN_NAME);

	json_start(&r.j, in);
	if (status == 0)
		read_objects(&r);
	if (status == 0 && !r.found)
		input_error_at(in, 0,
			       "expected an envelope or payload of Sentry with a profile, a "
			       "transaction or spans, got none");
	if (status == 0 && !in->failed) {
		report_skipped(&r);
		report_unwanted(&r);
		take_title(&r);
		status = profile_status(state->tables, in->name);
	}
	free_reader(&r);
	return status < 0 ? status : input_status(in);
}
