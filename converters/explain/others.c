#include "converters/explain/others.h"

#include "common/base/num.h"

enum { SECONDS = -9, MILLISECONDS = -6 };

/* --- places --- */

enum plan_place plan_other_place(enum plan_place above, enum plan_key key)
{
	switch (above) {
	case AT_QUERY:
		return key == KEY_BLOCK                              ? AT_BLOCK
		       : key == KEY_OPERATORS || key == KEY_CHILDREN ? AT_OPERATORS
		       : key == KEY_BLOCK_OPTIMIZATION || key == KEY_OPTIMIZER ||
				       key == KEY_PLANNER || key == KEY_PHYSICAL_PLANNER ||
				       key == KEY_QUERY
			       ? AT_BESIDE
			       : AT_OTHER;
	case AT_BLOCK: return AT_BLOCK;
	case AT_OPERATORS: return AT_OPERATOR;
	case AT_OPERATOR:
		return key == KEY_CHILDREN     ? AT_OPERATORS
		       : key == KEY_EXTRA_INFO ? AT_EXTRA
					       : AT_OTHER;
	default: return AT_OTHER;
	}
}

/* Other objects of MariaDB only group what is in them. */
static const char *block_name(enum plan_key key)
{
	switch (key) {
	case KEY_BLOCK: return "select";
	case KEY_BLOCK_TABLE: return "table";
	case KEY_BLOCK_FILESORT: return "filesort";
	case KEY_BLOCK_TEMPORARY: return "temporary table";
	case KEY_BLOCK_UNION: return "union";
	case KEY_BLOCK_MATERIALIZED: return "materialized";
	case KEY_BLOCK_JOIN: return "block nested loop join";
	case KEY_BLOCK_CACHE: return "expression cache";
	case KEY_BLOCK_WINDOW: return "window functions";
	case KEY_BLOCK_DUPLICATES: return "duplicates removal";
	case KEY_BLOCK_SORTED: return "read sorted file";
	default: return NULL;
	}
}

bool plan_other_is_node(enum plan_place place, enum plan_key key)
{
	return place == AT_OPERATOR || (place == AT_BLOCK && block_name(key));
}

/* --- values --- */

bool plan_other_is_number(enum plan_key key)
{
	switch (key) {
	case KEY_SELECT_ID:
	case KEY_R_LOOPS:
	case KEY_R_ROWS:
	case KEY_R_OUTPUT_ROWS:
	case KEY_R_TABLE_TIME:
	case KEY_R_OTHER_TIME:
	case KEY_R_TOTAL_TIME:
	case KEY_ROWS:
	case KEY_TIMING:
	case KEY_OPERATOR_TIMING:
	case KEY_OPERATOR_CARDINALITY:
	case KEY_CARDINALITY:
	case KEY_INTERMEDIATE_ROWS:
	case KEY_TOTAL_TIME:
	case KEY_ALL_OPTIMIZERS: return true;
	default: return false;
	}
}

/* The time of planning is in several numbers. */
static void measure_beside(struct plan_builder *b, enum plan_key key, struct decimal number)
{
	struct plan_number *planning = &plan_now(b)->planning;

	planning->known = true;
	plan_add(b, number, key == KEY_R_TOTAL_TIME ? MILLISECONDS : SECONDS, &planning->value);
}

static void measure_block(struct plan_builder *b, struct plan_open *o, enum plan_key key,
			  struct decimal number)
{
	struct plan_node *n = &b->plans->nodes[o->node];

	switch (key) {
	case KEY_SELECT_ID: decimal_at(number, 0, &o->sort_space); break;
	case KEY_R_LOOPS:
		if (number.mantissa < 0 || decimal_at(number, 0, &n->loops) != EXACT)
			plan_error(b, "expected a whole number of loops");
		o->means.looped = true;
		break;
	case KEY_R_ROWS:
	case KEY_R_OUTPUT_ROWS:
		o->means.rows = number;
		o->means.counted = true;
		break;
	case KEY_ROWS: plan_set_fact(b, o->node, KEY_PLAN_ROWS, number); break;
	case KEY_R_TOTAL_TIME:
		n->whole = o->key == KEY_BLOCK;
		n->timed = true;
		plan_add(b, number, MILLISECONDS, &o->worker.values[PLAN_TIME]);
		break;
	case KEY_R_TABLE_TIME:
	case KEY_R_OTHER_TIME:
		n->timed = true;
		plan_add(b, number, MILLISECONDS, &o->worker.values[PLAN_TIME]);
		break;
	default: break;
	}
}

static void measure_operator(struct plan_builder *b, struct plan_open *o, enum plan_key key,
			     struct decimal number)
{
	struct plan_node *n = &b->plans->nodes[o->node];

	switch (key) {
	case KEY_TIMING:
	case KEY_OPERATOR_TIMING:
		n->timed = true;
		plan_add(b, number, SECONDS, &o->worker.values[PLAN_TIME]);
		break;
	case KEY_OPERATOR_CARDINALITY:
	case KEY_CARDINALITY:
	case KEY_INTERMEDIATE_ROWS:
		o->means.rows = number;
		o->means.counted = true;
		break;
	default: break;
	}
}

void plan_other_measure(struct plan_builder *b, struct plan_open *o, enum plan_key key,
			struct decimal number)
{
	if (o->place == AT_BLOCK && o->own)
		measure_block(b, o, key, number);
	else if (o->place == AT_OPERATOR)
		measure_operator(b, o, key, number);
	else if ((o->place == AT_BESIDE && o->key != KEY_QUERY &&
		  (key == KEY_TOTAL_TIME || key == KEY_R_TOTAL_TIME)) ||
		 (o->place == AT_QUERY &&
		  (key == KEY_ALL_OPTIMIZERS || key == KEY_PLANNER || key == KEY_PHYSICAL_PLANNER)))
		measure_beside(b, key, number);
}

void plan_other_text(struct plan_builder *b, struct plan_open *o, enum plan_key key,
		     struct str text)
{
	struct plan_open *operator= o->place == AT_EXTRA ? o - 1 : o;
	string_id *to = NULL;

	switch (key) {
	case KEY_TABLE_NAME: to = &o->parts.relation; break;
	case KEY_ACCESS_TYPE: to = &o->parts.strategy; break;
	case KEY_INDEX_KEY: to = &o->parts.index; break;
	case KEY_OPERATOR_TYPE:
	case KEY_OPERATOR_KIND: to = &o->parts.type; break;
	case KEY_OPERATOR_NAME: to = o->parts.type ? NULL : &o->parts.type; break;
	case KEY_EXTRA_TEXT:
	case KEY_EXTRA_TABLE: to = &operator->parts.relation; break;
	default: break;
	}
	if (to && (o->place != AT_BLOCK || o->own))
		*to = profile_string(b->p, text);
}

/* --- nodes --- */

static void put_text(struct plan_builder *b, const char *before, string_id text, const char *after)
{
	if (!text)
		return;
	buf_add(&b->scratch, str_of(before));
	buf_add(&b->scratch, profile_text(b->p, text));
	buf_add(&b->scratch, str_of(after));
}

/* "select #1", "table u (ref user_id)", "TABLE_SCAN orders" */
static string_id name_of(struct plan_builder *b, const struct plan_open *o)
{
	b->scratch.n = 0;
	if (o->place == AT_OPERATOR) {
		put_text(b, "", o->parts.type, "");
		put_text(b, " ", o->parts.relation, "");
	} else {
		buf_add(&b->scratch, str_of(block_name(o->key)));
		if (o->key == KEY_BLOCK && o->sort_space)
			buf_print(&b->scratch, " #%lld", (long long)o->sort_space);
		put_text(b, " ", o->parts.relation, "");
		put_text(b, " (", o->parts.strategy, "");
		put_text(b, o->parts.strategy ? " " : " (", o->parts.index, "");
		if (o->parts.strategy || o->parts.index)
			buf_byte(&b->scratch, ')');
	}
	return profile_string(b->p, buf_str(&b->scratch));
}

void plan_other_end_node(struct plan_builder *b, struct plan_open *o)
{
	struct plan_node *n = &b->plans->nodes[o->node];
	struct plan_means rows = { .rows = o->means.rows };

	n->end = (uint32_t)b->plans->node_count;
	if (o->place == AT_OPERATOR && !o->parts.type)
		plan_error(b, "expected an operator with a type or a name");
	n->name = name_of(b, o);
	n->looped = o->means.looped;
	if (!plan_sums(b, &rows, o->means.looped ? n->loops : 1, n->values))
		return;
	n->values[PLAN_TIME] = o->worker.values[PLAN_TIME];
	if (o->means.looped)
		decimal_at(o->means.rows, -2, &n->mean_rows);
	plan_now(b)->other = true;
}

void plan_other_finish(struct plan_builder *b, struct plan *plan)
{
	struct plan_node *nodes = b->plans->nodes;
	bool measured = false;

	for (uint32_t i = plan->first; i < plan->end; i++)
		measured |= nodes[i].timed || nodes[i].looped || nodes[i].values[PLAN_COST];
	if (!measured) {
		plan_error(b, "expected a plan with times (ANALYZE FORMAT=JSON, JSON profiling)");
		return;
	}
	/* children come last: those of a node have all been added to it when its turn comes */
	for (uint32_t i = plan->end; i-- > plan->first + 1;) {
		struct plan_node *above = &nodes[nodes[i].parent];

		above->timed |= nodes[i].timed;
		if (!above->whole)
			i64_add_to(&above->bound, nodes[i].bound);
		if (!above->whole && !i64_add(above->values[PLAN_TIME], nodes[i].values[PLAN_TIME],
					      &above->values[PLAN_TIME]))
			plan_error(b, "expected numbers whose sums fit in 64 bits");
	}
}
