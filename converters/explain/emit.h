/*
 * explain/emit - from plans to samples
 *
 * 	emit.c    the file: value types, threads, what is beside the trees, what is said of it
 * 	copies.c  the nodes of a plan
 * 	hints.c   advice
 */
#ifndef EXPLAIN_EMIT_H
#define EXPLAIN_EMIT_H

#include "converters/explain/internal.h"
#include "converters/explain/spread.h"

struct plan_emission {
	struct input *in;
	struct profile *p;
	const struct plans *plans;
	bool used[PLAN_COLUMN_COUNT];
	value_id value[PLAN_COLUMN_COUNT];
	int64_t *row; /* a value for each value type */
	bool crewed;  /* some plan has workers: the leader has a name */
	thread_id leader;

	/* what is said of the file */
	int64_t rounding, beyond;
	uint64_t beyond_count, hidden, circular, collapsed, unclear;
};

/* Sets the value of the row that is put next. */
void plan_set_value(struct plan_emission *e, enum plan_column c, int64_t value);
void plan_put_row(struct plan_emission *e, thread_id thread, stack_id stack, int64_t calls);
stack_id plan_push(struct plan_emission *e, stack_id stack, string_id name);

/* Makes advice of what is unusual about nodes. */
void plan_add_hints(struct plan_emission *e);

/* Puts the rows of a plan's nodes, and of triggers inside them, below `base`. */
void plan_put_nodes(struct plan_emission *e, const struct plan_spread *s, stack_id base);

#endif
