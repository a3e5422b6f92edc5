/*
 * statistics - is it a change, or chance?
 *
 * Tests for two sets of measurements and for two sampled shares. All p-values are
 * two-sided: how often chance alone gives a difference as large, in either direction.
 */
#ifndef DIFF_STATISTICS_H
#define DIFF_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* The middle one; of an even number, halfway between the middle two, rounded down. */
int64_t statistics_median(const int64_t *values, size_t n);

/*
 * Mann-Whitney U: do values of a tend to be larger, or smaller, than those of b? Up to
 * MANN_WHITNEY_EXACT values in all, equal ones among them or not, the distribution is
 * counted out over every way of dividing these values among the sides; beyond that it is
 * the normal approximation with corrections for continuity and for equal values.
 */
enum { MANN_WHITNEY_EXACT = 24 };
double statistics_mann_whitney(const int64_t *a, size_t na, const int64_t *b, size_t nb);

/* The least p that so many values can give: 2 / C(na + nb, na), at most 1. */
double statistics_mann_whitney_min_p(size_t na, size_t nb);

/*
 * The least number of values on each side with which one change among `tested` can
 * have a q of `alpha` or less.
 */
size_t statistics_mann_whitney_min_runs(size_t tested, double alpha);

/*
 * Is a of `all_a` another share than b of `all_b`? Fisher's exact test where one of the
 * four expected counts is below 10, else the pooled z test.
 */
double statistics_two_proportions(int64_t a, int64_t all_a, int64_t b, int64_t all_b);

/*
 * Benjamini-Hochberg: p[i] becomes q[i], the least rate of false discoveries at which i
 * would be one, among n tests. `tests` is how many were made: n, or more if only the
 * smallest are given.
 */
void statistics_benjamini_hochberg(const double *p, double *q, size_t n, size_t tests);

#endif
