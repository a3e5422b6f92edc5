/* cpuprofile/make_stacks - nodes become stacks, whatever their order in the file */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/csr.h"
#include "common/base/hash.h"
#include "converters/cpuprofile/reading.h"

/* --- ids --- */

/* V8 counts from 1, so that an array by id is enough; other ids are in an index. */
static bool is_dense(const struct cpuprofile_reader *r)
{
	const size_t gaps = 4096;

	for (size_t i = 0; i < r->node_count; i++)
		if (r->nodes[i].id >= 2 * r->node_count + gaps)
			return false;
	return true;
}

uint32_t cpuprofile_find_node(const struct cpuprofile_reader *r, uint32_t id)
{
	if (r->rows)
		return id < r->row_count ? r->rows[id] : NO_ID;
	for (struct probe at = index_probe(&r->row_index, hash_mix(id, 0));
	     index_next(&r->row_index, &at);)
		if (r->nodes[at.row].id == id)
			return at.row;
	return NO_ID;
}

static void index_nodes(struct cpuprofile_reader *r)
{
	if (is_dense(r)) {
		for (size_t i = 0; i < r->node_count; i++)
			if (r->nodes[i].id >= r->row_count)
				r->row_count = r->nodes[i].id + (size_t)1;
		r->rows = alloc_resize(NULL, r->row_count, sizeof *r->rows);
		memset(r->rows, 0xff, r->row_count * sizeof *r->rows);
	}
	for (uint32_t i = 0; i < r->node_count && !r->in->failed; i++) {
		uint32_t id = r->nodes[i].id;

		if (cpuprofile_find_node(r, id) != NO_ID)
			input_error_at(r->in, r->nodes[i].byte,
				       "expected a node with an id of its own, got %" PRIu32
				       " again",
				       id);
		else if (r->rows)
			r->rows[id] = i;
		else
			index_add(&r->row_index, hash_mix(id, 0), i);
	}
}

/* --- parents --- */

static void set_parent(struct cpuprofile_reader *r, const struct cpuprofile_link *link)
{
	uint32_t other = cpuprofile_find_node(r, link->id);
	uint32_t child = link->to_parent ? link->row : other;
	uint32_t parent = link->to_parent ? other : link->row;

	if (other == NO_ID)
		input_error_at(r->in, link->byte, "expected the id of a node, got %" PRIu32,
			       link->id);
	else if (r->nodes[child].parent != NO_ID && r->nodes[child].parent != parent)
		input_error_at(r->in, link->byte,
			       "expected a node with one parent, got node %" PRIu32
			       " as a child of nodes %" PRIu32 " and %" PRIu32,
			       r->nodes[child].id, r->nodes[r->nodes[child].parent].id,
			       r->nodes[parent].id);
	else
		r->nodes[child].parent = parent;
}

/* --- stacks --- */

/*
 * The outermost "(root)" is what holds the others together, and our "idle" stands for samples
 * without a stack.
 */
static stack_id stack_of(const struct cpuprofile_reader *r, const struct cpuprofile_node *node)
{
	if (node->parent == NO_ID && node->is_root)
		return EMPTY_STACK;
	if (r->has_idle && node->id == r->idle)
		return EMPTY_STACK;
	return stacks_push(&r->p->stacks,
			   node->parent == NO_ID ? EMPTY_STACK : r->nodes[node->parent].stack,
			   node->frame);
}

/* Goes from the nodes without a parent to their children, since these may stand before them. */
static void push_stacks(struct cpuprofile_reader *r)
{
	struct csr children;
	uint32_t *queue = alloc_resize(NULL, r->node_count + 1, sizeof *queue);
	bool *reached = alloc_zero(r->node_count + 1, sizeof *reached);
	size_t end = 0;

	csr_open(&children, r->node_count, r->node_count);
	for (size_t i = 0; i < r->node_count; i++)
		if (r->nodes[i].parent != NO_ID)
			csr_count(&children, r->nodes[i].parent);
	csr_sum(&children);
	for (uint32_t i = 0; i < r->node_count; i++) {
		if (r->nodes[i].parent != NO_ID)
			csr_put(&children, r->nodes[i].parent, i);
		else
			queue[end++] = i;
	}
	for (size_t next = 0; next < end; next++) {
		uint32_t row = queue[next];

		reached[row] = true;
		r->nodes[row].stack = stack_of(r, &r->nodes[row]);
		for (uint32_t k = children.first[row]; k < children.first[row + (size_t)1]; k++)
			queue[end++] = children.item[k];
	}
	for (size_t i = 0; end < r->node_count && i < r->node_count; i++)
		if (!reached[i])
			input_error_at(r->in, r->nodes[i].byte,
				       "expected a tree of nodes, got node %" PRIu32
				       " among its own callers",
				       r->nodes[i].id);
	alloc_free(queue);
	alloc_free(reached);
	csr_free(&children);
}

void cpuprofile_make_stacks(struct cpuprofile_reader *r)
{
	index_nodes(r);
	for (size_t i = 0; i < r->link_count && !r->in->failed; i++)
		set_parent(r, &r->links[i]);
	if (!r->in->failed)
		push_stacks(r);
}
