#include "common/transform/diff/tail_pairs.h"

#include <stdlib.h>

#include "common/base/alloc.h"

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

size_t tail_in_common(struct str a, struct str b)
{
	size_t n = 0, whole = 0;

	while (n < a.n && n < b.n) {
		char x = a.p[a.n - 1 - n], y = b.p[b.n - 1 - n];

		if (x != y && !(is_slash(x) && is_slash(y)))
			break;
		n++;
		if ((n == a.n || is_slash(a.p[a.n - 1 - n])) &&
		    (n == b.n || is_slash(b.p[b.n - 1 - n])))
			whole = n;
	}
	return whole;
}

struct str tail_component(struct str path)
{
	size_t n = 0;

	while (n < path.n && !is_slash(path.p[path.n - 1 - n]))
		n++;
	return str_from(path, path.n - n);
}

/*
 * All paths are leaves of a tree of path components, from the last one on. Two are a pair where
 * a node has one of each set below it. The tree is walked from the leaves up, in the order of
 * the sorted paths; only the nodes above the current leaf are in memory.
 */
struct node {
	size_t depth; /* bytes of the common tail of all leaves below it */
	uint32_t counts[2], last[2];
};

struct tail_walk {
	struct node *open; /* above the current leaf, the deepest last */
	size_t count;
	struct tail_pair *pairs;
	size_t pair_count;
};

/* The order of a byte from the end: a path's end comes first, then a component's. */
static int rank(struct str path, size_t from_end)
{
	char c;

	if (from_end >= path.n)
		return -1;
	c = path.p[path.n - 1 - from_end];
	return is_slash(c) ? 0 : (unsigned char)c + 1;
}

static int compare(const void *left, const void *right)
{
	const struct tail_path *x = left, *y = right;
	size_t n = 0;
	int p, q;

	do {
		p = rank(x->path, n);
		q = rank(y->path, n++);
	} while (p == q && p >= 0);
	return p != q ? (p > q) - (p < q) : x->second - y->second;
}

static void join(struct node *to, const struct node *from)
{
	for (int set = 0; set < 2; set++) {
		to->counts[set] += from->counts[set];
		if (from->counts[set])
			to->last[set] = from->last[set];
	}
}

/* All below it is known. */
static void complete(struct tail_walk *w, struct node *node)
{
	if (!node->depth || node->counts[0] != 1 || node->counts[1] != 1)
		return;
	w->pairs[w->pair_count++] = (struct tail_pair){ node->last[0], node->last[1] };
	node->counts[0] = node->counts[1] = 0;
}

/* Completes what is deeper than `depth`, beginning with *now, and leaves the last in it. */
static void close_nodes(struct tail_walk *w, size_t depth, struct node *now)
{
	while (w->count && w->open[w->count - 1].depth > depth) {
		join(&w->open[--w->count], now);
		*now = w->open[w->count];
		complete(w, now);
	}
}

size_t tail_pairs_find(struct tail_path *paths, size_t count, struct tail_pair *pairs)
{
	struct tail_walk w = { .open = alloc_zero(count + 1, sizeof *w.open), .pairs = pairs };
	struct node now = { 0 };

	qsort(paths, count, sizeof *paths, compare);
	for (size_t i = 0; i < count; i++) {
		if (i) {
			size_t depth = tail_in_common(paths[i - 1].path, paths[i].path);

			close_nodes(&w, depth, &now);
			if (!w.count || w.open[w.count - 1].depth < depth)
				w.open[w.count++] = (struct node){ .depth = depth };
			join(&w.open[w.count - 1], &now);
		}
		now = (struct node){ .depth = SIZE_MAX };
		now.counts[paths[i].second] = 1;
		now.last[paths[i].second] = paths[i].index;
	}
	close_nodes(&w, 0, &now);
	alloc_free(w.open);
	return w.pair_count;
}
