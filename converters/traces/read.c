/* traces/read - what all shapes have in common: a span, and the service that it belongs to */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/traces/reading.h"

const struct option_row traces_read_rows[] = {
	OPT_TEXT(0, "span-name", "PARTS",
		 "what frames are called: name, op, description, service, or several with commas",
		 offsetof(struct traces_read_options, span_name)),
	OPT_FLAG(0, "strip-ids", "write * for ids in the names of spans",
		 offsetof(struct traces_read_options, strip_ids)),
	OPT_FLAG(0, "wall", "divide each instant of a trace among the spans that run",
		 offsetof(struct traces_read_options, wall)),
	OPT_FLAG(0, "repair-siblings", "make siblings of parents and children that outlive them",
		 offsetof(struct traces_read_options, repair_siblings)),
	OPT_END
};

/* --- spans --- */

void traces_begin_span(struct traces_reader *r, uint64_t at)
{
	r->span = (struct span){ .thread = NO_ID };
	r->has_trace = r->has_id = r->has_start = r->has_end = false;
	r->at = at;
	memset(r->texts, 0, sizeof r->texts);
	r->description_rank = 0;
	r->thread = (struct span_thread){ .pid = r->pid };
	r->process = 0;
	r->reference_count = 0;
	r->in_span = true;
}

/* Waits if a service is named behind its spans. */
static void wait_for_service(struct traces_reader *r)
{
	struct traces_waiting *one;

	ARRAY_ROOM(r->waiting, r->waiting_count, r->waiting_cap);
	one = &r->waiting[r->waiting_count++];
	*one = (struct traces_waiting){ .row = (uint32_t)r->s->count, .process = r->process };
	memcpy(one->texts, r->texts, sizeof one->texts);
}

static string_id name_of(struct traces_reader *r, const string_id *texts)
{
	struct str parts[SPAN_NAME_PARTS];

	if (r->names.count == 1 && r->names.parts[0] == SPAN_NAME)
		return texts[SPAN_NAME];
	for (int i = 0; i < SPAN_NAME_PARTS; i++)
		parts[i] = strings_text(&r->s->texts, texts[i]);
	return strings_add(&r->s->texts, span_names_join(&r->names, parts, &r->scratch));
}

void traces_end_span(struct traces_reader *r)
{
	r->in_span = false;
	if (r->in->failed)
		return;
	if (!r->has_trace || !r->has_id) {
		input_error_at(r->in, r->at, "expected a span with ids of its own and its trace");
		return;
	}
	if (r->wants_op)
		r->texts[SPAN_OP] = traces_intern(r, span_kind_name(r->span.kind));
	if (!r->texts[SPAN_SERVICE] && r->service_known)
		r->texts[SPAN_SERVICE] = r->service;
	else if (!r->texts[SPAN_SERVICE])
		wait_for_service(r);
	r->span.service = r->texts[SPAN_SERVICE];
	r->span.name = name_of(r, r->texts);
	r->span.untimed = !r->has_start || !r->has_end;
	if (r->thread.tid)
		r->span.thread = spans_thread(r->s, r->thread);
	spans_add(r->s, r->span);
}

void traces_begin_resource(struct traces_reader *r)
{
	r->service_known = false;
	r->service = 0;
	r->pid = 0;
}

/* The last one of a name, or NULL. */
static struct traces_process *find_process(const struct traces_reader *r, string_id name)
{
	uint64_t hash = hash_mix(name, 0);

	for (struct probe at = index_probe(&r->process_index, hash);
	     index_next(&r->process_index, &at);)
		if (r->processes[at.row].name == name)
			return &r->processes[at.row];
	return NULL;
}

void traces_add_process(struct traces_reader *r, string_id name, string_id service)
{
	struct traces_process *known = find_process(r, name);

	if (known) {
		known->service = service;
		return;
	}
	ARRAY_ROOM(r->processes, r->process_count, r->process_cap);
	r->processes[r->process_count] = (struct traces_process){ name, service };
	index_add(&r->process_index, hash_mix(name, 0), (uint32_t)r->process_count++);
}

void traces_end_resource(struct traces_reader *r)
{
	for (size_t i = 0; i < r->waiting_count && !r->in->failed; i++) {
		struct traces_waiting *one = &r->waiting[i];
		struct span_row *row = &r->s->rows[one->row];
		const struct traces_process *process = find_process(r, one->process);

		if (!process)
			continue;
		one->texts[SPAN_SERVICE] = row->service = process->service;
		row->name = name_of(r, one->texts);
	}
	r->waiting_count = r->process_count = 0;
	index_clear(&r->process_index);
}

/* --- the file --- */

static void read_values(struct traces_reader *r, enum traces_shape shape)
{
	while (json_peek(&r->j) != JSON_NOTHING || r->in->p < r->in->end) {
		switch (shape) {
		case TRACES_JAEGER: traces_jaeger(r); break;
		case TRACES_MODEL: traces_model(r); break;
		case TRACES_ZIPKIN: traces_zipkin(r); break;
		case TRACES_CONSOLE: traces_console(r); break;
		default: traces_otlp(r);
		}
		if (r->in->failed)
			break;
	}
}

static void read_file(struct traces_reader *r)
{
	enum { HEAD = 1 << 16 };
	enum traces_shape shape;
	struct str head;
	int bid;

	input_want(r->in, HEAD);
	head = (struct str){ r->in->p, (size_t)(r->in->end - r->in->p) };
	shape = traces_recognise(head, head.n < HEAD, &bid);
	if (shape == TRACES_UNKNOWN)
		input_error(r->in, "expected spans of OpenTelemetry, Jaeger or Zipkin, got %s",
			    diag_quote(str_head(head, 24)));
	else if (shape == TRACES_PROTOBUF)
		traces_protobuf(r);
	else
		read_values(r, shape);
}

int traces_read(struct input *in, struct profile *p)
{
	const struct traces_read_options *options = in->options;
	struct traces_reader r = { .in = in, .p = p };

	if (span_names_parse(&r.names, options->span_name, SPAN_NAME) < 0)
		return -1;
	r.s = spans_of(p);
	r.s->options.wall |= options->wall;
	r.s->options.strip_ids |= options->strip_ids;
	r.s->options.repair_siblings |= options->repair_siblings;
	r.wants_op = span_names_has(&r.names, SPAN_OP);
	r.wants_description = span_names_has(&r.names, SPAN_DESCRIPTION);
	json_start(&r.j, in);
	read_file(&r);
	json_free(&r.j);
	alloc_free(r.waiting);
	alloc_free(r.references);
	alloc_free(r.processes);
	index_free(&r.process_index);
	buf_free(&r.scratch);
	buf_free(&r.value);
	return input_status(in);
}
