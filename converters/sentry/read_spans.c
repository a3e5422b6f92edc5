/*
 * sentry/read_spans - transactions and their spans, and spans that are streamed
 *
 *	{"type": "transaction", "transaction": "/async", "start_timestamp": "2026-...", "timestamp": "...",
 *	 "contexts": {"trace": {"trace_id": "2011...", "span_id": "916a...", "op": "http.server",
 *	              "data": {"thread.id": "7", "thread.name": "MainThread"}}},
 *	 "spans": [{"trace_id": "2011...", "span_id": "93aa...", "parent_span_id": "916a...", "op": "db",
 *	            "description": "select 1", "start_timestamp": "...", "timestamp": "...", "data": {}}]}
 *
 *	{"version": 2, "items": [{"trace_id": "101b...", "span_id": "acc9...", "parent_span_id": "98d0...",
 *	            "name": "select", "start_timestamp": 1795766048.6, "end_timestamp": 1795766048.7,
 *	            "attributes": {"sentry.op": {"value": "db", "type": "string"}}}]}
 *
 * The transaction itself is not among its spans: it is the root, which contexts.trace has.
 */
#include "converters/sentry/reading.h"

static void reset(struct sentry_span *x)
{
	struct sentry_span empty = { .op = x->op,
				     .description = x->description,
				     .name = x->name,
				     .service = x->service,
				     .thread = x->thread };

	empty.op.n = empty.description.n = empty.name.n = empty.service.n = empty.thread.n = 0;
	*x = empty;
}

/* A text, or nothing for a null. */
static void take_text(struct sentry_reader *r, struct buf *to)
{
	struct str text;

	to->n = 0;
	if (!json_null(&r->j) && json_string(&r->j, &text))
		buf_add(to, text);
}

static struct span_id take_span_id(struct sentry_reader *r)
{
	struct str text;

	if (json_null(&r->j) || !json_string(&r->j, &text))
		return (struct span_id){ 0 };
	return spans_id_text(r->spans, text);
}

static void take_trace(struct sentry_reader *r, struct sentry_span *x)
{
	struct str text;

	if (json_null(&r->j) || !json_string(&r->j, &text))
		return;
	x->trace = spans_trace_text(r->spans, text);
	x->traced = true;
}

/* --- what is recorded with a span --- */

static void take_thread_id(struct sentry_reader *r, struct sentry_span *x)
{
	string_id id = sentry_take_id(r);

	if (!str_to_u64(profile_text(r->tables, id), &x->tid))
		x->tid = 0;
}

static void read_detail(struct sentry_reader *r, struct sentry_span *x, struct str key)
{
	enum json_kind kind = json_peek(&r->j);

	if (str_eq(key, S("thread.id")) && (kind == JSON_STRING || kind == JSON_NUMBER))
		take_thread_id(r, x);
	else if (kind == JSON_STRING && str_eq(key, S("thread.name")))
		take_text(r, &x->thread);
	else if (kind == JSON_STRING && str_eq(key, S("service.name")))
		take_text(r, &x->service);
	else if (kind == JSON_STRING && str_eq(key, S("sentry.op")))
		take_text(r, &x->op);
	else if (kind == JSON_STRING && str_eq(key, S("sentry.description")))
		take_text(r, &x->description);
	else
		json_skip(&r->j);
}

static bool is_detail(struct str key)
{
	return str_starts(key, S("thread.")) || str_eq(key, S("service.name")) ||
	       str_eq(key, S("sentry.op")) || str_eq(key, S("sentry.description"));
}

/* {"value": ..., "type": ...} */
static void read_attribute(struct sentry_reader *r, struct sentry_span *x, struct str key)
{
	struct str inner;

	json_object(&r->j);
	while (json_key(&r->j, &inner)) {
		if (str_eq(inner, S("value")))
			read_detail(r, x, key);
		else
			json_skip(&r->j);
	}
}

/* The names of those that matter are kept, since a key is valid only until the next one. */
static void read_details(struct sentry_reader *r, struct sentry_span *x, bool wrapped)
{
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (!is_detail(key)) {
			json_skip(&r->j);
			continue;
		}
		r->key.n = 0;
		buf_add(&r->key, key);
		if (wrapped && json_peek(&r->j) == JSON_OBJECT)
			read_attribute(r, x, buf_str(&r->key));
		else
			read_detail(r, x, buf_str(&r->key));
	}
}

/* --- spans --- */

/* Reads the value if the key is one of spans. */
static bool read_key(struct sentry_reader *r, struct sentry_span *x, struct str key)
{
	if (str_eq(key, S("trace_id"))) {
		take_trace(r, x);
	} else if (str_eq(key, S("span_id"))) {
		x->id = take_span_id(r);
		x->identified = true;
	} else if (str_eq(key, S("parent_span_id"))) {
		x->parent = take_span_id(r);
	} else if (str_eq(key, S("op"))) {
		take_text(r, &x->op);
	} else if (str_eq(key, S("description"))) {
		take_text(r, &x->description);
	} else if (str_eq(key, S("name"))) {
		take_text(r, &x->name);
	} else if (str_eq(key, S("end_timestamp"))) {
		x->end = sentry_take_time(r);
	} else if (str_eq(key, S("data")) && json_peek(&r->j) == JSON_OBJECT) {
		read_details(r, x, false);
	} else if (str_eq(key, S("attributes")) && json_peek(&r->j) == JSON_OBJECT) {
		read_details(r, x, true);
	} else {
		return false;
	}
	return true;
}

bool sentry_span_key(struct sentry_reader *r, struct sentry_span *x, struct str key)
{
	static const char *const keys[] = { "trace_id",    "span_id", "parent_span_id", "op",
					    "description", "name",    "end_timestamp",  "data",
					    "attributes" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_eq(key, str_of(keys[i])))
			return sentry_wants_spans(r) && read_key(r, x, key);
	return false;
}

static void read_span(struct sentry_reader *r, struct sentry_span *x)
{
	struct str key;

	reset(x);
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("start_timestamp")))
			x->start = sentry_take_time(r);
		else if (str_eq(key, S("timestamp")))
			x->end = sentry_take_time(r);
		else if (!read_key(r, x, key))
			json_skip(&r->j);
	}
}

/* "db: select 1", where a span has no name of its own. */
static struct str name_of(struct sentry_reader *r, const struct sentry_span *x)
{
	if (x->name.n)
		return buf_str(&x->name);
	if (!x->op.n && !x->description.n)
		return S("<unknown>");
	r->key.n = 0;
	buf_add(&r->key, buf_str(&x->op));
	buf_add(&r->key, x->op.n && x->description.n ? S(": ") : S(""));
	buf_add(&r->key, buf_str(&x->description));
	return buf_str(&r->key);
}

static uint32_t thread_of(struct sentry_reader *r, const struct sentry_span *x)
{
	struct strings *texts = &r->spans->texts;

	if (!x->tid && !x->thread.n)
		return NO_ID;
	return spans_thread(r->spans, (struct span_thread){
					      .tid = x->tid,
					      .name = strings_add(texts, buf_str(&x->thread)) });
}

static void add_span(struct sentry_reader *r, const struct sentry_span *x)
{
	struct strings *texts = &r->spans->texts;
	const struct str parts[SPAN_NAME_PARTS] = {
		[SPAN_NAME] = name_of(r, x),
		[SPAN_OP] = buf_str(&x->op),
		[SPAN_DESCRIPTION] = buf_str(&x->description),
		[SPAN_SERVICE] = buf_str(&x->service),
	};

	spans_add(r->spans,
		  (struct span){
			  .trace = x->traced ? x->trace : spans_trace_text(r->spans, S("")),
			  .id = x->id,
			  .parent = x->parent,
			  .start = x->start.value,
			  .end = x->end.value,
			  .name = strings_add(texts, span_names_join(&r->names, parts, &r->joined)),
			  .service = strings_add(texts, buf_str(&x->service)),
			  .thread = thread_of(r, x),
			  .untimed = !x->end.known,
		  });
}

void sentry_read_spans(struct sentry_reader *r)
{
	json_array(&r->j);
	while (json_element(&r->j)) {
		uint64_t at = sentry_place(r);

		read_span(r, &r->span);
		if (r->in->failed)
			return;
		if (!r->span.identified || !r->span.start.known) {
			input_error_at(r->in, at,
				       "expected a span with 'span_id' and 'start_timestamp'");
			return;
		}
		add_span(r, &r->span);
		r->state->counts.spans++;
	}
}

void sentry_begin_spans(struct sentry_reader *r)
{
	reset(&r->root);
	r->first_row = r->spans ? r->spans->count : 0;
}

/* Table and options are asked for when there is a span, since they change the profile. */
bool sentry_wants_spans(struct sentry_reader *r)
{
	if (!r->spans) {
		r->spans = sentry_spans_of(r->state, r->p);
		r->first_row = r->spans ? r->spans->count : 0;
	}
	return r->spans != NULL;
}

void sentry_read_trace_context(struct sentry_reader *r)
{
	read_span(r, &r->root);
}

bool sentry_finish_spans(struct sentry_reader *r, const struct sentry_object *o)
{
	struct sentry_span *x = &r->root;
	uint32_t none;

	if (!x->identified || !o->start.known)
		return false;
	x->start = o->start;
	if (o->timestamp.known)
		x->end = o->timestamp;
	if (o->event) {
		x->name.n = 0;
		buf_add(&x->name, profile_text(r->tables, o->transaction.name));
		r->state->counts.transactions++;
	} else {
		r->state->counts.spans++;
	}
	add_span(r, x);
	/* spans without a trace are of that of their transaction */
	none = spans_trace_text(r->spans, S(""));
	for (size_t i = r->first_row; x->traced && i < r->spans->count; i++)
		if (r->spans->rows[i].trace == none)
			r->spans->rows[i].trace = x->trace;
	return true;
}
