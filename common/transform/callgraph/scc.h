/*
 * scc - the strongly connected components of a graph, callees first
 *
 * Functions that call each other in a circle form one component; any other
 * function is a component of its own. Components are numbered so that whatever a
 * component calls outside itself has a smaller number: a loop from 0 up meets
 * callees before their callers. No recursion, time and memory in proportion to
 * nodes and arcs.
 *
 * The graph is given as adjacent rows: node n's targets are
 * target[first_arc[n]] .. target[first_arc[n + 1] - 1].
 */
#ifndef CALLGRAPH_SCC_H
#define CALLGRAPH_SCC_H

#include <stddef.h>
#include <stdint.h>

struct scc {
	size_t count;        /* components */
	uint32_t *component; /* by node */
	uint32_t *members;   /* all nodes, component by component */
	uint32_t *first;     /* component c is members[first[c]] .. members[first[c + 1] - 1] */
};

void scc_find(size_t nodes, const uint32_t *first_arc, const uint32_t *target,
	      struct scc *out);
void scc_free(struct scc *c);

/* Members of component c: more than 1 is a cycle of several functions. */
static inline size_t scc_size(const struct scc *c, uint32_t component)
{
	return c->first[component + 1] - c->first[component];
}

#endif
