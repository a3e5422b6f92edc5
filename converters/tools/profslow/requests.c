/*
 * profslow/requests - requests of traces and of labelled samples
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/hash.h"
#include "common/base/sort.h"
#include "common/profile/value_text.h"
#include "common/transform/traces/span_profile.h"
#include "converters/tools/profslow/internal.h"

/* --- endpoints --- */

static uint32_t endpoint_of(struct slow_requests *r, string_id name)
{
	uint64_t hash = hash_mix(name, 0);

	for (struct probe at = index_probe(&r->endpoint_index, hash);
	     index_next(&r->endpoint_index, &at);)
		if (r->endpoints[at.row].name == name)
			return at.row;
	ARRAY_ROOM(r->endpoints, r->endpoint_count, r->endpoint_cap);
	r->endpoints[r->endpoint_count] = (struct slow_endpoint){ .name = name };
	index_add(&r->endpoint_index, hash, (uint32_t)r->endpoint_count);
	return (uint32_t)r->endpoint_count++;
}

/* Whether the comparison may be about it: which one is known when all have been seen. */
static bool is_asked_for(const struct slow_requests *r, const struct slow_options *o,
			 uint32_t endpoint)
{
	return o->endpoint &&
	       str_contains(profile_text(r->p, r->endpoints[endpoint].name), str_of(o->endpoint));
}

static struct slow_request *add_request(struct slow_requests *r, string_id endpoint)
{
	struct slow_request *request;

	ARRAY_ROOM(r->list, r->count, r->cap);
	request = &r->list[r->count++];
	*request = (struct slow_request){ .endpoint = endpoint_of(r, endpoint),
					  .first_part = r->part_count };
	r->endpoints[request->endpoint].count++;
	return request;
}

/* --- parts --- */

static void add_part(struct slow_requests *r, struct slow_part part)
{
	ARRAY_ROOM(r->parts, r->part_count, r->part_cap);
	r->parts[r->part_count++] = part;
}

static int compare_parts(const void *left, const void *right)
{
	const struct slow_part *a = left, *b = right;

	return (a->path > b->path) - (a->path < b->path);
}

/* Each path once: a request may have several spans of one path. */
static void join_parts(struct slow_requests *r, struct slow_request *request)
{
	struct slow_part *parts = r->parts + request->first_part, *last = parts;
	size_t n = r->part_count - request->first_part;

	if (!n)
		return;
	qsort(parts, n, sizeof *parts, compare_parts);
	for (size_t i = 1; i < n; i++) {
		if (parts[i].path != last->path) {
			*++last = parts[i];
			continue;
		}
		last->count += parts[i].count;
		i64_add_to(&last->self, parts[i].self);
	}
	request->part_count = (uint32_t)(last + 1 - parts);
	r->part_count = request->first_part + request->part_count;
}

/* --- traces --- */

struct trace_reader {
	struct slow_requests *r;
	const struct slow_options *o;
	const struct spans *s;
	struct span_frames frames;
	bool by_service;
	stack_id *stacks; /* by element of the trace */
	size_t stack_cap;
};

static void add_spans(struct trace_reader *t, const struct span_trace *trace)
{
	for (uint32_t i = 0; i < trace->count; i++) {
		const struct span_row *row = &t->s->rows[trace->rows[i]];
		stack_id above = trace->parents[i] == NO_SPAN ? EMPTY_STACK
							      : t->stacks[trace->parents[i]];

		ARRAY_ROOM(t->stacks, i, t->stack_cap);
		t->stacks[i] = stacks_push(&t->r->p->stacks, above,
					   span_frames_at(&t->frames, row->name));
		add_part(t->r, (struct slow_part){ t->stacks[i], 1, trace->self[i] });
	}
}

/* Its name as its frame has it, where ids may have been replaced. */
static string_id endpoint_of_root(struct trace_reader *t, const struct span_row *root)
{
	struct profile *p = t->r->p;
	frame_id frame;

	if (t->by_service)
		return profile_string(p, strings_text(&t->s->texts, root->service));
	frame = span_frames_at(&t->frames, root->name);
	return p->functions[p->frames[frame].function].name;
}

static void add_trace(struct trace_reader *t, const struct span_trace *trace)
{
	const struct span_row *root = &t->s->rows[trace->rows[trace->root]];
	struct slow_request *request = add_request(t->r, endpoint_of_root(t, root));

	request->duration = root->untimed ? 0 : root->end - root->start;
	if (is_asked_for(t->r, t->o, request->endpoint)) {
		add_spans(t, trace);
		join_parts(t->r, request);
	}
}

static int read_spans(struct slow_requests *r, const struct spans *s,
		      const struct settings *settings, const struct slow_options *o)
{
	struct trace_reader t = { .r = r, .o = o, .s = s };
	struct span_trees *trees;
	struct span_trace trace;

	if (o->by && strcmp(o->by, "service") != 0 && strcmp(o->by, "name") != 0)
		return diag_error("option --by: of spans 'name' and 'service' are known, got %s",
				  diag_quote(str_of(o->by)));
	if (o->request)
		return diag_error("option --request: only for samples with labels: a trace is a "
				  "request");
	if (settings->value || settings->thread)
		return diag_error("option --%s: only for samples with labels",
				  settings->value ? "value" : "thread");
	t.by_service = o->by && strcmp(o->by, "service") == 0;
	r->spans = true;
	r->value = span_profile_value_type(r->p);
	span_frames_open(&t.frames, r->p, s);
	trees = span_trees_open(s, s->options.wall);
	while (span_trees_next(trees, &trace))
		add_trace(&t, &trace);
	span_profile_report(r->p, &trees->counts, &s->options);
	span_trees_close(trees);
	span_frames_close(&t.frames);
	alloc_free(t.stacks);
	return 0;
}

/* --- samples with labels --- */

struct label_reader {
	struct slow_requests *r;
	const struct slow_options *o;
	struct str request_key;
	uint32_t *request_of; /* by text or number of the label: its row + 1, see label ids */
	label_id *labels;
	size_t label_cap;
	size_t without; /* samples that belong to no request */
};

static label_id find_label(struct label_reader *l, size_t count, struct str key)
{
	const struct profile *p = l->r->p;

	for (size_t i = 0; i < count; i++)
		if (str_eq(profile_text(p, p->labels[l->labels[i]].key), key))
			return l->labels[i];
	return NO_ID;
}

static string_id label_text(struct profile *p, label_id id)
{
	struct label l = p->labels[id];
	struct buf text = { 0 };
	string_id found;

	if (!l.is_number)
		return l.text;
	buf_print(&text, "%lld", (long long)l.number);
	found = profile_string(p, buf_str(&text));
	buf_free(&text);
	return found;
}

static string_id endpoint_name(struct label_reader *l, size_t count)
{
	label_id id = l->o->by ? find_label(l, count, str_of(l->o->by)) : NO_ID;

	if (id != NO_ID)
		return label_text(l->r->p, id);
	return profile_string(l->r->p, l->o->by ? S("<unknown>") : S("(all)"));
}

/* The samples of a request come in any order: their parts are sorted by request later. */
struct labelled_part {
	uint32_t request;
	struct slow_part part;
};

static int compare_labelled(const void *left, const void *right)
{
	const struct labelled_part *a = left, *b = right;

	return a->request != b->request
		       ? (a->request > b->request) - (a->request < b->request)
		       : (a->part.path > b->part.path) - (a->part.path < b->part.path);
}

static size_t list_samples(struct label_reader *l, struct labelled_part *parts)
{
	struct slow_requests *r = l->r;
	struct profile *p = r->p;
	size_t n = 0;

	for (size_t row = 0; row < p->sample_count; row++) {
		struct sample s = profile_sample_at(p, row);
		int64_t value = values_row(&p->sample_values, row)[r->value];
		size_t count = profile_labels_of(p, s.labels, &l->labels, &l->label_cap);
		label_id id = find_label(l, count, l->request_key);
		struct slow_request *request;

		if (id == NO_ID) {
			l->without++;
			continue;
		}
		if (!l->request_of[id]) {
			add_request(r, endpoint_name(l, count));
			l->request_of[id] = (uint32_t)r->count;
		}
		request = &r->list[l->request_of[id] - 1];
		i64_add_to(&request->duration, value);
		if (is_asked_for(r, l->o, request->endpoint))
			parts[n++] = (struct labelled_part){
				l->request_of[id] - 1, { s.stack, (uint32_t)s.count, value }
			};
	}
	return n;
}

static void take_parts(struct slow_requests *r, const struct labelled_part *parts, size_t n)
{
	for (size_t i = 0; i < n;) {
		struct slow_request *request = &r->list[parts[i].request];
		size_t first = i;

		request->first_part = r->part_count;
		for (; i < n && parts[i].request == parts[first].request; i++)
			add_part(r, parts[i].part);
		join_parts(r, request);
	}
}

static int read_labels(struct slow_requests *r, const struct slow_options *o)
{
	struct label_reader l = { .r = r, .o = o };
	struct labelled_part *parts;
	size_t n;

	l.request_key = o->request ? str_of(o->request) : S("trace_id");
	r->value = profile_shown_value(r->p);
	l.request_of = alloc_zero(r->p->label_count, sizeof *l.request_of);
	parts = alloc_zero(r->p->sample_count, sizeof *parts);
	n = list_samples(&l, parts);
	qsort(parts, n, sizeof *parts, compare_labelled);
	take_parts(r, parts, n);
	if (l.without && r->count)
		diag_warning("%zu samples have no label %s and belong to no request", l.without,
			     diag_quote(l.request_key));
	alloc_free(parts);
	alloc_free(l.request_of);
	alloc_free(l.labels);
	if (r->count)
		return 0;
	return diag_error("expected traces, or samples that have a label %s (--request names "
			  "another)",
			  diag_quote(l.request_key));
}

/* --- all --- */

int slow_requests_read(struct slow_requests *r, struct profile **p, const struct settings *s,
		       const struct slow_options *o)
{
	const struct spans *spans = spans_find(*p);

	*r = (struct slow_requests){ .p = *p };
	if (spans && spans->count)
		return read_spans(r, spans, s, o);
	if (convert_finish_reading(*p, NULL) < 0 || convert_select(s, p) < 0)
		return -1;
	r->p = *p;
	return read_labels(r, o);
}

void slow_requests_free(struct slow_requests *r)
{
	alloc_free(r->list);
	alloc_free(r->parts);
	alloc_free(r->endpoints);
	index_free(&r->endpoint_index);
}

/* Stable: equal ones stay in the order of the traces. */
static int by_duration(uint32_t a, uint32_t b, const void *context)
{
	const struct slow_requests *r = context;
	int64_t x = r->list[a].duration, y = r->list[b].duration;

	return (x > y) - (x < y);
}

uint32_t *slow_requests_of(const struct slow_requests *r, uint32_t endpoint)
{
	uint32_t *ids = alloc_zero(r->endpoints[endpoint].count, sizeof *ids), n = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->list[i].endpoint == endpoint)
			ids[n++] = (uint32_t)i;
	sort_ids(ids, n, by_duration, r);
	return ids;
}
