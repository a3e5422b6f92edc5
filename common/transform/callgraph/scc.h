/*
 * scc - the strongly connected components of a graph, callees first
 *
 * Functions that call each other in a circle form one component; every other function is a
 * component of its own. Components are numbered so that a component only calls components
 * with smaller numbers: a loop from 0 up sees callees before their callers. Not recursive;
 * time and memory are linear in nodes and arcs.
 *
 * The graph is given in compressed sparse rows (csr.h): the targets of node n are
 * target[first_arc[n]] .. target[first_arc[n + 1] - 1].
 */
#ifndef CALLGRAPH_SCC_H
#define CALLGRAPH_SCC_H

#include <stddef.h>
#include <stdint.h>

struct scc {
	size_t count;        /* components */
	uint32_t *component; /* component of each node */
	uint32_t *members;   /* all nodes, component by component */
	uint32_t *first;     /* component c is members[first[c]] .. members[first[c + 1] - 1] */
};

void scc_find(size_t nodes, const uint32_t *first_arc, const uint32_t *target, struct scc *out);
void scc_free(struct scc *c);

/* Number of members of component c; a cycle of several functions has more than 1. */
static inline size_t scc_size(const struct scc *c, uint32_t component)
{
	return c->first[component + 1] - c->first[component];
}

#endif
