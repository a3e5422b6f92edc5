/*
 * explain/build - makes plans of the keys and values that a syntax gives
 *
 * JSON, YAML and XML have the same keys in the same nesting, so their readers only say what
 * they meet: plan_enter() for an object, an array or an element with others in it,
 * plan_leave() at its end, plan_scalar() and its like for a value. Keys come in any order.
 * Errors are those of the input; after one nothing more is asked of the readers than to end.
 */
#ifndef EXPLAIN_BUILD_H
#define EXPLAIN_BUILD_H

#include "common/io/input.h"
#include "converters/explain/keys.h"
#include "converters/explain/plan.h"

/* What a node is called by, until its end. */
struct plan_parts {
	string_id type, strategy, partial, operation, direction, index, relation, schema, alias;
	string_id function, cte, join, command, provider;
	bool parallel, async;
};

/* Means of a node or of a worker's part of it. */
struct plan_means {
	struct decimal time, rows;
	bool timed, counted, looped;
};

enum plan_place {
	AT_QUERY,
	AT_NODE,
	AT_NODES,
	AT_WORKERS,
	AT_WORKER,
	AT_TRIGGERS,
	AT_TRIGGER,
	AT_PLANNING,
	AT_SERIALIZATION,
	AT_TEXTS, /* of a node, which may mention InitPlans */
	AT_BLOCK, /* of MariaDB: a node, or what groups nodes */
	AT_OPERATORS,
	AT_OPERATOR, /* of DuckDB */
	AT_EXTRA,
	AT_BESIDE, /* times of planning of both, the text of the query */
	AT_OTHER,
};

struct plan_open {
	enum plan_place place;
	bool crewed; /* its workers have been read */
	bool own;    /* the node is this one, not one above */
	enum plan_key key;
	uint32_t node;
	struct plan_parts parts;
	struct plan_means means;
	struct plan_worker worker;
	struct plan_trigger trigger;
	string_id constraint;
	int64_t sort_space; /* kilobytes */
	bool on_disk;
};

struct plan_builder {
	struct input *in;
	struct profile *p;
	struct plans *plans;
	struct plan_keys keys;
	struct plan_open *open;
	size_t depth, cap;
	struct buf scratch;
	/* where the value that is handed over begins, in files that are counted in bytes */
	uint64_t at;
};

void plan_builder_free(struct plan_builder *b);

/* Reports an error at the place of the value. */
void plan_error(struct plan_builder *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* Whether something may be within `depth` others; false after an error. */
bool plan_may_nest(struct plan_builder *b, size_t depth);

/* At depth 0 a plan begins. */
void plan_enter(struct plan_builder *b, enum plan_key key);
void plan_leave(struct plan_builder *b);
void plan_text(struct plan_builder *b, enum plan_key key, struct str text);
void plan_flag(struct plan_builder *b, enum plan_key key, bool flag);
void plan_measure(struct plan_builder *b, enum plan_key key, struct decimal number,
		  enum exactness exactness);
/* For syntaxes that tell no kinds apart: the key says what the text is. */
void plan_scalar(struct plan_builder *b, enum plan_key key, struct str text);

/* --- for plans as text, which have no keys --- */

struct plan *plan_begin(struct plan_builder *b);
/* Ends the plan that began last; it has to have a node. */
void plan_finish(struct plan_builder *b);
static inline struct plan *plan_now(const struct plan_builder *b)
{
	return &b->plans->items[b->plans->count - 1];
}
/* Adds a node below `parent`, NO_NODE for the first. Its `end` is set by the caller. */
uint32_t plan_add_node(struct plan_builder *b, uint32_t parent);
/* Sets what its means and loops say. */
void plan_set_measures(struct plan_builder *b, uint32_t node, const struct plan_means *means);
/* Sums of means; false after an error. */
bool plan_sums(struct plan_builder *b, const struct plan_means *means, int64_t loops,
	       int64_t *values);
/* What hints are about; other keys are passed over. */
void plan_set_fact(struct plan_builder *b, uint32_t node, enum plan_key key, struct decimal number);
/* Adds number * 10^-exponent units to *value. */
void plan_add(struct plan_builder *b, struct decimal number, int exponent, int64_t *value);
/* Notes which InitPlans a text of the node mentions. */
void plan_mentions(struct plan_builder *b, uint32_t node, struct str text);
void plan_add_worker(struct plan_builder *b, uint32_t node, const struct plan_worker *worker);
/* "InitPlan 1 (returns $0)", "CTE m", "SubPlan 2" */
void plan_set_subplan(struct plan_builder *b, uint32_t node, struct str name);
void plan_add_trigger(struct plan_builder *b, struct plan_trigger trigger);

/* --- name.c --- */

/* Calls the node as EXPLAIN's text does. */
void plan_name_node(struct plan_builder *b, const struct plan_parts *parts, struct plan_node *node);

#endif
