/*
 * callgrind_read_rows - costs and arcs into the profile's tables
 *
 * A file of 200 MB has ten million costs. Looking each up would take longer than all
 * else, and is needless where a function has one block and its lines ascend.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/keeps.h"
#include "converters/callgrind_reading.h"

/* --- blocks --- */

static void close_block(struct block *b)
{
	index_free(&b->costs.index);
	index_free(&b->arcs.index);
	b->open = false;
}

static struct past *past_of(struct reader *r, function_id f)
{
	size_t had = r->past_count;

	if (f >= had) {
		r->past = alloc_grow(r->past, &r->past_count, (size_t)f + 1, sizeof *r->past);
		memset(r->past + had, 0, (r->past_count - had) * sizeof *r->past);
	}
	return &r->past[f];
}

static void open_block(struct reader *r)
{
	struct past *past = past_of(r, r->function);

	close_block(&r->block);
	r->block = (struct block){
		.open = true,
		.fresh = r->thread == r->new_thread && past->thread != r->thread + 1,
		.costs.end = r->p->cost_count,
		.arcs.end = r->p->arc_count,
	};
	if (past->thread != r->thread + 1)
		*past = (struct past){ .thread = r->thread + 1 };
}

function_id current_function(struct reader *r)
{
	if (r->thread == NO_ID)
		start_part(r);
	if (r->function == NO_ID) {
		r->function = function_of(r, r->object, r->file,
					  r->name ? r->name : r->unknown);
		r->block.open = false;
	}
	if (!r->block.open)
		open_block(r);
	return r->function;
}

void forget_rows(struct reader *r)
{
	close_block(&r->block);
	free(r->past);
	free(r->met);
}

/* --- rows --- */

/* Higher than all in this block, so that none there is equal. */
static bool climbs(struct reader *r, const struct place *at)
{
	struct block *b = &r->block;
	uint64_t height = r->has_address ? at->address : at->line;

	if (b->climbing && height <= b->highest)
		return false;
	b->climbing = true;
	b->highest = height;
	return true;
}

/* What is in a row of its own only where lines are wanted. */
static unsigned tells(const struct reader *r, const struct place *at)
{
	return (at->address ? KEEP_ADDRESSES : 0u) | (at->file ? KEEP_INLINED : 0u) |
	       (at->line && at->line != r->p->functions[r->function].line ? KEEP_LINES : 0u);
}

/* All of a function's costs in one row, at the lowest line that is its own file's. */
static void add_to_function(struct reader *r, const struct place *at)
{
	struct profile *p = r->p;
	struct past *past = &r->past[r->function];
	uint32_t *lowest;

	if (past->row)
		values_add_row(&p->cost_values, past->row - 1, r->values);
	else
		past->row = 1 + profile_new_cost(p, (struct cost){ r->thread, r->function, { 0 } },
						 r->values);
	p->left_out |= tells(r, at);
	lowest = &p->costs[past->row - 1].at.line;
	if (!at->file && at->line && (!*lowest || at->line < *lowest))
		*lowest = at->line;
}

void add_cost(struct reader *r, const struct place *at)
{
	struct cost c;

	for (size_t i = 0; i < r->event_count; i++)
		i64_add(r->sums[i], r->values[r->events[i]], &r->sums[i]);
	if (r->p->without_lines && r->thread == r->new_thread) {
		add_to_function(r, at);
		return;
	}
	c = (struct cost){ r->thread, r->function, *at };
	if (!r->block.fresh)
		profile_cost(r->p, c, r->values);
	else if (climbs(r, at))
		profile_new_cost(r->p, c, r->values);
	else
		profile_cost_among(r->p, &r->block.costs, c, r->values);
}

void add_arc(struct reader *r, struct arc a)
{
	if (r->block.fresh)
		profile_arc_among(r->p, &r->block.arcs, a, r->values, NULL);
	else
		profile_arc(r->p, a, r->values, NULL);
}

/* --- plain lines --- */

/* At most 18 digits, which cannot overflow; the line's end ends them. NULL: others. */
static const char *plain_number(const char *p, uint64_t *value)
{
	const char *start = p;
	uint64_t v = 0;
	unsigned digit;

	for (; (digit = (unsigned)(unsigned char)*p - '0') <= 9; p++)
		v = v * 10 + digit;
	*value = v;
	return p > start && p - start <= 18 ? p : NULL;
}

static const char *plain_position(const char *p, uint64_t *value)
{
	char sign = *p;
	uint64_t n;

	if (sign == '*')
		return p + 1;
	p = plain_number(p + (sign == '+' || sign == '-'), &n);
	if (!p || (sign == '-' && n > *value))
		return NULL;
	*value = sign == '+' ? *value + n : sign == '-' ? *value - n : n;
	return p;
}

static const char *plain_values(struct reader *r, const char *p)
{
	size_t event = 0, count = r->event_count;
	uint64_t value;

	for (; *p == ' ' && event < count; event++) {
		p = plain_number(p + 1, &value);
		if (!p)
			return NULL;
		r->values[event] = (int64_t)value;
	}
	if (*p != '\n')
		return NULL;
	r->zeros |= event > 1 && !r->values[event - 1];
	for (; event < count; event++)
		r->values[event] = 0;
	return p + 1;
}

/* Behind the line's end; NULL: the line is for read_cost(), and nothing has changed. */
static const char *plain_cost(struct reader *r, const char *p)
{
	uint64_t address = r->address, line = r->at_line;

	if (r->has_address)
		p = plain_position(p, &address);
	if (p && r->has_address && r->has_line && *p++ != ' ')
		return NULL;
	if (p && r->has_line)
		p = plain_position(p, &line);
	if (!p || line > UINT32_MAX)
		return NULL;
	p = plain_values(r, p);
	if (!p)
		return NULL;
	r->address = r->has_address ? address : 0;
	r->at_line = (uint32_t)line;
	return p;
}

void take_plain_costs(struct reader *r)
{
	struct input *in = r->in;
	const char *p = in->p, *last = in->end, *next;
	struct place at;

	/* no look beyond the last whole line is needed: each stops at its end */
	while (last > p && last[-1] != '\n')
		last--;
	if (p == last || !begins_cost(*p) || !r->plain)
		return;
	current_function(r);
	at.file = r->inlined == r->file ? 0 : r->inlined;
	for (; p < last && (next = plain_cost(r, p)); p = next) {
		in->line++;
		in->p = next;
		at.line = r->at_line;
		at.address = r->address;
		add_cost(r, &at);
	}
}
