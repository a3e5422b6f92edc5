/* explain/places - where in a plan a key stands, and what its texts mean there */
#include "common/base/alloc.h"
#include "converters/explain/build.h"
#include "converters/explain/others.h"

static struct plan_open *top(const struct plan_builder *b)
{
	return b->depth ? &b->open[b->depth - 1] : NULL;
}

/* --- texts --- */

static string_id *part_of(struct plan_parts *parts, enum plan_key key)
{
	switch (key) {
	case KEY_NODE_TYPE: return &parts->type;
	case KEY_STRATEGY: return &parts->strategy;
	case KEY_PARTIAL_MODE: return &parts->partial;
	case KEY_OPERATION: return &parts->operation;
	case KEY_SCAN_DIRECTION: return &parts->direction;
	case KEY_INDEX_NAME: return &parts->index;
	case KEY_RELATION_NAME: return &parts->relation;
	case KEY_SCHEMA: return &parts->schema;
	case KEY_ALIAS: return &parts->alias;
	case KEY_FUNCTION_NAME:
	case KEY_TABLE_FUNCTION_NAME: return &parts->function;
	case KEY_CTE_NAME:
	case KEY_TUPLESTORE_NAME: return &parts->cte;
	case KEY_JOIN_TYPE: return &parts->join;
	case KEY_COMMAND: return &parts->command;
	case KEY_CUSTOM_PLAN_PROVIDER: return &parts->provider;
	default: return NULL;
	}
}

static void text_of_node(struct plan_builder *b, struct plan_open *o, enum plan_key key,
			 struct str text)
{
	string_id *part = part_of(&o->parts, key);

	if (part)
		*part = profile_string(b->p, text);
	else if (key == KEY_SORT_SPACE_TYPE)
		o->on_disk = str_eq(text, S("Disk"));
	else if (key == KEY_SUBPLAN_NAME)
		plan_set_subplan(b, o->node, text);
	else
		plan_mentions(b, o->node, text);
}

/* A query on one line: it becomes the name of a frame. */
static string_id query_name(struct plan_builder *b, struct str text)
{
	struct str word, rest = text, line;

	b->scratch.n = 0;
	while (str_part(&rest, '\n', &line))
		while (str_word(&line, &word)) {
			if (b->scratch.n)
				buf_byte(&b->scratch, ' ');
			buf_add(&b->scratch, word);
		}
	return profile_string(b->p, buf_str(&b->scratch));
}

void plan_text(struct plan_builder *b, enum plan_key key, struct str text)
{
	struct plan_open *o = top(b);

	if (!o || b->in->failed)
		return;
	switch (o->place) {
	case AT_QUERY:
		if (key == KEY_QUERY_TEXT || (key == KEY_QUERY_NAME && text.n))
			plan_now(b)->query = query_name(b, text);
		break;
	case AT_BESIDE:
		if (o->key == KEY_QUERY && key == KEY_SQL)
			plan_now(b)->query = query_name(b, text);
		break;
	case AT_BLOCK:
	case AT_OPERATOR:
	case AT_EXTRA: plan_other_text(b, o, key, text); break;
	case AT_NODE: text_of_node(b, o, key, text); break;
	case AT_WORKER: o->on_disk |= key == KEY_SORT_SPACE_TYPE && str_eq(text, S("Disk")); break;
	case AT_TEXTS: plan_mentions(b, o->node, text); break;
	case AT_TRIGGER:
		if (key == KEY_TRIGGER_NAME)
			o->trigger.name = profile_string(b->p, text);
		else if (key == KEY_RELATION)
			o->trigger.table = profile_string(b->p, text);
		else if (key == KEY_CONSTRAINT_NAME)
			o->constraint = profile_string(b->p, text);
		break;
	default: break;
	}
}

void plan_flag(struct plan_builder *b, enum plan_key key, bool flag)
{
	struct plan_open *o = top(b);

	if (!o || o->place != AT_NODE)
		return;
	if (key == KEY_PARALLEL_AWARE)
		o->parts.parallel = flag;
	else if (key == KEY_ASYNC_CAPABLE)
		o->parts.async = flag;
}

/* --- objects and arrays --- */

static enum plan_place place_below(struct plan_builder *b, const struct plan_open *above,
				   enum plan_key key)
{
	switch (above->place) {
	case AT_QUERY:
		return key == KEY_PLAN            ? AT_NODE
		       : key == KEY_TRIGGERS      ? AT_TRIGGERS
		       : key == KEY_PLANNING      ? AT_PLANNING
		       : key == KEY_SERIALIZATION ? AT_SERIALIZATION
						  : plan_other_place(above->place, key);
	case AT_NODE:
		if (key == KEY_WORKERS && above->crewed)
			plan_error(b, "expected 'Workers' once");
		return key == KEY_PLANS ? AT_NODES : key == KEY_WORKERS ? AT_WORKERS : AT_TEXTS;
	case AT_NODES: return AT_NODE;
	case AT_WORKERS: return AT_WORKER;
	case AT_TRIGGERS: return AT_TRIGGER;
	case AT_TEXTS: return AT_TEXTS;
	default: return plan_other_place(above->place, key);
	}
}

static void begin_node(struct plan_builder *b, struct plan_open *o, uint32_t parent)
{
	if (parent == NO_NODE && b->plans->node_count > plan_now(b)->first)
		plan_error(b, "expected 'Plan' once in a query");
	o->node = plan_add_node(b, parent);
}

void plan_enter(struct plan_builder *b, enum plan_key key)
{
	enum plan_place place = AT_QUERY;
	uint32_t node = NO_NODE;
	struct plan_open *o;

	if (b->in->failed || !plan_may_nest(b, b->depth))
		return;
	if (b->depth) {
		o = top(b);
		place = place_below(b, o, key);
		node = o->node;
		o->crewed |= place == AT_WORKERS;
	} else {
		plan_begin(b);
	}
	ARRAY_ROOM(b->open, b->depth, b->cap);
	o = &b->open[b->depth++];
	*o = (struct plan_open){ .place = place, .key = key, .node = node };
	o->own = place == AT_NODE || plan_other_is_node(place, key);
	if (o->own)
		begin_node(b, o, node);
	if (key == KEY_OUTPUT && node != NO_NODE)
		b->plans->nodes[node].output = true;
}

/* What each process sorted on disk. */
static void add_disk(struct plan_builder *b, const struct plan_open *o)
{
	if (o->on_disk)
		i64_add_to(&b->plans->nodes[o->node].facts.disk, o->sort_space);
}

static void end_node(struct plan_builder *b, struct plan_open *o)
{
	struct plan_node *node = &b->plans->nodes[o->node];

	node->end = (uint32_t)b->plans->node_count;
	add_disk(b, o);
	if (!o->parts.type) {
		plan_error(b, "expected a node with 'Node Type'");
		return;
	}
	if ((o->means.timed || o->means.counted) && !o->means.looped) {
		plan_error(b, "expected a node with 'Actual Loops' beside its rows and time");
		return;
	}
	plan_name_node(b, &o->parts, node);
	plan_set_measures(b, o->node, &o->means);
}

static void end_worker(struct plan_builder *b, struct plan_open *o)
{
	add_disk(b, o);
	/* without VERBOSE an entry only says how the worker sorted */
	if (!o->means.looped || !plan_sums(b, &o->means, o->worker.loops, o->worker.values))
		return;
	plan_add_worker(b, o->node, &o->worker);
}

/* "Trigger b_ins on tt", or by the constraint that it is for */
static void end_trigger(struct plan_builder *b, struct plan_open *o)
{
	struct plan_trigger *t = &o->trigger;

	b->scratch.n = 0;
	buf_add(&b->scratch, S("Trigger"));
	if (t->name && !o->constraint) {
		buf_byte(&b->scratch, ' ');
		buf_add(&b->scratch, profile_text(b->p, t->name));
	}
	if (o->constraint) {
		buf_add(&b->scratch, S(" for constraint "));
		buf_add(&b->scratch, profile_text(b->p, o->constraint));
	}
	if (t->table) {
		buf_add(&b->scratch, S(" on "));
		buf_add(&b->scratch, profile_text(b->p, t->table));
	}
	t->name = profile_string(b->p, buf_str(&b->scratch));
	t->constraint = o->constraint != 0;
	plan_add_trigger(b, *t);
}

void plan_leave(struct plan_builder *b)
{
	struct plan_open *o = top(b);

	if (b->in->failed || !o)
		return;
	b->depth--;
	switch (o->place) {
	case AT_QUERY:
		plan_finish(b);
		if (plan_now(b)->other && !b->in->failed)
			plan_other_finish(b, plan_now(b));
		break;
	case AT_BLOCK:
	case AT_OPERATOR:
		if (o->own)
			plan_other_end_node(b, o);
		break;
	case AT_NODE: end_node(b, o); break;
	case AT_WORKER: end_worker(b, o); break;
	case AT_TRIGGER: end_trigger(b, o); break;
	default: break;
	}
}
