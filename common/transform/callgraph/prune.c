#include "common/transform/callgraph/prune.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/callgraph/graph_from_stacks.h"
#include "common/transform/callgraph/inclusive.h"
#include "common/transform/reshape/coarsen.h"

static double total_of(const struct profile *graph, value_id v)
{
	double total = 0;

	for (size_t i = 0; i < graph->cost_count; i++)
		total += i64_magnitude(values_row(&graph->cost_values, i)[v]);
	return total;
}

bool *prune_small_functions(const struct profile *p, double share)
{
	/* a copy whose stacks have become a graph; functions have the same ids */
	struct profile *graph = profile_coarsen(p, &(struct coarsen_options)COARSEN_NONE);
	bool *small = alloc_zero(p->function_count, sizeof *small);

	for (function_id f = 0; f < p->function_count; f++)
		small[f] = true;
	graph->ordered = false;
	if (profile_has_stacks(graph))
		graph_from_stacks(graph);
	for (value_id v = 0; v < p->value_count; v++) {
		int64_t *inclusive = inclusive_totals(graph, v, NULL);
		double min_size = total_of(graph, v) * share;

		for (function_id f = 0; f < p->function_count; f++)
			small[f] &= i64_magnitude(inclusive[f]) < min_size;
		alloc_free(inclusive);
	}
	profile_free(graph);
	return small;
}
