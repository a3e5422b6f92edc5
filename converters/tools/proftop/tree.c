/*
 * proftop/tree - calling contexts as a tree
 */
#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "common/io/limits.h"
#include "common/transform/calltree/flame_tree.h"
#include "converters/tools/proftop/internal.h"

static const struct table_column tree_columns[] = {
	{ .key = "inclusive", .heading = "inclusive", .right = true },
	{ .key = "inclusive_percent", .heading = "incl%", .right = true },
	{ .key = "self", .heading = "self", .right = true },
	{ .key = "self_percent", .heading = "self%", .right = true },
	{ .key = "unit" },
	{ .key = "depth", .right = true },
	{ .key = "function" },
	{ .key = "file" },
	{ .heading = "context", .flexible = true },
};

static void add_context(struct table *t, const struct flame_tree *tree, uint32_t node)
{
	const struct profile *p = tree->p;
	function_id f = flame_tree_function(tree, node);
	int64_t total = tree->width.total[0];
	const uint32_t deepest = 200; /* further in, nobody follows */
	uint32_t depth = tree->depth[node] < deepest ? tree->depth[node] : deepest;

	cells_value(t, p, 0, tree->width.total[node]);
	table_color(t, proftop_heat(tree->width.total[node], total));
	cells_share(t, tree->width.total[node], total);
	cells_value(t, p, 0, tree->width.self[node]);
	cells_share(t, tree->width.self[node], total);
	table_text(t, profile_exact_unit(p, 0));
	table_number(t, (struct decimal){ tree->depth[node], 0 }, S(""));
	table_text(t, function_name(p, f));
	table_text(t, function_location(p, f));
	table_text(t, function_name(p, f));
	table_indent(t, depth ? 2 * (size_t)(depth - 1) : 0);
	table_end_row(t);
}

/* The heaviest child first. */
static int compare_nodes(uint32_t a, uint32_t b, const void *context)
{
	const struct flame_tree *tree = context;
	int64_t x = tree->width.total[a], y = tree->width.total[b];

	if (x != y)
		return x < y ? -1 : 1;
	return (a < b) - (a > b);
}

struct todo {
	uint32_t *nodes;
	size_t count, cap;
};

/* The lightest first on the stack: so the heaviest is taken first. */
static void push_children(struct todo *todo, const struct flame_tree *tree, uint32_t node)
{
	size_t from = todo->count;

	for (uint32_t k = tree->first[node]; k != NO_ID; k = tree->next[k]) {
		ARRAY_ROOM(todo->nodes, todo->count, todo->cap);
		todo->nodes[todo->count++] = k;
	}
	if (todo->count > from)
		sort_ids(todo->nodes + from, todo->count - from, compare_nodes, tree);
}

void proftop_tree(const struct proftop_options *o, struct output *out, const struct profile *p)
{
	struct table *t = table_new(tree_columns, sizeof tree_columns / sizeof *tree_columns);
	struct contexts *c = contexts_new(p, 0, false);
	struct flame_tree *tree = flame_tree_new(c, &(struct flame_tree_options){
							    .width = WIDTH_FIRST });
	struct todo todo = { 0 };

	limit_clock_start();
	push_children(&todo, tree, 0);
	while (todo.count && table_rows(t) < proftop_limit(o, UINT32_MAX)) {
		uint32_t node = todo.nodes[--todo.count];

		limit_clock();
		if (!tree->width.total[node] ||
		    !proftop_is_heavy(o, tree->width.total[node], tree->width.total[0]))
			continue;
		add_context(t, tree, node);
		push_children(&todo, tree, node);
	}
	alloc_free(todo.nodes);
	flame_tree_free(tree);
	contexts_free(c);
	proftop_put(o, t, out);
}
