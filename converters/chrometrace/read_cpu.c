/*
 * chrometrace/read_cpu - pieces of V8's CPU profiles among the events
 *
 *	{"ph": "P", "name": "Profile", "id": "0x1", "pid": 7, "tid": 8,
 *	 "args": {"data": {"startTime": 100}}}
 *	{"ph": "P", "name": "ProfileChunk", "id": "0x1", "pid": 7, "tid": 9, "args": {"data": {
 *	  "cpuProfile": {"nodes": [{"id": 2, "parent": 1, "callFrame": {"functionName": "f",
 *	                            "url": "a.js", "lineNumber": 4, "columnNumber": 7}}],
 *	                 "samples": [2, 2]},
 *	  "timeDeltas": [3, 5], "lines": [5, 6]}}}
 *
 * The profiled thread is that of the first; pieces come from another one, and belong to it by
 * process and id: the id alone occurs in every process. Lines of functions count from 0, those of
 * samples from 1.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/profile/details_json.h"
#include "converters/chrometrace/reading.h"

/* --- the argument "data" --- */

static void add_number(struct chrometrace_numbers *n, int64_t number)
{
	ARRAY_ROOM(n->list, n->count, n->cap);
	n->list[n->count++] = number;
}

/* Other events may have arguments of these names. */
static bool is_list(struct chrometrace_reader *r)
{
	if (json_peek(&r->j) == JSON_ARRAY)
		return json_array(&r->j);
	json_skip(&r->j);
	return false;
}

static void take_numbers(struct chrometrace_reader *r, struct chrometrace_numbers *n)
{
	int64_t number = 0;

	if (!is_list(r))
		return;
	while (json_element(&r->j)) {
		if (json_peek(&r->j) == JSON_NUMBER)
			json_integer(&r->j, &number);
		else
			json_skip(&r->j);
		add_number(n, number);
	}
}

static void take_times(struct chrometrace_reader *r, struct chrometrace_numbers *n)
{
	int64_t ns = 0;

	if (!is_list(r))
		return;
	while (json_element(&r->j) && chrometrace_take_time(r, "a time in microseconds", &ns))
		add_number(n, ns);
}

static void take_ids(struct chrometrace_reader *r, struct chrometrace_numbers *n)
{
	uint32_t id = 0;

	json_array(&r->j);
	while (json_element(&r->j) && json_index(&r->j, UINT32_MAX, "the id of a node", &id))
		add_number(n, id);
}

/* Other events have such arguments too, with fractions and of other units. */
static bool take_moment(struct chrometrace_reader *r, int64_t *ns)
{
	const int microseconds = 3;
	struct decimal number = { 0 };
	enum exactness exactness;

	if (json_peek(&r->j) != JSON_NUMBER) {
		json_skip(&r->j);
		return false;
	}
	if (!json_number(&r->j, &number, &exactness))
		return false;
	number.exponent += microseconds;
	return decimal_at(number, 0, ns) != OUT_OF_RANGE;
}

/* --- nodes --- */

/* A line or column that counts from 0; 0: -1, which is none. */
static uint32_t take_place(struct chrometrace_reader *r)
{
	int64_t place = -1;
	uint64_t byte;

	json_peek(&r->j);
	byte = input_offset(r->in);
	if (json_integer(&r->j, &place) && place >= UINT32_MAX)
		input_error_at(r->in, byte, "expected a line or column below 2^32");
	return place < 0 ? 0 : (uint32_t)(place + 1);
}

static bool take_call_frame(struct chrometrace_reader *r, struct function *f, struct frame *frame)
{
	bool named = false;
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("functionName"))) {
			f->name = json_text(&r->j, r->p);
			named = true;
		} else if (str_eq(key, S("url"))) {
			f->file = json_text(&r->j, r->p);
		} else if (str_eq(key, S("lineNumber"))) {
			f->line = take_place(r);
		} else if (str_eq(key, S("columnNumber"))) {
			frame->column = take_place(r);
		} else {
			json_skip(&r->j);
		}
	}
	return named;
}

/* V8's names of what is no function; the names and kinds are those of profpipe-cpuprofile. */
static void finish_node(struct chrometrace_reader *r, struct chrometrace_node *node,
			struct function f, struct frame frame)
{
	struct str name = profile_text(r->p, f.name);

	if (!f.file && str_eq(name, S("(garbage collector)")))
		frame.kind = FRAME_GC;
	if (!f.file && str_eq(name, S("(idle)")))
		frame.kind = FRAME_IDLE;
	node->is_root = !node->has_parent && !f.file && str_eq(name, S("(root)"));
	if (!name.n)
		f.name = profile_string(r->p, S("(anonymous)"));
	frame.function = profile_function(r->p, f);
	node->frame = profile_frame(r->p, frame);
}

static void take_node(struct chrometrace_reader *r)
{
	struct chrometrace_piece *piece = &r->piece;
	struct chrometrace_node node = { 0 };
	struct function f = { 0 };
	struct frame frame = { 0 };
	bool named = false, identified = false;
	struct str key;

	json_peek(&r->j);
	node.byte = input_offset(r->in);
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("id")))
			identified = json_index(&r->j, UINT32_MAX, "the id of a node", &node.id);
		else if (str_eq(key, S("parent")))
			node.has_parent = json_index(&r->j, UINT32_MAX, "the id of a node",
						     &node.parent);
		else if (str_eq(key, S("callFrame")))
			named = take_call_frame(r, &f, &frame);
		else
			json_skip(&r->j);
	}
	if (!identified || !named)
		input_error_at(r->in, node.byte, "expected a node with 'id' and 'functionName'");
	if (r->in->failed)
		return;
	finish_node(r, &node, f, frame);
	ARRAY_ROOM(piece->nodes, piece->node_count, piece->node_cap);
	piece->nodes[piece->node_count++] = node;
}

static void take_cpu_profile(struct chrometrace_reader *r)
{
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("nodes"))) {
			json_array(&r->j);
			while (json_element(&r->j))
				take_node(r);
		} else if (str_eq(key, S("samples"))) {
			take_ids(r, &r->piece.samples);
		} else {
			json_skip(&r->j);
		}
	}
}

void chrometrace_read_data(struct chrometrace_reader *r)
{
	struct chrometrace_piece *piece = &r->piece;
	struct str key;

	if (json_peek(&r->j) != JSON_OBJECT) {
		json_skip(&r->j);
		return;
	}
	piece->has_start = piece->has_end = false;
	piece->samples.count = piece->deltas.count = piece->lines.count = piece->columns.count = 0;
	piece->node_count = 0;
	piece->any = true;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("cpuProfile")) && json_peek(&r->j) == JSON_OBJECT)
			take_cpu_profile(r);
		else if (str_eq(key, S("timeDeltas")))
			take_times(r, &piece->deltas);
		else if (str_eq(key, S("lines")))
			take_numbers(r, &piece->lines);
		else if (str_eq(key, S("columns")))
			take_numbers(r, &piece->columns);
		else if (str_eq(key, S("startTime")))
			piece->has_start = take_moment(r, &piece->start);
		else if (str_eq(key, S("endTime")))
			piece->has_end = take_moment(r, &piece->end);
		else
			json_skip(&r->j);
	}
}

/* --- the profile --- */

static uint32_t stream_of(struct chrometrace_reader *r, const struct chrometrace_event *e,
			  bool begins)
{
	const struct chrometrace_piece *piece = &r->piece;
	uint32_t thread = chrometrace_find_thread(r, e->pid, e->tid);
	uint32_t stream = chrometrace_find_stream(r,
						  (struct chrometrace_stream){ .pid = e->pid,
									       .id = e->id,
									       .thread = thread,
									       .time = e->start,
									       .end = INT64_MIN });

	if (begins)
		r->streams[stream].thread = thread;
	if (piece->any && piece->has_start)
		r->streams[stream].time = piece->start;
	if (piece->any && piece->has_end && piece->end > r->streams[stream].end)
		r->streams[stream].end = piece->end;
	return stream;
}

void chrometrace_begin_profile(struct chrometrace_reader *r, const struct chrometrace_event *e)
{
	stream_of(r, e, true);
}

static uint64_t hash_node(uint32_t stream, uint32_t id)
{
	return hash_mix(stream, id);
}

static struct chrometrace_node *find_node(const struct chrometrace_reader *r, uint32_t stream,
					  uint32_t id)
{
	for (struct probe at = index_probe(&r->node_index, hash_node(stream, id));
	     index_next(&r->node_index, &at);)
		if (r->nodes[at.row].stream == stream && r->nodes[at.row].id == id)
			return &r->nodes[at.row];
	return NULL;
}

/* Nodes come behind their callers, unless the piece with these was lost. */
static void add_node(struct chrometrace_reader *r, uint32_t stream, struct chrometrace_node node)
{
	const struct chrometrace_node *caller = node.has_parent ? find_node(r, stream, node.parent)
								: NULL;

	if (find_node(r, stream, node.id)) {
		input_error_at(r->in, node.byte,
			       "expected a node with an id of its own, got %" PRIu32 " again",
			       node.id);
		return;
	}
	r->counts.lost_callers += node.has_parent && !caller;
	node.stream = stream;
	node.caller = caller ? caller->stack : EMPTY_STACK;
	node.stack = node.is_root ? EMPTY_STACK
				  : stacks_push(&r->p->stacks, node.caller, node.frame);
	limit_check(LIMIT_STACKS, r->node_count + 1);
	ARRAY_ROOM(r->nodes, r->node_count, r->node_cap);
	r->nodes[r->node_count] = node;
	index_add(&r->node_index, hash_node(stream, node.id), (uint32_t)r->node_count++);
}

/* The stack of a sample of that node, with the place that was executed if it is known. */
static stack_id stack_at(struct chrometrace_reader *r, const struct chrometrace_node *node,
			 size_t i)
{
	const struct chrometrace_piece *piece = &r->piece;
	struct frame frame;

	if (node->is_root || i >= piece->lines.count || piece->lines.list[i] <= 0 ||
	    piece->lines.list[i] > UINT32_MAX)
		return node->stack;
	frame = profile_frame_at(r->p, node->frame);
	frame.line = (uint32_t)piece->lines.list[i];
	frame.column = 0;
	if (i < piece->columns.count && piece->columns.list[i] > 0 &&
	    piece->columns.list[i] <= UINT32_MAX)
		frame.column = (uint32_t)piece->columns.list[i];
	return stacks_push(&r->p->stacks, node->caller, profile_frame(r->p, frame));
}

void chrometrace_add_piece(struct chrometrace_reader *r, const struct chrometrace_event *e)
{
	const struct chrometrace_piece *piece = &r->piece;
	uint32_t stream = stream_of(r, e, false);
	int64_t *time = &r->streams[stream].time;

	if (!piece->any)
		return;
	if (piece->samples.count != piece->deltas.count)
		input_error_at(r->in, e->byte, "expected a time for each of %zu samples, got %zu",
			       piece->samples.count, piece->deltas.count);
	for (size_t i = 0; i < piece->node_count && !r->in->failed; i++)
		add_node(r, stream, piece->nodes[i]);
	for (size_t i = 0; i < piece->samples.count && !r->in->failed; i++) {
		uint32_t id = (uint32_t)piece->samples.list[i];
		const struct chrometrace_node *node = find_node(r, stream, id);

		if (!node)
			input_error_at(
				r->in, e->byte,
				"expected a sample of a node that is known, got node %" PRIu32, id);
		else if (!i64_add(*time, piece->deltas.list[i], time))
			input_error_at(r->in, e->byte, "expected times that fit in 64 bits");
		else
			chrometrace_add_sample(r, (struct chrometrace_sample){
							  .time = *time,
							  .stream = stream,
							  .stack = stack_at(r, node, i) });
	}
}
