/*
 * scc - Tarjan's algorithm, with its call stack in an array
 */
#include "common/transform/callgraph/scc.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/base/alloc.h"

struct scc_search {
	const uint32_t *first_arc, *target;
	struct scc *out;
	uint32_t *seen;     /* by node: order of discovery, from 1; 0: not seen */
	uint32_t *low;      /* by node: the earliest open node that it reaches */
	uint32_t *next_arc; /* by node: the arc to look at next */
	uint32_t *path;     /* nodes from the start to the current one */
	uint32_t *open;     /* nodes that have no component yet */
	size_t path_count, open_count, members;
	uint32_t met;
};

enum { NO_COMPONENT = UINT32_MAX };

static void enter(struct scc_search *s, uint32_t node)
{
	s->seen[node] = s->low[node] = ++s->met;
	s->next_arc[node] = s->first_arc[node];
	s->path[s->path_count++] = node;
	s->open[s->open_count++] = node;
}

static void lower(struct scc_search *s, uint32_t node, uint32_t to)
{
	if (to < s->low[node])
		s->low[node] = to;
}

/* Follows the next arc of the node at the end of the path. False if there is none left. */
static bool follow(struct scc_search *s, uint32_t node)
{
	uint32_t to;

	if (s->next_arc[node] == s->first_arc[node + 1])
		return false;
	to = s->target[s->next_arc[node]++];
	if (!s->seen[to])
		enter(s, to);
	else if (s->out->component[to] == NO_COMPONENT)
		lower(s, node, s->seen[to]);
	return true;
}

/* The open nodes down to this one form a component: none of them leads further up. */
static void close_component(struct scc_search *s, uint32_t node)
{
	struct scc *out = s->out;
	uint32_t member;

	do {
		member = s->open[--s->open_count];
		out->component[member] = (uint32_t)out->count;
		out->members[s->members++] = member;
	} while (member != node);
	out->first[++out->count] = (uint32_t)s->members;
}

static void leave(struct scc_search *s, uint32_t node)
{
	s->path_count--;
	if (s->low[node] == s->seen[node])
		close_component(s, node);
	else
		lower(s, s->path[s->path_count - 1], s->low[node]);
}

void scc_find(size_t nodes, const uint32_t *first_arc, const uint32_t *target, struct scc *out)
{
	struct scc_search s = { .first_arc = first_arc, .target = target, .out = out };
	uint32_t *work = alloc_zero(nodes * 5, sizeof *work);

	s.seen = work;
	s.low = work + nodes;
	s.next_arc = work + nodes * 2;
	s.path = work + nodes * 3;
	s.open = work + nodes * 4;
	out->count = 0;
	out->component = alloc_zero(nodes, sizeof *out->component);
	out->members = alloc_zero(nodes, sizeof *out->members);
	out->first = alloc_zero(nodes + 1, sizeof *out->first);
	for (size_t i = 0; i < nodes; i++)
		out->component[i] = NO_COMPONENT;
	for (uint32_t start = 0; start < nodes; start++) {
		if (s.seen[start])
			continue;
		enter(&s, start);
		while (s.path_count) {
			uint32_t node = s.path[s.path_count - 1];

			if (!follow(&s, node))
				leave(&s, node);
		}
	}
	alloc_free(work);
}

void scc_free(struct scc *c)
{
	alloc_free(c->component);
	alloc_free(c->members);
	alloc_free(c->first);
	*c = (struct scc){ 0 };
}
