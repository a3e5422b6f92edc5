/* span_trees_internal - what the files of span_trees share */
#ifndef TRACES_SPAN_TREES_INTERNAL_H
#define TRACES_SPAN_TREES_INTERNAL_H

#include "common/transform/traces/span_trees.h"

/* The spans of a trace, by start. */
struct span_node {
	uint32_t row;
	uint32_t parent;                    /* node; NO_SPAN: a root */
	uint32_t first_child, next_sibling; /* by start; NO_SPAN: none */
	uint32_t last_child;
	uint32_t element; /* in struct span_trace */
	uint32_t mark;    /* of the walk that came by */
	/* of the first node with an id: the first that is (not) shared */
	uint32_t plain, shared;
	uint32_t running; /* children; of span_wall.c */
	int64_t self;
};

/* Node i of a trace of `count` nodes. */
static inline const struct span_row *span_node_row(const struct span_trees *t, uint32_t i)
{
	return &t->s->rows[t->nodes[i].row];
}

/* Makes siblings of parents and children that outlive them; the nodes are linked before and after. */
void span_siblings_repair(struct span_trees *t, uint32_t count);

/* Whether a time between two spans' ends, or starts, is not what rounding makes. */
bool span_time_is_real(const struct span_row *row, int64_t time);

/* Links the children of all nodes by their parents. */
void span_trees_link(struct span_trees *t, uint32_t count);
/* Each sets `self` of all nodes. */
void span_self_union(struct span_trees *t, uint32_t count);
void span_self_wall(struct span_trees *t, uint32_t count);
/* The time in which some span runs. */
int64_t span_self_wall_time(const struct span_trees *t, uint32_t count);

#endif
