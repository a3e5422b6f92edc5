/*
 * chrometrace/read_hermes - samples and frames beside the events, as Hermes writes them
 *
 *	"samples": [{"ts": "672091673", "pid": 1, "tid": "2", "weight": "1", "sf": 4}],
 *	"stackFrames": {"1": {"name": "[root]", "category": "root"},
 *	  "4": {"name": "fib(hermes.js:2:41)", "category": "JavaScript", "parent": 1,
 *	        "line": "2", "column": "41", "funcLine": "1"}}
 *
 * The name repeats the place that ran: without it, and with the line where the function begins,
 * all samples of a function are of one. A sample lasts until the next one; the weight says nothing.
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "converters/chrometrace/reading.h"

/* --- samples --- */

static string_id take_key(struct chrometrace_reader *r)
{
	struct str text = { 0 };

	if (json_peek(&r->j) == JSON_STRING)
		json_string(&r->j, &text);
	else
		json_number_text(&r->j, &text);
	return r->in->failed ? 0 : chrometrace_text(r, text);
}

static void read_sample(struct chrometrace_reader *r)
{
	struct chrometrace_sample sample = { 0 };
	struct chrometrace_id pid = { 0 }, tid = { 0 };
	bool timed = false, framed = false;
	uint32_t thread;
	uint64_t byte;
	struct str key;

	json_peek(&r->j);
	byte = input_offset(r->in);
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("ts"))) {
			timed = chrometrace_take_time(r, "a time in microseconds", &sample.time);
		} else if (str_eq(key, S("sf"))) {
			sample.frame = take_key(r);
			framed = true;
		} else if (str_eq(key, S("pid"))) {
			pid = chrometrace_take_id(r);
		} else if (str_eq(key, S("tid"))) {
			tid = chrometrace_take_id(r);
		} else {
			json_skip(&r->j);
		}
	}
	if (!timed || !framed)
		input_error_at(r->in, byte, "expected a sample with 'ts' and 'sf'");
	if (r->in->failed)
		return;
	thread = chrometrace_find_thread(r, pid, tid);
	sample.stream = chrometrace_find_stream(r, (struct chrometrace_stream){ .pid = pid,
										.id = tid,
										.thread = thread,
										.end = INT64_MIN,
										.number = 1 });
	chrometrace_add_sample(r, sample);
}

void chrometrace_read_samples(struct chrometrace_reader *r)
{
	if (r->hermes_count || (r->sample_count && r->found)) {
		json_skip(&r->j); /* of a browser that has CPU profiles among its events */
		return;
	}
	json_array(&r->j);
	while (json_element(&r->j))
		read_sample(r);
	r->hermes_count = r->sample_count;
}

/* --- frames --- */

/* Takes the last number behind a colon off *text. */
static bool cut_number(struct str *text, uint64_t *number)
{
	struct str end;

	return str_cut_last(*text, ':', text, &end) && str_to_u64(end, number);
}

/* "fib(hermes.js:2:41)" */
static struct function function_of(struct chrometrace_reader *r, struct str name)
{
	struct str function, place;
	uint64_t line, column;

	if (str_ends(name, S(")")) &&
	    str_cut_last(str_head(name, name.n - 1), '(', &function, &place) &&
	    cut_number(&place, &column) && cut_number(&place, &line))
		return (struct function){
			.name = profile_string(r->p, function.n ? function : S("(anonymous)")),
			.file = profile_string(r->p, place)
		};
	return (struct function){ .name = profile_string(r->p, name) };
}

static enum frame_kind kind_of(struct str category, struct str name)
{
	if (str_eq(category, S("Native")))
		return FRAME_NATIVE;
	return str_starts(name, S("[GC ")) ? FRAME_GC : FRAME_UNKNOWN;
}

static uint32_t take_line(struct chrometrace_reader *r)
{
	struct chrometrace_id line = chrometrace_take_id(r);

	return line.number < UINT32_MAX ? (uint32_t)line.number : 0;
}

static void read_stack_frame(struct chrometrace_reader *r, string_id id)
{
	struct chrometrace_stack_frame f = { .key = id };
	struct frame frame = { 0 };
	string_id name = 0, category = 0;
	struct function function;
	uint32_t begins = 0;
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("name")))
			name = take_key(r);
		else if (str_eq(key, S("category")))
			category = take_key(r);
		else if (str_eq(key, S("parent")))
			f.parent = take_key(r);
		else if (str_eq(key, S("line")))
			frame.line = take_line(r);
		else if (str_eq(key, S("column")))
			frame.column = take_line(r);
		else if (str_eq(key, S("funcLine")))
			begins = take_line(r);
		else
			json_skip(&r->j);
	}
	if (r->in->failed)
		return;
	function = function_of(r, strings_text(&r->texts, name));
	function.line = begins;
	frame.kind = kind_of(strings_text(&r->texts, category), strings_text(&r->texts, name));
	frame.function = profile_function(r->p, function);
	f.frame = profile_frame(r->p, frame);
	f.is_root = !f.parent && str_eq(strings_text(&r->texts, category), S("root"));
	limit_check(LIMIT_STACKS, r->stack_frame_count + 1);
	ARRAY_ROOM(r->stack_frames, r->stack_frame_count, r->stack_frame_cap);
	r->stack_frames[r->stack_frame_count] = f;
	index_add(&r->stack_frame_index, hash_mix(id, 0), (uint32_t)r->stack_frame_count++);
}

void chrometrace_read_stack_frames(struct chrometrace_reader *r)
{
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key))
		read_stack_frame(r, chrometrace_text(r, key));
}

/* --- stacks --- */

static uint32_t find_frame(const struct chrometrace_reader *r, string_id key)
{
	for (struct probe at = index_probe(&r->stack_frame_index, hash_mix(key, 0));
	     index_next(&r->stack_frame_index, &at);)
		if (r->stack_frames[at.row].key == key)
			return at.row;
	return NO_ID;
}

static void refuse_frame(struct chrometrace_reader *r, const char *what, string_id key)
{
	input_error(r->in, "expected %s, got %s", what, diag_quote(strings_text(&r->texts, key)));
}

/* Goes up to a frame whose stack is known, then down again; `path` has room for all frames. */
static stack_id find_stack(struct chrometrace_reader *r, string_id key, uint32_t *path)
{
	stack_id stack = EMPTY_STACK;
	size_t depth = 0;

	for (;;) {
		uint32_t row = find_frame(r, key);

		if (row == NO_ID) {
			refuse_frame(r, "the key of one of 'stackFrames'", key);
			return EMPTY_STACK;
		}
		if (r->stack_frames[row].known) {
			stack = r->stack_frames[row].stack;
			break;
		}
		if (depth == r->stack_frame_count) {
			refuse_frame(r, "a frame that is not among its own callers", key);
			return EMPTY_STACK;
		}
		path[depth++] = row;
		key = r->stack_frames[row].parent;
		if (!key)
			break;
	}
	while (depth) {
		struct chrometrace_stack_frame *f = &r->stack_frames[path[--depth]];

		f->known = true;
		f->stack = stack = f->is_root ? EMPTY_STACK
					      : stacks_push(&r->p->stacks, stack, f->frame);
	}
	return stack;
}

void chrometrace_resolve_samples(struct chrometrace_reader *r)
{
	uint32_t *path = alloc_resize(NULL, r->stack_frame_count + 1, sizeof *path);

	for (size_t i = 0; i < r->hermes_count && !r->in->failed; i++)
		r->samples[i].stack = find_stack(r, r->samples[i].frame, path);
	alloc_free(path);
}
