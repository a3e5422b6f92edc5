#include "common/transform/estimate/shares.h"

#include <math.h>

#include "common/base/alloc.h"
#include "common/base/prefetch.h"

struct split {
	double given, loose_given; /* shares handed out */
	double whole, loose_whole; /* the sum of its contexts' weights */
	double wanted;             /* how much of its self value this is */
	struct share placed;
	uint32_t left; /* contexts to come */
};

static struct split *splits_open(const struct call_flow *w, const struct unfolding *u)
{
	struct split *splits = alloc_zero(w->node_count, sizeof *splits);

	for (size_t c = 0; c < u->count; c++) {
		const struct context *k = &u->contexts[c];
		struct split *s = &splits[w->arcs[k->arc].callee];

		s->left++;
		s->whole += k->self;
		s->loose_whole += k->spare;
	}
	for (size_t n = 0; n < w->node_count; n++) {
		struct split *s = &splits[n];
		double self = fabs((double)w->nodes[n].self);

		s->wanted = s->whole > self * TREE_NEARLY_ALL ? s->whole : self;
	}
	return splits;
}

/* The next part of `all` after `share` of it has been given out in total. */
static int64_t next_part(int64_t all, double share, bool last, int64_t *given)
{
	int64_t upto, part;

	if (share > 1 || last)
		share = 1;
	upto = share == 1 ? all : (int64_t)llrint((double)all * share);
	/* doubles are coarse beyond 2^53: never give more than there is */
	if (all >= 0 ? upto > all : upto < all)
		upto = all;
	part = upto - *given;
	*given = upto;
	return part;
}

static struct share next_share(const struct flow_node *node, const struct context *k,
			       struct split *s)
{
	bool last = --s->left == 0;
	struct share out = { 0 };

	s->given += k->self;
	if (s->wanted > 0)
		out.self = next_part(node->self, s->given / s->wanted,
				     last && s->wanted == s->whole, &s->placed.self);
	if (!node->loose)
		return out;
	s->loose_given += k->spare;
	if (s->loose_whole > 0)
		out.loose = next_part(node->loose, s->loose_given / s->loose_whole, last,
				      &s->placed.loose);
	return out;
}

/* Contexts are far apart in this order, so they and what they refer to are prefetched. */
PREFETCH_FUNCTION prefetch_ahead(const struct call_flow *w, const struct best_tree *tree, size_t i,
				 const struct split *splits)
{
	enum { FAR = 24, NEAR = 16, NEXT = 8 };
	const struct context *k = tree->unfolding.contexts;

	if (i + FAR >= tree->unfolding.count)
		return;
	PREFETCH(&k[tree->order[i + FAR]]);
	PREFETCH(&w->arcs[k[tree->order[i + NEAR]].arc]);
	PREFETCH(&splits[w->arcs[k[tree->order[i + NEXT]].arc].callee]);
}

void shares_find(const struct call_flow *w, const struct best_tree *tree, struct shares *out)
{
	const struct unfolding *u = &tree->unfolding;
	struct split *splits = splits_open(w, u);

	*out = (struct shares){ .of_context = alloc_zero(u->count, sizeof *out->of_context),
				.remainder = alloc_zero(w->node_count, sizeof *out->remainder) };
	for (size_t i = 0; i < u->count; i++) {
		const struct context *k = &u->contexts[tree->order[i]];
		uint32_t n = w->arcs[k->arc].callee;

		prefetch_ahead(w, tree, i, splits);
		out->of_context[tree->order[i]] = next_share(&w->nodes[n], k, &splits[n]);
	}
	for (size_t n = 0; n < w->node_count; n++) {
		const struct flow_node *node = &w->nodes[n];

		out->remainder[n] = (struct share){ node->self - splits[n].placed.self,
						    node->loose - splits[n].placed.loose };
		out->total += share_size((struct share){ node->self, node->loose });
		out->lost += share_size(out->remainder[n]);
	}
	alloc_free(splits);
}

void shares_free(struct shares *s)
{
	alloc_free(s->of_context);
	alloc_free(s->remainder);
	*s = (struct shares){ 0 };
}
