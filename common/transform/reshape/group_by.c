#include "common/transform/reshape/group_by.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/reshape/remap.h"

struct grouper {
	struct remap w;
	const struct group_by_options *options;
	int64_t *row;
};

struct function *group_by_functions(const struct profile *p)
{
	struct function *functions = alloc_zero(p->function_count, sizeof *functions);

	for (function_id f = 0; f < p->function_count; f++)
		functions[f] = profile_function_at(p, f);
	return functions;
}

static bool in_chain(const struct grouper *g, function_id f)
{
	return g->options->chains && g->options->chains[f];
}

/* Lines of merged functions, possibly of several files, have no meaning. */
static bool loses_lines(const struct grouper *g, function_id f)
{
	return g->options->drop_lines || in_chain(g, f);
}

/* --- tables --- */

static struct function new_function(struct grouper *g, function_id old)
{
	struct function f = g->options->functions[old];

	f.name = remap_string(&g->w, f.name);
	f.file = remap_string(&g->w, f.file);
	f.object = remap_string(&g->w, f.object);
	f.system = remap_string(&g->w, f.system);
	return f;
}

/* Gives samples in line 12 of parse the name "parse:12"; without a line there is no change. */
static function_id line_function(struct grouper *g, const struct frame_row *frame)
{
	struct function f = new_function(g, frame->function);
	struct buf name = { 0 };

	if (!frame->line)
		return profile_function(g->w.to, f);
	buf_add(&name, profile_text(g->w.to, f.name));
	buf_print(&name, ":%" PRIu32, frame->line);
	f.name = profile_string(g->w.to, buf_str(&name));
	f.line = 0;
	buf_free(&name);
	return profile_function(g->w.to, f);
}

/*
 * The same by address, "parse at 0x1f2a": in the file of the object, which does not change from run
 * to run, or in memory if the object is unknown. One without a function has it in its name.
 */
static function_id address_function(struct grouper *g, frame_id frame)
{
	struct frame old = profile_frame_at(g->w.from, frame);
	struct function f = new_function(g, old.function);
	const struct mapping *m = old.mapping ? &g->w.from->mappings[old.mapping] : NULL;
	struct buf name = { 0 };

	if (!old.address || old.unsymbolised)
		return profile_function(g->w.to, f);
	buf_add(&name, profile_text(g->w.to, f.name));
	buf_print(&name, " at 0x%" PRIx64, m ? old.address - m->start + m->offset : old.address);
	f.name = profile_string(g->w.to, buf_str(&name));
	buf_free(&name);
	return profile_function(g->w.to, f);
}

static bool makes_functions(const struct grouper *g)
{
	return g->options->line_functions || g->options->address_functions;
}

/* A frame that has got another name has a function. */
static bool is_renamed(const struct grouper *g, function_id f)
{
	return g->options->functions[f].name != g->w.from->functions[f].name;
}

static void add_functions(struct grouper *g)
{
	const struct profile *p = g->w.from;

	for (function_id f = 0; !makes_functions(g) && f < p->function_count; f++)
		g->w.functions[f] = profile_function(g->w.to, new_function(g, f));
	for (size_t i = 0; i < p->frame_count; i++) {
		struct frame f = remap_frame(&g->w, (frame_id)i);

		/* nor do the addresses of merged frames */
		if (loses_lines(g, p->frames[i].function))
			f = (struct frame){ .function = f.function, .kind = f.kind };
		if (g->options->line_functions)
			f.function = line_function(g, &p->frames[i]);
		else if (g->options->address_functions)
			f.function = address_function(g, (frame_id)i);
		f.unsymbolised &= !is_renamed(g, p->frames[i].function);
		g->w.frames[i] = profile_frame(g->w.to, f);
	}
}

/* --- stacks --- */

/* A frame of a chain is merged with its caller if that is in a chain too. */
static void add_stacks(struct grouper *g)
{
	const struct profile *p = g->w.from;
	const struct stacks *s = &p->stacks;

	for (stack_id i = 1; i < s->count; i++) {
		stack_id parent = s->parent[i];
		bool chained = parent != EMPTY_STACK &&
			       in_chain(g, p->frames[s->frame[i]].function) &&
			       in_chain(g, p->frames[s->frame[parent]].function);

		if (chained)
			g->w.to->counts_calls = false; /* it would have the calls of all */
		g->w.stacks[i] = chained ? g->w.stacks[parent]
					 : stacks_push(&g->w.to->stacks, g->w.stacks[parent],
						       g->w.frames[s->frame[i]]);
	}
}

/* --- call graph --- */

static void add_costs(struct grouper *g)
{
	const struct profile *p = g->w.from;

	for (size_t i = 0; i < p->cost_count; i++) {
		struct cost c = profile_cost_row(p, i);

		if (!loses_lines(g, c.function)) {
			remap_cost(&g->w, i);
			continue;
		}
		c.at = (struct place){ 0 };
		c.thread = g->w.threads[c.thread];
		c.function = g->w.functions[c.function];
		profile_cost(g->w.to, c, remap_values(&g->w, &p->cost_values, i));
	}
}

static bool within_group(const struct grouper *g, const struct arc *a)
{
	return a->caller != a->callee && g->w.functions[a->caller] == g->w.functions[a->callee];
}

/* Subtracts what was counted in both of two merged functions. */
static void take_off_total(struct grouper *g, size_t row)
{
	const struct profile *p = g->w.from;
	const struct arc *a = &p->arcs[row];
	const int64_t *values = remap_values(&g->w, &p->arc_values, row);

	if (!profile_has_total(p, a->callee) || !profile_has_total(p, a->caller))
		return;
	for (uint32_t v = 0; v < g->w.to->value_count; v++)
		g->row[v] = -values[v];
	profile_total(g->w.to, g->w.functions[a->callee], 0,
		      -(a->primitive < a->calls ? a->primitive : a->calls), g->row);
}

static struct place place_of(struct grouper *g, struct place at, function_id f)
{
	if (loses_lines(g, f))
		return (struct place){ 0 };
	at.file = remap_string(&g->w, at.file);
	return at;
}

static void add_arc(struct grouper *g, size_t row)
{
	const struct profile *p = g->w.from;
	struct arc a = p->arcs[row];
	int64_t *self = NULL;

	if (within_group(g, &a))
		take_off_total(g, row);
	if (within_group(g, &a) && in_chain(g, a.caller) && in_chain(g, a.callee))
		return;
	if (!loses_lines(g, a.caller) && !loses_lines(g, a.callee)) {
		remap_arc(&g->w, row);
		return;
	}
	a.site = place_of(g, a.site, a.caller);
	a.target = place_of(g, a.target, a.callee);
	a.thread = g->w.threads[a.thread];
	a.caller = g->w.functions[a.caller];
	a.callee = g->w.functions[a.callee];
	if (a.self_known) {
		self = g->row;
		memcpy(self, remap_values(&g->w, &p->arc_self, row),
		       g->w.to->value_count * sizeof *self);
	}
	profile_arc(g->w.to, a, remap_values(&g->w, &p->arc_values, row), self);
}

static void add_graph(struct grouper *g)
{
	const struct profile *p = g->w.from;

	for (function_id f = 0; f < p->total_count; f++)
		remap_total(&g->w, f);
	add_costs(g);
	for (size_t i = 0; i < p->arc_count; i++)
		add_arc(g, i);
	for (size_t i = 0; i < p->jump_count; i++)
		if (!loses_lines(g, p->jumps[i].from) && !loses_lines(g, p->jumps[i].to))
			remap_jump(&g->w, i);
}

struct profile *profile_group_by(const struct profile *p, const struct group_by_options *options)
{
	struct profile *to = profile_new();
	struct grouper g = { .options = options, .row = alloc_zero(p->value_count, sizeof *g.row) };

	remap_open(&g.w, p, to);
	g.w.base_names = options->base_names;
	remap_facts(&g.w);
	remap_value_types(&g.w);
	add_functions(&g);
	remap_threads(&g.w);
	remap_metadata(&g.w, NULL);
	add_stacks(&g);
	remap_samples(&g.w);
	remap_times(&g.w);
	if (!options->line_functions)
		add_graph(&g);
	remap_close(&g.w);
	alloc_free(g.row);
	return to;
}
