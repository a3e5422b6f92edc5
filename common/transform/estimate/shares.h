/*
 * shares - integers out of the shares of a tree of contexts
 *
 * What the contexts of a function have got so far is rounded as a whole, so each gets its share
 * to one unit and all of them together the exact sum. What no context gets stays a remainder of
 * the function.
 */
#ifndef TRANSFORM_ESTIMATE_SHARES_H
#define TRANSFORM_ESTIMATE_SHARES_H

#include "common/transform/estimate/best_tree.h"

/* A self value, and what is in no function's self value. */
struct share {
	int64_t self, loose;
};

struct shares {
	struct share *of_context;
	struct share *remainder; /* by node */
	double total, lost;      /* all magnitudes, and those of the remainders */
};

void shares_find(const struct call_flow *w, const struct best_tree *tree, struct shares *out);
void shares_free(struct shares *s);

static inline double share_size(struct share s)
{
	return (s.self < 0 ? -(double)s.self : (double)s.self) + (double)s.loose;
}

#endif
