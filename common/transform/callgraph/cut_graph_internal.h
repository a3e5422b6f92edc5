/*
 * cut_graph_internal - a call graph whose rows can be changed
 */
#ifndef CALLGRAPH_CUT_GRAPH_INTERNAL_H
#define CALLGRAPH_CUT_GRAPH_INTERNAL_H

#include "common/base/csr.h"
#include "common/base/index.h"
#include "common/transform/callgraph/scc.h"
#include "common/transform/callgraph/cut_graph.h"

/* A function in a thread. */
struct cut_node {
	thread_id thread;
	function_id function;
	bool calls_itself;
	bool self_changed; /* so no arc to it knows its part any more */
	bool marked;       /* by the current verb */
	bool below, above; /* a marked node leads to it, it leads to one; marked ones are below */
	bool shared;       /* it is below, and has other callers too */
	bool empty;        /* all that it led to is dropped */
};

struct cut_arc {
	uint32_t caller, callee; /* nodes */
	struct arc row;          /* self_known: as its name says */
	bool gone;
};

struct cut_cost {
	uint32_t node;
	struct place at;
	bool gone;
};

struct cut_graph {
	const struct profile *p;
	function_id unknown;
	struct cut_node *nodes;
	size_t node_count, node_cap;
	struct index index;
	struct cut_arc *arcs;
	size_t arc_count, arc_cap;
	struct values arc_values, arc_self; /* by arc */
	struct cut_cost *costs;
	size_t cost_count, cost_cap;
	struct values cost_values; /* by cost */
	struct total *totals;      /* by function */
	struct values total_values;
	/* what follows from the rows: see cut_graph_index() */
	struct csr out, in;      /* arcs by node, without those of a node to itself */
	struct values node_self; /* by node */
	struct scc cycles;
	bool *entered;  /* by component: part of its time is in no arc to it */
	bool *exceeded; /* by component: arcs to it hold more than it does */
};

/* False if the graph lacks values. It must be closed in any case. */
bool cut_graph_open(struct cut_graph *g, const struct profile *p);
void cut_graph_close(struct cut_graph *g);
/* A profile of the rows that are left. */
struct profile *cut_graph_profile(const struct cut_graph *g);

/* Brings out, in, node_self and cycles up to date with the rows. */
void cut_graph_index(struct cut_graph *g);

uint32_t cut_graph_add_arc(struct cut_graph *g, const struct cut_arc *arc, const int64_t *values,
			   const int64_t *self);
void cut_graph_add_cost(struct cut_graph *g, uint32_t node, struct place at, const int64_t *values);
/* Takes away the self values of a node. */
void cut_graph_drop_costs(struct cut_graph *g, const bool *nodes);
/* Takes away nodes with all their rows. */
void cut_graph_drop(struct cut_graph *g, const bool *nodes);

#endif
