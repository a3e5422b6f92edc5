#include "common/transform/reshape/filter.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/stack_walk.h"
#include "common/transform/reshape/remap.h"

/* Facts about each stack, computed from the root on. */
enum {
	FOCUSED = 1, /* focus marks a frame of it */
	IGNORED = 2,
	SHOWN = 4,  /* show_from marks a frame of it */
	LEFT = 8,   /* a frame stays */
	STAYS = 16, /* the last frame does */
	USER = 32,  /* drop does not mark a frame of it */
	CUT = 64,   /* it is below a frame that was dropped */
};

struct cutter {
	struct remap w;
	const struct filter_options *options;
	stack_id root;        /* in the new profile */
	unsigned char *state; /* by old stack */
	stack_id *last;       /* by old stack: the last one marked by prune_from, or 0 */
	bool *needed;         /* by old stack: it or a stack below it is kept */
};

static bool marked(const struct cutter *c, const bool *verb, stack_id node)
{
	const struct profile *p = c->w.from;

	return verb && verb[p->frames[p->stacks.frame[node]].function];
}

static bool is_hidden(const struct cutter *c, stack_id node)
{
	const bool *frames = c->options->hide_frames;

	return marked(c, c->options->hide, node) ||
	       (frames && frames[c->w.from->stacks.frame[node]]) ||
	       (c->options->show && !marked(c, c->options->show, node));
}

/* --- one frame after the other --- */

static void mark_if(struct cutter *c, const bool *verb, stack_id node, unsigned char mark)
{
	if (marked(c, verb, node))
		c->state[node] |= mark;
}

/* As in pprof, a frame that is hidden is not there for show_from and prune_from. */
static void find_state(struct cutter *c, stack_id node)
{
	const struct filter_options *options = c->options;
	stack_id parent = c->w.from->stacks.parent[node];

	c->state[node] = c->state[parent] & (FOCUSED | IGNORED | SHOWN | LEFT | USER | CUT);
	c->last[node] = c->last[parent];
	if (!marked(c, options->drop, node))
		c->state[node] |= USER;
	else if (c->state[node] & USER)
		c->state[node] |= CUT;
	if (c->state[node] & CUT)
		return;
	mark_if(c, options->focus, node, FOCUSED);
	mark_if(c, options->ignore, node, IGNORED);
	if (is_hidden(c, node))
		return;
	mark_if(c, options->show_from, node, SHOWN);
	if (options->show_from && !(c->state[node] & SHOWN))
		return;
	c->state[node] |= STAYS | LEFT;
	if (marked(c, options->prune_from, node))
		c->last[node] = node;
}

static bool is_dropped(const struct cutter *c, stack_id stack)
{
	const struct filter_options *options = c->options;
	unsigned state = c->state[stack];

	if (stack == EMPTY_STACK)
		return options->focus || options->show || options->show_from;
	return (options->focus && !(state & FOCUSED)) || state & IGNORED || !(state & LEFT);
}

/* Everything below the last mark is folded into it. */
static stack_id end_of(const struct cutter *c, stack_id stack)
{
	return c->last[stack] ? c->last[stack] : stack;
}

static bool has_sample(const struct cutter *c, size_t row)
{
	return !c->options->samples || c->options->samples[row];
}

static void find_needed(struct cutter *c)
{
	const struct profile *p = c->w.from;

	for (size_t i = 0; i < p->sample_count; i++)
		if (has_sample(c, i) && !is_dropped(c, p->samples[i].stack))
			c->needed[end_of(c, p->samples[i].stack)] = true;
	for (size_t i = p->stacks.count; i-- > 1;)
		c->needed[p->stacks.parent[i]] |= c->needed[i];
}

/* --- the new profile: functions and stacks that are left --- */

static void forget_frames(struct remap *w)
{
	for (size_t i = 0; i < w->from->frame_count; i++)
		w->frames[i] = NO_ID;
}

static frame_id map_frame(struct remap *w, frame_id old)
{
	function_id fn = w->from->frames[old].function;

	if (w->frames[old] == NO_ID) {
		w->functions[fn] = profile_function(w->to, remap_function(w, fn));
		w->frames[old] = profile_frame(w->to, remap_frame(w, old));
	}
	return w->frames[old];
}

static void add_stack(struct cutter *c, stack_id node)
{
	const struct stacks *s = &c->w.from->stacks;
	stack_id parent = c->w.stacks[s->parent[node]];

	c->w.stacks[node] = c->state[node] & STAYS ? stacks_push(&c->w.to->stacks, parent,
								 map_frame(&c->w, s->frame[node]))
						   : parent;
}

static void cut_stacks(struct cutter *c)
{
	size_t count = c->w.from->stacks.count;

	for (stack_id i = 1; i < count; i++)
		find_state(c, i);
	find_needed(c);
	c->w.stacks[EMPTY_STACK] = c->root;
	for (stack_id i = 1; i < count; i++)
		if (c->needed[i])
			add_stack(c, i);
	for (size_t i = count; i-- > 0;)
		c->w.stacks[i] = is_dropped(c, (stack_id)i) ? NO_ID
							    : c->w.stacks[end_of(c, (stack_id)i)];
}

static void add_root(struct cutter *c)
{
	struct function f = { 0 };
	frame_id frame;

	c->root = EMPTY_STACK;
	if (!c->options->root)
		return;
	f.name = profile_string(c->w.to, str_of(c->options->root));
	frame = profile_frame(c->w.to, (struct frame){ .function = profile_function(c->w.to, f) });
	c->root = stacks_push(&c->w.to->stacks, EMPTY_STACK, frame);
}

static void add_threads(struct remap *w)
{
	remap_threads(w);
	remap_metadata(w, "summary"); /* recorded sums concern all stacks */
}

static void copy_graph(struct remap *w)
{
	for (function_id f = 0; f < w->from->function_count; f++)
		w->functions[f] = profile_function(w->to, remap_function(w, f));
	remap_graph(w);
}

/* Then the counts of samples are no longer calls of their last frames. */
static bool moves_last_frames(const struct filter_options *o)
{
	return o->hide || o->show || o->prune_from || o->drop || o->hide_frames;
}

static struct profile *cut(const struct profile *p, const struct filter_options *options)
{
	struct profile *to = profile_new();
	struct cutter c = {
		.options = options,
		.state = alloc_zero(p->stacks.count, sizeof *c.state),
		.last = alloc_zero(p->stacks.count, sizeof *c.last),
		.needed = alloc_zero(p->stacks.count, sizeof *c.needed),
	};

	remap_open(&c.w, p, to);
	remap_facts(&c.w);
	to->counts_calls &= !moves_last_frames(options);
	remap_value_types(&c.w);
	forget_frames(&c.w);
	add_root(&c);
	add_threads(&c.w);
	cut_stacks(&c);
	for (size_t i = 0; i < p->sample_count; i++)
		if (has_sample(&c, i))
			remap_sample(&c.w, i);
	if (options->keep_graph)
		copy_graph(&c.w);
	remap_close(&c.w);
	alloc_free(c.state);
	alloc_free(c.last);
	alloc_free(c.needed);
	return to;
}

/* --- recursion --- */

/*
 * A walk down the trie with the new stack under it. on_path[f] is at which depth f is in
 * the new stack, if path[] has it there still; what a step overwrites is put back on
 * the way up.
 */
struct flattener {
	const struct profile *p;
	stack_id *path;         /* by depth: the new stack */
	function_id *functions; /* by depth: the old function */
	uint32_t *on_path;      /* by function: depth */
	struct flatten_step {
		uint32_t depth; /* before */
		uint32_t on_path;
		stack_id path;
		function_id function;
	} * steps; /* by old stack */
	uint32_t depth;
	struct remap w;
};

static function_id function_of(const struct profile *p, frame_id frame)
{
	return p->frames[frame].function;
}

static bool is_on_path(const struct flattener *f, function_id fn)
{
	uint32_t at = f->on_path[fn];

	return at && at <= f->depth && f->functions[at] == fn;
}

static void go_down(struct flattener *f, stack_id node)
{
	frame_id frame = f->p->stacks.frame[node];
	function_id fn = function_of(f->p, frame);
	struct flatten_step *step = &f->steps[node];
	uint32_t at = is_on_path(f, fn) ? f->on_path[fn] : f->depth + 1;

	step->depth = f->depth;
	step->on_path = f->on_path[fn];
	step->path = f->path[at];
	step->function = f->functions[at];
	f->path[at] = stacks_push(&f->w.to->stacks, f->path[at - 1], map_frame(&f->w, frame));
	f->functions[at] = fn;
	f->on_path[fn] = f->depth = at;
	f->w.stacks[node] = f->path[at];
}

static void go_up(struct flattener *f, stack_id node)
{
	const struct flatten_step *step = &f->steps[node];

	f->path[f->depth] = step->path;
	f->functions[f->depth] = step->function;
	f->on_path[function_of(f->p, f->p->stacks.frame[node])] = step->on_path;
	f->depth = step->depth;
}

static struct profile *flatten(const struct profile *p)
{
	struct profile *to = profile_new();
	struct flattener f = {
		.p = p,
		.path = alloc_zero(p->stacks.count + 1, sizeof *f.path),
		.functions = alloc_zero(p->stacks.count + 1, sizeof *f.functions),
		.on_path = alloc_zero(p->function_count, sizeof *f.on_path),
		.steps = alloc_zero(p->stacks.count, sizeof *f.steps),
	};
	struct stack_walk walk;

	remap_open(&f.w, p, to);
	remap_facts(&f.w);
	to->counts_calls = false;
	remap_value_types(&f.w);
	forget_frames(&f.w);
	add_threads(&f.w);
	stack_walk_open(&walk, &p->stacks);
	while (stack_walk_next(&walk))
		(walk.entered ? go_down : go_up)(&f, walk.node);
	stack_walk_close(&walk);
	remap_samples(&f.w);
	remap_close(&f.w);
	alloc_free(f.path);
	alloc_free(f.functions);
	alloc_free(f.on_path);
	alloc_free(f.steps);
	return to;
}

struct profile *profile_filter(const struct profile *p, const struct filter_options *options)
{
	struct profile *flat, *to;
	struct filter_options first = *options, root = { .root = options->root };

	if (!options->flatten)
		return cut(p, options);
	/* the root is added last: a flattened function may have its name */
	first.root = NULL;
	to = cut(p, &first);
	flat = flatten(to);
	profile_free(to);
	/* frames without samples are removed too */
	to = cut(flat, &root);
	profile_free(flat);
	return to;
}
