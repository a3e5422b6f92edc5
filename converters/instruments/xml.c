/*
 * instruments/xml - the rows of tables that xctrace exports
 *
 *	<trace-query-result><node xpath='...'><schema name="time-profile">...</schema>
 *	<row>
 *	  <sample-time id="1" fmt="00:00.500">500000000</sample-time>
 *	  <thread id="2" fmt="Main Thread 0x1a2b (load, pid: 1234)">
 *	    <tid id="3" fmt="0x1a2b">6699</tid>
 *	    <process id="4" fmt="load (1234)"><pid id="5" fmt="1234">1234</pid></process></thread>
 *	  <weight id="8" fmt="1.00 ms">1000000</weight>
 *	  <backtrace id="9">
 *	    <frame id="10" name="foo" addr="0x102af5d99">
 *	      <binary id="11" name="load" path="/usr/local/bin/load"/>
 *	      <source line="12"><path id="13">/src/foo.c</path></source></frame>
 *	    <frame id="14" name="0x18d3df0f1" addr="0x18d3df0f1"/></backtrace>
 *	</row>
 *	<row><sample-time id="15">...</sample-time><thread ref="2"/><weight ref="8"/>
 *	  <backtrace ref="9"/></row>
 *
 * An element that comes again is a reference to the id of the first, of whatever kind it is. A
 * backtrace has the leaf first, and may be in a tagged-backtrace.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/syntax/xml_read.h"
#include "converters/instruments/internal.h"

enum xctrace_kind {
	XCTRACE_OTHER,
	XCTRACE_ROW,
	XCTRACE_TIME,
	XCTRACE_WEIGHT,
	XCTRACE_THREAD,
	XCTRACE_TID,
	XCTRACE_PROCESS,
	XCTRACE_PID,
	XCTRACE_BACKTRACE,
	XCTRACE_FRAME,
	XCTRACE_BINARY,
	XCTRACE_SOURCE,
	XCTRACE_PATH,
};

/* What an element says, and what one of them refers to. */
struct xctrace_value {
	enum xctrace_kind kind;
	uint64_t number;   /* of a time, a weight, a tid, a process, a line; the id of others */
	string_id text;    /* name of a thread or a frame; path */
	string_id object;  /* of a frame */
	string_id file;    /* of a frame or a source */
	uint64_t second;   /* pid of a thread, address of a frame */
	size_t from, size; /* of a backtrace: its frames */
	bool unsymbolised;
};

struct xctrace_known {
	uint64_t id;
	struct xctrace_value value;
};

struct xctrace_open {
	struct xctrace_value value;
	uint64_t id; /* 0: none */
	bool referred;
};

struct xctrace_reader {
	struct input *in;
	struct profile *p;
	value_id samples, weights; /* weights: NO_ID until there is one */
	int64_t *row;
	size_t row_cap;

	struct xctrace_open *open;
	size_t depth, cap;
	struct buf text;

	struct xctrace_known *known;
	size_t known_count, known_cap;
	struct index index;
	frame_id *frames; /* of all backtraces */
	size_t frame_count, frame_cap;

	/* the present row */
	struct xctrace_value thread, backtrace;
	bool has_time, has_weight;
	uint64_t time, weight;
	uint64_t rows, bare;
};

/* --- kinds --- */

static enum xctrace_kind kind_of(struct str name)
{
	static const struct {
		const char *name;
		enum xctrace_kind kind;
	} kinds[] = {
		{ "row", XCTRACE_ROW },       { "sample-time", XCTRACE_TIME },
		{ "weight", XCTRACE_WEIGHT }, { "thread", XCTRACE_THREAD },
		{ "tid", XCTRACE_TID },       { "process", XCTRACE_PROCESS },
		{ "pid", XCTRACE_PID },       { "backtrace", XCTRACE_BACKTRACE },
		{ "frame", XCTRACE_FRAME },   { "tagged-backtrace", XCTRACE_BACKTRACE },
		{ "binary", XCTRACE_BINARY }, { "source", XCTRACE_SOURCE },
		{ "path", XCTRACE_PATH },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq(name, str_of(kinds[i].name)))
			return kinds[i].kind;
	return XCTRACE_OTHER;
}

/* --- references --- */

static const struct xctrace_known *find_known(const struct xctrace_reader *r, uint64_t id)
{
	for (struct probe at = index_probe(&r->index, hash_mix(id, 0)); index_next(&r->index, &at);)
		if (r->known[at.row].id == id)
			return &r->known[at.row];
	return NULL;
}

static void remember(struct xctrace_reader *r, uint64_t id, const struct xctrace_value *value)
{
	if (find_known(r, id)) {
		input_error(r->in, "expected a new id, got %" PRIu64 " again", id);
		return;
	}
	ARRAY_ROOM(r->known, r->known_count, r->known_cap);
	r->known[r->known_count] = (struct xctrace_known){ id, *value };
	index_add(&r->index, hash_mix(id, 0), (uint32_t)r->known_count++);
}

static bool take_id(struct xctrace_reader *r, const struct xml_attributes *a, const char *name,
		    uint64_t *id)
{
	struct str text;

	*id = 0;
	if (!xml_attribute(a, "", name, &text))
		return false;
	if (str_to_u64(text, id) && *id)
		return true;
	input_error(r->in, "expected a number from 1 on as %s, got %s", name, diag_quote(text));
	return false;
}

static void refer(struct xctrace_reader *r, struct xctrace_open *e, uint64_t id)
{
	const struct xctrace_known *known = find_known(r, id);

	if (!known || known->value.kind != e->value.kind) {
		input_error(r->in,
			    "expected a reference to an element before it of the same kind, "
			    "got %" PRIu64,
			    id);
		return;
	}
	e->value = known->value;
	e->referred = true;
}

/* --- what elements say --- */

static string_id text_of(struct xctrace_reader *r, const struct xml_attributes *a, const char *name)
{
	struct str text;

	return xml_attribute(a, "", name, &text) ? profile_string(r->p, text) : 0;
}

/* "Main Thread 0x1a2b (load, pid: 1234)" is "Main Thread". */
static string_id thread_name(struct xctrace_reader *r, const struct xml_attributes *a)
{
	struct str text, name, rest;

	if (!xml_attribute(a, "", "fmt", &text))
		return 0;
	for (size_t i = 0; i + 3 < text.n; i++)
		if (memcmp(text.p + i, " 0x", 3) == 0) {
			name = str_head(text, i);
			return profile_string(r->p, name);
		}
	if (str_cut_last(text, '(', &name, &rest))
		text = str_trim(name);
	return profile_string(r->p, text);
}

static void begin_frame(struct xctrace_reader *r, const struct xml_attributes *a,
			struct xctrace_value *v)
{
	struct str address;

	v->text = text_of(r, a, "name");
	if (!xml_attribute(a, "", "addr", &address) || !str_starts(address, S("0x")) ||
	    !str_to_hex(str_from(address, 2), &v->second))
		v->second = 0;
	v->unsymbolised = v->second &&
			  (!v->text || str_starts(profile_text(r->p, v->text), S("0x")));
}

static void begin_value(struct xctrace_reader *r, const struct xml_attributes *a,
			struct xctrace_value *v)
{
	struct str line;

	switch (v->kind) {
	case XCTRACE_THREAD: v->text = thread_name(r, a); break;
	case XCTRACE_FRAME: begin_frame(r, a, v); break;
	case XCTRACE_BINARY:
		v->text = text_of(r, a, "path");
		v->text = v->text ? v->text : text_of(r, a, "name");
		break;
	case XCTRACE_SOURCE:
		if (!xml_attribute(a, "", "line", &line) || !str_to_u64(line, &v->number) ||
		    v->number > UINT32_MAX)
			v->number = 0;
		break;
	case XCTRACE_BACKTRACE: v->from = r->frame_count; break;
	case XCTRACE_ROW:
		r->thread = r->backtrace = (struct xctrace_value){ 0 };
		r->has_time = r->has_weight = false;
		break;
	default: break;
	}
}

/* A number that is the element's text. */
static void take_number(struct xctrace_reader *r, struct xctrace_value *v)
{
	struct str text = str_trim(buf_str(&r->text));

	if (!str_to_u64(text, &v->number) || v->number > INT64_MAX)
		input_error(r->in, "expected a number from 0 to 2^63 - 1, got %s",
			    diag_quote(text));
}

static frame_id frame_of(struct xctrace_reader *r, const struct xctrace_value *v)
{
	struct function f = { .name = v->text, .file = v->file, .object = v->object };

	if (v->unsymbolised)
		return profile_unsymbolised_frame(r->p, NO_MAPPING, v->second, FRAME_UNKNOWN);
	return profile_frame(r->p, (struct frame){ .function = profile_function(r->p, f),
						   .line = (uint32_t)v->number });
}

/* Hands what a closed element says to the one that it is in. */
static void give(struct xctrace_reader *r, const struct xctrace_value *v, struct xctrace_value *to)
{
	if ((v->kind == XCTRACE_TID && to->kind == XCTRACE_THREAD) ||
	    (v->kind == XCTRACE_PID && to->kind == XCTRACE_PROCESS)) {
		to->number = v->number;
	} else if (v->kind == XCTRACE_PROCESS && to->kind == XCTRACE_THREAD) {
		to->second = v->number;
	} else if (v->kind == XCTRACE_BINARY && to->kind == XCTRACE_FRAME) {
		to->object = v->text;
	} else if (v->kind == XCTRACE_PATH && to->kind == XCTRACE_SOURCE) {
		to->file = v->text;
	} else if (v->kind == XCTRACE_SOURCE && to->kind == XCTRACE_FRAME) {
		to->file = v->file;
		to->number = v->number;
	} else if (v->kind == XCTRACE_FRAME && to->kind == XCTRACE_BACKTRACE) {
		ARRAY_ROOM(r->frames, r->frame_count, r->frame_cap);
		r->frames[r->frame_count++] = frame_of(r, v);
		to->size = r->frame_count - to->from;
	} else if (v->kind == XCTRACE_BACKTRACE && to->kind == XCTRACE_BACKTRACE) {
		to->from = v->from;
		to->size = v->size;
	} else if (to->kind == XCTRACE_ROW) {
		r->backtrace = v->kind == XCTRACE_BACKTRACE ? *v : r->backtrace;
		r->thread = v->kind == XCTRACE_THREAD ? *v : r->thread;
		r->has_time |= v->kind == XCTRACE_TIME;
		r->time = v->kind == XCTRACE_TIME ? v->number : r->time;
		r->has_weight |= v->kind == XCTRACE_WEIGHT;
		r->weight = v->kind == XCTRACE_WEIGHT ? v->number : r->weight;
	}
}

/* --- rows --- */

static void add_row(struct xctrace_reader *r)
{
	struct profile *p = r->p;
	struct sample s = { .count = 1, .timed = r->has_time, .time = (int64_t)r->time };
	struct thread t = { .name = r->thread.text,
			    .tid = r->thread.number,
			    .pid = r->thread.second };

	if (r->backtrace.kind != XCTRACE_BACKTRACE) {
		r->bare++;
		return;
	}
	r->rows++;
	s.thread = profile_thread(p, t);
	for (size_t i = r->backtrace.size; i-- > 0;)
		s.stack = stacks_push(&p->stacks, s.stack, r->frames[r->backtrace.from + i]);
	if (r->has_weight && r->weights == NO_ID)
		r->weights = profile_value_type(p, (struct value_type){
							   .name = profile_string(p, S("weight")),
							   .unit = UNIT_TIME });
	if (p->value_count > r->row_cap)
		r->row = alloc_grow_zero(r->row, &r->row_cap, p->value_count, sizeof *r->row);
	r->row[r->samples] = 1;
	if (r->weights != NO_ID)
		r->row[r->weights] = r->has_weight ? (int64_t)r->weight : 0;
	profile_sample_row(p, s, r->row);
}

/* --- events --- */

static void begin_element(void *owner, struct str name, const struct xml_attributes *a)
{
	struct xctrace_reader *r = owner;
	struct xctrace_open e = { .value.kind = kind_of(name) };
	uint64_t id;

	if (!r->depth && !str_eq(name, S("trace-query-result"))) {
		input_error(r->in, "expected an element 'trace-query-result', got %s",
			    diag_quote(name));
		return;
	}
	limit_check(LIMIT_NESTING, r->depth);
	r->text.n = 0;
	if (take_id(r, a, "ref", &id) && e.value.kind != XCTRACE_OTHER)
		refer(r, &e, id);
	else if (take_id(r, a, "id", &e.id) || !r->in->failed)
		begin_value(r, a, &e.value);
	ARRAY_ROOM(r->open, r->depth, r->cap);
	r->open[r->depth++] = e;
}

static void end_element(void *owner)
{
	struct xctrace_reader *r = owner;
	struct xctrace_open *e = &r->open[--r->depth];
	enum xctrace_kind kind = e->value.kind;

	if (!e->referred && (kind == XCTRACE_TIME || kind == XCTRACE_WEIGHT ||
			     kind == XCTRACE_TID || kind == XCTRACE_PID))
		take_number(r, &e->value);
	if (!e->referred && kind == XCTRACE_PATH)
		e->value.text = profile_string(r->p, str_trim(buf_str(&r->text)));
	r->text.n = 0;
	if (r->in->failed)
		return;
	if (e->id && kind != XCTRACE_OTHER)
		remember(r, e->id, &e->value);
	if (kind == XCTRACE_ROW)
		add_row(r);
	else if (r->depth)
		give(r, &e->value, &r->open[r->depth - 1].value);
}

static void add_text(void *owner, struct str text)
{
	struct xctrace_reader *r = owner;

	limit_check(LIMIT_LINE, r->text.n + text.n);
	buf_add(&r->text, text);
}

void instruments_read_xml(struct input *in, struct profile *p)
{
	static const struct xml_events events = { begin_element, end_element, add_text };
	struct xctrace_reader r = { .in = in, .p = p, .weights = NO_ID };

	p->ordered |= p->keep_order;
	r.samples = instruments_samples(p);
	xml_read((struct xml_reader){ .in = in, .events = &events, .owner = &r });
	if (!in->failed)
		diag_verbose("%s: %" PRIu64 " rows with a backtrace, %" PRIu64
			     " without are skipped",
			     diag_masked(str_of(in->name)), r.rows, r.bare);
	alloc_free(r.row);
	alloc_free(r.open);
	buf_free(&r.text);
	alloc_free(r.known);
	index_free(&r.index);
	alloc_free(r.frames);
}
