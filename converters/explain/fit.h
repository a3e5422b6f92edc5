/*
 * explain/fit - parts of a whole that have more than it, made to fit in proportion
 *
 * 	f = (struct fit){ .sum = all parts, .said = the node's, .whole = what it is given };
 * 	for (each part)
 * 		given = fit_part(&f, part);
 * 	self = fit_rest(&f);
 *
 * What the parts are given and the rest are not below zero, and add up to the whole.
 */
#ifndef EXPLAIN_FIT_H
#define EXPLAIN_FIT_H

#include <stdint.h>

/* floor(whole * part / sum), where part <= sum */
static inline int64_t fit_share(int64_t whole, int64_t part, int64_t sum)
{
#ifdef __SIZEOF_INT128__
	__extension__ __int128 product = (__int128)whole * part;

	return (int64_t)(product / sum);
#else
	long double ratio = (long double)part / (long double)sum;

	return part == sum ? whole : (int64_t)((long double)whole * ratio);
#endif
}

/* What a node has, and the parts of it that run inside the node. */
struct fit {
	int64_t sum;   /* of all parts */
	int64_t seen;  /* of those that came before */
	int64_t whole; /* what the node has */
	int64_t said;  /* and has according to the file, which may be more */
};

/* What the parts are fractions of, where they have to become less. */
static inline int64_t fit_base(const struct fit *f)
{
	return f->sum > f->said ? f->sum : f->said;
}

static inline int64_t fit_part(struct fit *f, int64_t part)
{
	int64_t base = fit_base(f), before = f->seen;

	f->seen += part;
	if (base <= f->whole)
		return part;
	return fit_share(f->whole, f->seen, base) - fit_share(f->whole, before, base);
}

static inline int64_t fit_rest(const struct fit *f)
{
	int64_t base = fit_base(f);

	return f->whole - (base <= f->whole ? f->sum : fit_share(f->whole, f->sum, base));
}

#endif
