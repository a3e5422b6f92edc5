/*
 * callgrind/read_rows - costs and arcs into the profile's tables
 *
 * A file of 200 MB has ten million costs. Looking each up would take longer than all
 * else, and is needless where a function has one block and its lines ascend.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/features.h"
#include "converters/callgrind/reading.h"

/* --- blocks --- */

static void close_block(struct callgrind_block *b)
{
	index_free(&b->costs.index);
	index_free(&b->arcs.index);
	b->open = false;
}

static struct past *past_of(struct callgrind_reader *r, function_id f)
{
	if (f >= r->past_count)
		r->past = alloc_grow_zero(r->past, &r->past_count, (size_t)f + 1, sizeof *r->past);
	return &r->past[f];
}

static void open_block(struct callgrind_reader *r)
{
	struct past *past = past_of(r, r->function);

	close_block(&r->block);
	r->block = (struct callgrind_block){
		.open = true,
		.new_here = r->thread == r->new_thread && past->thread != r->thread + 1,
		.costs.end = r->p->cost_count,
		.arcs.end = r->p->arc_count,
		.first_arc = r->p->arc_count,
	};
	if (past->thread != r->thread + 1) {
		past->thread = r->thread + 1;
		past->row = 0;
	}
}

/* The line of the current cost or of the next one; 0 if there is none. */
static uint32_t coming_line(const struct callgrind_reader *r)
{
	struct str text = r->line, word;
	uint64_t n;

	if (!text.n || !begins_cost(text.p[0]))
		text = (struct str){ r->in->p, (size_t)(r->in->end - r->in->p) };
	for (word = text, word.n = 0; word.n < text.n && text.p[word.n] > ' ';)
		word.n++;
	if (!word.n || !begins_cost(word.p[0]))
		return 0;
	if (word.p[0] == '*')
		return r->at_line;
	if (!str_to_u64(str_from(word, word.p[0] == '+' || word.p[0] == '-'), &n) || n > UINT32_MAX)
		return 0;
	return word.p[0] == '+'   ? r->at_line + (uint32_t)n
	       : word.p[0] == '-' ? r->at_line - (uint32_t)n
				  : (uint32_t)n;
}

function_id callgrind_current_function(struct callgrind_reader *r)
{
	if (r->thread == NO_ID)
		callgrind_start_part(r);
	if (r->function == NO_ID) {
		r->line_hint = r->known_lines ? coming_line(r) : 0;
		r->function = callgrind_function_of(r, r->object, r->file, r->name);
		r->block.open = false;
	}
	if (!r->block.open)
		open_block(r);
	return r->function;
}

function_id callgrind_caller(struct callgrind_reader *r)
{
	struct str root = r->root.n ? buf_str(&r->root) : SYNTHETIC_ROOT;

	if (r->thread == NO_ID)
		callgrind_start_part(r);
	if (r->rewritten && r->function == NO_ID && str_eq(profile_text(r->p, r->name), root))
		return NO_ID;
	return callgrind_current_function(r);
}

void callgrind_forget_rows(struct callgrind_reader *r)
{
	close_block(&r->block);
	alloc_free(r->past);
	alloc_free(r->met);
}

/* --- rows --- */

/* Whether it is higher than all in this block, so that no row is equal. */
static bool climbs(struct callgrind_reader *r, const struct place *at)
{
	struct callgrind_block *b = &r->block;
	uint64_t height = r->has_address ? at->address : at->line;

	if (b->climbing && height <= b->highest)
		return false;
	b->climbing = true;
	b->highest = height;
	return true;
}

/* The features for which a cost gets a row of its own only if lines are wanted. */
static unsigned tells(const struct callgrind_reader *r, const struct place *at)
{
	return (at->address ? FEATURE_ADDRESSES : 0u) | (at->file ? FEATURE_INLINED : 0u) |
	       (at->line && at->line != r->p->functions[r->function].line ? FEATURE_LINES : 0u);
}

bool callgrind_adds_up(const struct callgrind_reader *r)
{
	return r->p->without_lines && r->thread == r->new_thread;
}

static void add_sums(struct callgrind_reader *r)
{
	for (size_t i = 0; i < r->event_count; i++)
		if (r->events[i] != NO_ID)
			i64_add(r->sums[i], r->values[r->events[i]], &r->sums[i]);
}

/* Sums the costs of a function in one row, at the lowest line of its own file. */
void callgrind_add_to_function(struct callgrind_reader *r, const struct place *lowest,
			       uint32_t highest)
{
	struct profile *p = r->p;
	struct past *past = &r->past[r->function];
	uint32_t *line;

	add_sums(r);
	if (past->row)
		values_add_row(&p->cost_values, past->row - 1, r->values);
	else
		past->row = 1 + profile_new_cost(p, (struct cost){ r->thread, r->function, { 0 } },
						 r->values);
	p->left_out |= tells(r, lowest) | tells(r, &(struct place){ 0, highest, 0 });
	line = &p->costs[past->row - 1].line;
	if (!lowest->file && lowest->line && (!*line || lowest->line < *line))
		*line = lowest->line;
}

void callgrind_add_cost(struct callgrind_reader *r, const struct place *at)
{
	struct cost c = { r->thread, r->function, *at };

	if (callgrind_adds_up(r)) {
		callgrind_add_to_function(r, at, at->line);
		return;
	}
	add_sums(r);
	if (!r->block.new_here)
		profile_cost(r->p, c, r->values);
	else if (climbs(r, at))
		profile_new_cost(r->p, c, r->values);
	else
		profile_cost_among(r->p, &r->block.costs, c, r->values);
}

void callgrind_add_arc(struct callgrind_reader *r, struct arc a)
{
	struct past *callee = past_of(r, a.callee);

	if (!r->block.new_here)
		profile_arc(r->p, a, r->values, NULL);
	else if (callee->arc > r->block.first_arc)
		profile_arc_among(r->p, &r->block.arcs, a, r->values, NULL);
	else
		callee->arc = 1 + profile_new_arc(r->p, &a, r->values, NULL);
}
