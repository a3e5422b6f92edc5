/*
 * cpuprofile/read_nodes - nodes, in a list that names children by their ids, or as a tree
 *
 *	{"id": 2, "callFrame": {"functionName": "main", "scriptId": "3", "url": "file:///a.js",
 *	  "lineNumber": 0, "columnNumber": 7}, "hitCount": 1, "children": [3]}
 *	{"functionName": "main", "url": "a.js", "lineNumber": 1, ..., "children": [{...}]}
 *
 * Lines and columns count from 0 in a callFrame, from 1 in the older nodes without one. They are
 * where the function begins. A tree may be as deep as the file is long: nothing recurses.
 */
#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "converters/cpuprofile/reading.h"

/* --- one node --- */

static void begin_node(struct cpuprofile_reader *r, uint32_t parent)
{
	struct cpuprofile_node node = { .parent = parent };

	json_peek(&r->j);
	node.byte = input_offset(r->in);
	json_object(&r->j);
	limit_check(LIMIT_STACKS, r->node_count);
	ARRAY_ROOM(r->nodes, r->node_count, r->node_cap);
	ARRAY_ROOM(r->open, r->open_count, r->open_cap);
	r->open[r->open_count++] = (struct cpuprofile_open_node){ .row = (uint32_t)r->node_count };
	r->nodes[r->node_count++] = node;
}

/* A line or column, `first` being the first; 0 for -1 and null, which mean none. */
static uint32_t take_place(struct cpuprofile_reader *r, int64_t first)
{
	int64_t number;
	uint64_t byte;

	if (json_peek(&r->j) == JSON_NULL) {
		json_null(&r->j);
		return 0;
	}
	byte = input_offset(r->in);
	if (!json_integer(&r->j, &number) || number < first)
		return 0;
	number += 1 - first;
	if (number > UINT32_MAX)
		input_error_at(r->in, byte, "expected a line or column below 2^32");
	return (uint32_t)number;
}

/* What is said of the function, in the node or in its callFrame. */
static bool take_function_key(struct cpuprofile_reader *r, struct cpuprofile_open_node *n,
			      struct str key, int64_t first)
{
	if (str_eq(key, S("functionName"))) {
		n->function.name = json_text(&r->j, r->p);
		n->named = true;
	} else if (str_eq(key, S("url"))) {
		n->function.file = json_null(&r->j) ? 0 : json_text(&r->j, r->p);
	} else if (str_eq(key, S("lineNumber"))) {
		n->function.line = take_place(r, first);
	} else if (str_eq(key, S("columnNumber"))) {
		n->frame.column = take_place(r, first);
	} else {
		return false;
	}
	return true;
}

static void take_call_frame(struct cpuprofile_reader *r, struct cpuprofile_open_node *n)
{
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key))
		if (!take_function_key(r, n, key, 0))
			json_skip(&r->j);
}

/* Node 26 and Chromium 156 list one line several times: all are added up. */
static void take_ticks(struct cpuprofile_reader *r)
{
	struct str key;
	uint32_t ticks;

	if (json_null(&r->j))
		return;
	json_array(&r->j);
	while (json_element(&r->j)) {
		json_object(&r->j);
		while (json_key(&r->j, &key)) {
			if (!str_eq(key, S("ticks")))
				json_skip(&r->j);
			else if (json_index(&r->j, UINT32_MAX, "a number of ticks", &ticks))
				r->ticks += ticks;
		}
	}
}

/* V8 has counted hits with 32 bits; DevTools leaves them out. */
static uint64_t take_hits(struct cpuprofile_reader *r)
{
	uint32_t hits = 0;

	if (!json_null(&r->j))
		json_index(&r->j, UINT32_MAX, "a number of hits", &hits);
	return hits;
}

/* The line that was executed, where the function's own is known or unknown (true). */
static void take_executed_line(struct cpuprofile_reader *r, struct cpuprofile_open_node *n)
{
	if (json_peek(&r->j) == JSON_BOOL)
		json_bool(&r->j, &n->line_is_executed);
	else
		json_index(&r->j, UINT32_MAX, "a line", &n->frame.line);
}

static void add_link(struct cpuprofile_reader *r, uint32_t row, bool to_parent)
{
	struct cpuprofile_link link = { .row = row, .to_parent = to_parent };

	json_peek(&r->j);
	link.byte = input_offset(r->in);
	json_index(&r->j, UINT32_MAX, "the id of a node", &link.id);
	ARRAY_ROOM(r->links, r->link_count, r->link_cap);
	r->links[r->link_count++] = link;
}

static void take_node_key(struct cpuprofile_reader *r, struct cpuprofile_open_node *n,
			  struct str key)
{
	if (str_eq(key, S("id"))) {
		n->identified = true;
		json_index(&r->j, UINT32_MAX, "the id of a node", &r->nodes[n->row].id);
	} else if (str_eq(key, S("callFrame"))) {
		take_call_frame(r, n);
	} else if (str_eq(key, S("hitCount"))) {
		r->nodes[n->row].hits = take_hits(r);
	} else if (str_eq(key, S("children"))) {
		n->in_children = !json_null(&r->j) && json_array(&r->j);
	} else if (str_eq(key, S("parent"))) {
		add_link(r, n->row, true);
	} else if (str_eq(key, S("positionTicks"))) {
		take_ticks(r);
	} else if (str_eq(key, S("selfSize"))) {
		r->has_sizes = true;
		json_integer(&r->j, &r->nodes[n->row].size);
	} else if (r->own && str_eq(key, S("line"))) {
		take_executed_line(r, n);
	} else if (r->own && str_eq(key, S("system"))) {
		n->function.system = json_text(&r->j, r->p);
	} else if (!take_function_key(r, n, key, 1) &&
		   !(r->own && json_frame_key(&r->j, key, &r->mappings, &n->frame))) {
		json_skip(&r->j);
	}
}

static void end_node(struct cpuprofile_reader *r)
{
	struct cpuprofile_open_node n = r->open[--r->open_count];
	struct cpuprofile_node *node = &r->nodes[n.row];
	struct str name;

	if (r->in->failed)
		return;
	if (!n.identified || !n.named) {
		input_error_at(r->in, node->byte, "expected a node with 'id' and 'functionName'");
		return;
	}
	name = profile_text(r->p, n.function.name);
	node->is_root = !n.function.file && str_eq(name, CPUPROFILE_ROOT);
	node->is_gc = !n.function.file && str_eq(name, CPUPROFILE_GC);
	if (node->is_gc && !n.frame.kind)
		n.frame.kind = FRAME_GC;
	if (!n.function.file && !n.frame.kind && str_eq(name, CPUPROFILE_IDLE))
		n.frame.kind = FRAME_IDLE;
	/* what DevTools, speedscope and Firefox call it; a name of our own files is as it was */
	if (!name.n && !r->own)
		n.function.name = profile_string(r->p, S("(anonymous)"));
	if (n.line_is_executed) {
		n.frame.line = n.function.line;
		n.function.line = 0;
	}
	n.frame.function = profile_function(r->p, n.function);
	node->frame = profile_frame_as_read(r->p, n.frame);
}

/* --- all nodes --- */

/* Takes the next child of the innermost open node: a node itself, or the id of one. */
static void take_child(struct cpuprofile_reader *r)
{
	uint32_t row = r->open[r->open_count - 1].row;

	if (json_peek(&r->j) == JSON_OBJECT)
		begin_node(r, row);
	else
		add_link(r, row, false);
}

static void read_node(struct cpuprofile_reader *r)
{
	struct str key;

	begin_node(r, NO_ID);
	while (r->open_count) {
		struct cpuprofile_open_node *n = &r->open[r->open_count - 1];

		if (n->in_children && json_element(&r->j))
			take_child(r);
		else if (n->in_children)
			n->in_children = false;
		else if (json_key(&r->j, &key))
			take_node_key(r, n, key);
		else
			end_node(r);
	}
}

static bool begin_nodes(struct cpuprofile_reader *r)
{
	if (r->has_nodes)
		return json_expected(&r->j, "'nodes' or 'head' only once");
	return r->has_nodes = true;
}

void cpuprofile_read_list(struct cpuprofile_reader *r)
{
	if (!begin_nodes(r))
		return;
	json_array(&r->j);
	while (json_element(&r->j))
		read_node(r);
	r->nodes_whole = !r->in->failed;
}

void cpuprofile_read_tree(struct cpuprofile_reader *r)
{
	if (!begin_nodes(r))
		return;
	r->is_tree = true;
	read_node(r);
	r->nodes_whole = !r->in->failed;
}
