/*
 * explain/spread - exclusive values of one plan
 *
 * Inclusive values tell what a node took with all that ran inside it, and EXPLAIN's tree is
 * nearly, not wholly, what ran inside what:
 *
 * - An InitPlan hangs on the top of its query but ran inside the node that first needed its
 *   value, or the Gather above that node; a CTE ran inside the scans that read it, as far as each
 *   pulled rows, and one that writes may have run after everything else. So each is charged
 *   to its payers: payers.c.
 * - Below a Gather times are sums over processes; VERBOSE tells the workers' parts. The rest is the
 *   leader's, and only that is within the time of Gather.
 * - Times are rounded means, so children may have a little more than their parent. What they have
 *   beyond it is taken from them in proportion: no self value is below zero, and those of the
 *   leader add up to the root's time, and to that of what ran after it.
 *
 * 	payers.c  charges    spread.c  own values    workers.c  those of workers
 *
 * Nodes are numbered from 0 within the plan. A region is an InitPlan or a CTE with the nodes
 * that run inside it, or the rest of the plan, region 0; it is called by its top node.
 */
#ifndef EXPLAIN_SPREAD_H
#define EXPLAIN_SPREAD_H

#include "common/base/csr.h"
#include "converters/explain/plan.h"

/* A region runs inside a node. */
struct plan_charge {
	uint32_t region;
	uint32_t payer; /* NO_NODE: it ran beside the tree */
	int64_t amount[PLAN_COLUMN_COUNT];
};

struct plan_spread {
	struct profile *p; /* of the names */
	const struct plans *plans;
	const struct plan *plan;
	const struct plan_node *nodes;
	uint32_t count;
	bool used[PLAN_COLUMN_COUNT]; /* columns that this plan has */
	bool timed;
	enum plan_column weight; /* the column that says who can pay */

	uint32_t *region; /* of each node */
	uint32_t *gather; /* the outermost Gather above each node, or NO_NODE */
	uint32_t *order;  /* nodes, payers' regions first */
	bool *hidden;     /* its part of the leader is unknown */
	bool hides;
	struct plan_charge *charges;
	size_t charge_count, charge_cap;
	struct csr by_payer, by_region; /* charges; payer `count` stands for NO_NODE */
	bool circular;                  /* InitPlans need each other: they are beside the tree */
	uint64_t steps;                 /* taken to look for payers */

	int64_t *self[PLAN_COLUMN_COUNT];        /* of all processes; TIME: of the leader */
	int64_t *worker_self[PLAN_COLUMN_COUNT]; /* by worker entry, from the first of the plan */
	uint32_t first_worker, worker_count;
	uint32_t *inside; /* by trigger of the plan: the node that it ran in, NO_NODE: beside */
	int64_t *trigger_time; /* its time, as far as that node has it */
	bool triggers_unclear;

	int64_t rounding;      /* nanoseconds taken from children within the bounds of rounding */
	int64_t beyond;        /* and beyond them, where nothing is hidden */
	uint64_t beyond_count; /* nodes; also blocks, records and bytes */
};

void plan_spread(struct plan_spread *s, struct profile *p, const struct plans *plans,
		 const struct plan *plan);
void plan_spread_free(struct plan_spread *s);

static inline bool plan_is_region(const struct plan_node *n)
{
	return n->relation == PLAN_INITPLAN || n->relation == PLAN_CTE;
}

static inline uint32_t plan_parent(const struct plan_spread *s, uint32_t node)
{
	return s->nodes[node].parent - s->plan->first;
}

/* The time of what ran beside the tree, which the root's does not include. */
int64_t plan_time_beside(const struct plan_spread *s);

/* --- workers.c --- */

/* Makes s->worker_self, and takes blocks and the like of it from s->self. */
void plan_spread_workers(struct plan_spread *s);

/* --- payers.c --- */

/* Makes s->charges. Needs self values in which no charge has been taken yet, and takes them. */
void plan_find_payers(struct plan_spread *s);
/* Which triggers ran inside a node; takes their time from its self value. */
void plan_place_triggers(struct plan_spread *s);

/* What a node took of a column: TIME is the leader's part. */
int64_t plan_part(const struct plan_spread *s, uint32_t node, enum plan_column c);

#endif
