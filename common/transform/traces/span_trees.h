/*
 * span_trees - the spans of each trace as trees, with the time that is their own
 *
 *	struct span_trees *t = span_trees_open(s, s->options.wall);
 *	struct span_trace trace;
 *	while (span_trees_next(t, &trace))
 *		for (uint32_t i = 0; i < trace.count; i++)
 *			... s->rows[trace.rows[i]], trace.parents[i], trace.self[i] ...
 *	... t->counts ...
 *	span_trees_close(t);
 *
 * Own time is the duration without the union of the direct children, each cut off at the ends of
 * its parent: concurrent children are not subtracted twice. A child keeps its time, also what is
 * outside of its parent; so own times add up to more than the trace took where spans overlap.
 *
 *	GET   0 ------------------ 10      own 2: 10 without the 8 of 1 to 9
 *	fetch   1 ---------- 7             own 6
 *	fetch       3 ----------- 9        own 6
 *
 * With `wall`, each instant is divided equally among the spans that run without a running child:
 * above, 2 for GET, 4 for each fetch. Then own times add up to the time in which some span ran,
 * exactly: what is less than a nanosecond goes to the next span.
 *
 * Whatever the input, these are trees: a span whose parent is nowhere is a root; of spans that are
 * each other's parents, the first one is; a span that comes twice, the same in everything, counts
 * once; other spans with the id of another one stay, and children belong to the first of them, or
 * to the server's half of a call (Zipkin's "shared"), which is a child of the client's half.
 *
 * With s->options.repair_siblings a child that outlives its parent becomes its sibling first, and so
 * on up to the children of the root, where it stays: what is started and not awaited ends when it
 * likes, but tools that take the span started last for the parent nest concurrent siblings into each
 * other.
 *
 * The result depends on the spans alone, not on their order in the input.
 */
#ifndef TRACES_SPAN_TREES_H
#define TRACES_SPAN_TREES_H

#include "common/base/csr.h"
#include "common/transform/traces/spans.h"

/* What was met in all traces so far. Times are nanoseconds, and stay at their highest value. */
struct span_counts {
	uint64_t traces, spans, roots;
	uint64_t missing;    /* roots whose parents are nowhere */
	uint64_t cycles;     /* roots that were their own ancestors */
	uint64_t duplicates; /* left out: the same in everything */
	uint64_t same_ids;   /* with the id of another span, but different */
	uint64_t untimed;
	uint64_t late;        /* end after their parents */
	uint64_t early;       /* start before their parents */
	uint64_t moved;       /* became siblings of their parents, see span_siblings.c */
	int64_t late_time;    /* of these: behind the ends of their parents */
	int64_t overlap_time; /* what siblings have in common within their parents */
	int64_t root_overlap; /* what roots of a trace have in common */
	int64_t root_time;    /* sum of the roots' durations */
	int64_t wall_time;    /* while some span of its trace ran */
	int64_t self_time;    /* sum of own times */
};

#define NO_SPAN UINT32_MAX

/* One trace. Arrays have `count` elements, parents before their children. */
struct span_trace {
	uint32_t trace; /* its number in the table */
	uint32_t count;
	uint32_t root;           /* the element that stands for it: the first root by time, if
				    possible one without a parent */
	const uint32_t *rows;    /* in the table */
	const uint32_t *parents; /* elements; NO_SPAN: a root */
	const int64_t *self;
};

struct span_node;

struct span_trees {
	const struct spans *s;
	bool wall;
	struct span_counts counts;
	struct csr by_trace;
	uint32_t next;    /* trace */
	struct index ids; /* of a trace: the first node with the id */
	struct span_node *nodes;
	size_t node_cap;
	uint32_t *rows, *parents, *stack; /* see span_trace; nodes to visit */
	int64_t *self;
	size_t row_cap, parent_cap, stack_cap, self_cap;
};

/* The table must not change until span_trees_close(). */
struct span_trees *span_trees_open(const struct spans *s, bool wall);
/* The next trace by number; its arrays are valid until the next call. False: there are no more. */
bool span_trees_next(struct span_trees *t, struct span_trace *trace);
void span_trees_close(struct span_trees *t);

#endif
